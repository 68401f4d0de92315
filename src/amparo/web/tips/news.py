"""What tips write into the logs. A line names a delivery or tip and counts; never what stands in it."""

from amparo.base import gettext_noop
from amparo.web.audit.catalogue import declare

RECEIVED = declare("tips.received", gettext_noop("took a delivery of tips in: every byte is stored and hashed"))
IMPORTED = declare("tips.imported", gettext_noop("had the delivery of tips read, compared and ranked"))
FAILED = declare("tips.failed", gettext_noop("could not read the delivery of tips"))
COMPARED = declare("tips.compared", gettext_noop("compared the files of tips with a new list"))
OPENED = declare("tip.opened", gettext_noop("opened the tip"))
TAKEN = declare("tip.taken", gettext_noop("took the tip to work on it"))
STATE_CHANGED = declare("tip.state-changed", gettext_noop("changed the state of the tip"))
INTO_CASE = declare("tip.into-case", gettext_noop("took the tip into a case"), custody=True)
