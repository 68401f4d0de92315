"""What commands of the ledger share: the store, tags, and where a trace stops."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from amparo.cli.teller import Teller

if TYPE_CHECKING:
    from amparo.ledger import Marks, StopRules, Store, TagIndex, TraceResult

FOLDER: Final = click.Path(path_type=Path, file_okay=False)
FILE: Final = click.Path(path_type=Path, dir_okay=False)
STORE = click.option("--store", required=True, type=FOLDER, help="Folder of the store.")
TAGS = click.option(
    "--tags",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A TagPack (YAML) to name addresses (repeatable).",
)
RULE = click.option("--rule", required=True, help="Accounting rule: poison, haircut, fifo, lifo or tiho.")
_OPTIONS: Final = (
    click.option(
        "--direction",
        type=click.Choice(["forward", "back"]),
        default="forward",
        show_default=True,
        help="Where the money went, or where it came from.",
    ),
    click.option("--max-hops", type=click.IntRange(min=0), help="Stop after so many transactions."),
    click.option("--floor", type=click.IntRange(min=0), help="Stop where less satoshi are traced."),
    click.option(
        "--until",
        type=click.DateTime(["%Y-%m-%d"]),
        help="Last day to follow (UTC); with --direction back, the first one.",
    ),
    click.option("--dormant-days", type=click.IntRange(min=1), help="Stop where an output lay still for longer."),
    click.option("--stop-at-services", is_flag=True, help="Stop at addresses that a tag calls a service (--tags)."),
    click.option("--stop-at-mixers", is_flag=True, help="Stop at transactions of the shape of a CoinJoin."),
    TAGS,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which way, how far, and the tag packs."""

    direction: str
    max_hops: int | None
    floor: int | None
    until: datetime | None
    dormant_days: int | None
    stop_at_services: bool
    stop_at_mixers: bool
    tags: tuple[Path, ...]

    @property
    def back(self) -> bool:
        return self.direction == "back"

    def stops(self, index: "TagIndex") -> "StopRules":
        """A day begins and ends at midnight UTC."""
        from amparo.ledger import StopRules

        if self.stop_at_services and not self.tags:
            raise click.UsageError("--stop-at-services needs --tags: they say which addresses are services.")
        day = None if self.until is None else self.until.replace(tzinfo=UTC)
        return StopRules(
            max_hops=self.max_hops,
            floor=self.floor,
            services=index.addresses() if self.stop_at_services else frozenset(),
            dormant_days=self.dormant_days,
            first_time=int(day.timestamp()) if day and self.back else None,
            last_time=int((day + timedelta(days=1)).timestamp()) - 1 if day and not self.back else None,
        )

    def marks(self, store: "Store") -> "Marks":
        from amparo.ledger import Marks
        from amparo.ledger.clusters import excluded, kinds

        return Marks(mixers=excluded(kinds(store)).astype("u2")) if self.stop_at_mixers else Marks()


def following(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a trace, as one `asked`."""
    names = [each.name for each in fields(Asked)]

    @functools.wraps(function)
    def wrapped(*args: Any, **options: Any) -> None:
        asked = Asked(**{name: options.pop(name) for name in names})
        function(*args, asked=asked, **options)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def tag_index(teller: Teller, paths: tuple[Path, ...]) -> "TagIndex":
    """Read tag packs. Tags that can't be read are said."""
    from amparo.ledger import TagIndex, read_tagpack

    index = TagIndex()
    for path in paths:
        pack = read_tagpack(path)
        for skipped in pack.skipped.examples:
            teller.skip(skipped)
        index.add(pack)
    return index


def labels_of(index: "TagIndex", result: "TraceResult") -> dict[str, str]:
    return index.labels({each.address for each in result.outputs if each.address})


def satoshi(amount: int) -> str:
    return f"{amount:,} sat"
