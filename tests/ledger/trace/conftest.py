"""A store of the first blocks of the chain, loaded once a module."""

import pytest

from amparo.ledger import Store, load


@pytest.fixture(scope="module")
def store(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledger") / "store"
    load(shared / "chain/blk00TEST00.dat", folder)
    return Store.open(folder)
