"""The block parser: what no valid block can hold is refused, with file and byte.

Every block here is read twice, by the plain walk and by the native one: both give the same columns or the same error.
"""

import hashlib
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger import made_blocks as made
from tests.reference.blocks import batch_of

from amparo import _kernels
from amparo.ledger import blocks as plain
from amparo.ledger import errors as err
from amparo.ledger.blocks import Origin
from amparo.ledger.hashes import merkle_root, ripemd160, ripemd160_plain
from amparo.ledger.scripts import ScriptKind, classify
from amparo.ledger.sources.base import unmask
from amparo.ledger.walk import BlockBytes, walk_block, walk_blocks

ORIGIN = Origin("blk00000.dat", 8)


def told(work):
    """What a walk gives: (None, result), or (code and facts, the error)."""
    try:
        return None, work()
    except err.AmparoError as error:
        return (error.code, error.facts), error


def same(one, other):
    """Whether two batches are equal in every column."""
    columns = [(getattr(one.blocks, name), getattr(other.blocks, name)) for name in one.blocks._fields]
    columns += [(getattr(one, name), getattr(other, name)) for name in one._fields if name not in ("blocks", "given")]
    return all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in columns)


def read_block(data, origin):
    """Both walks on one block; they agree, or the test ends here."""
    slow, fast = told(lambda: plain.read_block(data, origin)), told(lambda: walk_block(data, *origin))
    assert slow[0] == fast[0]
    if slow[0] is not None:
        raise fast[1]
    assert same(fast[1], batch_of([(len(data), slow[1])]))
    return slow[1]


def read(*txs, tail=b""):
    return read_block(made.block(made.GENESIS, txs) + tail, ORIGIN)


def raw_output(value: bytes) -> bytes:
    return value + made.compact(1) + b"\x51"


def test_a_block_by_hand():
    spend = made.tx([(b"\x07" * 32, 5)], [made.pays(7, 1), made.pays(0, 2)])
    block = read(made.coinbase(1), spend)
    first, second = block.txs
    assert (first.coinbase, first.inputs, first.outputs[0].value) == (True, (), 50 * made.COIN)
    assert [each.value for each in second.outputs] == [7, 0]
    assert (second.inputs[0].txid, second.inputs[0].vout) == (b"\x07" * 32, 5)
    assert (second.txid, second.size) == (made.dsha(spend), len(spend))
    assert second.at == 8 + 80 + 1 + len(made.coinbase(1))


def test_amounts_beyond_all_coins_are_refused():
    for value in (2**63, 2**64 - 1, 21_000_000 * made.COIN + 1):
        bad = made.tx([(bytes(32), 0xFFFFFFFF)], [raw_output(struct.pack("<Q", value))], b"\x01\x00")
        with pytest.raises(err.ValueOutOfRange, match=r"byte \d+ of blk00000\.dat"):
            read(bad)


def test_amounts_that_only_together_exceed_all_coins_are_refused():
    half = made.pays(11_000_000 * made.COIN)
    with pytest.raises(err.ValueOutOfRange):
        read(made.tx([(bytes(32), 0xFFFFFFFF)], [half, half], b"\x01\x00"))


@pytest.mark.parametrize("number", [b"\xfd\x01\x00", b"\xfe\x01\x00\x00\x00", b"\xff" + b"\x01" + bytes(7)])
def test_a_number_written_longer_than_needed_is_refused(number):
    good = made.coinbase(1)
    with pytest.raises(err.LongCompactSize) as caught:
        read(good[:4] + number + good[5:])
    assert caught.value.facts["at"] == 8 + 81 + 4


def test_counts_beyond_the_bytes_left_are_refused_without_allocating():
    good = made.coinbase(1)
    with pytest.raises(err.CountBeyondBytes, match="18446744073709551615 inputs"):
        read(good[:4] + b"\xff" * 9 + good[5:])


def test_bytes_after_the_last_transaction_are_refused():
    with pytest.raises(err.BytesLeftOver, match="3 bytes"):
        read(made.coinbase(1), tail=b"abc")


def test_every_cut_is_refused_with_a_code():
    whole = made.block(made.GENESIS, [made.coinbase(1)])
    for size in range(len(whole)):
        with pytest.raises(err.AmparoError, match="L01"):
            read_block(whole[:size], ORIGIN)


def test_a_block_has_one_coinbase_and_it_stands_first():
    other = made.tx([(b"\x01" * 32, 0)], [made.pays(1)])
    for txs in ([other], [other, made.coinbase(1)], [made.coinbase(1), made.coinbase(2)]):
        with pytest.raises(err.CoinbaseMisplaced):
            read(*txs)


def test_a_transaction_without_outputs_is_refused():
    with pytest.raises(err.EmptyTransaction, match="outputs"):
        read(made.tx([(bytes(32), 0xFFFFFFFF)], [], bytes(20)))


def test_a_doubled_tail_of_transactions_is_no_block():
    """CVE-2012-2459: doubling the last transactions keeps the Merkle root."""
    pair = [made.coinbase(1), made.tx([(b"\x01" * 32, 0)], [made.pays(1)])]
    third = made.tx([(b"\x02" * 32, 0)], [made.pays(1)])
    read(*pair, third)
    with pytest.raises(err.MerkleMismatch):
        read(*pair, third, third)
    assert (
        merkle_root([b"a" * 32, b"b" * 32, b"c" * 32])[0]
        == merkle_root([b"a" * 32, b"b" * 32, b"c" * 32, b"c" * 32])[0]
    )


def test_a_header_without_work_is_refused():
    good = made.block(made.GENESIS, [made.coinbase(1)])
    for nonce in range(100):
        header = good[:76] + struct.pack("<I", nonce)
        if made.dsha(header)[31] >= 0x80:
            with pytest.raises(err.NoProofOfWork):
                read_block(header + good[80:], ORIGIN)
            return
    pytest.fail("every nonce was mined")


def test_a_changed_witness_is_found(shared):
    """The Merkle root does not cover witnesses: flip one byte inside the last transaction's witness."""
    data = bytearray((shared / "chain/btc-main-702861.raw").read_bytes())
    block = read_block(bytes(data), ORIGIN)
    last = next(tx for tx in reversed(block.txs) if tx.segwit)
    data[last.at - ORIGIN.at + last.size - 10] ^= 1
    with pytest.raises(err.WitnessMismatch):
        read_block(bytes(data), ORIGIN)


def test_script_kinds_of_a_real_block(shared):
    block = read_block((shared / "chain/btc-main-702861.raw").read_bytes(), ORIGIN)
    kinds = [output.kind for tx in block.txs for output in tx.outputs]
    assert kinds.count(ScriptKind.P2PKH) == 1660
    assert kinds.count(ScriptKind.P2SH) == 1816
    assert kinds.count(ScriptKind.P2WPKH) == 2383
    assert kinds.count(ScriptKind.P2WSH) == 133
    assert kinds.count(ScriptKind.OP_RETURN) == 23


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("", ScriptKind.OTHER),
        ("51", ScriptKind.OTHER),
        ("21" + "02" + "11" * 32 + "ac", ScriptKind.P2PK),
        ("21" + "05" + "11" * 32 + "ac", ScriptKind.OTHER),
        ("51" + "21" + "02" + "11" * 32 + "ac", ScriptKind.OTHER),
        ("76a914" + "22" * 20 + "88ad", ScriptKind.OTHER),
        ("5120" + "33" * 32, ScriptKind.P2TR),
        ("5220" + "33" * 32, ScriptKind.WITNESS),
        ("51" + "21" + "02" + "11" * 32 + "51ae", ScriptKind.MULTISIG),
        ("52" + "21" + "02" + "11" * 32 + "51ae", ScriptKind.OTHER),
        ("6a0548656c6c6f", ScriptKind.OP_RETURN),
    ],
)
def test_only_exact_templates_count(script, kind):
    assert classify(bytes.fromhex(script))[0] == kind


def test_ripemd160_published_vectors():
    assert ripemd160_plain(b"").hex() == "9c1185a5c5e9fc54612808977ee8f548b2258d31"
    assert ripemd160_plain(b"abc").hex() == "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"
    for size in range(130):
        assert ripemd160_plain(b"x" * size) == ripemd160(b"x" * size)


# The native walk alone.


def test_hashes_equal_those_of_openssl():
    messages = [bytes(range(256))[: size % 257] * (1 + size // 257) for size in range(0, 700, 3)]
    twice = b"".join(made.dsha(each) for each in messages)
    before = _kernels.cpu()
    try:
        for path in _kernels.cpu_paths():
            _kernels.use_cpu(path)
            assert _kernels.dsha256(messages) == twice
            assert _kernels.dsha256(messages[:1]) == twice[:32]
            assert all(_kernels.sha256(each) == hashlib.sha256(each).digest() for each in messages)
            assert all(_kernels.ripemd160(each) == ripemd160_plain(each) for each in messages[:60])
    finally:
        _kernels.use_cpu(before)
    assert _kernels.dsha256([]) == b""


@pytest.mark.parametrize("name", ["227835", "227836", "300025", "413567", "702861"])
def test_real_blocks_give_the_columns_of_the_plain_walk(shared, name):
    read_block((shared / f"chain/btc-main-{name}.raw").read_bytes(), ORIGIN)


GOOD = made.block(
    made.GENESIS,
    [
        made.coinbase(1),
        made.tx([(b"\x07" * 32, 5), (b"\x08" * 32, 0)], [made.pays(7, 1), made.pays(0, 2)]),
        b"\x02\0\0\0\0\1" + made.tx([(b"\x09" * 32, 1)], [made.pays(3)])[4:-4] + b"\x01\x02\xaa\xbb" + bytes(4),
    ],
)


def mined(data):
    """The block again under a header that fits its nonce, so that the checks behind the work are reached."""
    for nonce in range(1 << 10):
        header = data[:76] + struct.pack("<I", nonce)
        if made.dsha(header)[31] < 0x80:
            return header + data[80:]
    raise AssertionError("no nonce found")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_blocks_are_refused_alike(data):
    """Bits flipped, bytes cut out or put in, counts replaced: both walks say the same, to the byte."""
    bad = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(80, len(bad) - 1))
        kind = data.draw(st.sampled_from(["flip", "cut", "put", "replace", "end"]))
        if kind == "flip":
            bad[place] ^= 1 << data.draw(st.integers(0, 7))
        elif kind == "cut":
            del bad[place : place + data.draw(st.integers(1, 40))]
        elif kind == "put":
            bad[place:place] = data.draw(st.binary(min_size=1, max_size=12))
        elif kind == "replace":
            bad[place] = data.draw(st.sampled_from([0, 1, 0x7F, 0xFC, 0xFD, 0xFE, 0xFF]))
        else:
            del bad[max(place, 81) :]
        if len(bad) <= 81:
            bad += bytes(4)
    told_of, _ = told(lambda: read_block(mined(bytes(bad)), ORIGIN))
    assert told_of is None or told_of[0].startswith("L01")


def many(blocks, mask=bytes(8), hashes=None):
    data, start, at = bytearray(), [], []
    for number, block in enumerate(blocks):
        start.append(len(data))
        at.append(1000 * number + 3)
        data += unmask(block, mask, at[-1])
    sizes = np.array([len(each) for each in blocks], dtype=np.uint64)
    whole = np.frombuffer(data, dtype=np.uint8)
    numbers = np.array(start, dtype=np.uint64), sizes, np.array(at, dtype=np.uint64)
    return BlockBytes(whole, *numbers, np.zeros(len(blocks), dtype=np.uint16), ["many.dat"], hashes, mask)


def test_many_masked_blocks_at_once():
    blocks = made.chain([[], [made.tx([(b"\1" * 32, 0)], [made.pays(1)])], []])
    batch = walk_blocks(many(blocks, bytes(range(8))))
    held = [(len(each), plain.read_block(each, Origin("", 1000 * n + 3))) for n, each in enumerate(blocks)]
    assert same(batch, batch_of(held))
    batch.check()


def test_the_first_bad_block_of_many_is_named():
    blocks = made.chain([[], [], []])
    blocks[1] = blocks[1][:-1]
    blocks[2] = blocks[2][:-2]
    with pytest.raises(err.BlockCut) as caught:
        walk_blocks(many(blocks))
    assert 1000 <= caught.value.facts["at"] < 2000


def test_a_header_that_changed_since_it_was_listed():
    blocks = made.chain([[], []])
    hashes = np.frombuffer(made.block_hash(blocks[0]) + made.block_hash(blocks[0]), dtype=np.uint8).reshape(-1, 32)
    with pytest.raises(err.SourceChanged, match=r"many\.dat"):
        walk_blocks(many(blocks, hashes=hashes))


def test_blocks_outside_of_the_bytes_are_no_blocks():
    good = many(made.chain([[]]))
    for bad in (good._replace(length=good.length + 1), good._replace(start=good.start + 1), good._replace(mask=b"")):
        with pytest.raises(ValueError):
            walk_blocks(bad)
