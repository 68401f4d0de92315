"""What referrals writes into the logs."""

from amparo.base import gettext_noop
from amparo.web.audit.catalogue import declare

PARTNER_ADDED = declare("partner.added", gettext_noop("added a partner"))
SENT = declare("referral.sent", gettext_noop("sealed a referral for a partner"), custody=True)
TAKEN = declare("referral.taken", gettext_noop("took the sealed referral file"), custody=True)
RECEIVED = declare("referral.received", gettext_noop("imported a referral"))
REFUSED = declare("referral.refused", gettext_noop("refused a referral file"))
CASE_OPENED = declare("referral.case-opened", gettext_noop("opened a case from a referral"), custody=True)
