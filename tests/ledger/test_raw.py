"""A transaction read again from its file: the same bytes, or the file that changed."""

import pytest
from tests.ledger import made_blocks as made

from amparo.ledger import Store, load, read_raw
from amparo.ledger.store.errors import SourceGone

SPEND = made.tx([(made.dsha(made.coinbase(1)), 0)], [made.pays(3, 1)])


@pytest.fixture
def loaded(tmp_path):
    mask = bytes(range(1, 9))
    path = tmp_path / "blk00000.dat"
    plain = made.write(path, made.chain([[], [SPEND]])).read_bytes()
    path.write_bytes(bytes(each ^ mask[i % 8] for i, each in enumerate(plain)))
    (tmp_path / "xor.dat").write_bytes(mask)
    load(path, tmp_path / "s", window="made")
    return path, Store.open(tmp_path / "s")


def test_every_transaction_is_where_the_store_says(loaded):
    path, store = loaded
    assert [read_raw(store, path, tx) for tx in range(3)] == [made.coinbase(1), made.coinbase(2), SPEND]
    assert read_raw(store, path.parent, 2) == SPEND


def test_witnesses_are_part_of_the_bytes(shared, tmp_path):
    source = shared / "chain/btc-main-702861.raw"
    load(source, tmp_path / "s")
    store = Store.open(tmp_path / "s")
    for tx in (0, 1, 100, 2499):
        assert len(read_raw(store, source, tx)) == store.tx(tx).size


@pytest.mark.parametrize("change", [0, 50, 99])
def test_a_changed_file_is_named(loaded, change):
    path, store = loaded
    at = store.tx(2).at
    data = bytearray(path.read_bytes())
    data[at + change * (len(SPEND) - 1) // 99] ^= 1
    path.write_bytes(data)
    with pytest.raises(SourceGone, match=rf"blk00000\.dat, byte {at}"):
        read_raw(store, path, 2)


def test_a_missing_file_is_named(loaded):
    path, store = loaded
    path.rename(path.with_name("other.dat"))
    for source in (path, path.parent, path.with_name("other.dat")):
        with pytest.raises(SourceGone, match=r"blk00000\.dat"):
            read_raw(store, source, 0)
