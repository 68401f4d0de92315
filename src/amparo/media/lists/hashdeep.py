"""Hash lists as hashdeep writes them: size, digests and name of each file of a tree, known before they are looked for.

The second line names the columns; `filename` is last and may hold commas. Columns of digests that Amparo does not
compare (tiger, whirlpool) are kept. Lines that begin with "##" say how the list was made and are not entries.
Source: hashdeep 4.4, its manual and its output ("%%%% HASHDEEP-1.0").
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final

from amparo.base import Skipped
from amparo.media.errors import NotAHashList
from amparo.media.lists.entry import Entry, ListExample, ListFormat
from amparo.media.lists.lines import BadLine, Rows, bounded_lines, good_digest, line_text, one_line
from amparo.media.signals import SIGNALS

MAGIC: Final = b"%%%% HASHDEEP-1.0"
_WRITTEN: Final = ("md5", "sha1", "sha256")


class HashdeepList(ListFormat):
    """hashdeep's own form."""

    name = "hashdeep"
    writable = True

    def read(self, stream: BinaryIO) -> Iterator[Entry | Skipped]:
        lines = bounded_lines(stream)
        if next(lines, (1, b""))[1] != MAGIC:
            raise NotAHashList(why="its first line is not that of hashdeep 1.0")
        return _entries(lines, _columns(next(lines, (2, b""))[1]))

    def write(self, entries: Iterable[Entry], sink: BinaryIO, facts: Mapping[str, Any]) -> int:
        """Write the digests hashdeep knows, further columns and the name. An entry without any is left out, as is one
        that was withdrawn.

        A digest that an entry lacks is an empty column, which hashdeep itself does not write.
        """
        with Rows() as rows:
            for entry in entries:
                if entry.status == "active" and any(name in entry.digests for name in _WRITTEN):
                    rows.add(_row(entry))
            digests = [name for name in _WRITTEN if name in rows.columns] or ["md5"]
            others = [name for name in rows.columns if name not in {"size", "filename", *digests}]
            columns = ["size", *digests, *others, "filename"]
            sink.write(MAGIC + b"\n%%%% " + ",".join(columns).encode() + b"\n")
            count = 0
            for row in rows:
                sink.write(",".join(row.get(name, "") for name in columns).encode() + b"\n")
                count += 1
            return count

    def examples(self) -> list[ListExample]:
        head = MAGIC + b"\n%%%% size,md5,sha256,filename\n## Invoked from: /evidence\n## $ hashdeep -r .\n##\n"
        digests = b"900150983cd24fb0d6963f7d28e17f72,ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        return [
            ListExample(
                head + b"3," + digests + b",/evidence/a,b.txt\n3,xyz,,c\n3,,,d\n", 1, ("bad-digest", "no-digest")
            )
        ]


def _columns(line: bytes | None) -> list[str]:
    if line is None or not line.startswith(b"%%%% "):
        raise NotAHashList(why="its second line does not name the columns")
    columns = [one_line(name).lower() for name in line[5:].decode("utf-8", "replace").split(",")]
    if columns[-1] != "filename" or not any(name in SIGNALS for name in columns):
        raise NotAHashList(why="its second line names no digest, or does not end with filename")
    return columns


def _entries(lines: Iterator[tuple[int, bytes | None]], columns: Sequence[str]) -> Iterator[Entry | Skipped]:
    for number, line in lines:
        if line is not None and (not line.strip() or line.startswith((b"##", b"%%%%"))):
            continue
        try:
            yield _entry(number, line_text(line), columns)
        except BadLine as bad:
            yield Skipped(f"line {number}", bad.reason, bad.detail)


def _entry(number: int, text: str, columns: Sequence[str]) -> Entry:
    fields = text.split(",", len(columns) - 1)
    if len(fields) < len(columns):
        raise BadLine("too-few-columns", f"{len(fields)} columns; the second line names {len(columns)}")
    values = {name: field.strip() for name, field in zip(columns, fields, strict=True) if field.strip()}
    digests = {signal.name: good_digest(signal, values[signal.name]) for signal in SIGNALS if signal.name in values}
    if not digests:
        raise BadLine("no-digest", "no digest that Amparo compares")
    extra = {name: text for name, word in values.items() if name not in SIGNALS and name and (text := one_line(word))}
    return Entry(number, digests, None, None, extra)


def _row(entry: Entry) -> dict[str, str]:
    """The digests hashdeep knows, and all else under names that can head a column; only the last may hold commas."""
    row = {name: entry.digests[name] for name in _WRITTEN if name in entry.digests}
    for name, text in entry.extra.items():
        column = one_line(name.replace(",", " ")).lower()
        if column and column not in SIGNALS:
            row[column] = one_line(text if column == "filename" else text.replace(",", " "))
    return row
