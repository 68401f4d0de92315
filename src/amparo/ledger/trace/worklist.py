"""The worklist of a trace: services it reached, with all a freeze or disclosure request needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from amparo.ledger.tags import Tag, TagIndex
from amparo.ledger.trace.result import TraceResult
from amparo.ledger.trace.rows import TraceOutput
from amparo.ledger.trace.states import State
from amparo.ledger.trace.stops import StopReason


@dataclass(frozen=True, slots=True)
class Deposit:
    """One output that pays a service. `tainted` satoshi of its `value` are traced by the rule.

    `height` and `time` (seconds since 1970 UTC) are of the block that holds it, None where the result does not say.
    """

    ref: str
    txid: str
    vout: int
    address: str
    value: int
    tainted: int
    hop: int
    height: int | None
    time: int | None
    state: str
    spent_by: str | None

    @property
    def day(self) -> str | None:
        """In UTC."""
        return None if self.time is None else datetime.fromtimestamp(self.time, UTC).date().isoformat()

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__} | {"day": self.day}


@dataclass(frozen=True, slots=True)
class Work:
    """What to ask of one service. `actor` as tags name it, else the label; `tags` say who published it and how sure.

    `tainted`: traced satoshis that reached it, by `rule`; a rule that conserves nothing says what was reached only.
    """

    actor: str
    label: str
    level: int
    rule: str
    tags: tuple[Tag, ...]
    deposits: tuple[Deposit, ...]

    @property
    def tainted(self) -> int:
        return sum(each.tainted for each in self.deposits)

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.address for each in self.deposits))

    def as_dict(self) -> dict[str, Any]:
        return {
            "actor": self.actor,
            "label": self.label,
            "level": self.level,
            "rule": self.rule,
            "tainted": self.tainted,
            "addresses": list(self.addresses),
            "sources": [{"label": tag.label, "source": tag.source, "creator": tag.creator} for tag in self.tags],
            "deposits": [each.as_dict() for each in self.deposits],
        }


def worklist(result: TraceResult, tags: TagIndex, *, floor: int = 0, services: Iterable[str] = ()) -> tuple[Work, ...]:
    """Services `result` reached, most satoshis first: outputs that ended at a service stop, and unspent ones whose
    address a tag of at least level `floor` names. `services`: addresses known as services without a tag.
    """
    known, steps = frozenset(services), {each.ref: each for each in result.steps}
    groups: dict[str, list[tuple[TraceOutput, tuple[Tag, ...]]]] = {}
    for output in result.outputs:
        if output.address is None or not output.tainted:
            continue
        found = tuple(tag for tag in tags.for_address(output.address) if tag.level >= floor)
        if _counts(output, found, known):
            groups.setdefault(_actor(found) or output.address, []).append((output, found))
    made = [_work(actor, rows, result.rule, steps) for actor, rows in groups.items()]
    return tuple(sorted(made, key=lambda each: (-each.tainted, each.actor)))


def _counts(output: TraceOutput, found: tuple[Tag, ...], known: frozenset[str]) -> bool:
    if output.stop == StopReason.SERVICE.value:
        return True
    return output.state is State.HELD and (bool(found) or output.address in known)


def _actor(found: tuple[Tag, ...]) -> str | None:
    return (found[0].actor or found[0].label) if found else None


def _work(actor: str, rows: list[tuple[TraceOutput, tuple[Tag, ...]]], rule: str, steps: Mapping[str, Any]) -> Work:
    every = tuple(dict.fromkeys(_keyed(tag) for _, found in rows for tag in found))
    by_key = {_keyed(tag): tag for _, found in rows for tag in found}
    tags = tuple(by_key[key] for key in every)
    return Work(
        actor=actor,
        label=tags[0].label if tags else actor,
        level=max((tag.level for tag in tags), default=0),
        rule=rule,
        tags=tags,
        deposits=tuple(_deposit(output, steps) for output, _ in rows),
    )


def _keyed(tag: Tag) -> tuple[str | None, str, str, str]:
    return tag.address, tag.label, tag.creator, tag.pack


def _deposit(output: TraceOutput, steps: Mapping[str, Any]) -> Deposit:
    step = steps.get(output.ref.partition("/")[0])
    return Deposit(
        ref=output.ref,
        txid=output.txid,
        vout=output.vout,
        address=output.address or "",
        value=output.value,
        tainted=output.tainted,
        hop=output.hop,
        height=None if step is None else step.height,
        time=None if step is None else step.time,
        state=output.state.value,
        spent_by=output.spent_by,
    )
