"""The block parser: what no valid block can hold is refused, with file and byte."""

import struct

import pytest
from tests.ledger import made_blocks as made

from amparo.ledger import errors as err
from amparo.ledger.blocks import Origin, read_block
from amparo.ledger.hashes import merkle_root, ripemd160, ripemd160_plain
from amparo.ledger.scripts import ScriptKind, classify

ORIGIN = Origin("blk00000.dat", 8)


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
