"""What matches writes into the logs."""

from amparo.base import gettext_noop
from amparo.web.audit.catalogue import declare

LIST_IMPORTED = declare("list.imported", gettext_noop("imported a hash list"))
LIST_WITHDRAWN = declare("list.withdrawn", gettext_noop("withdrew a hash list"))
SCAN_STARTED = declare("scan.started", gettext_noop("started a scan"), custody=True)
SCAN_DONE = declare("scan.done", gettext_noop("finished a scan"), custody=True)
REVIEWED = declare("match.reviewed", gettext_noop("reviewed a match"), custody=True)
CONFIRMED = declare("match.confirmed", gettext_noop("confirmed a match, as the policy asks"), custody=True)
REVEALED = declare("match.revealed", gettext_noop("revealed a picture"), custody=True)
GROUPED = declare("pictures.grouped", gettext_noop("had the unknown pictures grouped"), custody=True)
KNOWN = declare(
    "match.known", gettext_noop("left a match unjudged: the same bytes were confirmed before"), custody=True
)
APART = declare("match.apart", gettext_noop("took a match out of its group"), custody=True)
OPINION = declare("list.opinion", gettext_noop("said what they think of an entry of a list"))
FEEDBACK = declare("list.feedback", gettext_noop("took out what the unit thinks of a list's entries, for its source"))
NEGATIVE_PROPOSED = declare("negative.proposed", gettext_noop("proposed a picture for the negative bank"))
NEGATIVE_AGREED = declare("negative.agreed", gettext_noop("agreed to a picture in the negative bank"))
NEGATIVE_ENDED = declare("negative.ended", gettext_noop("took a picture out of the negative bank"))
QUARANTINE_DECIDED = declare(
    "quarantine.decided", gettext_noop("decided on an entry that matched too much"), custody=True
)
LOOKED_UP = declare("media.looked-up", gettext_noop("looked up hashes through the API"))
