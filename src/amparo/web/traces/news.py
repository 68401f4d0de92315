"""What traces writes into the logs."""

from amparo.base import gettext_noop
from amparo.web.audit.catalogue import declare

CHAIN_LOADED = declare("chain.loaded", gettext_noop("loaded blocks"))
TAGS_IMPORTED = declare("tags.imported", gettext_noop("imported tags"))
TRACE_STARTED = declare("trace.started", gettext_noop("started a trace"), custody=True)
TRACE_EXPORTED = declare("trace.exported", gettext_noop("exported the outputs of a trace"), custody=True)
TRACE_DONE = declare("trace.done", gettext_noop("finished a trace"), custody=True)
