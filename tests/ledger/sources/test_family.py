"""Litecoin, Bitcoin Cash, Dogecoin: published addresses, and made-up blocks after the specifications.

No real block of these chains is in the test data, so nothing here proves that a real one is read.
"""

import dataclasses
import hashlib
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger import made_blocks as made

from amparo.ledger import Store, load
from amparo.ledger import errors as old
from amparo.ledger.addresses import BY_NAME, parse, render
from amparo.ledger.blocks import Origin, read_tx
from amparo.ledger.errors import BadAddress
from amparo.ledger.nodes import errors as err
from amparo.ledger.scripts import ScriptKind
from amparo.ledger.sources import family, family_file, source_of

LTC, BCH, DOGE = (BY_NAME[name] for name in ("litecoin", "bitcoin-cash", "dogecoin"))
HERE = Origin("blk00000.dat", 8)

# Addresses. Cash addresses and their old forms: examples of the CashAddr specification.

CASH = [
    ("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"),
    ("1KXrWXciRDZUpQwQmuM1DbwsKDLYAYsVLR", "bitcoincash:qr95sy3j9xwd2ap32xkykttr4cvcu7as4y0qverfuy"),
    ("16w1D5WRVKJuZUsSRzdLp9w3YGcgoxDXb", "bitcoincash:qqq3728yw0y47sqn6l2na30mcw6zm78dzqre909m2r"),
    ("3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC", "bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq"),
    ("3LDsS579y7sruadqu11beEJoTjdFiFCdX4", "bitcoincash:pr95sy3j9xwd2ap32xkykttr4cvcu7as4yc93ky28e"),
    ("31nwvkZwyPdgzjBJZXfDmSWsC4ZLKpYyUw", "bitcoincash:pqq3728yw0y47sqn6l2na30mcw6zm78dzq5ucqzc37"),
]


@pytest.mark.parametrize(("legacy", "cash"), CASH)
def test_cash_addresses_of_the_specification(legacy, cash):
    found = parse(cash, BCH)
    assert parse(legacy, BCH) == parse(cash.partition(":")[2], BCH) == parse(cash.upper(), BCH) == found
    assert render(*found, BCH) == cash


@pytest.mark.parametrize(
    "text",
    [
        "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6b",
        "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6A",
        "bchtest:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
        "bitcoincash:",
        "qpm2",
        "bitcoincash:" + "q" * 200,
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "bitcoincash:qh3krj5607v3qlqh5c3wq3lrw3wnuxw0sp8dv0zugrrt5a3kj6ucysfz8kxwv2k53krr7n933jfsunqex2w82sl",
    ],
)
def test_what_is_no_cash_address(text):
    with pytest.raises(BadAddress):
        parse(text, BCH)


@given(st.binary(min_size=20, max_size=20), st.sampled_from([ScriptKind.P2PKH, ScriptKind.P2SH]))
@settings(max_examples=30)
def test_addresses_come_back_on_every_network(digest, kind):
    for network in BY_NAME.values():
        assert parse(render(kind, digest, network), network) == (kind, digest)


def test_the_first_signs_are_those_of_the_network():
    zeros, ones = bytes(20), b"\xff" * 20
    assert {render(ScriptKind.P2PKH, each, LTC)[0] for each in (zeros, ones)} == {"L"}
    assert {render(ScriptKind.P2SH, each, LTC)[0] for each in (zeros, ones)} == {"M"}
    assert {render(ScriptKind.P2PKH, each, DOGE)[0] for each in (zeros, ones)} == {"D"}
    assert {render(ScriptKind.P2SH, each, DOGE)[0] for each in (zeros, ones)} == {"9", "A"}
    assert render(ScriptKind.P2WPKH, zeros, LTC).startswith("ltc1q")
    assert render(ScriptKind.P2WPKH, zeros, DOGE) is None


def test_litecoins_old_script_addresses_are_read():
    old_form = render(ScriptKind.P2SH, b"\x07" * 20, BY_NAME["bitcoin"])
    assert old_form[0] == "3"
    assert parse(old_form, LTC) == (ScriptKind.P2SH, b"\x07" * 20)
    with pytest.raises(BadAddress):
        parse(old_form, DOGE)


# Bitcoin Cash: order inside a block.


def txs(count):
    """A row of transactions, each spending the one before."""
    data, previous = [made.coinbase(1)], (b"\x99" * 32, 0)
    for number in range(count):
        data.append(made.tx([previous], [made.pays(100 - number, number)]))
        previous = (made.dsha(data[-1]), 0)
    return data


@given(st.permutations(range(6)))
@settings(max_examples=30)
def test_parents_come_first_whatever_the_order(order):
    first, *others = [read_tx(each, HERE) for each in txs(6)]
    found = family.parents_first([first, *(others[number] for number in order)], "block")
    assert [each.txid for each in found] == [each.txid for each in (first, *others)]


def test_a_circle_is_an_error():
    one = read_tx(txs(1)[1], HERE)
    spends = one.inputs[0]._replace(txid=one.txid)
    circle = dataclasses.replace(one, inputs=(spends,))
    with pytest.raises(err.SpendsInCircle):
        family.parents_first([circle], "block")


def mine(header_of, network):
    """Search the nonce by the network's own measure of work."""
    for nonce in range(1 << 20):
        header = header_of(nonce)
        target = family.target_of(int.from_bytes(header[72:76], "little"))
        if family.work_number(header, network) <= target:
            return header
    raise AssertionError("no nonce found")


@pytest.fixture
def easy(monkeypatch):
    """Let made-up blocks be mined in a few tries: the networks' own limits would take hours."""
    changed = {
        network.magic: dataclasses.replace(network, easiest=0x207FFFFF, genesis="00" * 32)
        for network in (LTC, BCH, DOGE)
    }
    monkeypatch.setattr(family_file, "BY_MAGIC", changed)
    return {network.name: network for network in changed.values()}


def header_over(root, version=1, prev=bytes(32)):
    return lambda nonce: (
        struct.pack("<i", version) + prev + root + struct.pack("<III", 1_700_000_000, 0x207FFFFF, nonce)
    )


def block_of(data, network, version=1, prev=bytes(32)):
    root = made.merkle([made.dsha(each) for each in data])
    header = mine(header_over(root, version, prev), network)
    return header + made.compact(len(data)) + b"".join(data)


def write(path, network, *blocks):
    path.write_bytes(b"".join(made.record(each, network.magic) for each in blocks))
    return path


def test_a_cash_block_in_the_order_of_its_ids_is_loaded(easy, tmp_path):
    first, *others = txs(5)
    by_id = sorted(others, key=lambda each: made.dsha(each)[::-1])
    assert by_id != others
    path = write(tmp_path / "blk00000.dat", BCH, block_of([first, *by_id], BCH))
    assert source_of(path).name == "family-file"
    report = load(path, tmp_path / "s", window="made")
    assert (report.network, report.inputs, report.resolved) == ("bitcoin-cash", 5, 4)
    store = Store.open(tmp_path / "s")
    assert [store.txid(number) for number in range(6)] == [made.dsha(each)[::-1].hex() for each in (first, *others)]
    assert store.output(1).address.startswith("bitcoincash:q")


# Dogecoin: the proof between header and transactions.


def merged(data, version=family.AUXPOW_VERSION | 1, spoil=lambda parts: parts):
    """A block whose work is that of a made-up parent block of scrypt."""
    root = made.merkle([made.dsha(each) for each in data])
    own = header_over(root, version)(0)
    beside = made.dsha(b"another chain")
    named = made.dsha(beside + made.dsha(own))
    script = b"\xfa\xbemm" + named[::-1] + struct.pack("<II", 2, 0)
    coinbase = made.tx([(bytes(32), 0xFFFFFFFF)], [made.pays(1)], script)
    sibling = made.dsha(b"the parent's other transaction")
    parent = mine(header_over(made.dsha(made.dsha(coinbase) + sibling)), DOGE)
    parts = {
        "coinbase": coinbase,
        "hash": bytes(32),
        "branch": b"\x01" + sibling + struct.pack("<I", 0),
        "chains": b"\x01" + beside + struct.pack("<I", 1),
        "parent": parent,
    }
    return own + b"".join(spoil(parts).values()) + made.compact(len(data)) + b"".join(data)


def test_a_merge_mined_block_is_loaded(easy, tmp_path):
    plain = block_of([made.coinbase(1, 500_000 * made.COIN)], DOGE)
    large = 90_000_000 * 100 * made.COIN  # more than all bitcoins
    second = merged([made.coinbase(2, large)])
    second = second[:4] + made.block_hash(plain) + second[36:]
    path = write(tmp_path / "blk00000.dat", DOGE, merged([made.coinbase(1, large), *txs(2)[1:]]))
    report = load(path, tmp_path / "s", window="made")
    assert (report.network, report.transactions, report.source) == ("dogecoin", 3, "family-file")
    store = Store.open(tmp_path / "s")
    assert store.value(0) == large
    whole = path.read_bytes()
    for number in range(3):
        row = store.tx(number)
        assert made.dsha(whole[row.at : row.at + row.size])[::-1].hex() == row.txid


def replaced(**changes):
    return lambda parts: {**parts, **{name: change(parts[name]) for name, change in changes.items()}}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (replaced(coinbase=lambda each: each[:-1] + b"\1"), "not in the parent block"),
        (replaced(branch=lambda each: each[:-4] + b"\1\0\0\0"), "not in the parent block"),
        (replaced(chains=lambda each: each[:-4] + b"\0\0\0\0"), "does not name this block"),
        (replaced(branch=lambda each: b"\x28" + bytes(32 * 40 + 4)), "longer than any tree"),
    ],
    ids=["coinbase", "not-first", "other-place", "endless"],
)
def test_a_proof_that_does_not_hold_is_refused(spoil, said):
    with pytest.raises(err.BadAuxPow, match=said):
        family.without_auxpow(merged([made.coinbase(1)], spoil=spoil), HERE)


def test_a_proof_that_is_cut_anywhere_is_refused():
    data = merged([made.coinbase(1)])
    proof = len(data) - 1 - len(made.coinbase(1))
    for end in range(80, proof):
        with pytest.raises(err.BadAuxPow):
            family.without_auxpow(data[:end], HERE)


def test_a_parent_without_work_is_refused(easy, tmp_path):
    def worse(parent):
        for nonce in range(1000):
            found = parent[:76] + struct.pack("<I", nonce)
            if family.work_number(found, DOGE) > family.target_of(0x207FFFFF):
                return found
        raise AssertionError("every nonce works")

    data = merged([made.coinbase(1)], spoil=replaced(parent=worse))
    path = write(tmp_path / "blk00000.dat", DOGE, data)
    with pytest.raises(old.NoProofOfWork):
        load(path, tmp_path / "s", window="made")


# Litecoin: the extension block, and scrypt.


def test_scrypt_as_published():
    """RFC 7914, section 12: scrypt("", "", 16, 1, 1, 64) — the function the work is measured with."""
    found = hashlib.scrypt(b"", salt=b"", n=16, r=1, p=1, dklen=64)
    assert found.hex().startswith("77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442")


def test_litecoins_first_header_carries_its_work():
    """The header of Litecoin's first block, from its published fields; its hash is the one in the parameters."""
    root = bytes.fromhex("97ddfbbae6be97fd6cdf3e7ca13232a3afff2353e29badfab7f73011edd4ced9")[::-1]
    header = struct.pack("<i", 1) + bytes(32) + root + struct.pack("<III", 1317972665, 0x1E0FFFF0, 2084524493)
    assert made.dsha(header)[::-1].hex() == LTC.genesis
    assert family.has_work(family.Worked(header, header), LTC)
    assert not family.has_work(family.Worked(header, header[:-1] + b"\0"), LTC)


def test_dogecoins_first_header_carries_its_work():
    root = bytes.fromhex("5b2a3f53f605d62c53e62932dac6925e3d74afa5a4b459745c36d42d0ed26a69")[::-1]
    header = struct.pack("<i", 1) + bytes(32) + root + struct.pack("<III", 1386325540, 0x1E0FFFF0, 99943)
    assert made.dsha(header)[::-1].hex() == DOGE.genesis
    assert family.has_work(family.Worked(header, header), DOGE)


def flagged(data, flag, tail=b"\0"):
    """A transaction with LIP-0003's marker and flag, and what follows before its lock time."""
    return data[:4] + b"\0" + bytes([flag]) + data[4:-4] + tail + data[-4:]


def with_extension(tail=b"\x01extension block", hogex_tail=b"\0", flag=8):
    first, one, last = txs(2)
    root = made.merkle([made.dsha(each) for each in (first, one, last)])
    header = mine(header_over(root), LTC)
    return header + b"\3" + first + one + flagged(last, flag, hogex_tail) + tail


def test_a_litecoin_block_with_an_extension_is_loaded(easy, tmp_path):
    path = write(tmp_path / "blk00000.dat", LTC, with_extension())
    report = load(path, tmp_path / "s", window="made")
    assert (report.network, report.transactions, report.resolved) == ("litecoin", 3, 1)
    assert Store.open(tmp_path / "s").output(1).address[0] == "L"


def test_an_ordinary_block_is_left_as_it_is():
    data = block_of(txs(2), LTC)
    assert family.without_mweb(data, HERE) == data


def test_segregated_witnesses_stay():
    plain = txs(1)[1]
    witness = plain[:4] + b"\0\1" + plain[4:-4] + b"\1\2\3\4" + plain[-4:]
    data = bytes(80) + b"\1" + witness.replace(b"\1\2\3\4", b"\1\1\7")
    assert family.without_mweb(data, HERE) == data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (with_extension(hogex_tail=b"\1data"), "data of its own"),
        (with_extension(flag=0x10), "unknown flags"),
        (with_extension(tail=b"\0"), "no carrier"),
        (block_of(txs(2), LTC) + b"\1more", "no carrier"),
    ],
    ids=["own-data", "flags", "empty", "unmarked"],
)
def test_extensions_that_cannot_be_told_apart_are_refused(data, said):
    with pytest.raises(err.BadExtension, match=said):
        family.without_mweb(data, HERE)


# Files.


def test_a_flipped_bit_fails_the_merkle_root(easy, tmp_path):
    data = bytearray(block_of(txs(3), BCH))
    data[-10] ^= 1
    with pytest.raises(old.MerkleMismatch):
        load(write(tmp_path / "blk00000.dat", BCH, bytes(data)), tmp_path / "s", window="made")


def test_a_cut_record_is_counted_and_foreign_magic_refused(easy, tmp_path):
    first = block_of(txs(1), BCH)
    second = block_of([made.coinbase(2)], BCH, prev=made.block_hash(first))
    path = write(tmp_path / "blk00000.dat", BCH, first, second)
    path.write_bytes(path.read_bytes()[:-5])
    report = load(path, tmp_path / "s", window="made")
    assert (report.blocks, dict(report.skipped.counts)) == (1, {"cut-record": 1})
    path.write_bytes(made.record(first, BCH.magic) + made.record(second, LTC.magic))
    with pytest.raises(old.WrongMagic):
        load(path, tmp_path / "t", window="made")
    path.write_bytes(BCH.magic + b"\xff" * 200)
    with pytest.raises(old.RecordTooLong):
        load(path, tmp_path / "u", window="made")
