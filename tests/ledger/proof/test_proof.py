"""Merkle proofs: of every transaction of the real blocks, of blocks worked by hand, and of what a forger may try."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger import made_blocks as made

from amparo.base import canonical
from amparo.ledger import Store, load
from amparo.ledger.hashes import dsha, merkle_root, shown
from amparo.ledger.proof import Proof, SourceBlocks, bundle_proofs, merkle_proof, merkle_proofs, stripped, txid_of
from amparo.ledger.proof import errors as err
from amparo.ledger.proof.branch import branch_of, root_of

RAW = {"btc-main-300025": 461, "btc-main-702861": 2500, "btc-main-227835": 122}


def loaded(path, folder, **options):
    load(path, folder, **options)
    return Store.open(folder)


@pytest.fixture(scope="module")
def first_blocks(shared, tmp_path_factory):
    path = shared / "chain/blk00TEST00.dat"
    return loaded(path, tmp_path_factory.mktemp("proof") / "store"), path


@pytest.fixture(scope="module")
def proof(first_blocks):
    store, path = first_blocks
    return merkle_proof(store, SourceBlocks(store, path), store.find_tx("170:1").tx)


def test_the_first_payment_is_proven_as_everybody_knows_it(proof):
    assert proof.txid == "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
    assert proof.block == "00000000d1145790a8694403d4063f323d499e655c83426834d4ce2f8dd4a2ee"
    assert (proof.height, proof.position, proof.count, len(proof.siblings)) == (170, 1, 2, 1)
    assert shown(proof.siblings[0]) == "b1fea52486ce0c62bb442b530a3f0132b826c74e473d1f2c220bfa78111c5082"
    assert proof.work == 7 * 2**32 + 7 * 2**16 + 7  # the block and six more, each at difficulty 1
    proof.check()


@pytest.mark.parametrize(("name", "count"), RAW.items())
def test_every_transaction_of_a_real_block_is_proven(shared, tmp_path, name, count):
    path = shared / f"chain/{name}.raw"
    store = loaded(path, tmp_path / "store", window="one block")
    proofs = list(merkle_proofs(store, SourceBlocks(store, path), range(0, count, 7)))
    assert {len(each.siblings) for each in proofs} == {(count - 1).bit_length()}
    assert [each.txid for each in proofs] == [store.txid(tx) for tx in range(0, count, 7)]
    assert all(txid_of(each.raw) == bytes.fromhex(each.txid)[::-1] for each in proofs)
    if name == "btc-main-702861":
        assert any(stripped(each.raw) != each.raw for each in proofs)


def test_a_folder_of_masked_block_files_gives_the_same_proofs(first_blocks, proof, tmp_path):
    mask = bytes(range(1, 9))
    data = first_blocks[1].read_bytes()
    blocks = tmp_path / "blocks"
    blocks.mkdir()
    (blocks / "blk00000.dat").write_bytes(bytes(byte ^ mask[i % 8] for i, byte in enumerate(data)))
    (blocks / "xor.dat").write_bytes(mask)
    store = loaded(blocks, tmp_path / "store")
    assert merkle_proof(store, SourceBlocks(store, blocks), store.find_tx("170:1").tx) == proof


def test_a_proof_is_the_same_after_a_way_through_json(proof):
    assert Proof.from_dict(json.loads(canonical(proof.as_dict()))) == proof


def test_the_last_blocks_have_fewer_headers_after_them(first_blocks):
    store, path = first_blocks
    found = merkle_proof(store, SourceBlocks(store, path), store.find_tx("4521:0").tx)
    assert found.headers == ()
    assert merkle_proof(store, SourceBlocks(store, path), 0, headers=2).check() is None


def test_the_proofs_of_a_trace_are_files_of_a_bundle(first_blocks, proof):
    store, path = first_blocks
    files = bundle_proofs(store, [proof.txid, store.find_tx("9:0").txid, proof.txid], path)
    assert list(files) == [f"proofs/{store.find_tx('9:0').txid}.json", f"proofs/{proof.txid}.json"]
    assert Proof.from_dict(json.loads(files[f"proofs/{proof.txid}.json"])) == proof
    assert len(bundle_proofs(store, [proof.txid, store.find_tx("9:0").txid], path, limit=3000)) == 1


def flipped(data, at=0):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


TAMPERED = {
    "raw": lambda each: replace(each, raw=flipped(each.raw, 50)),
    "raw-cut": lambda each: replace(each, raw=each.raw[:-1]),
    "raw-longer": lambda each: replace(each, raw=each.raw + b"\0"),
    "txid": lambda each: replace(each, txid="0" * 64),
    "sibling": lambda each: replace(each, siblings=(flipped(each.siblings[0]),)),
    "sibling-cut": lambda each: replace(each, siblings=(each.siblings[0][:31],)),
    "no-sibling": lambda each: replace(each, siblings=()),
    "one-more": lambda each: replace(each, siblings=each.siblings * 2),
    "position": lambda each: replace(each, position=0),
    "outside": lambda each: replace(each, position=2),
    "count": lambda each: replace(each, count=3),
    "root": lambda each: replace(each, header=flipped(each.header, 40)),
    "nonce": lambda each: replace(each, header=flipped(each.header, 79)),
    "bits": lambda each: replace(each, header=each.header[:72] + bytes.fromhex("ffff7f20") + each.header[76:]),
    "header-cut": lambda each: replace(each, header=each.header[:79]),
    "network": lambda each: replace(each, network="nowhere"),
    "next": lambda each: replace(each, headers=(flipped(each.headers[0], 10), *each.headers[1:])),
    "next-order": lambda each: replace(each, headers=each.headers[::-1]),
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_a_change_of_any_part_breaks_the_proof(proof, change):
    with pytest.raises(err.ProofBroken):
        change(proof).check()


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"more": 1},
        {"raw": "xy"},
        {"position": "1"},
        {"position": True},
        {"count": None},
        {"siblings": 5},
        {"headers": [1]},
        {"height": 1.5},
    ],
)
def test_another_form_is_refused(proof, change):
    with pytest.raises(err.ProofBroken, match="format"):
        Proof.from_dict({**proof.as_dict(), **change})


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.data())
def test_every_branch_leads_to_the_root_and_no_other_place(count, data):
    leaves = [dsha(bytes([number])) for number in range(count)]
    position = data.draw(st.integers(0, count - 1))
    root, _ = merkle_root(leaves)
    branch = branch_of(leaves, position)
    assert root_of(leaves[position], position, count, branch) == root
    for other in {0, count - 1} - {position}:
        assert leads_elsewhere(leaves[position], other, count, branch, root)


def leads_elsewhere(leaf, position, count, branch, root):
    try:
        return root_of(leaf, position, count, branch) != root
    except ValueError:
        return True


def test_a_pair_of_equal_digests_is_refused_on_both_sides():
    a, b, c = (dsha(bytes([number])) for number in range(3))
    with pytest.raises(ValueError, match="equal"):
        branch_of([a, b, c, c], 0)  # CVE-2012-2459: the same root as [a, b, c]
    forged = (c, dsha(a + b))
    assert merkle_root([a, b, c])[0] == merkle_root([a, b, c, c])[0]
    with pytest.raises(ValueError, match="equal"):
        root_of(c, 3, 4, forged)
    assert root_of(c, 2, 3, forged) == merkle_root([a, b, c])[0]


def test_a_transaction_of_64_bytes_is_never_proven(tmp_path):
    short = made.tx([(made.dsha(b"x"), 0)], [b"\0" * 8 + b"\x04\x51\x51\x51\x51"])
    assert len(short) == 64
    path = made.write(tmp_path / "blk00000.dat", made.chain([[short]]))
    store = loaded(path, tmp_path / "store", window="test")
    with pytest.raises(err.TransactionForgeable, match=store.txid(1)):
        merkle_proof(store, SourceBlocks(store, path), 1)
    coinbase = merkle_proof(store, SourceBlocks(store, path), 0)
    with pytest.raises(err.ProofBroken, match="64"):
        replace(coinbase, raw=short, txid=shown(dsha(short)), position=1, siblings=(dsha(coinbase.raw),)).check()


def test_files_that_went_or_changed_are_named(first_blocks, tmp_path):
    store, path = first_blocks
    with pytest.raises(err.BlockNotThere, match=r"blk00TEST00\.dat"):
        SourceBlocks(store, tmp_path).block(5)
    other = tmp_path / path.name
    other.write_bytes(flipped(path.read_bytes(), 20))
    with pytest.raises(err.BlockNotThere, match=r"blk00TEST00\.dat"):
        SourceBlocks(store, tmp_path).block(0)
    with pytest.raises(err.BlockNotThere):
        SourceBlocks(store, tmp_path / "none.dat").header(0)


def test_a_source_without_raw_blocks_keeps_no_proof(first_blocks):
    manifest = SimpleNamespace(report=SimpleNamespace(source="table"))
    with pytest.raises(err.NoRawBlocks, match="table"):
        SourceBlocks(SimpleNamespace(manifest=manifest), first_blocks[1])


@pytest.mark.parametrize("cut", [b"", b"\1\0\0\0", b"\1\0\0\0\0\1\1", b"\1\0\0\0\xfd\0\0", b"\1\0\0\0\0\0\0\0\0\0"])
def test_bytes_that_are_no_transaction_are_refused(cut):
    with pytest.raises(ValueError, match=r"whole|ends|shortest"):
        stripped(cut)
