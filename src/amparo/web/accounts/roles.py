"""Roles and what each may do: one table, read by every action. A permission no role lists, nobody has."""

from typing import Final

from amparo.base import gettext_noop

#: Permission -> the sentence an administrator reads. Names are permanent.
PERMISSIONS: Final[dict[str, str]] = {
    "reports.queue": gettext_noop("see the queue of reports"),
    "reports.read": gettext_noop("open the reading room and read reports"),
    "reports.answer": gettext_noop("answer a reporter from a template"),
    "tips.see": gettext_noop("see the tips of platforms and clearing houses"),
    "tips.import": gettext_noop("import deliveries of tips"),
    "tips.work": gettext_noop("work tips: take them, change their state"),
    "tips.policy": gettext_noop("decide whether files that nobody viewed are compared with lists"),
    "cases.see": gettext_noop("see the cases they are a member of"),
    "cases.open": gettext_noop("open a case"),
    "cases.manage": gettext_noop("manage members, authorisations and people of a case"),
    "exhibits.see": gettext_noop("see exhibits and their items"),
    "exhibits.deposit": gettext_noop("deposit exhibits"),
    "items.take": gettext_noop("take a copy of an item out, with a reason"),
    "sightings.see": gettext_noop("see sightings"),
    "lists.import": gettext_noop("import hash lists"),
    "matches.scan": gettext_noop("scan exhibits against lists"),
    "matches.see": gettext_noop("see matches"),
    "matches.review": gettext_noop("review matches"),
    "matches.policy": gettext_noop("decide how this unit scans and reviews"),
    "media.reveal": gettext_noop("reveal a blurred picture, with a reason"),
    "media.lookup": gettext_noop("look up hashes in the lists through the API"),
    "traces.see": gettext_noop("see traces"),
    "traces.run": gettext_noop("load blocks and run traces"),
    "findings.see": gettext_noop("see findings"),
    "findings.make": gettext_noop("make findings"),
    "bundles.build": gettext_noop("build a court bundle"),
    "bundles.read": gettext_noop("read the bundles they were given"),
    "referrals.send": gettext_noop("send a referral to a partner"),
    "referrals.receive": gettext_noop("import a referral"),
    "partners.manage": gettext_noop("manage partners and their keys"),
    "classroom.learn": gettext_noop("work on exercises"),
    "classroom.teach": gettext_noop("start exercises and see attempts"),
    "oversight.read": gettext_noop("read log roots, counts and purposes"),
    "accounts.manage": gettext_noop("add persons and grant roles"),
    "tokens.manage": gettext_noop("make and revoke API tokens"),
    "jobs.see": gettext_noop("see the progress of long work"),
}

_READ_CASE: Final = frozenset(
    {"cases.see", "exhibits.see", "sightings.see", "matches.see", "traces.see", "findings.see", "jobs.see"}
)
_ANALYST: Final = _READ_CASE | {
    "reports.queue", "reports.read", "reports.answer", "tips.see", "tips.work", "cases.open", "matches.review",
    "media.reveal",
}  # fmt: skip
_INVESTIGATOR: Final = _ANALYST | {
    "tips.import", "cases.manage", "exhibits.deposit", "items.take", "lists.import", "matches.scan", "media.lookup",
    "traces.run", "findings.make", "bundles.build", "referrals.send", "referrals.receive",
}  # fmt: skip

ROLES: Final[dict[str, frozenset[str]]] = {
    "analyst": _ANALYST,
    "investigator": _INVESTIGATOR,
    "supervisor": _INVESTIGATOR | {"partners.manage", "tokens.manage", "tips.policy", "matches.policy"},
    "prosecutor": _READ_CASE | {"bundles.build", "bundles.read"},
    "court-expert": _READ_CASE | {"bundles.read"},
    "judge-defence": frozenset({"bundles.read"}),
    "trainer": _INVESTIGATOR | {"classroom.teach", "classroom.learn"},
    "learner": _INVESTIGATOR | {"classroom.learn"},
    "overseer": frozenset({"oversight.read"}),
    "administrator": frozenset({"accounts.manage", "tokens.manage", "partners.manage"}),
}

ROLE_NAMES: Final[dict[str, str]] = {
    "analyst": gettext_noop("Analyst"),
    "investigator": gettext_noop("Investigator"),
    "supervisor": gettext_noop("Supervisor"),
    "prosecutor": gettext_noop("Prosecutor"),
    "court-expert": gettext_noop("Court expert"),
    "judge-defence": gettext_noop("Judge or defence"),
    "trainer": gettext_noop("Trainer"),
    "learner": gettext_noop("Learner"),
    "overseer": gettext_noop("Overseer"),
    "administrator": gettext_noop("Administrator"),
}
#: These roles exist only in an agency of kind exercise: what they do can never touch a real case.
EXERCISE_ROLES: Final = frozenset({"trainer", "learner"})
