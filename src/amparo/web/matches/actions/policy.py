"""Mutation of the policy: what a unit decides about its lists, scans and reviews."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from amparo.base import clean_text, gettext_noop
from amparo.media.labels import label_sets
from amparo.web.accounts.actions import change_policy
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.common.home import home
from amparo.web.matches.errors import PolicyRefused
from amparo.web.matches.policy import DEFAULTS, fits, policy


@transaction.atomic
def set_policy(*, actor: Person, wanted: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """Set keys of `policy.DEFAULTS` for the actor's unit, from now on; what was decided by them before stays.

    Returns what was changed, as it stood before; the unit's log has it, with the reason. Raises NotAllowed,
    PolicyRefused, NoLabelSet.
    """
    require(actor, "matches.policy")
    reason = clean_text(reason).strip()[:300]
    if not reason:
        raise PolicyRefused(why=gettext_noop("it needs a reason"))
    sets = label_sets(home() / "labels")
    if not all(fits(name, value, sets) for name, value in wanted.items()):
        raise PolicyRefused(why=gettext_noop("a value is outside what may be set"))
    budgets = {name: wanted.get(name, policy(actor.agency, name)) for name in ("lookup_minute", "lookup_day")}
    if budgets["lookup_minute"] > budgets["lookup_day"]:
        raise PolicyRefused(why=gettext_noop("a minute's budget is larger than a day's"))
    changed = {name: value for name, value in wanted.items() if policy(actor.agency, name) != value}
    if not changed:
        raise PolicyRefused(why=gettext_noop("it is decided so already"))
    return change_policy(actor=actor, permission="matches.policy", wanted=changed, usual=DEFAULTS, reason=reason)
