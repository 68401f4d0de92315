"""/api/v1/media: what a token may look up, what it is told, what it may spend, and what is written down."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_scopes import scope

from amparo.web.accounts.actions import make_token, revoke_token, set_roles
from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.models import LogLine
from amparo.web.matches import budgets
from amparo.web.matches.actions import import_list, withdraw_list
from amparo.web.matches.actions.lookups import OPEN_TO
from amparo.web.matches.models import PURPOSES, HashList, ListOpinion, LookupSpent, NegativeEntry, entry_key

pytestmark = pytest.mark.django_db
MD5 = "0123456789abcdef0123456789abcdef"
OTHER = "f" * 32
PDQ = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
NEAR = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b2d"  # 4 bits from PDQ
LOOKUP = "/api/v1/media/lookup"


class Caller:
    """A tool that holds a token."""

    def __init__(self, secret: str) -> None:
        self.headers = {"Authorization": f"Bearer {secret}"}

    def ask(self, body: Any, status: int = 200) -> Any:
        answer = self.post(json.dumps(body))
        assert answer.status_code == status, answer.content
        return answer.json()

    def post(self, body: str | bytes) -> Any:
        return Client().post(LOOKUP, body, content_type="application/json", headers=self.headers)

    def lists(self) -> Any:
        return Client().get("/api/v1/media/lists", headers=self.headers)


@pytest.fixture
def keeper(home: Path, person: Callable[..., Person]) -> Person:
    return person("supervisor", username="keeper")


@pytest.fixture
def token(keeper: Person) -> Callable[..., Caller]:
    def make(
        purpose: str = "internal-tool", scopes: tuple[str, ...] = ("media.lookup",), by: Person = keeper
    ) -> Caller:
        return Caller(make_token(actor=by, name="tool", scopes=scopes, purpose=purpose).secret)

    return make


@pytest.fixture
def known(keeper: Person, tmp_path: Path) -> Callable[..., HashList]:
    """known(purpose, lines, name=…, version=…): a list of the keeper's agency."""

    def make(purpose: str = "csam", lines: str = f"{MD5},{PDQ},bridge", by: Person = keeper, **about: str) -> HashList:
        path = tmp_path / "list.csv"
        path.write_text(f"md5,pdq,label\n{lines}\n")
        told = {"name": f"List of {purpose}", "version": "1", "source": "Made up", **about}
        with scope(agency=by.agency):
            return import_list(actor=by, path=path, purpose=purpose, **told)

    return make


def test_one_hash_and_what_is_told_of_it(token: Callable[..., Caller], known: Callable[..., HashList]) -> None:
    known()
    told = token().ask({"md5": MD5.upper(), "id": "a"})
    hit = {
        "list": "List of csam", "version": "1", "purpose": "csam", "label": "bridge", "row": 2, "signal": "md5",
        "distance": 0, "way": None, "also": [], "opinion": None,
    }  # fmt: skip
    assert told == {"threshold": 31, "items": [{"id": "a", "hits": [hit], "notes": [], "error": None}]}
    assert token().ask({"md5": OTHER})["items"][0]["hits"] == []


def test_near_pictures_as_given(token: Callable[..., Caller], known: Callable[..., HashList]) -> None:
    known()
    asker = token()
    (item,) = asker.ask({"pdq": NEAR, "quality": 90})["items"]
    assert [(hit["signal"], hit["distance"], hit["way"]) for hit in item["hits"]] == [("pdq", 4, 0)]
    (item,) = asker.ask({"pdq": ["0" * 64, "f" * 64, NEAR]})["items"]
    assert [(hit["distance"], hit["way"]) for hit in item["hits"]] == [(4, 2)]
    assert asker.ask({"pdq": NEAR, "threshold": 3})["items"][0]["hits"] == []
    (item,) = asker.ask({"pdq": NEAR, "quality": 49})["items"]
    assert (item["hits"], item["notes"]) == ([], ["too-plain"])
    (item,) = asker.ask({"md5": MD5, "pdq": PDQ})["items"]
    assert [(hit["signal"], hit["also"]) for hit in item["hits"]] == [("md5", ["pdq"])]


def test_given_photodna_values_are_compared(keeper: Person, token: Callable[..., Caller], tmp_path: Path) -> None:
    value = bytes(range(144))
    record = f'{{"MediaID":1,"Category":1,"MD5":"{MD5.upper()}","PhotoDNA":"{base64.b64encode(value).decode()}"}}'
    path = tmp_path / "vics.json"
    path.write_text(
        '{"odata.metadata":"http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Media","value":[' + record + "]}"
    )
    with scope(agency=keeper.agency):
        import_list(actor=keeper, path=path, purpose="csam", name="V", version="1", source="Made up")
    for given in (base64.b64encode(value).decode(), value.hex()):
        (item,) = token().ask({"photodna": given})["items"]
        assert [hit["signal"] for hit in item["hits"]] == ["photodna"]
    other = bytes([3, *value[1:142], 141, 143])  # 3 * 3 + 1
    assert token().ask({"photodna": other.hex()})["items"][0]["hits"] == []
    (item,) = token().ask({"photodna": other.hex(), "photodna_within": 10})["items"]
    assert [(hit["signal"], hit["distance"]) for hit in item["hits"]] == [("photodna", 10)]
    (item,) = token().ask({"photodna": other.hex(), "photodna_within": 9})["items"]
    assert item["hits"] == []
    (item,) = token().ask({"photodna": other.hex(), "md5": MD5, "photodna_within": 10})["items"]
    assert [(hit["signal"], hit["also"]) for hit in item["hits"]] == [("md5", ["photodna"])]
    many = {"items": [{"photodna": other.hex()}] * 11}
    assert token().ask(many)["items"][0]["hits"] == []
    assert token().ask({**many, "photodna_within": 1}, 413)["code"] == "W732"
    assert token().ask({**many, "photodna_within": -1}, 400)["code"] == "W731"


def test_a_bad_item_is_named_and_the_others_are_looked_up(
    token: Callable[..., Caller], known: Callable[..., HashList]
) -> None:
    known()
    bad: list[Any] = [
        {"id": "short", "md5": MD5[:-1]}, {"md5": 7}, {"md5": MD5, "sha7": "x"}, {}, "text", None,
        {"id": 3, "md5": MD5}, {"pdq": []}, {"pdq": [PDQ] * 9}, {"pdq": PDQ, "quality": 101},
        {"pdq": PDQ, "quality": True}, {"photodna": "AA=="}, {"pdq": "z" * 64}, {"md5": [MD5]},
    ]  # fmt: skip
    told = token().ask({"items": [*bad, {"id": "good", "md5": MD5}]})["items"]
    assert [each["error"]["code"] for each in told[:-1]] == ["W733"] * len(bad)
    assert told[0]["id"] == "short"
    assert "short" in told[0]["error"]["sentence"]
    assert "md5 (32 signs)" in told[0]["error"]["advice"]
    assert "Item 2" in told[1]["error"]["sentence"]
    assert (told[-1]["id"], len(told[-1]["hits"]), told[-1]["error"]) == ("good", 1, None)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"md5": "12"}', 400, "W733"),
        ("", 400, "W731"),
        ("{", 400, "W731"),
        (b"\xff\xfe", 400, "W731"),
        ("[" * 100_000, 400, "W731"),
        ('{"threshold": ' + "9" * 5000 + "}", 400, "W731"),
        ("[]", 400, "W731"),
        ('{"items": {}}', 400, "W731"),
        ('{"items": []}', 400, "W731"),
        (f'{{"md5": "{MD5}", "more": 1}}', 400, "W731"),
        (f'{{"items": [{{"md5": "{MD5}"}}], "md5": "{MD5}"}}', 400, "W731"),
        (f'{{"md5": "{MD5}", "purpose": "other"}}', 400, "W731"),
        (f'{{"md5": "{MD5}", "purpose": ["csam"]}}', 400, "W731"),
        (f'{{"md5": "{MD5}", "threshold": 48}}', 400, "W731"),
        (f'{{"md5": "{MD5}", "threshold": true}}', 400, "W731"),
        (f'{{"md5": "{MD5}", "threshold": NaN}}', 400, "W731"),
        (json.dumps({"items": [{"md5": MD5}] * 1001}), 413, "W732"),
        (json.dumps({"md5": MD5, "id": "x" * (2 << 20)}), 413, "W732"),
    ],
)
def test_a_request_that_cannot_be_read(token: Callable[..., Caller], body: str | bytes, status: int, code: str) -> None:
    answer = token().post(body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not LookupSpent._base_manager.exists()


def test_a_token_sees_lists_of_its_purposes_only(token: Callable[..., Caller], known: Callable[..., HashList]) -> None:
    assert set().union(*OPEN_TO.values()) < set(PURPOSES)
    for purpose in ("csam", "intimate-images", "case-files", "malware"):
        known(purpose)
    for purpose, open_to in OPEN_TO.items():
        asker = token(purpose)
        assert {each["purpose"] for each in asker.lists().json()} == open_to
        assert {hit["purpose"] for hit in asker.ask({"md5": MD5})["items"][0]["hits"]} == open_to
    narrow = token("partner-lookup").ask({"md5": MD5, "purpose": "malware"})
    assert [hit["list"] for hit in narrow["items"][0]["hits"]] == ["List of malware"]
    refused = token("partner-lookup").ask({"md5": MD5, "purpose": "case-files"}, 403)
    assert refused["code"] == "W734"


def test_the_newest_version_of_a_list_that_is_in_use(
    token: Callable[..., Caller], known: Callable[..., HashList], keeper: Person
) -> None:
    known()
    newer = known(version="2")
    assert [each["version"] for each in token().lists().json()] == ["2"]
    assert [hit["version"] for hit in token().ask({"md5": MD5})["items"][0]["hits"]] == ["2"]
    with scope(agency=keeper.agency):
        withdraw_list(actor=keeper, hash_list=newer)
    assert [hit["version"] for hit in token().ask({"md5": MD5})["items"][0]["hits"]] == ["1"]


def test_agencies_and_exercises_are_apart(
    token: Callable[..., Caller],
    known: Callable[..., HashList],
    person: Callable[..., Person],
    other_agency: Agency,
    exercise_agency: Agency,
) -> None:
    known()
    stranger = person("supervisor", username="stranger", at=other_agency)
    drill = person("trainer", "supervisor", username="trainer", at=exercise_agency)
    known("training", by=drill)
    assert token(by=stranger).ask({"md5": MD5})["items"][0]["hits"] == []
    assert token(by=stranger).lists().json() == []
    assert [hit["purpose"] for hit in token(by=drill).ask({"md5": MD5})["items"][0]["hits"]] == ["training"]
    assert token(by=drill).ask({"md5": MD5, "purpose": "csam"}, 403)["code"] == "W734"
    assert token().ask({"md5": MD5, "purpose": "training"}, 403)["code"] == "W734"


def test_without_the_scope_or_a_good_token_nothing_is_told(
    keeper: Person, person: Callable[..., Person], token: Callable[..., Caller]
) -> None:
    admin = person("administrator", username="admin")
    other = token(scopes=("matches.see",))
    assert other.ask({"md5": MD5}, 403)["code"] == "W001"
    assert other.lists().status_code == 403
    made = make_token(actor=keeper, name="tool", scopes=["media.lookup"], purpose="internal-tool")
    caller = Caller(made.secret)
    caller.ask({"md5": MD5})
    set_roles(actor=admin, person=keeper, roles=["analyst"])  # who made it may no longer look up
    assert caller.ask({"md5": MD5}, 403)["code"] == "W001"
    set_roles(actor=admin, person=keeper, roles=["supervisor"])
    revoke_token(actor=Person.objects.get(pk=keeper.pk), token=made.token)
    assert caller.post(json.dumps({"md5": MD5})).status_code == 401
    assert Client().post(LOOKUP, "{}", content_type="application/json").status_code == 401
    assert Client().get("/api/v1/media/lists").status_code == 401


def test_what_the_unit_thinks_counts(
    token: Callable[..., Caller], known: Callable[..., HashList], keeper: Person
) -> None:
    key = entry_key({"md5": MD5, "pdq": PDQ})
    found = known()

    def think(opinion: str) -> None:
        with scope(agency=keeper.agency):
            ListOpinion.objects.update(current=False)
            ListOpinion.objects.create(
                agency=keeper.agency, list_name=found.name, key=key, digests={}, opinion=opinion, by=keeper
            )

    think("disputed")
    assert token().ask({"md5": MD5})["items"][0]["hits"][0]["opinion"] == "disputed"
    think("withdrawn")
    (item,) = token().ask({"md5": MD5})["items"]
    assert (item["hits"], item["notes"]) == ([], ["withdrawn-entry"])


def test_the_negative_bank_counts(token: Callable[..., Caller], known: Callable[..., HashList], keeper: Person) -> None:
    known()
    with scope(agency=keeper.agency):
        NegativeEntry.objects.create(
            agency=keeper.agency,
            pdq=NEAR,
            reason="A bridge",
            proposed_by=keeper,
            agreed_by=keeper,
            agreed=timezone.now(),
        )
    (item,) = token().ask({"pdq": NEAR})["items"]
    assert (item["hits"], item["notes"]) == ([], ["negative-bank"])
    assert len(token().ask({"pdq": PDQ})["items"][0]["hits"]) == 1  # it lies nearer to the listed one


def test_budgets_count_hashes_not_requests(
    token: Callable[..., Caller], agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency.policy |= {"lookup_minute": 10, "lookup_day": 16}
    agency.save()
    start = timezone.now().replace(hour=12, minute=0, second=20, microsecond=0)
    monkeypatch.setattr(budgets.timezone, "now", lambda: start)
    asker, other = token(), token()
    asker.ask({"items": [{"md5": MD5, "pdq": [PDQ] * 8}, {"md5": "bad"}]})  # nine
    refused = asker.post(json.dumps({"items": [{"md5": MD5}] * 2}))
    assert (refused.status_code, refused["Retry-After"], refused.json()["code"]) == (429, "40", "W735")
    assert "9 are spent, 2 more" in refused.json()["sentence"]
    asker.ask({"md5": MD5})  # the tenth: what was refused was not counted
    other.ask({"md5": MD5})
    monkeypatch.setattr(budgets.timezone, "now", lambda: start + timedelta(minutes=1))
    asker.ask({"items": [{"md5": MD5}] * 6})
    refused = asker.post(json.dumps({"md5": MD5}))
    assert (refused.status_code, refused["Retry-After"]) == (429, str(12 * 3600 - 80))
    monkeypatch.setattr(budgets.timezone, "now", lambda: start + timedelta(days=1))
    asker.ask({"md5": MD5})


def test_how_much_was_asked_is_written_down_and_never_what(
    token: Callable[..., Caller], known: Callable[..., HashList], keeper: Person
) -> None:
    known()
    token("partner-lookup").ask({"items": [{"md5": MD5, "pdq": PDQ, "id": "mine"}, {"md5": "x"}, {"md5": OTHER}]})
    (line,) = LogLine.objects.filter(action="media.looked-up", agency_id=keeper.agency_id)
    facts = json.loads(line.line)["facts"]
    assert facts == {
        "purpose": "partner-lookup", "items": 3, "hashes": 3, "refused": 1, "items_found": 1, "lists": 1,
    }  # fmt: skip
    for secret in (MD5, PDQ, OTHER, "mine", "bridge"):
        assert secret not in line.line


def test_the_overseer_sees_counts(
    token: Callable[..., Caller], person: Callable[..., Person], signed_in: Callable[[Person], Client]
) -> None:
    token("hotline-lookup").ask({"md5": MD5})
    page = signed_in(person("overseer")).get("/oversight/").content.decode()
    assert "looked up hashes through the API" in page
    assert "hotline-lookup" in page


def test_a_batch_as_large_as_allowed(token: Callable[..., Caller], known: Callable[..., HashList]) -> None:
    known()
    items = [{"id": str(number), "pdq": [NEAR] * 8, "quality": 90} for number in range(1000)]
    told = token().ask({"items": items})["items"]
    assert [each["id"] for each in told] == [str(number) for number in range(1000)]
    assert {len(each["hits"]) for each in told} == {1}


def test_the_api_describes_itself(token: Callable[..., Caller]) -> None:
    told = Client().get("/api/v1/openapi.json", headers=token().headers).json()
    post = told["paths"]["/api/v1/media/lookup"]["post"]
    one, several = post["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
    assert several["properties"]["items"]["maxItems"] == 1000
    assert set(one["properties"]) >= {"md5", "sha1", "sha256", "pdq", "photodna", "quality", "purpose", "threshold"}
    assert set(post["responses"]) == {"200", "400", "403", "413", "429", "500"}
    assert {"name", "licence", "digest"} <= set(told["components"]["schemas"]["ListOut"]["properties"])
