"""What traces writes into the logs."""

from amparo.base import gettext_noop
from amparo.web.audit.catalogue import declare

CHAIN_LOADED = declare("chain.loaded", gettext_noop("loaded blocks"))
TAGS_IMPORTED = declare("tags.imported", gettext_noop("imported tags"))
TRACE_STARTED = declare("trace.started", gettext_noop("started a trace"), custody=True)
TRACE_EXPORTED = declare("trace.exported", gettext_noop("exported the outputs of a trace"), custody=True)
TRACE_DONE = declare("trace.done", gettext_noop("finished a trace"), custody=True)
TRACE_MARKED = declare("trace.marked", gettext_noop("marked a step of a trace"), custody=True)
TRACE_UNMARKED = declare("trace.unmarked", gettext_noop("took a mark off a trace"), custody=True)
OWN_TAG_MADE = declare("own-tag.made", gettext_noop("tagged an address"))
OWN_TAG_REVIEWED = declare("own-tag.reviewed", gettext_noop("confirmed a colleague's tag"))
OWN_TAG_WITHDRAWN = declare("own-tag.withdrawn", gettext_noop("took a tag back"))
OWN_TAGS_EXPORTED = declare("own-tags.exported", gettext_noop("exported the unit's tags"))
ENTITIES_MADE = declare("entities.made", gettext_noop("joined addresses into entities"))
EDGE_HELD = declare("edge.held", gettext_noop("held a transaction back from joining addresses"))
EDGE_RELEASED = declare("edge.released", gettext_noop("let a transaction join addresses again"))
BOOK_READ = declare("book.read", gettext_noop("read a statement into a book of accounts"), custody=True)
JOIN_DECIDED = declare("join.decided", gettext_noop("decided about a join between two books"), custody=True)
RATES_IMPORTED = declare("rates.imported", gettext_noop("imported a file of rates"))
WORKLIST_EXPORTED = declare("worklist.exported", gettext_noop("exported a list of services to ask"), custody=True)
CHAIN_GROWN = declare("chain.grown", gettext_noop("added blocks to a chain"))
LEDGER_ASKED = declare("ledger.asked", gettext_noop("asked about chains and traces through the API"))
