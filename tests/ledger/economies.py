"""Small random economies: transactions of a few satoshis, spending anything unspent, overlapping seeds included."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from amparo.ledger.scripts import ScriptKind
from amparo.ledger.store.layout import UNRESOLVED, UNSPENT
from amparo.ledger.trace.graph import Graph as Arrays


@dataclass
class Graph:
    """An economy as the plain walk sees it (tests.reference.walk). `lost`: inputs whose output is not loaded."""

    economy: list[tuple[list[int], list[int]]]
    lost: frozenset[int] = frozenset()
    unspendable: frozenset[int] = frozenset()

    def __post_init__(self):
        self.values, self.first, self.spenders = [], [], {}
        for tx, (inputs, values) in enumerate(self.economy):
            self.first.append(len(self.values))
            self.values.extend(values)
            self.spenders.update(dict.fromkeys(inputs, tx))

    def value(self, output):
        return self.values[output]

    def spender(self, output):
        return self.spenders.get(output)

    def outputs_of(self, tx):
        return range(self.first[tx], self.first[tx] + len(self.economy[tx][1]))

    def inputs_of(self, tx):
        known = list(self.economy[tx][0])
        return [*known, None] if tx in self.lost else known

    def is_unspendable(self, output):
        return output in self.unspendable

    def height_of(self, tx):
        return tx

    def txid(self, tx):
        return f"tx{tx}"

    def arrays(self, given=None) -> Arrays:
        """The same for the kernel. Blocks of one transaction each; `given`: tx -> value of what it spends outside."""
        values, txs = self.values, len(self.economy)
        inputs = [[UNRESOLVED if each is None else each for each in self.inputs_of(tx)] for tx in range(txs)]
        spent_by = [self.spenders.get(output, UNSPENT) for output in range(len(values))]
        kinds = [ScriptKind.OP_RETURN if each in self.unspendable else ScriptKind.P2PKH for each in range(len(values))]
        known = [(given or {}).get(tx, -1) if each == UNRESOLVED else -1 for tx in range(txs) for each in inputs[tx]]
        return Arrays(
            value=np.array(values, dtype=np.int64),
            spent_by=np.array(spent_by, dtype=np.uint32),
            stype=np.array(kinds, dtype=np.uint8),
            first_out=np.array([*self.first, len(values)], dtype=np.uint64),
            first_in=np.cumsum([0, *map(len, inputs)]).astype(np.uint64),
            prev_out=np.array([each for row in inputs for each in row], dtype=np.uint64),
            first_tx=np.arange(txs + 1, dtype=np.uint64),
            block_time=np.arange(txs, dtype=np.int64) * 86_400,
            given=None if given is None else np.array(known, dtype=np.int64),
        )


@st.composite
def economies(draw):
    """Up to nine transactions; values up to 14 satoshis, zero among them; fees wherever the dice fall."""
    economy, unspent = [], []
    total = 0
    values = []
    for _ in range(draw(st.integers(2, 9))):
        inputs = draw(st.lists(st.sampled_from(unspent), max_size=3, unique=True)) if unspent else []
        if inputs:
            left, made = sum(values[each] for each in inputs), []
            for _ in range(draw(st.integers(1, 3))):
                made.append(draw(st.integers(0, left)))
                left -= made[-1]
        else:
            made = draw(st.lists(st.integers(0, 14), min_size=1, max_size=3))
        unspent = [each for each in unspent if each not in inputs]
        unspent.extend(range(total, total + len(made)))
        values.extend(made)
        total += len(made)
        economy.append((inputs, made))
    return economy


def values_of(economy) -> list[int]:
    return [value for _, made in economy for value in made]


@st.composite
def seeded(draw, *, whole: bool) -> tuple[list, Mapping[int, int]]:
    """An economy and claims on some of its outputs, whole or in part."""
    economy = draw(economies())
    values = values_of(economy)
    worth = [output for output, value in enumerate(values) if value]
    chosen = draw(st.lists(st.sampled_from(worth), min_size=1, max_size=4, unique=True)) if worth else []
    return economy, {output: values[output] if whole else draw(st.integers(1, values[output])) for output in chosen}
