"""Inputs joined and addresses numbered: random chains as columns, against dictionaries (tests/reference)."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.economies import economies
from tests.reference import chain_index

from amparo import _kernels
from amparo.ledger import Store, load
from amparo.ledger import errors as err
from amparo.ledger.addresses import BY_NAME
from amparo.ledger.columns import BlockColumns, Given, TxBatch
from amparo.ledger.scripts import PAYLOAD_SIZE, ScriptKind
from amparo.ledger.store import errors as store_err
from amparo.ledger.store.keys import KeyTable, look_up


class Made:
    """A scan of made transactions (txid, [(prev txid, vout)], [(value, kind, payload)]), some to a block."""

    network = BY_NAME["regtest"]
    files = ()
    first_height = 0
    complete = False
    source = "made"
    name = "made"

    def __init__(self, txs, per_block=2, said=None, split=1):
        self.txs, self.per_block, self.said, self.split = txs, per_block, said or {}, split
        self.blocks = [txs[at : at + per_block] for at in range(0, len(txs), per_block)]

    n_blocks = property(lambda self: len(self.blocks))
    tip = property(lambda self: self.n_blocks.to_bytes(32, "big"))

    def batches(self, progress):
        before = 0
        for low in range(0, len(self.blocks), self.split):
            yield self.batch(low, self.blocks[low : low + self.split], before)
            before += sum(len(tx[1]) for block in self.blocks[low : low + self.split] for tx in block)

    def batch(self, low, blocks, before):
        txs = [tx for block in blocks for tx in block]
        ins, outs = [each for tx in txs for each in tx[1]], [each for tx in txs for each in tx[2]]
        n, b = len(txs), len(blocks)
        zeros = {name: np.zeros(n, dtype=kind) for name, kind in _OF_TX.items()}
        return TxBatch(
            BlockColumns(
                hash=rows32([(low + i + 1).to_bytes(32, "big") for i in range(b)]),
                prev=rows32([(low + i).to_bytes(32, "big") for i in range(b)]),
                time=np.zeros(b, dtype=np.int64),
                height=np.full(b, -1, dtype=np.int64),
                n_tx=np.array([len(block) for block in blocks], dtype=np.uint32),
                file=np.zeros(b, dtype=np.uint16),
                at=np.zeros(b, dtype=np.uint64),
                length=np.zeros(b, dtype=np.uint32),
            ),
            txid=rows32([tx[0] for tx in txs]),
            **zeros,
            n_out=np.array([len(tx[2]) for tx in txs], dtype=np.uint32),
            n_in=np.array([len(tx[1]) for tx in txs], dtype=np.uint32),
            value=np.array([each[0] for each in outs], dtype=np.int64),
            stype=np.array([each[1] for each in outs], dtype=np.uint8),
            payload=rows32([each[2] for each in outs]),
            prev_txid=rows32([each[0] for each in ins]),
            prev_vout=np.array([each[1] for each in ins], dtype=np.uint32),
            sequence=np.zeros(len(ins), dtype=np.uint32),
            given=self.given(before, len(ins)),
        )

    def given(self, before, count):
        said = [self.said.get(before + i, (-1, 0, bytes(32))) for i in range(count)]
        if not any(value >= 0 for value, _, _ in said):
            return None
        value = np.array([each[0] for each in said], dtype=np.int64)
        return Given(value, np.array([each[1] for each in said], dtype=np.uint8), rows32([x[2] for x in said]), "undo")


_OF_TX = {
    "version": np.int32,
    "locktime": np.uint32,
    "at": np.uint64,
    "size": np.uint32,
    "weight": np.uint32,
    "flags": np.uint16,
}


def rows32(parts):
    return np.frombuffer(b"".join(parts), dtype=np.uint8).reshape(-1, 32)


def txid(number):
    return number.to_bytes(32, "little")


def script(kind, payload):
    return kind, payload[: PAYLOAD_SIZE.get(kind, 32)].ljust(32, b"\0")


@st.composite
def chains(draw):
    """An economy as transactions: any script kind, few payloads, some inputs from outside."""
    txs, places = [], []
    scripts = st.builds(script, st.sampled_from(ScriptKind), st.sampled_from([bytes(32), b"\1" * 32, b"\2" * 32]))
    for number, (inputs, values) in enumerate(draw(economies())):
        spends = [places[each] for each in inputs]
        if inputs and draw(st.integers(0, 4)) == 0:
            spends.append((b"\xee" * 32, draw(st.integers(0, 9))))
        places.extend((txid(number), vout) for vout in range(len(values)))
        txs.append((txid(number), spends, [(value, *draw(scripts)) for value in values]))
    return txs


def none(rows, absent):
    return [None if each == absent else each for each in rows.tolist()]


@settings(max_examples=25, deadline=None)
@given(chains(), st.integers(1, 4), st.integers(1, 3), st.sampled_from([1, 1 << 20]))
def test_any_chain_as_the_dictionaries_say(tmp_path_factory, txs, per_block, split, memory):
    folder = tmp_path_factory.mktemp("index")
    load(Made(txs, per_block, split=split), folder / "s", memory=memory)
    store = Store.open(folder / "s")
    prev_out, spent_by = chain_index.resolve(txs)
    addr, outputs = chain_index.addresses([(kind, payload) for _, _, outs in txs for _, kind, payload in outs])
    assert none(store.array("prev_out"), 2**64 - 1) == prev_out
    assert none(store.array("spent_by"), 2**32 - 1) == spent_by
    assert none(store.array("addr"), 2**32 - 1) == addr
    start, outs = store.array("addr_start").tolist(), store.array("addr_outs").tolist()
    assert [outs[low:high] for low, high in pairwise(start)] == outputs
    assert store.array("addr_first").tolist() == [each[0] for each in outputs]
    for address in range(len(outputs)):
        assert address in store.address_ids(store.address_text(address))
    store.verify()


def one(value, number=1):
    return (value, ScriptKind.P2PKH, number.to_bytes(32, "little"))


def refused(tmp_path, txs, error, **facts):
    with pytest.raises(error) as caught:
        load(Made(txs), tmp_path / "s")
    assert {name: caught.value.facts[name] for name in facts} == facts
    assert list(tmp_path.iterdir()) == []


def test_a_transaction_that_spends_itself_is_unresolved(tmp_path):
    assert load(Made([(txid(1), [(txid(1), 0)], [one(5)])]), tmp_path / "s").unresolved == 1


def test_two_inputs_of_one_transaction_on_one_output(tmp_path):
    txs = [(txid(1), [], [one(5)]), (txid(2), [(txid(1), 0), (txid(1), 0)], [one(5)])]
    refused(tmp_path, txs, err.DoubleSpend, txid=txid(2)[::-1].hex(), block=(1).to_bytes(32, "little").hex())


@pytest.mark.parametrize("vout", [1, 2**31, 2**32 - 1])
def test_an_output_number_out_of_range(tmp_path, vout):
    txs = [(txid(1), [], [one(5)]), (txid(2), [(txid(1), vout)], [one(5)])]
    refused(tmp_path, txs, err.UnknownSpend, spent=f"{txid(1)[::-1].hex()}:{vout}")


def test_an_amount_of_two_to_the_sixty_third_is_named(tmp_path):
    txs = [(txid(1), [], [one(5), one(-(2**63))])]
    refused(tmp_path, txs, store_err.AmountOutOfRange, txid=txid(1)[::-1].hex(), value=2**63)


def test_sums_beyond_64_bits_are_exact(tmp_path):
    """Chains with larger units than Bitcoin's reach them: four inputs of 2^62 pay out 2^64 in all, and no more."""
    big = 2**62
    first = (txid(1), [], [one(big)] * 4)
    spends = [(txid(1), vout) for vout in range(4)]
    load(Made([first, (txid(2), spends, [one(big)] * 4)]), tmp_path / "good")
    with pytest.raises(err.ValueCreated) as caught:
        load(Made([first, (txid(2), spends, [*[one(big)] * 4, one(1)])]), tmp_path / "bad")
    assert (caught.value.facts["taken"], caught.value.facts["paid"]) == (2**64, 2**64 + 1)


def test_of_two_transactions_with_one_id_the_later_is_spent(tmp_path):
    txs = [(txid(1), [], [one(5)]), (txid(1), [], [one(5)]), (txid(2), [(txid(1), 0)], [one(5)])]
    load(Made(txs), tmp_path / "s")
    store = Store.open(tmp_path / "s")
    assert store.inputs_of(2) == [1]
    assert store.find_tx(txid(1)[::-1].hex()).tx == 1


def test_blocks_out_of_order_are_refused(tmp_path):
    class Shuffled(Made):
        def batches(self, progress):
            yield from reversed(list(super().batches(progress)))

    with pytest.raises(store_err.BlocksDoNotFollow):
        load(Shuffled([(txid(i), [], [one(5)]) for i in range(6)]), tmp_path / "s")


def test_what_the_source_says_of_outside_inputs_is_kept(tmp_path):
    txs = [(txid(1), [], [one(5)]), (txid(2), [(txid(1), 0), (txid(9), 3)], [one(11)])]
    said = {1: (7, ScriptKind.P2SH, b"\5" * 20 + bytes(12))}
    report = load(Made(txs, said=said, split=9), tmp_path / "s")
    assert (report.resolved, report.unresolved, report.given) == (1, 1, 1)
    store = Store.open(tmp_path / "s")
    assert store.given(0) is None
    assert store.given(1) == (7, (ScriptKind.P2SH, b"\5" * 20), "undo")
    txs[1][2][0] = one(13)
    with pytest.raises(err.ValueCreated):
        load(Made(txs, said=said, split=9), tmp_path / "more")


@pytest.mark.parametrize("said", [(6, 1, txid(1)), (5, 2, txid(1)), (5, 1, txid(2))])
def test_what_the_source_says_must_equal_the_blocks(tmp_path, said):
    txs = [(txid(1), [], [one(5)]), (txid(2), [(txid(1), 0)], [one(5)])]
    with pytest.raises(store_err.GivenDiffers, match=txid(2)[::-1].hex()):
        load(Made(txs, said={0: said}), tmp_path / "s")
    load(Made(txs, said={0: (5, 1, txid(1))}), tmp_path / "s")
    assert Store.open(tmp_path / "s").given(0) is not None


def test_what_a_source_begins_to_say_late_has_its_place(tmp_path):
    txs = [(txid(i), [(txid(100 + i), 0)], [one(1)]) for i in range(6)]
    load(Made(txs, per_block=1, said={3: (9, 1, txid(3))}), tmp_path / "s")
    store = Store.open(tmp_path / "s")
    assert [store.given(number) and store.given(number)[0] for number in range(6)] == [None, None, None, 9, None, None]


def test_columns_that_do_not_fit_together_are_a_fault_of_the_source(tmp_path):
    class Broken(Made):
        def batches(self, progress):
            for batch in super().batches(progress):
                yield batch._replace(value=batch.value[1:])

    with pytest.raises(ValueError, match="fit together"):
        load(Broken([(txid(1), [], [one(5)])]), tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


# The kernels' own bounds.


def test_a_full_table_is_said_not_searched_for_ever():
    payload = rows32([number.to_bytes(32, "big") for number in range(40)])
    slots, first = np.zeros(16, dtype=np.uint64), np.zeros(40, dtype=np.uint64)
    assert not _kernels.first_outputs(slots, 0, 4, 7, np.ones(40, dtype=np.uint8), payload, 0, first)


def test_parts_of_a_table_together_are_the_whole():
    payload = rows32([(number // 2).to_bytes(32, "big") for number in range(1000)])
    stype = np.ones(1000, dtype=np.uint8)
    table = KeyTable(500)
    whole, first = table.part(0, 1 << table.bits), np.zeros(1000, dtype=np.uint64)
    assert _kernels.first_outputs(whole, 0, table.bits, table.seed, stype, payload, 0, first)
    assert first.tolist() == [number - number % 2 for number in range(1000)]
    stored = np.concatenate([np.array([table.seed], dtype=np.uint64), whole])
    assert all(2 * n in look_up(stored, n.to_bytes(32, "big"), 1) for n in range(500))


@pytest.mark.parametrize("change", [{"low": 1}, {"bits": 3}, {"bits": 60}, {"base": 999}])
def test_parts_that_do_not_fit_are_refused(change):
    facts = {"low": 0, "bits": 4, "seed": 1, "base": 0} | change
    payload, stype = np.zeros((4, 32), dtype=np.uint8), np.ones(4, dtype=np.uint8)
    with pytest.raises(ValueError):
        _kernels.first_outputs(
            np.zeros(16, dtype=np.uint64), stype=stype, payload=payload, first=np.zeros(4, dtype=np.uint64), **facts
        )
