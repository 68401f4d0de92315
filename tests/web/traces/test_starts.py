"""Several starts in one trace, all wallets of a case, and the way from a sighting."""

from datetime import date

import pytest
from django.urls import reverse

from amparo.ledger.trace.errors import TooManyOutputs
from amparo.web.exhibits.models import Exhibit
from amparo.web.sightings.models import new_sighting
from amparo.web.traces.actions import start_trace
from amparo.web.traces.errors import NoStart, NotPaidHere, RuleHasNoWayBack, TooManyStarts
from amparo.web.traces.models import Trace

PAID = "1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3"
UNPAID = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"


def test_two_starts_claim_both_and_each_satoshi_once(traced) -> None:
    made = traced("9:0\n\n  170:1/0 \n9:0\n")
    assert made.starts == ["9:0", "170:1/0"]
    totals = made.results.get(rule="fifo").totals
    assert totals["claims"] == 6_000_000_000
    assert totals["absorbed"] == 1_000_000_000  # 170:1/0 lies downstream of 9:0
    assert totals["claims"] == totals["held"] + totals["absorbed"]


def test_a_wallet_that_was_not_paid_is_named_and_left_out(traced, lead, signed_in) -> None:
    made = traced(f"{PAID}\n{UNPAID}")
    assert made.left_out == [UNPAID]
    page = signed_in(lead).get(f"/traces/{made.pk}/").content.decode()
    assert "1 start is not paid in these blocks" in page
    assert UNPAID in page


@pytest.mark.parametrize(
    ("seed", "error"), [("\n \n", NoStart), ("\n".join(map(str, range(1001))), TooManyStarts), (UNPAID, NotPaidHere)]
)
def test_what_cannot_start(lead, case, chain, seed, error) -> None:
    with pytest.raises(error):
        start_trace(actor=lead, case=case, chain=chain, seed=seed, rules=["fifo"])
    assert not Trace.objects.exists()


@pytest.fixture
def seen(case, in_agency, lead):
    """Sightings in an exhibit of the case."""
    exhibit = Exhibit.objects.create(case=case, number="EX1", label="Phone", state="sealed", deposited_by=lead)

    def make(kind: str, value: str, validity: str = "strong"):
        sighting = new_sighting(
            case, kind, value, exhibit=exhibit, path="note.txt", offset=3, encoding="utf-8", validity=validity,
            data_kind="files",
        )  # fmt: skip
        sighting.save()
        return sighting

    return make


def test_all_wallets_of_the_case_at_once(lead, case, chain, signed_in, seen) -> None:
    seen("btc", PAID)
    seen("btc", UNPAID)
    seen("btc", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", validity="form")
    seen("eth", "0x00000000219ab540356cBB839Cbe05303d7705Fa")
    client = signed_in(lead)
    page = client.get(f"/traces/case/{case.pk}/new/").content.decode()
    assert "Start from all 2 wallets seen in this case" in page
    filled = client.get(f"/traces/case/{case.pk}/new/?wallets=1").content.decode()
    assert f"{UNPAID}\n{PAID}" in filled


def test_from_a_sighting_to_the_form(lead, case, chain, signed_in, seen) -> None:
    wallet, mail = seen("btc", PAID), seen("email", "ana@mail.example")
    client = signed_in(lead)
    page = client.get(reverse("sightings:value", args=[case.pk, wallet.value_key])).content.decode()
    there = f"{reverse('traces:new', args=[case.pk])}?seed={PAID}"
    assert there in page
    assert PAID in client.get(there).content.decode()
    phone = seen("phone", "+254700000101")
    through_books = client.get(reverse("sightings:value", args=[case.pk, phone.value_key])).content.decode()
    assert f"{reverse('traces:new-account-trace', args=[case.pk])}?seed=%2B254700000101" in through_books
    assert "traces/case" not in client.get(reverse("sightings:value", args=[case.pk, mail.value_key])).content.decode()


def test_back_from_a_leaf_to_where_it_came_from(traced) -> None:
    """170:1/0 got its ten bitcoins from 9:0: back is the way onward, read from its end."""
    made = traced("170:1/0", rules=["fifo", "haircut"], direction="backward")
    result = made.results.get(rule="fifo")
    assert result.recipe["tool"] == "ledger.trace-back"
    assert "9:0/0" in {each["ref"] for each in result.result["outputs"]}
    assert result.totals["claims"] == 1_000_000_000


def test_a_rule_that_only_leads_onward_is_refused(lead, case, chain) -> None:
    with pytest.raises(RuleHasNoWayBack):
        start_trace(actor=lead, case=case, chain=chain, seed="170:1/0", rules=["tiho"], direction="backward")


def test_the_stops_that_were_asked_for_are_in_the_recipe(traced, lead, signed_in) -> None:
    made = traced("9:0", rules=["fifo"], until=date(2009, 1, 11), dormant_days=2, at_mixers=True)
    recipe = made.results.get().recipe
    stops = recipe["parameters"]["stops"]
    assert stops["last_time"] == 1_231_718_399  # the last second of 11 January 2009, UTC
    assert stops["dormant_days"] == 2
    assert made.results.get().totals["stopped"] == 5_000_000_000
    page = signed_in(lead).get(f"/traces/{made.pk}/").content.decode()
    assert "stopped by a rule" in page


def test_an_address_with_too_many_outputs_is_refused_and_never_cut(lead, case, chain, monkeypatch) -> None:
    monkeypatch.setattr("amparo.web.traces.actions.traces.MOST_OUTPUTS", 2)
    busiest = "12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S"  # 9:0 and its change: five outputs and more
    with pytest.raises(TooManyOutputs, match="at most 2"):
        start_trace(actor=lead, case=case, chain=chain, seed=busiest, rules=["fifo"])
    assert not Trace.objects.exists()
