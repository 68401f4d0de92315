"""Labels: the words for what a picture shows, and what the category numbers of lists mean in them. Data, not code.

Sets and maps are TOML files: those beside this module, and a unit's own in its folder, which replace ours by name.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from amparo.media.labels.errors import NoLabelSet
from amparo.media.labels.titles import TITLES

__all__ = ["TITLES", "CategoryMap", "Label", "LabelSet", "NoLabelSet", "category_maps", "label_sets", "load_labels"]

_HERE: Final = Path(__file__).parent
_CODE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_KEYS: Final = frozenset("123456789")
#: Bytes of one file; it is written by hand.
_LIMIT: Final = 64 * 1024
T = TypeVar("T")


class Label(NamedTuple):
    """`key`: "1" to "9" in the review. `code`: permanent. `title`: msgid of the shown word. `severity`: 0 to 3."""

    key: str
    code: str
    title: str
    severity: int


class LabelSet(NamedTuple):
    name: str
    labels: tuple[Label, ...]

    def by_code(self, code: str) -> Label | None:
        return next((label for label in self.labels if label.code == code), None)

    def by_key(self, key: str) -> Label | None:
        return next((label for label in self.labels if label.key == key), None)


class CategoryMap(NamedTuple):
    """What the category numbers of the lists of one country `profile` mean, in codes of the set `set_name`."""

    profile: str
    set_name: str
    codes: Mapping[str, str]

    def code(self, category: str | None) -> str | None:
        """The code for a category as a list writes it ("1"), None where the map says nothing of it."""
        return self.codes.get(category) if category is not None else None


class Labels(NamedTuple):
    sets: Mapping[str, LabelSet]
    maps: Mapping[str, CategoryMap]  # by profile


def label_sets(folder: Path | None = None) -> Mapping[str, LabelSet]:
    """All label sets by name: ours, and those of `folder`/sets (a unit's AMPARO_HOME/labels). Raises NoLabelSet."""
    return _named(_set, "sets", folder, lambda found: found.name)


def category_maps(folder: Path | None = None) -> Mapping[str, CategoryMap]:
    """All category maps by profile: ours, and those of `folder`/maps. Raises NoLabelSet."""
    return _named(_map, "maps", folder, lambda found: found.profile)


def load_labels(folder: Path | None = None) -> Labels:
    """Sets and maps together; each map's codes are in its set. Raises NoLabelSet."""
    loaded = Labels(label_sets(folder), category_maps(folder))
    for each in loaded.maps.values():
        known = loaded.sets.get(each.set_name)
        if known is None:
            raise NoLabelSet(file=each.profile, why=f"there is no label set {each.set_name}")
        unknown = [code for code in each.codes.values() if known.by_code(code) is None]
        if unknown:
            raise NoLabelSet(file=each.profile, why=f"the set {known.name} has no label {unknown[0]}")
    return loaded


def _named(
    read: Callable[[dict[str, Any]], T], kind: str, folder: Path | None, name: Callable[[T], str]
) -> Mapping[str, T]:
    found: dict[str, T] = {}
    for place in [_HERE, *([folder] if folder else [])]:
        for path in sorted((place / kind).glob("*.toml")):
            each = read_file(path, read)
            found[name(each)] = each
    return found


def read_file(path: Path, read: Callable[[dict[str, Any]], T]) -> T:
    """Read one TOML file; whatever is wrong with it names the file."""
    try:
        with path.open("rb") as stream:
            return read(tomllib.loads(stream.read(_LIMIT).decode()))
    except OSError as error:
        raise NoLabelSet(file=path.name, why=error.strerror or "it cannot be read") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoLabelSet(file=path.name, why=str(error)) from error


def _set(value: dict[str, Any]) -> LabelSet:
    labels = tuple(_label(each) for each in value["label"])
    found = LabelSet(_word(value["name"], "name"), labels)
    if not labels:
        raise ValueError("it has no label")
    for twice in _twice(label.key for label in labels):
        raise ValueError(f"two labels have the key {twice}")
    for twice in _twice(label.code for label in labels):
        raise ValueError(f"two labels have the code {twice}")
    return found


def _label(value: dict[str, Any]) -> Label:
    key, severity, title = value["key"], value["severity"], value["title"]
    if key not in _KEYS:
        raise ValueError(f"the key {key!r} is none of 1 to 9")
    if type(severity) is not int or not 0 <= severity <= 3:
        raise ValueError(f"the severity {severity!r} is none of 0 to 3")
    if not isinstance(title, str) or not 0 < len(title) <= 80 or not title.isprintable():
        raise ValueError("a title is one line of at most 80 signs")
    return Label(key, _word(value["code"], "code"), title, severity)


def _map(value: dict[str, Any]) -> CategoryMap:
    profile, codes = value["profile"], value["category"]
    if not isinstance(profile, str) or not profile or not isinstance(codes, dict):
        raise ValueError("a map has a profile and a table of categories")
    return CategoryMap(profile, _word(value["set"], "set"), {name: _word(code, "code") for name, code in codes.items()})


def _word(value: object, what: str) -> str:
    if not isinstance(value, str) or len(value) > 60 or not _CODE.fullmatch(value):
        raise ValueError(f"a {what} is made of small letters, digits and hyphens")
    return value


def _twice(values: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            yield value
        seen.add(value)
