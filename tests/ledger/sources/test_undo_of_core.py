"""Undo files that Bitcoin Core's own engine wrote, against what Core itself says of every spent output."""

import pbk
from tests.ledger.sources import core
from tests.ledger.sources.batches import batch_of

from amparo.base import SkipCount, silent
from amparo.ledger.scripts import classify
from amparo.ledger.sources import source_of
from amparo.ledger.sources.base import read_mask
from amparo.ledger.sources.undo_files import RevFiles


def given_per_block(folder, skipped):
    """What our reader says, block by block, with the block's hash."""
    scan = source_of(folder).scan(folder, skipped, silent, window=False)
    files = RevFiles([file.path for file in scan.files], scan.network.magic, read_mask(folder), skipped)
    for height, record in enumerate(scan.records):
        batch = batch_of([scan.raw(record)], height, record.file)
        yield record.header.hash[::-1].hex(), files.given(batch)


def compare(folder, blocks, chain=None):
    """Feed Core, read what it wrote, compare every coin; return how many were equal."""
    files = core.feed(folder, blocks, chain)
    skipped, equal = SkipCount(), 0
    ours = dict(given_per_block(files, skipped))
    for _, block, coins in core.coins_of_core(folder, chain):
        said = ours[block]
        if not coins:
            assert said is None
            continue
        for row, (value, script, _, _) in enumerate(coins):
            kind, payload = classify(script)
            assert (said.value[row], said.stype[row]) == (value, kind)
            assert said.payload[row].tobytes() == payload.ljust(32, b"\0")
        assert len(said.value) == len(coins)
        equal += len(coins)
    assert "no-undo-record" not in skipped.counts
    return equal


def test_a_small_economy(tmp_path):
    blocks = list(core.economy(1500, per_block=300))
    assert compare(tmp_path, blocks) >= 1500
    assert any((tmp_path / "blocks/xor.dat").read_bytes())


def test_a_reorganisation_leaves_a_record_that_belongs_to_no_block(tmp_path):
    blocks = list(core.economy(300, per_block=100))
    other = list(core.economy(300, per_block=100, seed=2))
    fork = next(number for number, pair in enumerate(zip(blocks, other, strict=False)) if pair[0] != pair[1])
    assert compare(tmp_path, [*blocks[: fork + 2], *other[fork:]]) > 0


def test_the_first_blocks_of_the_real_chain(shared, tmp_path):
    """260 spent outputs, nearly all of them to whole public keys, which undo files keep without their y."""
    path = shared / "chain/blk00TEST00.dat"
    scan = source_of(path).scan(path, SkipCount(), silent, window=False)
    blocks = [scan.raw(record) for record in scan.records[1:]]
    assert compare(tmp_path, blocks, pbk.ChainType.MAINNET) == 260
