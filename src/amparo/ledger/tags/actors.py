"""Packs of actors: who the short names in tags stand for, as one publisher describes them.

Source: graphsense/graphsense-tagpacks, actors/; the form is that of a TagPack with `actors` in place of `tags`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from amparo.base import SkipCount, Skipped, clean_text
from amparo.ledger.tags.errors import NotAnActorPack
from amparo.ledger.tags.plain_yaml import write_plain_yaml
from amparo.ledger.tags.tagpack import read_document


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` stays text ("01"). `context` is what the publisher keeps beside it, unread."""

    id: str
    label: str
    uri: str | None
    categories: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    aliases: tuple[str, ...]
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ActorPack:
    """`document` is all of the file as published: what is written back. `digest` is the file's SHA-256."""

    title: str
    creator: str
    digest: str
    actors: tuple[Actor, ...]
    skipped: SkipCount
    document: Mapping[str, Any]
    _names: Mapping[str, str] = field(repr=False)

    def canonical(self, name: str) -> str:
        """The id that a tag's word for an actor stands for: an id itself, or what one actor alone has as alias."""
        return self._names.get(name, name)

    def actor(self, name: str) -> Actor | None:
        wanted = self.canonical(name)
        return next((each for each in self.actors if each.id == wanted), None)


def read_actorpack(path: Path) -> ActorPack:
    """Read one pack of actors; rows without id, or with one that stood before, are skipped and counted.

    Raises UnsafeYaml, DuplicateKey, BrokenYaml, TooManyParts, NotAnActorPack or ListTooLarge.
    """
    digest, value = read_document(path)
    if not isinstance(value, dict):
        raise NotAnActorPack(file=path.name, field="title")
    for name in ("title", "creator", "actors"):
        if not value.get(name):
            raise NotAnActorPack(file=path.name, field=name)
    if not isinstance(value["actors"], list):
        raise NotAnActorPack(file=path.name, field="actors")
    skipped = SkipCount()
    found: dict[str, Actor] = {}
    for number, row in enumerate(value["actors"]):
        actor, reason = _actor(row)
        if actor is not None and actor.id in found:
            reason = "duplicate"
        if actor is None or reason is not None:
            skipped.add(Skipped(f"{value['title']} #{number + 1}", reason or "not-an-actor"))
            continue
        found[actor.id] = actor
    actors = tuple(found.values())
    return ActorPack(str(value["title"]), str(value["creator"]), digest, actors, skipped, value, _names(actors))


def write_actorpack(pack: ActorPack, stream: BinaryIO) -> None:
    """Write the pack as it was published; every YAML reader gets equal values."""
    write_plain_yaml(dict(pack.document), stream)


def _actor(row: Any) -> tuple[Actor | None, str | None]:
    if not isinstance(row, dict):
        return None, "not-an-actor"
    name, label = row.get("id"), row.get("label")
    if not isinstance(name, str) or not name.strip():
        return None, "no-id"
    context = row.get("context")
    return Actor(
        id=clean_text(name).strip(),
        label=clean_text(label).strip() if isinstance(label, str) else name,
        uri=row["uri"] if isinstance(row.get("uri"), str) else None,
        categories=_texts(row.get("categories")),
        jurisdictions=_texts(row.get("jurisdictions")),
        aliases=_texts(row.get("aliases")),
        context=context if isinstance(context, dict) else {},
    ), None


def _texts(value: object) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else []
    return tuple(clean_text(part).strip() for part in parts if isinstance(part, str))


def _names(actors: tuple[Actor, ...]) -> dict[str, str]:
    """Alias -> id, where one actor alone has that alias and no actor has it as its id."""
    ids = {actor.id for actor in actors}
    meant: dict[str, set[str]] = {}
    for actor in actors:
        for alias in actor.aliases:
            meant.setdefault(alias, set()).add(actor.id)
    return {alias: min(who) for alias, who in meant.items() if len(who) == 1 and alias not in ids}
