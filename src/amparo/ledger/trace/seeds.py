"""Seeds: what people type -> claims on outputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from amparo.ledger.addresses import parse
from amparo.ledger.errors import (
    AmountNeedsOneOutput,
    BadAddress,
    BadReference,
    ClaimedTwice,
    ClaimOutOfRange,
    NoSeeds,
    NotLoaded,
)
from amparo.ledger.store import Store
from amparo.ledger.store.references import read_reference
from amparo.ledger.trace.errors import NothingPaid, TooManyOutputs
from amparo.ledger.trace.graph import Graph

#: Outputs one address may stand for as a seed.
ADDRESS_LIMIT: Final = 100_000


@dataclass(frozen=True, slots=True)
class Seed:
    """Where a trace starts: `height:pos`, `height:pos/vout`, `txid`, `txid:vout`, or an address: all it was paid.

    No vout = all outputs. `amount` in satoshi claims a part of one output (its first satoshis, for ordered rules);
    None = all of it.
    """

    ref: str
    amount: int | None = None


def claims_of(store: Store, graph: Graph, seeds: Sequence[Seed]) -> dict[int, int]:
    """Satoshi claimed on each output. Raises NoSeeds, BadReference, NotLoaded, ClaimOutOfRange, ClaimedTwice,
    AmountNeedsOneOutput, NothingPaid, TooManyOutputs.
    """
    claims: dict[int, int] = {}
    value = graph.value
    for seed in seeds:
        found = outputs_named(store, graph, seed.ref)
        if seed.amount is not None and len(found) > 1:
            raise AmountNeedsOneOutput(seed=seed.ref, outputs=len(found))
        for output in found:
            worth = int(value[output])
            amount = worth if seed.amount is None else seed.amount
            if len(found) > 1 and not worth:
                continue
            if not 0 < amount <= worth:
                raise ClaimOutOfRange(output=store.output(output).ref, amount=amount, value=worth)
            if claims.setdefault(output, amount) != amount:
                raise ClaimedTwice(output=store.output(output).ref)
    if not claims:
        raise NoSeeds()
    return claims


def outputs_named(store: Store, graph: Graph, text: str) -> Sequence[int]:
    """Numbers of the outputs a reference or an address stands for, in chain order."""
    try:
        reference = read_reference(text)
    except BadReference:
        return _outputs_paid(store, text)
    tx = store._tx_named(reference)
    outputs = range(int(graph.first_out[tx]), int(graph.first_out[tx + 1]))
    if reference.vout is None:
        return outputs
    if reference.vout >= len(outputs):
        raise NotLoaded(text=reference.text)
    return (outputs[reference.vout],)


def _outputs_paid(store: Store, text: str) -> list[int]:
    """BadReference where the text is no address of this chain either."""
    try:
        parse(text.strip(), store.network)
    except BadAddress:
        raise BadReference(text=text.strip()[:100]) from None
    starts, outs = store.array("addr_start"), store.array("addr_outs")
    ranges = [(int(starts[each]), int(starts[each + 1])) for each in store.address_ids(text)]
    count = sum(end - start for start, end in ranges)
    if not count:
        raise NothingPaid(address=text.strip())
    if count > ADDRESS_LIMIT:
        raise TooManyOutputs(name=text.strip(), outputs=count, limit=ADDRESS_LIMIT)
    return sorted(output for start, end in ranges for output in outs[start:end].tolist())
