"""A tip as plain JSON values and back: what the report said stays whole in a row, unknown fields too.

What is None or empty is left out. Bytes (`document`, `blob`) are not part of it: they lie in the store.
"""

import types
import typing
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from amparo.base import ObservedTime, Skipped, Zone, iso_ms
from amparo.exchange.tips import Tip, TipFile

T = TypeVar("T", Tip, TipFile)

_BYTES = frozenset({"document", "blob", "files"})


def as_plain(value: Any) -> Any:
    """Dataclasses become dicts, tuples lists, times {raw, instant, zone}, skips [what, reason, detail]."""
    if isinstance(value, ObservedTime):
        instant = iso_ms(value.instant) if value.instant else None
        return {"raw": value.raw, "instant": instant, "zone": value.zone.value}
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((each.name, getattr(value, each.name)) for each in fields(value) if each.name not in _BYTES)
        return {name: as_plain(part) for name, part in pairs if part is not None and part != ()}
    if isinstance(value, tuple):
        return [as_plain(part) for part in value]
    return value


def from_plain(kind: type[T], value: Any, **more: Any) -> T:
    """The dataclass again; `more` fills the fields that are not part of the plain form."""
    made: T = _built(kind, value)
    return replace(made, **more)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _built(kind: Any, value: Any) -> Any:
    """`value` as the type `kind`: a dataclass, a time, a skip, a tuple of one type or of pairs, or as it is."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if value is None or origin in (types.UnionType, typing.Union):
        return None if value is None else _built(next(each for each in arguments if each is not type(None)), value)
    if origin is tuple:
        inner = arguments[0] if arguments[-1] is Ellipsis else None
        return tuple(_built(inner, part) if inner else part for part in value)
    return _record(kind, value) if is_dataclass(kind) or kind in (ObservedTime, Skipped) else value


def _record(kind: Any, value: Any) -> Any:
    if kind is Skipped:
        return Skipped(*value)
    if kind is ObservedTime:
        instant = datetime.fromisoformat(value["instant"]) if value["instant"] else None
        return ObservedTime(value["raw"], instant, Zone(value["zone"]))
    hints = _hints(kind)
    return kind(**{name: _built(hints[name], part) for name, part in value.items() if name in hints})
