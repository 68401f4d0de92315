"""`amparo lists`: look at a hash list, turn it into an index, write it in another form."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from amparo.base import OutsideWorld, Skipped, WrongUse
from amparo.cli.teller import Teller, display, telling

if TYPE_CHECKING:
    from amparo.media.lists import Entry

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
PLACE = click.Path(path_type=Path)
FORM = click.option("--format", "form", help="The list's form; found out from its first bytes if it is not given.")


@click.group("lists", short_help="Hash lists: look at, import, export.")
def lists() -> None:
    """Hash lists of any form that Amparo knows: VICS-shaped JSON, NCMEC XML, StopNCII JSON, CSV, hashdeep, md5sum.

    A file that is cut off or broken is refused with the place, and nothing of it is kept.
    """


@lists.command("show", short_help="What form a list is in, and what it holds.")
@click.argument("path", type=FILE)
@FORM
@click.option("--records", default=0, show_default=True, help="Print so many records from its start.")
@telling
def show(teller: Teller, path: Path, form: str | None, records: int) -> None:
    """Read the whole list at PATH and say its form, how many entries it has, and what was skipped.

    amparo lists show known.json --records 3
    """
    form = _form(path, form)
    from amparo.media.lists.known_good import KNOWN_GOOD

    if form in KNOWN_GOOD:
        with KNOWN_GOOD[form].open(path) as good:
            row = {"format": form, "entries": good.count, "false_rate": good.false_rate}
            teller.row(
                row, f"{display(path)}: {form}, about {good.count} harmless files, held by mistake {good.false_rate}"
            )
        return
    count = withdrawn = 0
    for entry in _entries(teller, path, form):
        count += 1
        withdrawn += entry.status == "withdrawn"
        if count <= records:
            _tell(teller, entry)
    row = {"format": form, "entries": count, "withdrawn": withdrawn, "skipped": dict(teller.skipped.counts)}
    teller.row(row, f"{display(path)}: {form}, {count} entries ({withdrawn} withdrawn), {teller.skipped.total} skipped")


@lists.command("import", short_help="Make an index of a list.")
@click.argument("path", type=FILE)
@click.argument("folder", type=PLACE)
@FORM
@click.option("--name", help="The list's name; its file's name if it is not given.")
@click.option("--version", "edition", default="1", show_default=True, help="The list's own version.")
@telling
def import_(teller: Teller, *, path: Path, folder: Path, form: str | None, name: str | None, edition: str) -> None:
    """Read the list at PATH into the new index FOLDER, in bounded memory, whatever its size.

    The index can be searched at once (`amparo scan --list FOLDER`). An interrupted or refused import leaves nothing.

        amparo lists import known.json known.index --name national --version 2026-11
    """
    from amparo.media import LISTS, build_index

    form = _indexable(_form(path, form))
    facts = {
        "name": name or display(Path(path.name)),
        "version": edition,
        "format": form,
        "source_sha256": _sha256(path),
    }
    with teller.progress("importing") as progress, path.open("rb") as stream:
        report = build_index(LISTS[form].read(stream), folder, facts, progress)
    for skipped in report.skipped.examples:
        teller.skip(skipped)
    teller.skipped.counts.update(report.skipped.counts - teller.skipped.counts)
    row = {"format": form, "entries": report.entries, "skipped": dict(report.skipped.counts), "digest": report.digest}
    plain = f"{report.entries} entries in {display(folder)}, {report.skipped.total} skipped\ndigest {report.digest}"
    teller.row(row | {"odd_pdq": report.odd_pdq}, plain)


@lists.command("export", short_help="Write a list, or an index, in another form.")
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.argument("path", type=PLACE)
@click.option("--to", "target", required=True, help="The form to write.")
@FORM
@click.option("--profile", help="The country profile of VICS 2.0.")
@telling
def export(teller: Teller, *, source: Path, path: Path, target: str, form: str | None, profile: str | None) -> None:
    """Write the entries of SOURCE, a list or an index folder, to the new file PATH.

    Records of the same form are written as they came; else what the form has a place for. "bloom" makes a filter of
    the SHA-1 digests, as the hashlookup service publishes them; a list of illegal material never becomes one.

        amparo lists export known.index known.xml --to ncmec-v2
    """
    if path.exists():
        raise WrongUse(what=f"{display(path)} is there already")
    found = "" if source.is_dir() else _indexable(_form(source, form))
    if target == "bloom":
        _check_harmless(source, found)
    # The second reading, for a filter, must not say skips again.
    readings = [_entries(each, source, found) if found else _of_index(source) for each in (teller, _Quiet())]
    partial = path.with_name(path.name + ".partial")
    try:
        count = (
            _write(readings[0], partial, target, profile) if target != "bloom" else _write_filter(*readings, partial)
        )
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    teller.row({"format": target, "entries": count}, f"{count} entries in {display(path)}")


@lists.command("check", short_help="Whether an index is whole; make damaged files again.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--rebuild", is_flag=True, help="Make damaged files again from the entries, where that is sound.")
@telling
def check(teller: Teller, *, folder: Path, rebuild: bool) -> None:
    """Compare every byte of the index FOLDER with its SHA-256.

    A rebuilt index is the same index, with the same digest; if the entries themselves are damaged, it is refused.

        amparo lists check known.index --rebuild
    """
    from amparo.media import Index, rebuild_index

    with teller.progress("rebuilding") as progress:
        rebuilt = rebuild_index(folder, progress) if rebuild else ()
    index = Index.open(folder, check=True)
    row = {"digest": index.digest, "entries": len(index), "rebuilt": list(rebuilt)}
    plain = f"{len(index)} entries, every byte as it was made\ndigest {index.digest}"
    teller.row(row, plain + "".join(f"\nmade again: {name}" for name in rebuilt))


class _Quiet(Teller):
    """Counts and says nothing."""

    def __init__(self) -> None:
        super().__init__(as_json=False, strict=False)

    def skip(self, skipped: Skipped) -> None:
        self.skipped.add(skipped)


def _form(path: Path, form: str | None) -> str:
    from amparo.media import NotAHashList
    from amparo.media.lists import HEAD_BYTES, detect

    if form:
        return form
    with path.open("rb") as stream:
        found = detect(stream.read(HEAD_BYTES))
    if found is None:
        raise NotAHashList(why="it begins like no form of list that Amparo knows")
    return found


def _indexable(form: str) -> str:
    from amparo.media.lists.known_good import KNOWN_GOOD

    if form in KNOWN_GOOD:
        raise WrongUse(what=f"a list of the form {form} is looked up as it is; there is nothing to import")
    return form


def _entries(teller: Teller, path: Path, form: str) -> "Iterator[Entry]":
    """The entries of a list; what is skipped is said."""
    from amparo.media import LISTS
    from amparo.media.lists import opened

    with path.open("rb") as stream:
        for each in LISTS[form].read(stream):
            if isinstance(each, Skipped):
                teller.skip(each)
            else:
                yield from opened(each)


def _of_index(folder: Path) -> "Iterator[Entry]":
    from amparo.media import EntryRef, Index

    index = Index.open(folder)
    for number in range(len(index)):
        yield index.entry(EntryRef(number))


def _write(entries: "Iterator[Entry]", path: Path, target: str, profile: str | None) -> int:
    from amparo.media import LISTS

    form = LISTS[target]
    try:
        facts: dict[str, Any] = {"profile": profile} if profile else {}
        with path.open("wb") as sink:
            return form.write(entries, sink, facts)
    except OSError as error:
        raise OutsideWorld(what=f"{display(path)} could not be written: {error.strerror or error}") from error


def _check_harmless(source: Path, form: str) -> None:
    """A filter serves to leave files out of a scan, so no list of illegal material may become one."""
    from amparo.media import Index
    from amparo.media.lists import ILLEGAL, NotKnownGood

    made_of = form or str(Index.open(source).facts.get("format", ""))
    if made_of in ILLEGAL:
        raise NotKnownGood(name=display(source), why="it lists illegal material")


def _write_filter(first: "Iterator[Entry]", second: "Iterator[Entry]", path: Path) -> int:
    """Write a filter of SHA-1 digests: read once to know how many, and again to put them in."""
    from amparo.media.lists.known_good import write_bloom

    capacity = sum("sha1" in entry.digests for entry in first)
    digests = (entry.digests["sha1"] for entry in second if "sha1" in entry.digests and entry.status == "active")
    return write_bloom(path, digests, capacity)


def _tell(teller: Teller, entry: "Entry") -> None:
    row = {
        "row": entry.row, "digests": dict(entry.digests), "label": entry.label, "status": entry.status,
        "extra": dict(entry.extra),
    }  # fmt: skip
    digests = ", ".join(f"{name} {digest[:64]}" for name, digest in entry.digests.items())
    teller.row(row, f"{entry.row}: {digests} label {entry.label or '-'} ({entry.status})")


def _sha256(path: Path) -> str:
    import hashlib

    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
