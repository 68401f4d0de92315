"""The titles of the label sets that come with Amparo, where translators find them. A unit's own stay as written."""

from typing import Final

from amparo.base import gettext_noop

TITLES: Final = frozenset(
    {
        gettext_noop("Sexual act with a child"),
        gettext_noop("Sexual display of a child"),
        gettext_noop("Sexualised picture of a child"),
        gettext_noop("Made by a computer or drawn"),
        gettext_noop("Age unclear"),
        gettext_noop("Adults only"),
        gettext_noop("Not relevant"),
        gettext_noop("Category A"),
        gettext_noop("Category B"),
        gettext_noop("Category C"),
        gettext_noop("Illegal, grave"),
        gettext_noop("Illegal"),
    }
)
