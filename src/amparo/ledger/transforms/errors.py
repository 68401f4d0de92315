"""Errors of the transforms: L98x."""

from amparo.base import AmparoError, OutsideWorld, gettext_noop


class NoSpark(OutsideWorld):
    code = "L980"
    sentence = gettext_noop("Spark cannot be used here: %(why)s.")
    advice = gettext_noop("Install the extra “spark” and Java 17 or later, or use the engine duckdb.")


class TablesThere(OutsideWorld):
    code = "L981"
    sentence = gettext_noop("The folder %(folder)s is not empty.")
    advice = gettext_noop("Name a new folder for the tables.")


class NoTable(OutsideWorld):
    code = "L982"
    sentence = gettext_noop("%(folder)s has no table %(table)s.")
    advice = gettext_noop("Give the folder of a store that was loaded completely.")


class NoEnd(AmparoError):
    code = "L983"
    sentence = gettext_noop("The clusters did not settle in %(rounds)s rounds.")
    advice = gettext_noop("Report this: the method settles in a few rounds on every graph.")


class TablesDiffer(AmparoError):
    code = "L984"
    sentence = gettext_noop("The two engines do not give equal tables: %(tables)s.")
    advice = gettext_noop("Use neither. Report this with the versions of Amparo, DuckDB and Spark.")
