"""Every mutation of chains, tags and traces."""

from amparo.web.traces.actions.account_traces import account_seeds, start_account_trace
from amparo.web.traces.actions.books import add_to_book, open_statement
from amparo.web.traces.actions.chains import append_blocks, load_chain, source_of, start_append, start_load, store_of
from amparo.web.traces.actions.entities import hold_edge, release_edge, start_entities
from amparo.web.traces.actions.exports import export_outputs, export_worklist
from amparo.web.traces.actions.joins import decide_join, joins_of, proposal_of, start_joins
from amparo.web.traces.actions.marks import add_mark, remove_mark
from amparo.web.traces.actions.own_tags import add_own_tag, export_own_tags, review_own_tag, withdraw_own_tag
from amparo.web.traces.actions.rates import import_rates
from amparo.web.traces.actions.tags import import_address_list, import_tagpack, pack_file
from amparo.web.traces.actions.traces import TXID_SIGNS, all_seeds, seeds_of, start_trace, starts_in

__all__ = [
    "TXID_SIGNS",
    "account_seeds",
    "add_mark",
    "add_own_tag",
    "add_to_book",
    "all_seeds",
    "append_blocks",
    "decide_join",
    "export_outputs",
    "export_own_tags",
    "export_worklist",
    "hold_edge",
    "import_address_list",
    "import_rates",
    "import_tagpack",
    "joins_of",
    "load_chain",
    "open_statement",
    "pack_file",
    "proposal_of",
    "release_edge",
    "remove_mark",
    "review_own_tag",
    "seeds_of",
    "source_of",
    "start_account_trace",
    "start_append",
    "start_entities",
    "start_joins",
    "start_load",
    "start_trace",
    "starts_in",
    "store_of",
    "withdraw_own_tag",
]
