"""The worklist of a trace: services it reached, with all a freeze or disclosure request needs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amparo.ledger.tags import Tag, TagIndex
from amparo.ledger.trace.computed import Computed
from amparo.ledger.trace.graph import address_ids
from amparo.ledger.trace.result import TraceResult
from amparo.ledger.trace.rows import TraceOutput, outputs_of
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
    known = frozenset(services)
    outputs, when = _candidates(result, tags, known)
    groups: dict[str, list[tuple[TraceOutput, tuple[Tag, ...]]]] = {}
    for output in outputs:
        if output.address is None or not output.tainted:
            continue
        found = tuple(tag for tag in tags.for_address(output.address) if tag.level >= floor)
        if _counts(output, found, known):
            groups.setdefault(_actor(found) or output.address, []).append((output, found))
    made = [_work(actor, rows, result.rule, when) for actor, rows in groups.items()]
    return tuple(sorted(made, key=lambda each: (-each.tainted, each.actor)))


#: Ref of an output -> (height, time) of its block.
When = Mapping[str, tuple[int | None, int]]


def _candidates(result: TraceResult, tags: TagIndex, known: frozenset[str]) -> tuple[Sequence[TraceOutput], When]:
    """Outputs that may count, with when they were made. Of a result just computed, only those rows are made at all."""
    parts = result.parts
    addr = parts.graph.addr if isinstance(parts, Computed) else None
    if not isinstance(parts, Computed) or addr is None:
        steps = {each.ref: (each.height, each.time) for each in result.steps}
        places = ((each.ref, steps.get(each.ref.partition("/")[0])) for each in result.outputs)
        return result.outputs, {ref: when for ref, when in places if when is not None}
    columns, graph = parts.columns, parts.graph
    held = columns.rows_in(State.HELD)
    named = np.isin(addr[columns.output[held]], address_ids(parts.store, graph, tags.tagged, tags, len(tags)))
    if known:
        named |= np.isin(addr[columns.output[held]], address_ids(parts.store, graph, lambda: known, known, 0))
    rows = np.union1d(columns.rows_in(State.STOPPED, StopReason.SERVICE), held[named])
    outputs = outputs_of(parts.store, graph, columns, rows)
    return outputs, _when(parts, columns.output[rows], outputs)


def _when(parts: Computed, numbers: NDArray[np.uint64], outputs: Sequence[TraceOutput]) -> When:
    blocks = parts.graph.blocks_of(parts.graph.txs_of(numbers))
    first = parts.store.manifest.report.first_height
    times = parts.graph.block_time[blocks].tolist()
    return {
        output.ref: (None if first is None else first + block, time)
        for output, block, time in zip(outputs, blocks.tolist(), times, strict=True)
    }


def _counts(output: TraceOutput, found: tuple[Tag, ...], known: frozenset[str]) -> bool:
    if output.stop == StopReason.SERVICE.value:
        return True
    return output.state is State.HELD and (bool(found) or output.address in known)


def _actor(found: tuple[Tag, ...]) -> str | None:
    return (found[0].actor or found[0].label) if found else None


def _work(actor: str, rows: list[tuple[TraceOutput, tuple[Tag, ...]]], rule: str, when: When) -> Work:
    tags = tuple({_keyed(tag): tag for _, found in rows for tag in found}.values())
    return Work(
        actor=actor,
        label=tags[0].label if tags else actor,
        level=max((tag.level for tag in tags), default=0),
        rule=rule,
        tags=tags,
        deposits=tuple(_deposit(output, *when.get(output.ref, (None, None))) for output, _ in rows),
    )


def _keyed(tag: Tag) -> tuple[str | None, str, str, str]:
    return tag.address, tag.label, tag.creator, tag.pack


def _deposit(output: TraceOutput, height: int | None, time: int | None) -> Deposit:
    return Deposit(
        ref=output.ref,
        txid=output.txid,
        vout=output.vout,
        address=output.address or "",
        value=output.value,
        tainted=output.tainted,
        hop=output.hop,
        height=height,
        time=time,
        state=output.state.value,
        spent_by=output.spent_by,
    )
