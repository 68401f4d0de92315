"""Merkle proofs in a bundle: both verifiers accept the true one and name the file of every other."""

import json
import shutil
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from tests.bundle.conftest import AT, content_of, sha
from tests.bundle.test_verify import both, change_json, resign, stand_alone
from tests.ledger import made_blocks as made

from amparo.base import Blob, canonical
from amparo.bundle import CompletenessRow, State, build_bundle, verify
from amparo.bundle.errors import ContentWrong
from amparo.bundle.proofs import EASIEST, target_of
from amparo.ledger import NETWORKS, Seed, Store, bundle_proofs, load, proof_path, trace

OWNER = made.pays(5 * made.COIN)


def with_witness(raw):
    """The same transaction as it travels: marker, flag, and a witness for its one input."""
    return raw[:4] + b"\0\1" + raw[4:-4] + b"\2\1\xaa\0" + raw[-4:]


def proof_of(txs, position, raw, network="regtest"):
    """The proof of `raw`, whose block holds `txs` (without witnesses); two more blocks stand on it."""
    first = made.block(made.GENESIS, txs)
    second = made.block(made.block_hash(first), [made.coinbase(2)])
    third = made.block(made.block_hash(second), [made.coinbase(3)])
    level, place, siblings = [made.dsha(each) for each in txs], position, []
    while len(level) > 1:
        level += level[-1:] * (len(level) % 2)
        siblings.append(level[place ^ 1].hex())
        level = [made.dsha(level[i] + level[i + 1]) for i in range(0, len(level), 2)]
        place //= 2
    return {
        "v": 1,
        "network": network,
        "txid": made.dsha(txs[position])[::-1].hex(),
        "raw": raw.hex(),
        "header": first[:80].hex(),
        "height": 1,
        "position": position,
        "count": len(txs),
        "siblings": siblings,
        "headers": [second[:80].hex(), third[:80].hex()],
    }


def five():
    spend = [made.tx([(made.dsha(bytes([number])), 0)], [OWNER]) for number in range(4)]
    return [made.coinbase(1), *spend]


@pytest.fixture(scope="session")
def proof():
    txs = five()
    return proof_of(txs, 4, with_witness(txs[4]))


def proven(signer, proof, **row):
    """The small case with its trace's transaction proven."""
    data = (canonical(proof) + "\n").encode()
    ref = f"{proof['network']}:{proof['txid']}"
    content = content_of(signer)
    path = f"proofs/{proof['txid']}.json"
    flow = replace(content.findings[1], finding=replace(content.findings[1].finding, inputs=(ref,)), picture=None)
    given = {"ref": ref, "state": State.INCLUDED, "path": path, "size": len(data), "sha256": sha(data), **row}
    rows = [each for each in content.completeness if not each.ref.startswith("btc:")]
    return replace(
        content,
        findings=(content.findings[0], flow, content.findings[2]),
        completeness=(*rows, CompletenessRow(**given)),
        files={**content.files, given["path"]: Blob.from_bytes(data, "proof")},
        picture_refs={},
        pictures={},
    )


@pytest.fixture(scope="module")
def built_with_proof(signer, proof, tmp_path_factory):
    return build_bundle(proven(signer, proof), tmp_path_factory.mktemp("proof") / "b", signer, at=AT).path


@pytest.fixture
def copy_with_proof(built_with_proof, tmp_path):
    return Path(shutil.copytree(built_with_proof, tmp_path / "b"))


def test_a_true_proof_holds_and_is_counted(built_with_proof, proof):
    assert both(built_with_proof) == (0, set())
    report = verify(built_with_proof)
    assert (report.totals["proofs"], report.totals["least_work"]) == (1, 2)  # three headers of two tries each
    assert "All 1 merkle proofs hold; forging one takes about 2^2 tries." in report.sentence
    assert proof["txid"] in (built_with_proof / "data/report.en.html").read_text()


def flip(text, at=0):
    return text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]


def set_to(**fields):
    return lambda value: value.update(fields)


SIXTY_FOUR = made.tx([(made.dsha(b"x"), 0)], [b"\0" * 8 + b"\x04\x51\x51\x51\x51"])

TAMPERED = {
    "raw": lambda value: value.update(raw=flip(value["raw"], 100)),
    "raw-cut": lambda value: value.update(raw=value["raw"][:-2]),
    "raw-longer": lambda value: value.update(raw=value["raw"] + "00"),
    "raw-empty": set_to(raw=""),
    "raw-long-size": lambda value: value.update(raw=value["raw"][:12] + "fd0100" + value["raw"][14:]),
    "raw-odd": set_to(raw="0"),
    "txid": lambda value: value.update(txid=flip(value["txid"])),
    "network": set_to(network="bitcoin"),
    "unknown-network": set_to(network="nowhere"),
    "sibling": lambda value: value["siblings"].__setitem__(1, flip(value["siblings"][1])),
    "sibling-missing": lambda value: value["siblings"].pop(),
    "sibling-more": lambda value: value["siblings"].append("00" * 32),
    "sibling-short": lambda value: value["siblings"].__setitem__(2, "00"),
    "position": set_to(position=3),
    "position-outside": set_to(position=5),
    "position-negative": set_to(position=-1),
    "position-text": set_to(position="4"),
    "position-true": set_to(position=True),
    "count": set_to(count=6),
    "count-huge": set_to(count=2**40),
    "root": lambda value: value.update(header=flip(value["header"], 80)),
    "header-short": lambda value: value.update(header=value["header"][:-2]),
    "nonce": lambda value: value.update(header=value["header"][:152] + "ffffffff"),
    "easier": lambda value: value.update(header=value["header"][:144] + "ffff7f21" + value["header"][152:]),
    "negative-bits": lambda value: value.update(header=value["header"][:144] + "ffffff20" + value["header"][152:]),
    "next-header": lambda value: value["headers"].__setitem__(0, flip(value["headers"][0], 20)),
    "next-order": lambda value: value["headers"].reverse(),
    "next-text": set_to(headers="00"),
    "version": set_to(v=2),
    "version-true": set_to(v=True),
    "one-field-more": set_to(more=1),
    "no-height": lambda value: value.pop("height"),
    "height-text": set_to(height="1"),
    "a-list": None,
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_a_proof_that_does_not_hold_is_named_even_if_signed(copy_with_proof, signer, proof, change):
    """The dishonest unit changes the proof, gives it the right digest everywhere, and signs again."""
    name = f"data/proofs/{proof['txid']}.json"
    path = copy_with_proof / name
    if change is None:
        path.write_text("[]\n")
    else:
        change_json(path, change)
    if path.read_text() == canonical(proof) + "\n":
        pytest.fail("nothing was changed")
    resign_with(copy_with_proof, name, signer)
    assert both(copy_with_proof) == (1, {(name, None)})


def resign_with(root, name, signer):
    data = (root / name).read_bytes()

    def change(listed):
        for row in listed["items"]:
            if row["path"] and f"data/{row['path']}" == name:
                row.update(size=len(data), sha256=sha(data))

    change_json(root / "data/completeness.json", change)
    resign(root, signer)


def test_a_transaction_of_64_bytes_and_equal_neighbours_prove_nothing(copy_with_proof, signer, proof):
    name = f"data/proofs/{proof['txid']}.json"
    for forged in (
        proof_of([made.coinbase(1), SIXTY_FOUR], 1, SIXTY_FOUR),
        # CVE-2012-2459: the last transaction once more, under the same root.
        {**proof, "position": 5, "count": 6, "siblings": [made.dsha(five()[4]).hex(), *proof["siblings"][1:]]},
    ):
        (copy_with_proof / name).write_text(canonical(forged) + "\n")
        resign_with(copy_with_proof, name, signer)
        assert both(copy_with_proof) == (1, {(name, None)})


def test_the_claim_of_a_proof_and_the_proof_go_together(copy_with_proof, signer, proof):
    name = f"data/proofs/{proof['txid']}.json"
    (copy_with_proof / name).unlink()
    manifest = copy_with_proof / "manifest-sha256.txt"
    manifest.write_text("".join(line for line in manifest.read_text().splitlines(keepends=True) if name not in line))
    resign(copy_with_proof, signer)
    assert both(copy_with_proof) == (1, {("data/completeness.json", None)})


def test_a_proof_that_no_step_claims_is_named(copy_with_proof, signer, proof):
    def withhold(listed):
        for row in listed["items"]:
            if row["ref"].endswith(proof["txid"]):
                row.update(state="withheld", path=None, ground="public-record", decided_by="r.diaz")

    change_json(copy_with_proof / "data/completeness.json", withhold)
    resign(copy_with_proof, signer)
    name = f"data/proofs/{proof['txid']}.json"
    assert both(copy_with_proof) == (1, {("data/completeness.json", None), (name, None)})


def test_a_proof_of_another_step_is_refused_before_it_is_signed(signer, proof, tmp_path):
    other = {**proof, "network": "bitcoin"}
    with pytest.raises(ContentWrong, match="too little work"):
        build_bundle(proven(signer, other), tmp_path / "b", signer, at=AT)
    with pytest.raises(ContentWrong, match="proof"):
        build_bundle(proven(signer, proof, path="proofs/other.json"), tmp_path / "c", signer, at=AT)
    assert not (tmp_path / "b").exists()


def test_a_real_traces_transactions_are_proven_by_the_room_and_checked_by_both(shared, signer, tmp_path):
    source = shared / "chain/blk00TEST00.dat"
    load(source, tmp_path / "store")
    store = Store.open(tmp_path / "store")
    found = trace(store, [Seed("9:0")], "fifo")
    files = bundle_proofs(store, {each.txid for each in found.outputs}, source)
    txid = store.find_tx("170:1").txid
    content = proven(signer, json.loads(files[proof_path(txid)]))
    assert both(build_bundle(content, tmp_path / "b", signer, at=AT).path) == (0, set())
    assert verify(tmp_path / "b").totals["least_work"] == 34  # seven blocks at difficulty 1


def test_both_verifiers_know_the_networks_of_the_ledger_room():
    known = {network.name: network.easiest for network in NETWORKS if not network.is_relative}
    assert known == EASIEST
    assert stand_alone.EASIEST == EASIEST


def test_bits_of_every_size_are_read_as_the_chain_reads_them():

    for bits, target in (
        (0x1D00FFFF, 0xFFFF << 208),
        (0x207FFFFF, 0x7FFFFF << 232),
        (0x03123456, 0x123456),
        (0x01120000, 0x12),
    ):
        assert target_of(bits) == stand_alone.full_target(bits) == target
    assert struct.unpack("<I", bytes.fromhex("ffff001d"))[0] == 0x1D00FFFF
