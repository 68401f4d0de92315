"""CSV that stays data when a spreadsheet opens it."""

import csv
from collections.abc import Iterable, Sequence
from typing import IO, Final

# A cell that begins so is run as a formula by spreadsheets (OWASP, "CSV Injection"); full-width forms too.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: object) -> str:
    """Return the text of a cell; None as empty; what would be a formula gets a leading apostrophe.

    Plain numbers stay numbers, negative ones too.
    """
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    text = str(value).replace("\x00", "\ufffd")
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA) else text


def write_csv(stream: IO[str], head: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a table (RFC 4180, CRLF) row by row; return the number of rows. Open `stream` with newline=""."""
    writer = csv.writer(stream)
    writer.writerow([safe_cell(label) for label in head])
    count = 0
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
        count += 1
    return count
