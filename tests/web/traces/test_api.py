"""/api/v1/ledger: addresses and traces for a tool of the unit, no more than its maker may, all of it written down."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from amparo.web.accounts.actions import make_token, revoke_token
from amparo.web.accounts.models import ApiToken, Person
from amparo.web.audit.models import LogLine
from amparo.web.cases.actions import add_member
from amparo.web.cases.models import Authorisation, Case
from amparo.web.exhibits.actions import deposit_file
from amparo.web.exhibits.models import Exhibit
from amparo.web.traces.actions import add_to_book, asked, import_tagpack, start_entities
from amparo.web.traces.models import ChainWindow, HeldEdge, Trace

pytestmark = pytest.mark.django_db
HUB = "12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S"
TAGGED = "1DUDsfc23Dv9sPMEk5RsrtfzCw5ofi5sVW"
LARGEST = "126jEcDoSWgGm1XAAWNMG8DPMsZARS9AJE"
BANK = Path(__file__).resolve().parents[2] / "fixtures" / "fraud" / "bank-camt053.xml"
LEAVES = ["170:1/0", "181:1/0", "221:1/0", "248:1/1", "496:1/0"]
NOBODY = "00000000-0000-4000-8000-000000000000"


class Caller:
    """A tool that holds a token."""

    def __init__(self, secret: str) -> None:
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, status: int = 200, **query: object) -> Any:
        answer = Client().get(f"/api/v1/ledger/{path}", query, headers=self.headers)
        assert answer.status_code == status, answer.content
        return answer.json()

    def post(self, body: Any, status: int = 201) -> Any:
        kind = "application/json"
        answer = Client().post("/api/v1/ledger/traces", json.dumps(body), content_type=kind, headers=self.headers)
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture
def keeper(person: Callable[..., Person], lead: Person, case: Case, in_agency: None) -> Person:
    made = person("supervisor", "investigator", username="keeper")
    add_member(actor=lead, case=case, username="keeper")
    return made


@pytest.fixture
def token(keeper: Person) -> Callable[..., Caller]:
    def make(
        purpose: str = "internal-tool", scopes: tuple[str, ...] = ("traces.see", "traces.run"), by: Person = keeper
    ) -> Caller:
        return Caller(make_token(actor=by, name="tool", scopes=scopes, purpose=purpose).secret)

    return make


@pytest.fixture
def begun(token: Callable[..., Caller], case: Case, chain: ChainWindow, at_once: Callable[[], Any]) -> dict[str, Any]:
    with at_once():
        told: dict[str, Any] = token().post(question(case, chain))
    return told


def question(case: Case, chain: ChainWindow | None, /, **more: Any) -> dict[str, Any]:
    return {
        "case": str(case.pk),
        "chain": str(chain.pk) if chain else NOBODY,
        "starts": ["9:0"],
        "rules": ["fifo", "haircut"],
        **more,
    }


def asked_lines() -> list[str]:
    return list(LogLine.objects.filter(action="ledger.asked").order_by("seq").values_list("line", flat=True))


def test_an_address_its_sums_and_its_tags(
    token: Callable[..., Caller], chain: ChainWindow, keeper: Person, pack: Path
) -> None:
    import_tagpack(actor=keeper, path=pack)
    (told,) = token().get("chains")
    assert (told["name"], told["network"], told["has_entities"]) == ("First blocks", "bitcoin", False)
    known = token().get(f"chains/{told['id']}/addresses/{TAGGED}")
    assert (known["outputs"], known["received"], known["unspent"]) == (1, 1_000_000_000, 1_000_000_000)
    assert known["first_output"] == known["last_output"] == "181:1/0"
    assert (known["entity_size"], known["tag_count"]) == (None, 1)
    assert (known["tags"][0]["label"], known["tags"][0]["publisher"]) == ("Swap <b>Ltd</b>", "A trainer")
    hub = token().get(f"chains/{told['id']}/addresses/{HUB}")
    assert (hub["outputs"], hub["unspent"]) == (6, 1_800_000_000)
    none = token().get(f"chains/{told['id']}/addresses/1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", 400)
    assert none["code"].startswith("L")
    assert token().get(f"chains/{NOBODY}/addresses/{HUB}", 404)["code"]


def test_the_size_of_an_entity_without_what_the_unit_holds_back(
    token: Callable[..., Caller], chain: ChainWindow, keeper: Person, at_once: Callable[[], Any]
) -> None:
    with at_once():
        start_entities(actor=keeper, chain=chain)
    asker = token()
    assert asker.get("chains")[0]["has_entities"]
    assert asker.get(f"chains/{chain.pk}/addresses/{LARGEST}")["entity_size"] == 44
    chain.refresh_from_db()
    store = asked.store_of(chain)
    clusters = asked.entities_of(chain, store)
    assert clusters is not None
    rows = clusters.entity(store.address_id(LARGEST) or 0)
    for tx in range(rows.first_merge or 0, (rows.last_merge or 0) + 1):
        HeldEdge.objects.create(
            agency=keeper.agency, chain=chain, txid=store.txid(tx), reason="looks wrong", held_by=keeper
        )
    assert asker.get(f"chains/{chain.pk}/addresses/{LARGEST}")["entity_size"] == 1


def test_a_trace_is_started_finished_and_read(token: Callable[..., Caller], begun: dict[str, Any], case: Case) -> None:
    asker = token()
    told = asker.get(f"traces/{begun['id']}")
    assert (told["state"], told["results"], told["starts"]) == ("done", ["fifo", "haircut"], ["9:0"])
    assert [each["id"] for each in asker.get("traces", case=case.pk)] == [begun["id"]]
    result = asker.get(f"traces/{begun['id']}/results/fifo")
    assert (result["kind"], result["count"], result["conserves"]) == ("outputs", 14, True)
    assert [row["ref"] for row in result["rows"] if row["state"] == "held"] == LEAVES
    assert result["totals"]["claims"] == result["totals"]["held"] == 5_000_000_000
    assert result["digest"] == result["recipe"]["output"]
    page = asker.get(f"traces/{begun['id']}/results/fifo", offset=12, limit=1)
    assert [row["ref"] for row in page["rows"]] == [result["rows"][12]["ref"]]
    assert asker.get(f"traces/{begun['id']}/results/lifo", 404)["code"]
    asker.get(f"traces/{begun['id']}/results/fifo", 422, limit=1001)


def test_a_trace_through_books_of_accounts(
    token: Callable[..., Caller], lead: Person, case: Case, home: Path, at_once: Callable[[], Any]
) -> None:
    with at_once():
        made = deposit_file(actor=lead, case=case, files=[("bank.xml", [BANK.read_bytes()])], label="bank.xml")
    exhibit = Exhibit.objects.select_related("case__agency").get(pk=made.pk)
    with at_once():
        add_to_book(actor=lead, exhibit=exhibit, path="@0", reader="camt053", asked={}, name="Bank")
    asker = token()
    question = {"case": str(case.pk), "starts": ["0110000111"], "rules": ["fifo"], "side": "sent", "unknown": "gap"}
    assert asker.post({**question, "starts": ["0110000112"]}, 400)["code"] == "W821"
    with at_once():
        told = asker.post(question)
    assert (told["chain"], asker.get(f"traces/{told['id']}")["results"]) == (None, ["fifo"])
    result = asker.get(f"traces/{told['id']}/results/fifo")
    assert (result["kind"], result["conserves"]) == ("transfers", True)
    paid = next(row for row in result["rows"] if row["ref"] == "FT26034EX1")
    assert (paid["traced"], paid["ledger"]) == ("25000000", "bank:0110000111")
    assert isinstance(asker.get(f"traces/{told['id']}/worklist/fifo"), list)


def test_whom_to_ask(token: Callable[..., Caller], begun: dict[str, Any], keeper: Person, pack: Path) -> None:
    import_tagpack(actor=keeper, path=pack)
    parties = token().get(f"traces/{begun['id']}/worklist/fifo")
    found = {each["name"]: each for each in parties}
    assert found["Swap <b>Ltd</b>"]["total"] == "10.00000000 BTC"
    assert found["Swap <b>Ltd</b>"]["item_count"] == 1
    assert found["Swap <b>Ltd</b>"]["items"][0]["account"] == TAGGED


def test_what_is_asked_is_written_down_without_the_address(
    token: Callable[..., Caller], begun: dict[str, Any], chain: ChainWindow, case: Case
) -> None:
    asker = token()
    asker.get(f"chains/{chain.pk}/addresses/{HUB}")
    asker.get(f"traces/{begun['id']}/results/fifo")
    asker.get(f"traces/{begun['id']}/worklist/fifo")
    lines = [json.loads(line) for line in asked_lines()]
    said = [line["facts"]["what"] for line in lines]
    assert said == ["start", "address", "result", "worklist"]
    assert HUB not in "".join(asked_lines())
    custody = LogLine.objects.filter(case_id=case.pk, action__startswith="trace.").values_list("action", flat=True)
    assert {"trace.started", "trace.done", "trace.exported"} <= set(custody)
    assert LogLine.objects.filter(case_id=case.pk, action="worklist.exported").count() == 1


def test_a_bad_question_starts_nothing(token: Callable[..., Caller], case: Case, chain: ChainWindow) -> None:
    bad: list[tuple[dict[str, Any], str]] = [
        ({"starts": ["1DUDsfc23Dv9sPMEk5RsrtfzCw5ofi5sVX"]}, "L"),
        ({"rules": ["tiho"], "direction": "backward"}, "W8"),
        ({"chain": None}, "W822"),
        ({"chain": None, "floor": 5}, "W882"),
        ({"side": "sent"}, "W882"),
    ]
    asker = token()
    for more, code in bad:
        assert asker.post(question(case, chain, **more), 400)["code"].startswith(code)
    assert not Trace.objects.exists()


def test_a_malformed_question_is_refused(token: Callable[..., Caller], case: Case, home: Path) -> None:
    bad: list[dict[str, Any]] = [
        {"starts": []}, {"rules": []}, {"rules": ["lofi"]}, {"max_hops": 0}, {"until": "soon"}, {"case": "x"},
        {"unknown_field": 1}, {"starts": ["9:0"] * 1001}, {"floor": -1}, {"question": "x" * 301},
    ]  # fmt: skip
    asker = token()
    for more in bad:
        asker.post(question(case, None, **more), 422)
    assert asker.post(question(case, None), 404)["code"]
    assert not Trace.objects.exists()


def test_a_token_can_do_what_its_scopes_and_its_maker_allow(
    token: Callable[..., Caller], begun: dict[str, Any], case: Case, chain: ChainWindow, person: Callable[..., Person]
) -> None:
    reader = token(scopes=("traces.see",))
    assert reader.get(f"traces/{begun['id']}")["state"] == "done"
    assert reader.post(question(case, chain), 403)["code"]
    assert token(scopes=("media.lookup",)).get("chains", 403)["code"]
    for purpose in ("partner-lookup", "hotline-lookup"):
        assert token(purpose=purpose).get("chains", 403)["code"] == "W880"
    stranger = token(by=person("supervisor", "investigator", username="stranger"))
    assert stranger.get(f"traces/{begun['id']}", 404)["code"]
    assert stranger.get(f"traces/{begun['id']}/results/fifo", 404)["code"]
    assert stranger.get("traces", 404, case=case.pk)["code"]
    assert stranger.post(question(case, chain), 404)["code"]
    assert Client().get("/api/v1/ledger/chains").status_code == 401
    assert Client().get("/api/v1/ledger/chains", headers={"Authorization": "Bearer amparo_x"}).status_code == 401


def test_a_revoked_token_and_another_agency(
    token: Callable[..., Caller],
    begun: dict[str, Any],
    keeper: Person,
    other_agency: Any,
    person: Callable[..., Person],
) -> None:
    asker = token()
    revoke_token(actor=keeper, token=ApiToken.objects.latest("expires"))
    asker.get("chains", 401)
    foreign = person("supervisor", "investigator", username="foreign", at=other_agency)
    assert token(by=foreign).get(f"traces/{begun['id']}", 404)["code"]


def test_outside_the_authorisation_nothing_is_told(
    token: Callable[..., Caller], begun: dict[str, Any], case: Case, chain: ChainWindow
) -> None:
    Authorisation.objects.filter(case=case).update(valid_to=timezone.now().date() - timedelta(days=1))
    asker = token()
    for path in (f"traces/{begun['id']}", f"traces/{begun['id']}/results/fifo", f"traces/{begun['id']}/worklist/fifo"):
        assert asker.get(path, 403)["code"]
    assert asker.get("traces", 403, case=case.pk)["code"]
    assert asker.post(question(case, chain), 403)["code"]


def test_a_token_has_its_fill_for_the_day(
    token: Callable[..., Caller], chain: ChainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "MOST_A_DAY", 2)
    asker = token()
    asker.get("chains")
    asker.get("chains")
    assert asker.get("chains", 429)["code"] == "W881"
    assert len(asked_lines()) == 2
    token().get("chains")


def test_the_api_describes_itself(token: Callable[..., Caller]) -> None:
    told = Client().get("/api/v1/openapi.json", headers=token().headers).json()
    paths = {path.removeprefix("/api/v1/ledger/") for path in told["paths"] if path.startswith("/api/v1/ledger/")}
    assert paths == {
        "chains", "chains/{chain_id}/addresses/{address}", "traces", "traces/{trace_id}",
        "traces/{trace_id}/results/{rule}", "traces/{trace_id}/worklist/{rule}",
    }  # fmt: skip
    post = told["paths"]["/api/v1/ledger/traces"]["post"]
    assert set(post["responses"]) == {"201", "400", "403", "404", "429"}
    schema = told["components"]["schemas"]["TraceIn"]
    assert (schema["additionalProperties"], schema["properties"]["starts"]["maxItems"]) == (False, 1000)
    assert schema["properties"]["rules"]["items"]["enum"] == ["poison", "haircut", "fifo", "lifo", "tiho"]
    assert {"digest", "recipe", "rows", "count"} <= set(told["components"]["schemas"]["ResultOut"]["properties"])


def test_days_are_read_as_days(
    token: Callable[..., Caller], case: Case, chain: ChainWindow, at_once: Callable[[], Any]
) -> None:
    with at_once():
        told = token().post(question(case, chain, until="2009-01-12", at_mixers=True, direction="forward"))
    found = Trace.objects.get(pk=told["id"])
    assert (found.until, found.at_mixers, found.direction) == (date(2009, 1, 12), True, "forward")
