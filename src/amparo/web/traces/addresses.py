"""What loaded blocks pay to an address: exact sums over all its outputs, however many they are."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from amparo.ledger import Store
from amparo.ledger.store.layout import UNSPENT

_CHUNK: Final = 100_000


class AddressTotals(NamedTuple):
    """Amounts in satoshi; `first` and `last`: references of its outputs, None where it has none."""

    count: int
    received: int
    unspent: int
    first: str | None
    last: str | None


def totals_of(store: Store, address: str) -> AddressTotals:
    """Raises BadAddress."""
    received = unspent = count = 0
    ends: list[int] = []
    for part in _outputs(store, address):
        values, spent = store.array("value")[part], store.array("spent_by")[part]
        received += sum(values.tolist())
        unspent += sum(values[spent == UNSPENT].tolist())
        count += len(part)
        ends += [int(part.min()), int(part.max())]
    first, last = (store.output(each).ref for each in (min(ends), max(ends))) if ends else (None, None)
    return AddressTotals(count, received, unspent, first, last)


def _outputs(store: Store, address: str) -> Iterator[Any]:
    """Numbers of the outputs that pay an address, some at a time."""
    starts, outs = store.array("addr_start"), store.array("addr_outs")
    for number in store.address_ids(address):
        begin, end = int(starts[number]), int(starts[number + 1])
        for low in range(begin, end, _CHUNK):
            yield outs[low : min(low + _CHUNK, end)]
