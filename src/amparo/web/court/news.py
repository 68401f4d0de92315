"""What court writes into the custody log of a case."""

from amparo.base import gettext_noop
from amparo.web.audit.catalogue import declare

FINDING_MADE = declare("finding.made", gettext_noop("made a finding"), custody=True)
FINDING_WITHDRAWN = declare("finding.withdrawn", gettext_noop("withdrew a finding"), custody=True)
OFFENCE_ENTERED = declare("offence.entered", gettext_noop("entered an offence and its elements"), custody=True)
ELEMENT_SUPPORTED = declare("element.supported", gettext_noop("put a finding under an element"), custody=True)
BUNDLE_STARTED = declare("bundle.started", gettext_noop("started a court bundle"), custody=True)
BUNDLE_BUILT = declare("bundle.built", gettext_noop("signed a court bundle"), custody=True)
BUNDLE_HANDED = declare("bundle.handed", gettext_noop("gave a person a bundle to read"), custody=True)
BUNDLE_READ = declare("bundle.read", gettext_noop("read the report of a bundle"), custody=True)
BUNDLE_TAKEN = declare("bundle.taken", gettext_noop("downloaded a bundle"), custody=True)
