"""What sightings writes into the custody log of a case."""

from amparo.base import gettext_noop
from amparo.web.audit.catalogue import declare

EXTRACTED = declare("sightings.extracted", gettext_noop("had the items read for observables"), custody=True)
COPIED = declare("sightings.copied", gettext_noop("took the observables of the report over"), custody=True)
EXPORTED = declare("sightings.exported", gettext_noop("exported the table of sightings"), custody=True)
