"""What accounts writes into the agency's log."""

from amparo.base import gettext_noop
from amparo.web.audit.catalogue import declare

SIGNED_IN = declare("person.signed-in", gettext_noop("signed in"))
PERSON_ADDED = declare("person.added", gettext_noop("added a person"))
ROLES_CHANGED = declare("person.roles-changed", gettext_noop("changed a person's roles"))
PERSON_LEFT = declare("person.left", gettext_noop("ended a person's access"))
POLICY_CHANGED = declare("agency.policy-changed", gettext_noop("changed the agency's policy"))
TOKEN_MADE = declare("token.made", gettext_noop("made an API token"))
TOKEN_REVOKED = declare("token.revoked", gettext_noop("revoked an API token"))
PASSWORD_CHANGED = declare("person.password-changed", gettext_noop("changed their password"))
SECOND_FACTOR_ADDED = declare("person.second-factor-added", gettext_noop("set up a second factor"))
SECOND_FACTOR_REMOVED = declare("person.second-factor-removed", gettext_noop("removed a second factor"))
