"""Every list reader on damaged lists, for long. AMPARO_FUZZ_SECONDS: for each reader, 35 if it is not set."""

import os

import pytest
from tests.media.list_fuzz import GOOD, attack_good, attack_list

from amparo.media import LISTS

SECONDS = float(os.environ.get("AMPARO_FUZZ_SECONDS", "35"))
SEED = int(os.environ.get("AMPARO_FUZZ_SEED", str(os.getpid())))  # said by a failing test, to make it fail again

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("form", LISTS.names())
def test_damaged_lists(form: str) -> None:
    print("AMPARO_FUZZ_SEED", SEED)  # noqa: T201 (pytest shows it where it is needed)
    assert attack_list(form, SECONDS, SEED) > 100


@pytest.mark.parametrize("form", GOOD)
def test_damaged_lists_of_harmless_files(form: str) -> None:
    print("AMPARO_FUZZ_SEED", SEED)  # noqa: T201
    assert attack_good(form, SECONDS, SEED) > 100
