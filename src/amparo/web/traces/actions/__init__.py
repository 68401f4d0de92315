"""Every mutation of chains, tags and traces."""

from amparo.web.traces.actions.chains import load_chain, start_load, store_of
from amparo.web.traces.actions.exports import export_outputs
from amparo.web.traces.actions.tags import import_address_list, import_tagpack
from amparo.web.traces.actions.traces import seeds_of, start_trace

__all__ = [
    "export_outputs",
    "import_address_list",
    "import_tagpack",
    "load_chain",
    "seeds_of",
    "start_load",
    "start_trace",
    "store_of",
]
