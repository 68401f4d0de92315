"""Undo data: worked by hand, real blocks' known answers, the laws of its number forms, every kind of damage."""

import bz2
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger import made_blocks as made
from tests.ledger.sources.batches import batch_of

from amparo.base import SkipCount
from amparo.ledger.blocks import MAX_MONEY, Origin
from amparo.ledger.nodes import errors as err
from amparo.ledger.scripts import ScriptKind, classify
from amparo.ledger.sources import undo
from amparo.ledger.sources.undo_files import RawUndo, RevFiles, raw_undo_beside

HERE = Origin("rev00000.dat", 100)
GENERATOR_X = bytes.fromhex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
GENERATOR_Y = bytes.fromhex("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")


def test_a_record_worked_by_hand():
    """One transaction, two coins: 50 coins of height 1's coinbase to a key, 1 satoshi of height 130 to a script."""
    data = bytes.fromhex("01 02 03 00 32 00") + b"\x11" * 20 + bytes.fromhex("8104 00 01 01") + b"\x22" * 20
    coins = undo.read_undo(data, HERE)
    assert coins.counts == [2]
    assert (coins.height, coins.coinbase, coins.value) == ([1, 130], [True, False], [5_000_000_000, 1])
    assert coins.stype == [ScriptKind.P2PKH, ScriptKind.P2SH]
    assert coins.payload == [b"\x11" * 20 + bytes(12), b"\x22" * 20 + bytes(12)]


def test_an_uncompressed_key_is_made_whole():
    assert undo.whole_key(GENERATOR_X, GENERATOR_Y[-1] & 1) == b"\x04" + GENERATOR_X + GENERATOR_Y
    data = bytes.fromhex("01 01 00 32") + bytes([4 + (GENERATOR_Y[-1] & 1)]) + GENERATOR_X
    coins = undo.read_undo(data, HERE)
    whole = b"\x41\x04" + GENERATOR_X + GENERATOR_Y + b"\xac"
    assert (coins.stype[0], coins.payload[0][:20]) == classify(whole)


@given(st.integers(0, MAX_MONEY))
def test_amounts_come_back(value):
    assert undo.amount(undo.packed_amount(value)) == value


@given(st.integers(0, 2**63))
def test_numbers_come_back(number):
    reader = undo.UndoReader(undo.varint(number), HERE)
    assert (reader.varint(), reader.at) == (number, len(undo.varint(number)))


spent = st.builds(
    undo.SpentOutput, st.integers(0, 2**31), st.booleans(), st.integers(0, MAX_MONEY), st.binary(max_size=60)
)


@settings(max_examples=40)
@given(st.lists(st.lists(spent, min_size=1, max_size=4), max_size=4))
def test_what_is_written_is_read(txs):
    coins = undo.read_undo(undo.write_undo(txs), HERE)
    flat = [each for tx in txs for each in tx]
    assert coins.counts == [len(tx) for tx in txs]
    assert list(zip(coins.height, coins.coinbase, coins.value, strict=True)) == [each[:3] for each in flat]
    assert coins.stype == [classify(each.script)[0] for each in flat]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("", err.UndoCut),
        ("01 01 03 00 32 00 1111", err.UndoCut),
        ("01 01 03", err.UndoCut),
        ("01 01 03 00 32 ff", err.UndoCut),
        ("01 05 00", err.UndoDamaged),
        ("00 00", err.UndoDamaged),
        ("01 01 " + "ff" * 12, err.UndoDamaged),
        ("01 01 00 80fefefefefefefe7f 06", err.UndoDamaged),
        ("01 01 00 32 04 " + "ff" * 32, err.UndoDamaged),
        ("01 01 00 32 05 " + bytes(31).hex() + "05", err.UndoDamaged),
        ("01 01 00 32 8fffff7f", err.UndoDamaged),
    ],
    ids=[
        *("empty", "cut-script", "cut-number", "cut-script-code", "too-many", "left-over", "endless-number"),
        *("too-much-money", "x-beyond-field", "not-on-curve", "endless-script"),
    ],
)
def test_damage_is_named(data, error):
    with pytest.raises(error) as caught:
        undo.read_undo(bytes.fromhex(data), HERE)
    assert "rev00000.dat" in str(caught.value)


def test_block_300025_and_its_undo(shared):
    """1,427 spent outputs; fees = inputs - outputs = coinbase minus 25 coins."""
    batch = batch_of([(shared / "chain/btc-main-300025.raw").read_bytes()])
    reader = raw_undo_beside(shared / "chain/btc-main-300025.raw")
    said = reader.given(batch)
    assert (len(said.value), said.source) == (1427, "undo")
    own = {txid.tobytes(): row for row, txid in enumerate(batch.txid)}
    first = [0, *batch.n_out.cumsum().tolist()]
    inside = 0
    for row, prev in enumerate(batch.prev_txid):
        if prev.tobytes() in own:
            output = first[own[prev.tobytes()]] + int(batch.prev_vout[row])
            assert said.value[row] == batch.value[output]
            assert said.stype[row] == batch.stype[output]
            assert (said.payload[row] == batch.payload[output]).all()
            inside += 1
    assert (inside, len(said.value) - inside) == (188, 1239)
    after_coinbase = int(batch.value[int(batch.n_out[0]) :].sum())
    fees = int(said.value.sum()) - after_coinbase
    assert fees == 7_773_345 == int(batch.value[: int(batch.n_out[0])].sum()) - 25 * made.COIN


def test_the_coins_of_block_277647_in_compressed_form(shared):
    """btcd keeps them as txid, vout, length, VARINT(height * 2 + coinbase), compressed amount, compressed script."""
    record = bz2.decompress((shared / "chain/btcd-277647.dat.bz2").read_bytes())
    kept = bz2.decompress((shared / "chain/btcd-277647.utxostore.bz2").read_bytes())
    batch = batch_of([record[8:]])
    coins, at = {}, 0
    while at < len(kept):
        key, length = kept[at : at + 36], int.from_bytes(kept[at + 36 : at + 40], "little")
        reader = undo.UndoReader(kept[at + 40 : at + 40 + length], Origin("utxostore", at + 40))
        height, value, script = reader.varint() >> 1, undo.amount(reader.varint()), reader.script()
        assert reader.at == length
        assert height <= 277_647
        coins[key] = (value, script)
        at += 40 + length
    assert len(coins) == 732
    first, own, inside = [0, *batch.n_out.cumsum().tolist()], {}, 0
    for row, txid in enumerate(batch.txid):
        own[txid.tobytes()] = row
    total = 0
    for row, prev in enumerate(batch.prev_txid):
        value, script = coins[prev.tobytes() + int(batch.prev_vout[row]).to_bytes(4, "little")]
        total += value
        if prev.tobytes() in own:
            output = first[own[prev.tobytes()]] + int(batch.prev_vout[row])
            assert (value, *script) == (
                batch.value[output],
                batch.stype[output],
                batch.payload[output].tobytes(),
            )
            inside += 1
    assert (len(batch.prev_txid), inside) == (732, 62)
    assert total - int(batch.value[int(batch.n_out[0]) :].sum()) == 4_737_355


def test_the_undo_of_another_block_is_refused(shared):
    batch = batch_of([(shared / "chain/btc-main-227835.raw").read_bytes()])
    with pytest.raises(err.UndoCount):
        RawUndo(shared / "chain/btc-main-300025-undo.raw").given(batch)


# Files of records.


@pytest.fixture
def blocks():
    first = made.coinbase(1)
    spend = made.tx([(made.dsha(first), 0)], [made.pays(30 * made.COIN, 1), made.pays(20 * made.COIN, 2)])
    again = made.tx([(made.dsha(spend), 1)], [made.pays(20 * made.COIN, 3)])
    return made.chain([[], [spend], [again], []])


P2PKH = [b"\x76\xa9\x14" + number.to_bytes(20, "big") + b"\x88\xac" for number in range(4)]
COINS = (
    [],
    [[undo.SpentOutput(1, True, 50 * made.COIN, P2PKH[0])]],
    [[undo.SpentOutput(2, False, 20 * made.COIN, P2PKH[2])]],
    [],
)


def record(prev, coins):
    data = undo.write_undo(coins)
    return made.MAGIC + len(data).to_bytes(4, "little") + data + undo.checksum(prev, data)


def records(blocks):
    return [record(block[4:36], coins) for block, coins in zip(blocks, COINS, strict=True)]


def read(folder, blocks, found, mask=bytes(8), skipped=None):
    data = b"".join(found) + bytes(64)
    (folder / "rev00000.dat").write_bytes(bytes(byte ^ mask[at % 8] for at, byte in enumerate(data)))
    files = RevFiles([folder / "blk00000.dat"], made.MAGIC, mask, skipped or SkipCount())
    return files.given(batch_of(blocks))


@pytest.mark.parametrize("mask", [bytes(8), bytes.fromhex("0102030405060708")], ids=["plain", "masked"])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (2, 0, 3, 1)], ids=["in-order", "as-connected"])
def test_records_find_their_blocks(tmp_path, blocks, mask, order):
    all_records = records(blocks)
    said = read(tmp_path, blocks, [all_records[number] for number in order], mask)
    assert said.value.tolist() == [50 * made.COIN, 20 * made.COIN]
    assert said.payload[1].tobytes() == (2).to_bytes(20, "big") + bytes(12)


def test_the_digest_is_of_the_file_as_it_lies_there(tmp_path, blocks):
    read(tmp_path, blocks, records(blocks), mask=b"abcdefgh")
    file = RevFiles([tmp_path / "blk00000.dat"], made.MAGIC, b"abcdefgh", SkipCount()).files[0]
    assert file.sha256 == hashlib.sha256((tmp_path / "rev00000.dat").read_bytes()).hexdigest()


def test_a_flipped_bit_is_an_error_that_names_the_block(tmp_path, blocks):
    damaged = records(blocks)
    damaged[1] = damaged[1][:14] + bytes([damaged[1][14] ^ 1]) + damaged[1][15:]
    with pytest.raises(err.UndoMismatch) as caught:
        read(tmp_path, blocks, damaged)
    assert made.block_hash(blocks[1])[::-1].hex() in str(caught.value)


def test_a_block_without_record_is_counted_not_guessed(tmp_path, blocks):
    skipped = SkipCount()
    said = read(tmp_path, blocks, records(blocks)[:2], skipped=skipped)
    assert said.value.tolist() == [50 * made.COIN, -1]
    assert dict(skipped.counts) == {"no-undo-record": 1}


@pytest.mark.parametrize(
    "coins",
    [[COINS[1][0] * 2], [[undo.SpentOutput(1, True, 49 * made.COIN, P2PKH[0])]]],
    ids=["other-count", "too-little-money"],
)
def test_a_record_that_cannot_be_the_blocks_is_refused(tmp_path, blocks, coins):
    wrong = records(blocks)
    wrong[1] = record(blocks[1][4:36], coins)
    with pytest.raises(err.UndoMismatch):
        read(tmp_path, blocks, wrong)


def test_a_stale_rival_with_the_same_parent_does_not_take_the_record(tmp_path, blocks):
    rival = record(blocks[1][4:36], [[undo.SpentOutput(1, True, 3, P2PKH[3])]])
    found = records(blocks)
    assert read(tmp_path, blocks, [found[0], rival, *found[1:]]).value.tolist() == [50 * made.COIN, 20 * made.COIN]


def test_a_cut_record_is_refused(tmp_path, blocks):
    (tmp_path / "rev00000.dat").write_bytes(b"".join(records(blocks))[:-5])
    with pytest.raises(err.UndoCut):
        RevFiles([tmp_path / "blk00000.dat"], made.MAGIC, bytes(8), SkipCount())


def test_a_record_of_impossible_length_is_refused(tmp_path):
    (tmp_path / "rev00000.dat").write_bytes(made.MAGIC + b"\xff" * 4 + bytes(100))
    with pytest.raises(err.UndoDamaged):
        RevFiles([tmp_path / "blk00000.dat"], made.MAGIC, bytes(8), SkipCount())


def test_files_without_undo_say_nothing(tmp_path, blocks):
    files = RevFiles([tmp_path / "blk00000.dat"], made.MAGIC, bytes(8), SkipCount())
    assert (files.files, files.given(batch_of(blocks))) == ((), None)
