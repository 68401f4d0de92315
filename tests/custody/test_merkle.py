import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.custody import BadProof, MerkleRoot, inclusion_holds, inclusion_proof, merkle_root


def recursive(leaves):
    """RFC 6962, 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\1" + recursive(leaves[:half]) + recursive(leaves[half:])).digest()


def test_known_roots():
    # The reference tree of certificate-transparency's own tests: leaves "", 00, 10, 2021, ...
    leaves = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        bytes(range(0x50, 0x58)),
        bytes(range(0x60, 0x70)),
    ]
    assert merkle_root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle_root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@pytest.mark.parametrize("count", range(40))
def test_streamed_root_is_the_recursive_one(count):
    leaves = [bytes([n]) for n in range(count)]
    assert merkle_root(leaves) == recursive(leaves)


@settings(max_examples=40)
@given(st.integers(1, 70), st.data())
def test_a_proof_shows_its_leaf_and_no_other(count, data):
    leaves = [n.to_bytes(2, "big") for n in range(count)]
    index = data.draw(st.integers(0, count - 1))
    root, proof = merkle_root(leaves), inclusion_proof(leaves, index)
    assert inclusion_holds(leaves[index], index, count, proof, root)
    assert not inclusion_holds(b"other", index, count, proof, root)
    assert not inclusion_holds(leaves[index], index, count, [*proof, b"\0" * 32], root)
    assert not inclusion_holds(leaves[index], count, count, proof, root)
    if count > 1:
        assert not inclusion_holds(leaves[index], (index + 1) % count, count, proof, root)


def test_no_such_place():
    with pytest.raises(BadProof):
        inclusion_proof([b"a"], 1)


def test_memory_is_logarithmic():
    tree = MerkleRoot()
    for n in range(1000):
        tree.add(n.to_bytes(2, "big"))
        assert len(tree._peaks) <= 10
