"""Notes about how the unit worked, which a court must know to weigh the findings."""

from typing import Final

from amparo.base import Registry, gettext_noop
from amparo.findings import TEMPLATES, FindingTemplate, Statement

NOTES: Final[Registry[FindingTemplate]] = Registry(
    "bundle note",
    FindingTemplate(
        "policy.two-persons-relaxed",
        gettext_noop(
            "The unit's policy does not ask for a second person for: %(acts)s. "
            "It was set by %(officer)s on %(date)s because: %(reason)s."
        ),
        {"acts": "match review", "officer": "r.diaz", "date": "2026-11-24", "reason": "a unit of four"},
    ),
    FindingTemplate(
        "skipped.items",
        gettext_noop("%(count)s items of exhibit %(exhibit)s could not be read (%(reason)s)."),
        {"count": 3, "exhibit": "EX1", "reason": "broken-zip"},
    ),
    FindingTemplate(
        "dropped.items",
        gettext_noop(
            "Of exhibit %(exhibit)s, %(count)s comparisons were left out or their hits not kept (%(reason)s)."
        ),
        {"count": 3, "exhibit": "EX1", "reason": "known-good"},
    ),
    FindingTemplate(
        "later.scan",
        gettext_noop(
            "Exhibit %(exhibit)s was compared with %(lists)s from what an earlier scan saw, without reading it again."
        ),
        {"exhibit": "EX1", "lists": "Known 2"},
    ),
    FindingTemplate(
        "outside.authorisation",
        gettext_noop("%(count)s items lie outside the authorisation %(authorisation)s and were not looked at."),
        {"count": 3, "authorisation": "A1"},
    ),
)


def template_of(statement: Statement) -> FindingTemplate:
    """Return the statement's template, from NOTES or from the finding templates. Raises UnknownEntry."""
    return NOTES[statement.template] if statement.template in NOTES else TEMPLATES[statement.template]
