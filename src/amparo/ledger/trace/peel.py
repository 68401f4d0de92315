"""Follow a peel chain: transactions that pay one output away and carry the rest on, by the same habits.

From a spent output on: its transaction has inputs of one owner and two outputs; the chain goes on with the one that
may be change and whose spender has the same habits; the other is a payment. Where both or neither fit, it stops and
says so; a person may pin the next output. Each step is an inference from habits, never proof of who controls what.
Source: Kappos et al. (2022), "How to Peel a Million".
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amparo.base import canonical_digest, gettext_noop
from amparo.ledger.addresses import normal
from amparo.ledger.columns import TxFlag
from amparo.ledger.errors import BadAddress
from amparo.ledger.scripts import ScriptKind
from amparo.ledger.store import Store
from amparo.ledger.store.layout import UNRESOLVED, UNSPENT
from amparo.ledger.trace.errors import NotAPeel, WrongPin
from amparo.ledger.trace.graph import Graph, graph_of
from amparo.ledger.trace.rows import Namer
from amparo.ledger.trace.seeds import outputs_named


class PeelStop(StrEnum):
    UNSPENT = "unspent"
    INPUTS = "inputs"
    OUTPUTS = "outputs"
    BOTH = "both"
    NEITHER = "neither"
    SERVICE = "service"
    FLOOR = "floor"
    LENGTH = "length"
    GAP = "gap"


PEEL_STOPS: Final = {
    PeelStop.UNSPENT: gettext_noop("The last output of the chain is unspent."),
    PeelStop.INPUTS: gettext_noop("The transaction also spends outputs of other addresses."),
    PeelStop.OUTPUTS: gettext_noop("The transaction does not have two outputs that can be spent."),
    PeelStop.BOTH: gettext_noop("Both outputs could carry the chain on."),
    PeelStop.NEITHER: gettext_noop("Neither output shows the chain's habits."),
    PeelStop.SERVICE: gettext_noop("The chain's output pays a service."),
    PeelStop.FLOOR: gettext_noop("What is carried on fell below the floor."),
    PeelStop.LENGTH: gettext_noop("The limit of steps was reached."),
    PeelStop.GAP: gettext_noop("The transaction also spends outputs that are not loaded."),
}
#: Habits compared between a transaction and its follower.
HABITS: Final = ("script", "version", "locktime", "replaceable", "shape")


@dataclass(frozen=True, slots=True)
class Peeled:
    """One step: the payment, and the output carried on (None on the last step where the chain stops).

    `matched`: habits the follower shares. `pinned`: a person chose.
    """

    hop: int
    tx: str
    txid: str
    height: int
    time: int
    paid: str
    paid_address: str | None
    paid_value: int
    carried: str
    carried_address: str | None
    carried_value: int
    matched: tuple[str, ...]
    pinned: bool

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__} | {"matched": list(self.matched)}


@dataclass(frozen=True, slots=True)
class Peel:
    """`seed` and `pins` as references; `end` the last output carried on; `parameters` all that shaped the result."""

    seed: str
    steps: tuple[Peeled, ...]
    end: str
    stop: PeelStop
    parameters: dict[str, Any]

    @property
    def payments(self) -> tuple[Peeled, ...]:
        return self.steps

    @property
    def total(self) -> int:
        """Satoshi paid away."""
        return sum(each.paid_value for each in self.steps)

    def as_dict(self) -> dict[str, Any]:
        plain = {"seed": self.seed, "end": self.end, "stop": self.stop.value, "parameters": self.parameters}
        return {**plain, "steps": [each.as_dict() for each in self.steps]}

    @property
    def digest(self) -> str:
        return canonical_digest(self.as_dict())


def peel(
    store: Store,
    seed: str,
    *,
    change: NDArray[Any] | None = None,
    pins: Collection[str] = (),
    services: Collection[str] = (),
    floor: int = 0,
    needed: int = 4,
    max_steps: int = 1_000,
) -> Peel:
    """Follow the chain that starts at the output `seed`.

    `change`: a row an output, not 0 where a change layer prefers it (None: no layer; habits alone decide). `needed`:
    habits of HABITS the follower must share. `pins`: outputs to carry on with, whatever the tests say.
    Raises NotAPeel if the seed is unspent, WrongPin if a pin is on no transaction of the chain.
    """
    chain = _Chain(store, graph_of(store), change, frozenset(pins), _ids(store, services), needed)
    output = outputs_named(store, chain.graph, seed)[0]
    if int(chain.graph.spent_by[output]) == UNSPENT:
        raise NotAPeel(output=seed)
    steps: list[Peeled] = []
    start = output
    stop = PeelStop.LENGTH
    while len(steps) < max_steps:
        found = chain.follow(output, len(steps) + 1)
        if isinstance(found, PeelStop):
            stop = found
            break
        output, step = found
        steps.append(step)
        if (ended := chain.ended(output, floor)) is not None:
            stop = ended
            break
    unused = sorted(chain.pins - {step.carried for step in steps if step.pinned})
    if unused:
        raise WrongPin(output=unused[0])
    asked = {"pins": sorted(chain.pins), "floor": floor, "needed": needed, "max_steps": max_steps}
    parameters = {**asked, "change_layer": change is not None, "services": len(services)}
    return Peel(chain.ref(start), tuple(steps), chain.ref(output), stop, parameters)


def _ids(store: Store, services: Collection[str]) -> frozenset[int]:
    found: set[int] = set()
    for text in services:
        try:
            found.update(store.address_ids(normal(text)))
        except BadAddress:  # an address of another chain is met by nobody here
            continue
    return frozenset(found)


@dataclass(frozen=True, eq=False)
class _Chain:
    store: Store
    graph: Graph
    change: NDArray[Any] | None
    pins: frozenset[str]
    services: frozenset[int]
    needed: int

    def ref(self, output: int) -> str:
        return self.store.output(output).ref

    def follow(self, output: int, hop: int) -> tuple[int, Peeled] | PeelStop:
        """The output that carries the chain on after `output`, with the step, or why there is none."""
        tx = int(self.graph.spent_by[output])
        if tx == UNSPENT:
            return PeelStop.UNSPENT
        outputs = list(self._spendable(tx))
        pinned = [each for each in outputs if self.ref(each) in self.pins] if self.pins else []
        if len(outputs) != 2:
            return PeelStop.OUTPUTS
        if not pinned and (mixed := self._mixed(tx)) is not None:
            return mixed
        fits = pinned or [each for each in outputs if self._fits(tx, output, each)]
        if len(fits) != 1:
            return PeelStop.BOTH if fits else PeelStop.NEITHER
        carried = fits[0]
        paid = next(each for each in outputs if each != carried)
        matched = self._matched(tx, output, carried)
        return carried, self._step(hop, tx, paid, carried, matched, pinned=bool(pinned))

    def ended(self, output: int, floor: int) -> PeelStop | None:
        if self.graph.addr is not None and int(self.graph.addr[output]) in self.services:
            return PeelStop.SERVICE
        return PeelStop.FLOOR if int(self.graph.value[output]) < floor else None

    def _spendable(self, tx: int) -> Iterator[int]:
        for output in range(int(self.graph.first_out[tx]), int(self.graph.first_out[tx + 1])):
            if int(self.graph.value[output]) and int(self.graph.stype[output]) != ScriptKind.OP_RETURN:
                yield output

    def _mixed(self, tx: int) -> PeelStop | None:
        """Several inputs are followed only where all are of one address."""
        spent = self.graph.prev_out[int(self.graph.first_in[tx]) : int(self.graph.first_in[tx + 1])]
        if (spent == UNRESOLVED).any():
            return PeelStop.GAP
        one = len(spent) == 1 or (self.graph.addr is not None and len(np.unique(self.graph.addr[spent])) == 1)
        return None if one else PeelStop.INPUTS

    def _fits(self, tx: int, output: int, candidate: int) -> bool:
        if self.change is not None and not int(self.change[candidate]):
            return False
        return len(self._matched(tx, output, candidate)) >= self.needed

    def _matched(self, tx: int, output: int, candidate: int) -> tuple[str, ...]:
        """Habits of HABITS the candidate and the transaction that spends it share with `tx`."""
        same = {"script": int(self.graph.stype[candidate]) == int(self.graph.stype[output])}
        follower = int(self.graph.spent_by[candidate])
        if follower != UNSPENT:
            version, locktime = self.store.array("tx_version"), self.store.array("tx_locktime")
            flags = self.store.array("tx_flags")
            same["version"] = int(version[follower]) == int(version[tx])
            same["locktime"] = bool(locktime[follower]) == bool(locktime[tx])
            same["replaceable"] = not (int(flags[follower]) ^ int(flags[tx])) & TxFlag.RBF
            same["shape"] = len(list(self._spendable(follower))) == 2 and self._mixed(follower) is None
        return tuple(name for name in HABITS if same.get(name))

    def _step(self, hop: int, tx: int, paid: int, carried: int, matched: tuple[str, ...], *, pinned: bool) -> Peeled:
        namer = Namer(self.store, self.graph)
        blocks, heights, _ = namer.places(np.array([tx]))
        away, on = self.store.output(paid), self.store.output(carried)
        return Peeled(
            hop=hop,
            tx=self.store.tx_ref(tx),
            txid=self.store.txid(tx),
            height=int(heights[0]),
            time=int(self.graph.block_time[blocks[0]]),
            paid=away.ref,
            paid_address=away.address,
            paid_value=away.value,
            carried=on.ref,
            carried_address=on.address,
            carried_value=on.value,
            matched=matched,
            pinned=pinned,
        )
