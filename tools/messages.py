"""The message catalogues, without the gettext programs.

    python tools/messages.py extract             writes the template of all messages, src/amparo/web/locale/django.pot
    python tools/messages.py update              brings every catalogue up to the template (keeps translations)
    python tools/messages.py missing es [--json] lists what has no translation yet; --json in the form that fill reads
    python tools/messages.py fill es FILE.json   writes translations: {"msgid": "text"} or {"msgid": ["one", "many", …]}
    python tools/messages.py compile             writes the .mo files (not kept in git)
    python tools/messages.py check               fails on a missing, fuzzy, outdated or ill-formed translation

Messages come from Python (gettext and its kin, our own gettext_noop of the engines too) and from templates. Files
are written sorted, without dates and line numbers, so that a diff shows words only.
"""

import argparse
import ast
import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import normalize, read_po
from django.utils.translation.template import templatize

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGE: Final = ROOT / "src" / "amparo"
LOCALE: Final = PACKAGE / "web" / "locale"
#: Plural rules as the Unicode CLDR gives them for whole numbers, in gettext's spelling.
PLURALS: Final = {
    "es": (2, "(n != 1)"),
    "fr": (2, "(n > 1)"),
    "ar": (6, "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5"),
    "pt": (2, "(n != 1)"),
    "sw": (2, "(n != 1)"),
}
KEYWORDS: Final = {
    "_": (1,), "gettext": (1,), "gettext_lazy": (1,), "gettext_noop": (1,),
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip
#: Between context and message, in keys of fill's JSON; gettext's own separator.
SEPARATOR: Final = "\x04"


class Message(NamedTuple):
    """One message of the source: `plural` and `context` are "" when it has none; `places` are files."""

    context: str
    id: str
    plural: str
    places: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.context}{SEPARATOR}{self.id}" if self.context else self.id


Strings = tuple[str, ...]
Catalogue = dict[str, Strings]


class CatalogueProblem(Exception):
    """What is wrong with a catalogue or a file of translations, in one sentence."""


# --- extracting -----------------------------------------------------------------------------------------------


def sources(package: Path) -> Iterator[Path]:
    """Yield every file that can hold messages, in a fixed order."""
    for path in sorted(package.rglob("*")):
        in_templates = "templates" in path.parts and path.suffix in {".html", ".txt"}
        if in_templates or (path.suffix == ".py" and "migrations" not in path.parts):
            yield path


def messages_in(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (context, id, plural) of one file."""
    text = path.read_text(encoding="utf-8")
    for function, found in _calls(text) if path.suffix == ".py" else _tags(text, path):
        yield from _pick(function, found)


def _calls(text: str) -> Iterator[tuple[str, list[str | None]]]:
    """Yield (function, its arguments; None for one that is no plain text) of every call in Python code."""
    nodes = list(ast.walk(ast.parse(text)))
    imported = [alias for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names]
    renamed = {alias.asname: alias.name for alias in imported if alias.asname and alias.name in KEYWORDS}
    for node in nodes:
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None) or ""
            name = renamed.get(name, name)
            if name in KEYWORDS:
                yield name, [each.value if isinstance(each, ast.Constant) else None for each in node.args]


def _tags(text: str, path: Path) -> Iterator[tuple[str, list[str | None]]]:
    """The same of a template, of which templatize leaves only the calls; indentation would disturb the tokenizer."""
    code = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    stream = io.BytesIO(code.encode())
    for _line, function, found, _comments in extract_python(stream, list(KEYWORDS), [], {"encoding": "utf-8"}):
        yield function, list(found) if isinstance(found, tuple) else [found]


def _pick(function: str, arguments: list[Any]) -> Iterator[tuple[str, str, str]]:
    spec = KEYWORDS[function]
    context = ""
    picked: list[str] = []
    for each in spec:
        place = each[0] if isinstance(each, tuple) else each
        value = arguments[place - 1] if len(arguments) >= place else None
        if not isinstance(value, str) or not value:
            return  # a variable, or an alias of the name for something else
        if isinstance(each, tuple):
            context = value
        else:
            picked.append(value)
    yield context, picked[0], picked[1] if len(picked) > 1 else ""


def extract() -> dict[str, Message]:
    """Return every message of the source by its key, sorted."""
    package = PACKAGE
    found: dict[tuple[str, str], tuple[str, set[str]]] = {}
    for path in sources(package):
        place = path.relative_to(package).as_posix()
        for context, msgid, plural in messages_in(path):
            old_plural, places = found.setdefault((context, msgid), (plural, set()))
            places.add(place)
            if plural and not old_plural:
                found[context, msgid] = (plural, places)
    made = [Message(c, i, plural, tuple(sorted(places))) for (c, i), (plural, places) in found.items()]
    return {each.key: each for each in sorted(made, key=lambda each: (each.id, each.context))}


# --- reading and writing catalogues ----------------------------------------------------------------------------


def path_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(path: Path) -> Catalog:
    """Return a catalogue as babel reads it; an absent file is an empty one."""
    if not path.exists():
        return Catalog()
    with path.open("rb") as stream:
        return read_po(stream, abort_invalid=True)


def translations(catalog: Catalog) -> Catalogue:
    """Return key -> strings of every message of a catalogue that says something."""
    made: Catalogue = {}
    for message in catalog:
        if not message.id:
            continue
        msgid = message.id[0] if isinstance(message.id, tuple | list) else message.id
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        key = f"{message.context}{SEPARATOR}{msgid}" if message.context else msgid
        if any(strings):
            made[key] = tuple(each or "" for each in strings)
    return made


def header(language: str | None) -> str:
    fields = ["Project-Id-Version: Amparo", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"]
    fields.append("Content-Transfer-Encoding: 8bit")
    notes = ["# Messages of Amparo, in English."]
    if language:
        count, rule = PLURALS[language]
        fields += [f"Language: {language}", f"Plural-Forms: nplurals={count}; plural={rule};"]
        notes = ["# Written by the makers of Amparo; a native reviewer is still wanted."]
    lines = [*notes, 'msgid ""', 'msgstr ""', *(f'"{each}\\n"' for each in fields)]
    return "\n".join(lines) + "\n"


def entry(message: Message, strings: Strings, count: int) -> str:
    """Return one message in the form of a .po file."""
    lines = [f"#: {place}" for place in message.places[:4]]
    if re.search(r"%\(\w+\)[sd]", message.id):
        lines.append("#, python-format")
    if message.context:
        lines.append(f"msgctxt {normalize(message.context, width=100)}")
    lines.append(f"msgid {normalize(message.id, width=100)}")
    if message.plural:
        lines.append(f"msgid_plural {normalize(message.plural, width=100)}")
        padded = [*strings, *[""] * count][:count]
        lines += [f"msgstr[{i}] {normalize(text, width=100)}" for i, text in enumerate(padded)]
    else:
        lines.append(f"msgstr {normalize(strings[0] if strings else '', width=100)}")
    return "\n".join(lines) + "\n"


def write(path: Path, text: str) -> None:
    """Replace a file in one step, so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".messages-")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    Path(name).replace(path)
    path.chmod(0o644)


def po_text(messages: dict[str, Message], strings: Catalogue, language: str | None) -> str:
    count = PLURALS[language][0] if language else 2
    parts = [entry(message, strings.get(key, ()), count) for key, message in messages.items()]
    return "\n".join([header(language), *parts])


# --- the rules of a translation ---------------------------------------------------------------------------------


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sdf]|%[sd]|\{\w+\}", text.replace("%%", "")))


def needs_no_words(message: Message) -> bool:
    """Whether nothing is left to translate but named facts and signs."""
    return not re.search(r"[^\W\d_]", re.sub(r"%\(\w+\)[sdf]|%[sd]|\{\w+\}", "", message.id))


def tags(text: str) -> list[str]:
    return sorted(re.findall(r"</?[a-z][^>]*>", text))


def faults(message: Message, strings: Strings, count: int) -> Iterator[str]:
    """Yield what is wrong with one translation, each in a few words."""
    wanted = count if message.plural else 1
    if len(strings) != wanted or not all(strings):
        yield f"has {len([each for each in strings if each])} of {wanted} strings"
        return
    named = placeholders(message.id) | placeholders(message.plural)
    for text in strings:
        # A plural form may leave its number out ("one day"); a plain sentence must keep every fact.
        extra, lost = placeholders(text) - named, placeholders(message.id) - placeholders(text)
        if extra or (lost and not message.plural):
            yield f"placeholders differ: {', '.join(sorted(extra | lost))}"
        if tags(text) != tags(message.id):
            yield "its markup differs"
        if text[:1].isspace() != message.id[:1].isspace() or text[-1:].isspace() != message.id[-1:].isspace():
            yield "blank signs at its ends differ"


def problems(language: str, messages: dict[str, Message]) -> Iterator[str]:
    """Yield every reason why this catalogue must not ship."""
    catalog = read(path_of(language))
    strings = translations(catalog)
    count = PLURALS[language][0]
    for each in catalog:
        if each.id and each.fuzzy:
            yield f"{language}: fuzzy: {each.id!r}"
    for key, message in messages.items():
        if key not in strings:
            yield f"{language}: no translation: {message.id!r} ({message.places[0]})"
        else:
            yield from (f"{language}: {fault}: {message.id!r}" for fault in faults(message, strings[key], count))
    yield from (f"{language}: no longer in the source, run update: {key!r}" for key in strings if key not in messages)


# --- commands ---------------------------------------------------------------------------------------------------


def run_extract() -> int:
    write(LOCALE / "django.pot", po_text(extract(), {}, None))
    return 0


def run_update() -> int:
    messages = extract()
    write(LOCALE / "django.pot", po_text(messages, {}, None))
    for language in PLURALS:
        strings = translations(read(path_of(language)))
        for key, message in messages.items():
            if needs_no_words(message) and not message.plural:
                strings.setdefault(key, (message.id,))
        write(path_of(language), po_text(messages, strings, language))
        print(f"{language}: {sum(key in strings for key in messages)} of {len(messages)} translated")
    return 0


def run_missing(language: str, as_json: bool) -> int:
    messages = extract()
    strings = translations(read(path_of(language)))
    wanted = [each for key, each in messages.items() if key not in strings and not needs_no_words(each)]
    if as_json:
        count = PLURALS[language][0]
        blank = {each.key: [each.id, each.plural, *[""] * (count - 2)] if each.plural else "" for each in wanted}
        print(json.dumps(blank, ensure_ascii=False, indent=0))
    else:
        print("\n".join(f"{each.places[0]}: {each.id!r}" for each in wanted))
    return 0


def run_fill(language: str, file: Path) -> int:
    """Write a file of translations into a catalogue; nothing is written if one of them is wrong."""
    messages = extract()
    strings = translations(read(path_of(language)))
    wrong: list[str] = []
    for key, value in json.loads(file.read_text(encoding="utf-8")).items():
        given = tuple(value) if isinstance(value, list) else (value,)
        if key not in messages:
            wrong.append(f"no such message: {key!r}")
        elif any(given):
            wrong += [f"{fault}: {key!r}" for fault in faults(messages[key], given, PLURALS[language][0])]
            strings[key] = given
    if wrong:
        raise CatalogueProblem("\n".join(wrong))
    write(path_of(language), po_text(messages, {key: strings[key] for key in messages if key in strings}, language))
    print(f"{language}: {sum(key in strings for key in messages)} of {len(messages)} translated")
    return 0


def run_compile() -> int:
    for language in PLURALS:
        catalog = read(path_of(language))
        buffer = io.BytesIO()
        write_mo(buffer, catalog)
        target = path_of(language).with_suffix(".mo")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(buffer.getvalue())
    return 0


def run_check() -> int:
    messages = extract()
    found = [each for language in PLURALS for each in problems(language, messages)]
    _say(found)
    return 1 if found else 0


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("extract", "update", "compile", "check"):
        commands.add_parser(name)
    missing = commands.add_parser("missing")
    missing.add_argument("language", choices=list(PLURALS))
    missing.add_argument("--json", action="store_true")
    fill = commands.add_parser("fill")
    fill.add_argument("language", choices=list(PLURALS))
    fill.add_argument("file", type=Path)
    given = parser.parse_args(arguments)
    try:
        if given.command == "missing":
            return run_missing(given.language, given.json)
        if given.command == "fill":
            return run_fill(given.language, given.file)
        return {"extract": run_extract, "update": run_update, "compile": run_compile, "check": run_check}[
            given.command
        ]()
    except (CatalogueProblem, OSError, json.JSONDecodeError) as problem:
        _say([str(problem)])
        return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
