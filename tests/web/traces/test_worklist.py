"""Whom to ask after a trace, with what amounts were worth; peel chains and ways between two places."""

import csv
import io

import pytest

from amparo.web.audit.models import LogLine
from amparo.web.traces import actions
from amparo.web.traces.errors import NoGround, RatesThere
from amparo.web.traces.models import RateFile

SERVICE = "1DUDsfc23Dv9sPMEk5RsrtfzCw5ofi5sVW"


@pytest.fixture
def rates(tmp_path, lead, in_agency, home) -> RateFile:
    path = tmp_path / "rates.csv"
    path.write_text("day,asset,fiat,price,source\n2009-01-12,BTC,EUR,0.0007,Made up\n")
    return actions.import_rates(actor=lead, path=path, name="Made-up rates", source="A trainer", fiat="eur")


def test_a_service_is_listed_with_amount_day_and_worth(traced, lead, pack, rates, signed_in) -> None:
    actions.import_tagpack(actor=lead, path=pack)
    made = traced("170:1/1", rules=["fifo"], at_services=True)
    client = signed_in(lead)
    page = client.get(f"/traces/{made.pk}/fifo/worklist/").content.decode()
    assert "Swap &lt;b&gt;Ltd" in page
    assert "A trainer" in page
    assert "10.00000000 BTC" in page
    assert "0.01 EUR (2009-01-12, A trainer)" in page  # 10 x 0.0007, rounded to the cent
    rows = list(csv.DictReader(io.StringIO(b"".join(client.get(f"/traces/{made.pk}/fifo/worklist.csv")).decode())))
    assert [row["account"] for row in rows if row["account"] == SERVICE]
    assert LogLine.objects.filter(action="worklist.exported", case_id=made.case_id).count() == 1


def test_no_tag_no_service(traced, lead, signed_in) -> None:
    made = traced(rules=["fifo"])
    page = signed_in(lead).get(f"/traces/{made.pk}/fifo/worklist/").content.decode()
    assert "No service was reached that a tag names" in page
    assert signed_in(lead).get(f"/traces/{made.pk}/nonsense/worklist/").status_code == 404


def test_rates_come_in_once_and_whole(rates, lead, tmp_path, signed_in) -> None:
    assert (rates.fiat, rates.first_day.isoformat(), rates.assets) == ("EUR", "2009-01-12", ["BTC", "EUR"])
    same = tmp_path / "rates.csv"
    with pytest.raises(RatesThere):
        actions.import_rates(actor=lead, path=same, name="Again", source="A trainer", fiat="EUR")
    with pytest.raises(NoGround):
        actions.import_rates(actor=lead, path=same, name="Again", source="", fiat="EUR")
    client = signed_in(lead)
    wrong = io.BytesIO(b"day,asset,fiat,price,source\n2009-01-12,BTC,EUR,free,Made up\n")
    wrong.name = "wrong.csv"
    asked = {"file": wrong, "name": "Wrong", "source": "A trainer", "fiat": "EUR"}
    answer = client.post("/traces/rates/import/", asked)
    assert (answer.status_code, b"L641" in answer.content) == (400, True)
    assert "Made-up rates" in client.get("/traces/chains/").content.decode()


def test_a_way_between_two_places(chain, lead, signed_in) -> None:
    client = signed_in(lead)
    page = client.get(f"/traces/chains/{chain.pk}/path/?from=9:0/0&to=170:1/0").content.decode()
    assert "The shortest way" in page
    assert "1 hop<" in page or "1 hop\n" in page
    apart = client.get(f"/traces/chains/{chain.pk}/path/?from=170:1/0&to=9:0/0").content.decode()
    assert "No way leads from the one to the other" in apart
    wrong = client.get(f"/traces/chains/{chain.pk}/path/?from=nonsense&to=9:0/0")
    assert wrong.status_code == 200
    assert "nonsense" in wrong.content.decode()


def test_a_peel_chain_says_why_it_ends(chain, lead, signed_in) -> None:
    client = signed_in(lead)
    page = client.get(f"/traces/chains/{chain.pk}/peel/?seed=9:0/0").content.decode()
    assert "It ends because:" in page
    unspent = client.get(f"/traces/chains/{chain.pk}/peel/?seed=170:1/0").content.decode()
    assert "notice-warn" in unspent
