"""One worked case in each of two agencies, made through the same actions as in production, for the safeguards' tests.

The units stand in one transaction a module, rolled back at its end; each test's own transaction lies inside it.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from unit import Units, WorkedUnit  # noqa: E402  (stands beside this file)

from amparo.web.reports import sealing  # noqa: E402
from amparo.web.reports.sealing import Kdf  # noqa: E402


@pytest.fixture(scope="module")
def units(
    django_db_setup: None, django_db_blocker: "pytest.FixtureRequest", tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Units]:
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setenv("AMPARO_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr(sealing, "STAFF_KDF", Kdf("argon2id", 65536, 2))
        patch.setattr(sealing, "CODE_KDF", Kdf("argon2id", 65536, 2))
        yield Units(tmp_path_factory.mktemp("worlds"))
        transaction.set_rollback(True)


@pytest.fixture
def real(units: Units) -> WorkedUnit:
    return units.real


@pytest.fixture(scope="module")
def all_units(units: Units) -> Units:
    """The same, and an exercise agency with a worked case."""
    return units.with_drill()
