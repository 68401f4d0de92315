"""Small chains as plain lists, seen as the heuristics see them."""

import numpy as np
from hypothesis import strategies as st

from amparo.ledger.clusters import ChainView

NONE = 0xFFFFFFFF


def view(txs, **more):
    """`txs`: (numbers of the outputs that are spent, outputs (address or None, value[, script kind])).

    Addresses are numbered by the caller in the order of their first output.
    """
    outputs = [(*each, 7 if each[0] is None else 1)[:3] for _, made in txs for each in made]
    spent_by = np.full(len(outputs), NONE, np.uint32)
    for tx, (spends, _) in enumerate(txs):
        spent_by[spends] = tx
    addr = np.array([NONE if a is None else a for a, _, _ in outputs], np.uint32)
    return ChainView(
        first_in=np.cumsum([0, *(len(spends) for spends, _ in txs)]).astype(np.uint64),
        first_out=np.cumsum([0, *(len(made) for _, made in txs)]).astype(np.uint64),
        prev_out=np.array([each for spends, _ in txs for each in spends], np.uint64),
        addr=addr,
        value=np.array([value for _, value, _ in outputs], np.int64),
        stype=np.array([kind for _, _, kind in outputs], np.uint8),
        spent_by=spent_by,
        n_stored=int(addr[addr != NONE].max()) + 1 if (addr != NONE).any() else 0,
        network=more.pop("network", "regtest"),
        **more,
    )


@st.composite
def chains(draw, txs=14, addresses=10):
    """Transactions that spend anything unspent; addresses numbered by first use and used again."""
    made, unspent, known, total = [], [], 0, 0
    for _ in range(draw(st.integers(2, txs))):
        spends = draw(st.lists(st.sampled_from(unspent), max_size=4, unique=True)) if unspent else []
        outputs = []
        for _ in range(draw(st.integers(1, 4))):
            address = draw(st.integers(0, min(known, addresses - 1)))
            known = max(known, address + 1)
            outputs.append((address, draw(st.sampled_from([600, 1000, 1000, 4321, 5_000_000, 7_654_321]))))
        unspent = [each for each in unspent if each not in spends] + list(range(total, total + len(outputs)))
        total += len(outputs)
        made.append((spends, outputs))
    return made


def lists_of(chain):
    """Input addresses of each transaction."""
    addresses = [address for _, made in chain for address, *_ in made]
    return [[addresses[each] for each in spends] for spends, _ in chain]
