"""A case is opened from a referral once, by somebody who may receive referrals."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from amparo.web.accounts.models import Agency, Person
from amparo.web.common.errors import NotAllowed
from amparo.web.exhibits.models import Exhibit
from amparo.web.referrals.actions import open_referred_case, opened_folder
from amparo.web.referrals.errors import CaseThere
from amparo.web.referrals.models import Partner, Referral

AUTHORITY = {
    "kind": "statute",
    "reference": "s. 4",
    "issuer": "Act",
    "valid_from": date(2026, 1, 1),
    "data_kinds": ["files"],
}


@pytest.fixture
def received(home: Path, agency: Agency, person: Callable[..., Person], in_agency: None) -> Referral:
    officer = person("investigator", username="officer")
    partner = Partner.objects.create(
        agency=agency, name="South", country="TZ", recipient="age1x", verify_key="0" * 64, compared="by phone",
        added_by=officer,
    )  # fmt: skip
    made = Referral.objects.create(
        agency=agency, direction="in", number="R1", partner=partner, reference="2026-0009", title="Wallet of ours?",
        envelope="e1", digest="0" * 64, handled_by=officer,
    )  # fmt: skip
    opened_folder(made).mkdir(parents=True)
    (opened_folder(made) / "note.txt").write_text("hello", encoding="utf-8")
    return made


def test_opened_twice_it_is_one_case(received: Referral) -> None:
    officer = Person.objects.get(username="officer")
    stale = Referral.objects.get(pk=received.pk)  # a second window that was open before
    case = open_referred_case(actor=officer, referral=received, title="From the south", authorisation=AUTHORITY)
    assert Exhibit.objects.get(case=case).label == "R1 2026-0009"
    with pytest.raises(CaseThere):
        open_referred_case(actor=officer, referral=stale, title="Again", authorisation=AUTHORITY)
    assert Exhibit.objects.count() == 1


def test_who_may_not_receive_opens_none(received: Referral, person: Callable[..., Person]) -> None:
    with pytest.raises(NotAllowed):
        open_referred_case(actor=person("analyst"), referral=received, title="x", authorisation=AUTHORITY)
