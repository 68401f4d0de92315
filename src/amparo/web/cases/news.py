"""What cases writes into the custody log of a case."""

from amparo.base import gettext_noop
from amparo.web.audit.catalogue import declare

OPENED = declare("case.opened", gettext_noop("opened the case"), custody=True)
CLOSED = declare("case.closed", gettext_noop("closed the case"), custody=True)
MEMBER_ADDED = declare("case.member-added", gettext_noop("added a member to the case"), custody=True)
MEMBER_REMOVED = declare("case.member-removed", gettext_noop("removed a member from the case"), custody=True)
AUTHORISED = declare("case.authorised", gettext_noop("entered an authorisation"), custody=True)
PERSON_ENTERED = declare("case.person-entered", gettext_noop("entered a person into the case"), custody=True)
PERSON_MOVED = declare("case.person-moved", gettext_noop("moved a person to another category"), custody=True)
