"""A Core-accepted economy of more than 100,000 transactions: every spent output from the undo files equals Core's."""

import pytest
from tests.ledger.sources import core
from tests.ledger.sources.test_undo_of_core import compare


@pytest.mark.soak
def test_a_hundred_thousand_transactions(tmp_path):
    assert compare(tmp_path, list(core.economy(100_500))) >= 100_500
