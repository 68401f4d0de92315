"""The ten public packs, read once."""

import pytest

from amparo.ledger.tags import read_tagpack


@pytest.fixture(scope="session")
def packs(shared):
    """Path -> pack, in order of the files' names."""
    return {path: read_tagpack(path) for path in sorted((shared / "chain").glob("tagpack_*.yaml"))}
