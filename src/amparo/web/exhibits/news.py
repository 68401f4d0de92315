"""What exhibits writes into the custody log of a case."""

from amparo.base import gettext_noop
from amparo.web.audit.catalogue import declare

DEPOSITED = declare("exhibit.deposited", gettext_noop("deposited the exhibit"), custody=True)
SEALED = declare("exhibit.sealed", gettext_noop("sealed the exhibit: every byte is stored and hashed"), custody=True)
INCOMPLETE = declare("exhibit.incomplete", gettext_noop("kept the exhibit as it came: it is incomplete"), custody=True)
FAILED = declare("exhibit.failed", gettext_noop("could not take the exhibit in"), custody=True)
CHECKED = declare("exhibit.checked", gettext_noop("hashed the exhibit again and compared"), custody=True)
CATALOGUED = declare("exhibit.catalogued", gettext_noop("catalogued the items of the exhibit"), custody=True)
OPENED = declare("item.opened", gettext_noop("opened the item"), custody=True)
TAKEN = declare("item.taken-out", gettext_noop("took a copy of the item out"), custody=True)
RESTRICTED = declare("item.restricted", gettext_noop("marked the item as restricted"), custody=True)
STOPPED = declare("item.stopped", gettext_noop("was not shown the item"), custody=True)
