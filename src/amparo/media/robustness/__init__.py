"""The measured error of PDQ: what it finds of changed copies, how often it takes one picture for another.

`measuring.measure` makes a measurement and `page.markdown` its page in the manual; here is what this version knows.
"""

from amparo.media.robustness.known import KnownError, find_table, known_error, measured, table_digest

__all__ = ["KnownError", "find_table", "known_error", "measured", "table_digest"]
