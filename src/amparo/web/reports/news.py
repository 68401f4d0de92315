"""What reports writes into the logs. Intake entries go to the intake log and carry the day only."""

from amparo.base import gettext_noop
from amparo.web.audit.catalogue import declare

RECEIVED = declare("report.received", gettext_noop("received a report"))
WRITTEN = declare("report.written", gettext_noop("the reporter wrote again"))
WITHDRAWN = declare("report.withdrawn", gettext_noop("the reporter withdrew the report"))
READ = declare("report.read", gettext_noop("opened the report to read it"))
TAKEN = declare("report.taken", gettext_noop("took the report"))
STATE_CHANGED = declare("report.state-changed", gettext_noop("changed the report's state"))
ANSWERED = declare("report.answered", gettext_noop("answered the reporter from a template"))
EXPORTED = declare("reports.exported", gettext_noop("exported the list of reports"))
CASE_OPENED = declare("report.case-opened", gettext_noop("opened the case from a report"), custody=True)
ROOM_OPENED = declare("room.opened", gettext_noop("opened the reading room"))
ROOM_REFUSED = declare("room.refused", gettext_noop("gave a wrong passphrase for the reading room"))
ROOM_CLOSED = declare("room.closed", gettext_noop("closed the reading room"))
KEYS_MADE = declare("keys.made", gettext_noop("made the agency's report keys"))
KEYS_ENROLLED = declare("keys.enrolled", gettext_noop("gave a colleague a key to the reading room"))
KEYS_RECOVERED = declare("keys.recovered", gettext_noop("recovered the agency's reports with the recovery key"))
