"""Files of a report as it declares them."""

from collections import Counter
from collections.abc import Iterable, Iterator

from amparo.exchange.tips.gather import Part
from amparo.exchange.tips.mapped_people import devices_of, ips_of
from amparo.exchange.tips.notes import Notes
from amparo.exchange.tips.tip import TipFile
from amparo.exchange.tips.values import DIGEST_SIZES, digest_kind, digest_value


def files_of(parts: Iterable[Part], notes: Notes) -> tuple[TipFile, ...]:
    """Return the declared files, identical declarations once; two that share a digest are one file under two names."""
    found = [_file(part, notes) for part in parts]
    files = tuple(dict.fromkeys(each for each in found if each != TipFile()))
    _note_twins(files, notes)
    return files


def _file(part: Part, notes: Notes) -> TipFile:
    where = part.first("name") or part.first("original_name") or part.first("id") or "file"
    return TipFile(
        name=notes.one(part, "name", where),
        original_name=notes.one(part, "original_name", where),
        id=notes.one(part, "id", where),
        size=_size(part, where, notes),
        digests=tuple(sorted(set(_digests(part, where, notes)))),
        viewed_by_provider=notes.decision(part, "viewed", where),
        exif_viewed=notes.decision(part, "exif_viewed", where),
        publicly_available=notes.decision(part, "publicly_available", where),
        classification=_classification(notes.one(part, "classification", where)),
        annotations=tuple(dict.fromkeys(mark for each in part.all("marks") for mark in marks_of(each))),
        relevance=notes.one(part, "relevance", where),
        location=notes.one(part, "location", where),
        ips=ips_of(part, where, notes),
        devices=devices_of(part, where, notes),
        uploaded=notes.time(part.first("uploaded"), where),
        notes=(*part.texts("notes"), *_pairs(part)),
    )


def marks_of(part: Part) -> Iterator[str]:
    """Names of what is set: <viral/>, "viral": true, or the list ["viral"]. A mark that is denied is none."""
    yield from part.texts("mark")
    for name, text in part.captured:
        plain = text.casefold()
        if plain in {"true", "yes", "1"}:
            yield name
        elif plain not in {"false", "no", "0"}:
            yield f"{name}: {text}"


def _size(part: Part, where: str, notes: Notes) -> int | None:
    text = notes.one(part, "size", where)
    if text is None:
        return None
    plain = text.replace(",", "").removesuffix("bytes").strip()
    if plain.isascii() and plain.isdigit() and len(plain) <= 15:
        return int(plain)
    notes.unknown.append((f"{where}/size", text))
    return None


def _digests(part: Part, where: str, notes: Notes) -> Iterator[tuple[str, str]]:
    declared = [(kind, leaf.text) for kind in (*DIGEST_SIZES, "photodna") for leaf in part.leaves.get(kind, ())]
    for each in part.all("hashes"):
        declared.extend((each.first("kind") or "", text) for text in each.texts("value"))
    for given, text in declared:
        kind = digest_kind(given) or _by_length(text)
        value = digest_value(kind, text)
        if value is None or not kind:
            notes.problem(where, "bad-digest", f"{given or '?'}: {text}")
            notes.unknown.append((f"{where}/{given or 'hash'}", text))
        else:
            yield kind, value


def _by_length(text: str) -> str:
    return {32: "md5", 40: "sha1", 64: "sha256"}.get(len(text.strip()), "")


def _classification(text: str | None) -> str | None:
    """ "a1" and "A1 (prepubescent, sex act)" are A1; other words stay as they are."""
    head = (text or "")[:2].upper()
    rest = (text or "")[2:3]
    return head if head in {"A1", "A2", "B1", "B2"} and not rest.isalnum() else text


def _pairs(part: Part) -> Iterator[str]:
    for each in part.all("pairs"):
        for value in each.texts("value"):
            name = each.first("name")
            yield f"{name}: {value}" if name else value


def _note_twins(files: tuple[TipFile, ...], notes: Notes) -> None:
    shared = Counter(digest for each in files for digest in each.digests if digest[0] in {"md5", "sha1", "sha256"})
    told = set()
    for kind, value in (digest for digest, count in shared.items() if count > 1):
        names = tuple(sorted({each.shown_name for each in files if (kind, value) in each.digests}))
        if len(names) > 1 and names not in told:
            told.add(names)
            notes.problem(names[0], "two-names", ", ".join(names[:10]))
