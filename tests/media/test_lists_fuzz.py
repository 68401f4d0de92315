"""Every list reader on damaged lists: entries, skips or one of our errors, nothing else. Two seconds here; see soak."""

import pytest
from tests.media.list_fuzz import GOOD, attack_good, attack_list

from amparo.media import LISTS


@pytest.mark.parametrize("form", LISTS.names())
def test_damaged_lists(form: str) -> None:
    assert attack_list(form, seconds=0.15, seed=1) > 20


@pytest.mark.parametrize("form", GOOD)
def test_damaged_lists_of_harmless_files(form: str) -> None:
    assert attack_good(form, seconds=0.2, seed=1) > 5
