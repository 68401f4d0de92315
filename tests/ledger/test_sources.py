"""Block sources: the real files' known answers, then every kind of damage with its message."""

import bz2
import resource
import struct

import pytest
from tests.ledger import made_blocks as made

from amparo.base import SkipCount, silent
from amparo.ledger import SOURCES, Store, load
from amparo.ledger import errors as err
from amparo.ledger.sources import source_of


@pytest.fixture
def blocks():
    first = made.coinbase(1)
    spend = made.tx([(made.dsha(first), 0)], [made.pays(30 * made.COIN, 1), made.pays(20 * made.COIN, 2)])
    return made.chain([[], [spend], [], []])


def at(path, blocks, **kwargs):
    return made.write(path / "blk00000.dat", blocks, **kwargs)


def run(path, store, **kwargs):
    return load(path, store, window=kwargs.pop("window", "made"), **kwargs)


def test_the_first_mebibyte_of_the_chain(shared, tmp_path):
    report = load(shared / "chain/blk00TEST00.dat", tmp_path / "s")
    assert (report.blocks, report.transactions, report.outputs) == (4522, 4583, 4609)
    assert (report.inputs, report.resolved, report.unresolved) == (260, 260, 0)
    assert (report.first_height, report.last_height, report.window) == (0, 4521, None)
    assert dict(report.skipped.counts) == {"cut-record": 1}
    store = Store.open(tmp_path / "s")
    unspent = sum(store.value(each) for each in range(report.outputs) if store.spender(each) is None)
    assert unspent == 4522 * 50 * made.COIN


@pytest.mark.parametrize(
    ("name", "height", "transactions", "inputs", "outputs", "resolved"),
    [
        ("btc-main-227835.raw", None, 122, 262, 229, 15),
        ("btc-main-227836.raw", 227836, 100, 190, 188, None),
        ("btc-main-300025.raw", 300025, 461, 1427, 1226, 188),
        ("btc-main-413567.raw", 413567, 1557, 4886, 3581, None),
        ("btc-main-702861.raw", 702861, 2500, 6517, 6015, None),
    ],
)
def test_raw_blocks_are_declared_windows(shared, tmp_path, name, height, transactions, inputs, outputs, resolved):
    report = load(shared / "chain" / name, tmp_path / "s")
    assert (report.source, report.window, report.first_height) == ("raw-block", name, height)
    assert (report.transactions, report.inputs, report.outputs) == (transactions, inputs, outputs)
    assert report.resolved + report.unresolved == inputs
    assert resolved in (None, report.resolved)


def test_values_of_a_real_block_equal_its_undo_data(shared, tmp_path):
    """Same-block spends: the value we link equals the one Bitcoin Core wrote for that input."""
    load(shared / "chain/btc-main-300025.raw", tmp_path / "s")
    store = Store.open(tmp_path / "s")
    undo = (shared / "chain/btc-main-300025-undo.raw").read_bytes()
    place, compared, number = 0, 0, 0
    spent = [each for tx in range(461) for each in store.inputs_of(tx)]
    while place < len(undo):
        value = int.from_bytes(undo[place : place + 8], "little")
        size, place = undo[place + 8], place + 9
        if size == 0xFD:
            size, place = int.from_bytes(undo[place : place + 2], "little"), place + 2
        place += size
        if spent[number] is not None:
            assert store.value(spent[number]) == value
            compared += 1
        number += 1
    assert (number, compared) == (1427, 188)


def test_the_licensed_subset_starts_at_height_one(shared, tmp_path):
    path = tmp_path / "blk00001.dat"
    path.write_bytes(bz2.decompress((shared / "chain/btcd-blocks1-256.bz2").read_bytes()))
    report = load(path, tmp_path / "s", window="heights 1 to 255")
    assert (report.first_height, report.last_height, report.transactions) == (1, 255, 262)
    assert report.unresolved == 0


def test_examples_name_what_each_source_reads():
    assert all(source.examples() for source in SOURCES)


def test_a_made_chain_loads(tmp_path, blocks):
    report = run(at(tmp_path, blocks), tmp_path / "s")
    assert (report.network, report.blocks, report.first_height, report.resolved) == ("regtest", 4, 1, 1)


def test_masked_files_give_the_same_chain(tmp_path, blocks):
    plain = made.write(tmp_path / "plain.dat", blocks, tail=bytes(100)).read_bytes()
    mask = bytes.fromhex("0123456789abcdef")
    folder = tmp_path / "blocks"
    folder.mkdir()
    masked = bytes(each ^ mask[i % 8] for i, each in enumerate(plain[:-100])) + bytes(100)
    (folder / "blk00000.dat").write_bytes(masked)
    (folder / "xor.dat").write_bytes(mask)
    report = run(folder, tmp_path / "s")
    again = run(tmp_path / "plain.dat", tmp_path / "t")
    assert (report.tip, report.skipped.total) == (again.tip, 0)
    assert Store.open(tmp_path / "s").manifest.data_digest == Store.open(tmp_path / "t").manifest.data_digest


def test_a_mask_of_the_wrong_size_is_refused(tmp_path, blocks):
    (tmp_path / "xor.dat").write_bytes(b"short")
    with pytest.raises(err.BadMask, match="5"):
        run(at(tmp_path, blocks), tmp_path / "s")


def test_records_may_lie_in_any_order_over_several_files(tmp_path, blocks):
    folder = tmp_path / "blocks"
    folder.mkdir()
    made.write(folder / "blk00000.dat", [blocks[2], blocks[0]])
    made.write(folder / "blk00001.dat", [blocks[3], blocks[1]])
    report = run(folder, tmp_path / "s")
    assert (report.blocks, report.tip) == (4, made.block_hash(blocks[3])[::-1].hex())


def test_duplicate_and_stale_records_are_counted(tmp_path, blocks):
    stale = made.block(made.block_hash(blocks[0]), [made.coinbase(2, branch=9)])
    report = run(at(tmp_path, [blocks[0], stale, *blocks[1:], blocks[2]]), tmp_path / "s")
    assert dict(report.skipped.counts) == {"duplicate-record": 1, "stale-block": 1}
    assert report.blocks == 4


def test_a_cut_tail_is_skipped_and_counted(tmp_path, blocks):
    path = at(tmp_path, blocks)
    path.write_bytes(path.read_bytes()[:-20])
    report = run(path, tmp_path / "s")
    assert (report.blocks, dict(report.skipped.counts)) == (3, {"cut-record": 1})


@pytest.mark.parametrize("left", [1, 7])
def test_a_tail_shorter_than_a_record_head_is_counted_too(tmp_path, blocks, left):
    report = run(at(tmp_path, blocks, tail=made.MAGIC[:left] + b"\x01" * (left - 4)), tmp_path / "s")
    assert dict(report.skipped.counts) == {"cut-record": 1}


def test_bytes_missing_in_the_middle_name_the_block(tmp_path, blocks):
    path = at(tmp_path, blocks)
    data = path.read_bytes()
    path.write_bytes(data[:100] + data[130:])
    with pytest.raises((err.CutInside, err.WrongMagic, err.NoProofOfWork), match=r"blk00000\.dat"):
        run(path, tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_a_long_last_record_that_swallows_blocks_is_no_cut_tail(tmp_path, blocks):
    head = made.MAGIC + struct.pack("<I", 100_000)
    path = tmp_path / "blk00000.dat"
    path.write_bytes(made.record(blocks[0]) + head + blocks[1] + b"".join(map(made.record, blocks[2:])))
    with pytest.raises(err.CutInside) as caught:
        run(path, tmp_path / "s")
    assert caught.value.facts["block"] == made.block_hash(blocks[2])[::-1].hex()


def test_a_gap_names_the_block_after_it(tmp_path, blocks):
    with pytest.raises(err.ChainGap) as caught:
        run(at(tmp_path, [blocks[0], blocks[2], blocks[3]]), tmp_path / "s")
    assert caught.value.facts["block"] == made.block_hash(blocks[2])[::-1].hex()
    assert caught.value.facts["parent"] == made.block_hash(blocks[1])[::-1].hex()


def test_a_part_of_a_chain_must_be_declared(tmp_path, blocks):
    with pytest.raises(err.ChainGap):
        load(at(tmp_path, blocks), tmp_path / "s")


def test_wrong_magic_names_the_byte(tmp_path, blocks):
    path = at(tmp_path, blocks)
    data = path.read_bytes()
    second = len(made.record(blocks[0]))
    path.write_bytes(data[:second] + b"\x00\x01\x02\x03" + data[second + 4 :])
    with pytest.raises(err.WrongMagic, match=f"byte {second}.*00010203"):
        run(path, tmp_path / "s")


def test_zeros_in_the_middle_are_no_end(tmp_path, blocks):
    path = at(tmp_path, blocks[:2], tail=bytes(5000))
    path.write_bytes(path.read_bytes() + b"".join(map(made.record, blocks[2:])))
    with pytest.raises(err.WrongMagic, match="00000000"):
        run(path, tmp_path / "s")


@pytest.mark.parametrize("data", [b"", b"\x00" * 500, b"no block file at all"])
def test_a_block_file_without_blocks(tmp_path, data):
    path = tmp_path / "blk00000.dat"
    path.write_bytes(data)
    with pytest.raises((err.NoBlocks, err.WrongMagic)):
        run(path, tmp_path / "s")


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff" * 200])
def test_other_files_are_no_block_source(tmp_path, content):
    (tmp_path / "notes.txt").write_bytes(content)
    with pytest.raises(err.NotABlockSource, match=r"notes\.txt"):
        load(tmp_path / "notes.txt", tmp_path / "s")
    with pytest.raises(err.NotABlockSource):
        load(tmp_path / "absent", tmp_path / "s")


def test_a_claimed_length_of_gigabytes_is_refused_before_reading(tmp_path, blocks):
    path = tmp_path / "blk00000.dat"
    path.write_bytes(made.record(blocks[0]) + made.MAGIC + b"\xff" * 4)
    with pytest.raises(err.RecordTooLong, match="4294967295"):
        run(path, tmp_path / "s")


@pytest.mark.parametrize("place", [85, 120, 150])
def test_a_flipped_bit_in_a_transaction_breaks_the_block(tmp_path, blocks, place):
    path = at(tmp_path, blocks)
    data = bytearray(path.read_bytes())
    data[len(made.record(blocks[0])) + 8 + place] ^= 1
    path.write_bytes(data)
    with pytest.raises(err.AmparoError) as caught:
        run(path, tmp_path / "s")
    assert caught.value.code.startswith("L01")
    assert not (tmp_path / "s").exists()


def test_every_flipped_bit_of_a_transaction_is_found(tmp_path, blocks):
    """Merkle root and parser together leave no bit of a block's body unchecked."""
    source = source_of(at(tmp_path, blocks))
    good = blocks[1]
    for place in range(80, len(good), 3):
        bad = bytearray(good)
        bad[place] ^= 1 << place % 8
        path = made.write(tmp_path / "blk00000.dat", [blocks[0], bytes(bad)])
        scan = source.scan(path, SkipCount(), silent, window=True)
        with pytest.raises(err.AmparoError, match="L01"):
            list(scan.blocks())


def test_loading_again_does_nothing_and_another_source_is_refused(tmp_path, blocks):
    path = at(tmp_path, blocks)
    assert run(path, tmp_path / "s").new
    before = (tmp_path / "s/manifest.json").stat().st_mtime_ns
    again = run(path, tmp_path / "s")
    assert not again.new
    assert again.blocks == 4
    assert (tmp_path / "s/manifest.json").stat().st_mtime_ns == before
    with pytest.raises(err.OtherSource, match=again.tip):
        run(made.write(tmp_path / "other.dat", blocks[:2]), tmp_path / "s")


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path, blocks):
    (tmp_path / "s").mkdir()
    (tmp_path / "s/thesis.odt").write_bytes(b"precious")
    with pytest.raises(err.NoStore):
        run(at(tmp_path, blocks), tmp_path / "s")
    assert (tmp_path / "s/thesis.odt").read_bytes() == b"precious"


def test_a_failed_load_leaves_nothing_behind(tmp_path, blocks):
    def stop(done, total, unit):
        if unit == "blocks":
            raise KeyboardInterrupt

    path = at(tmp_path, blocks)
    with pytest.raises(KeyboardInterrupt):
        run(path, tmp_path / "s", progress=stop)
    assert [each.name for each in tmp_path.iterdir()] == ["blk00000.dat"]
    assert run(path, tmp_path / "s").new


def test_a_chain_too_easy_for_its_network_is_refused(tmp_path, blocks):
    """Regtest blocks under the main network's magic: anyone can make those."""
    path = tmp_path / "blk00000.dat"
    path.write_bytes(b"".join(made.record(each, bytes.fromhex("f9beb4d9")) for each in blocks))
    with pytest.raises(err.NoProofOfWork):
        run(path, tmp_path / "s")


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path, shared):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(err.StoreNotWritten):
            load(shared / "chain/blk00TEST00.dat", tmp_path / "s")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []
    load(shared / "chain/blk00TEST00.dat", tmp_path / "s")


def test_a_store_inside_a_file_cannot_be_written(tmp_path, blocks):
    path = at(tmp_path, blocks)
    with pytest.raises(err.StoreNotWritten):
        run(path, path / "s")
