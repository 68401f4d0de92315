"""A case with a confirmed match and a kept trace, ready for the court."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.joins import fraud

from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.court.actions import keep_trace, start_bundle
from amparo.web.court.models import Bundle, Finding
from amparo.web.exhibits.actions import deposit_file
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches.actions import import_list, review, start_scan
from amparo.web.matches.models import Match
from amparo.web.traces import actions as traces
from amparo.web.traces.actions import load_chain, start_trace
from amparo.web.traces.books import store_of_book
from amparo.web.traces.models import Book, JoinDecision, Trace

FRAUD = Path(__file__).resolve().parents[2] / "fixtures/fraud"


@pytest.fixture
def photo(shared: Path) -> bytes:
    return (shared / "pdq/bridge-mods/square-256x256.jpg").read_bytes()


@pytest.fixture
def matched(
    lead: Person, case: Case, in_agency: None, photo: bytes, tmp_path: Path,
    taken_in: Callable[..., Exhibit], at_once: Callable[[], Any],
) -> Callable[..., Match]:  # fmt: skip
    """matched("csam"): a photo of EX1 that a list of that purpose names, not judged yet."""

    def make(purpose: str = "case-files") -> Match:
        exhibit = taken_in(lead, case, {"DCIM/photo.jpg": photo, "notes.txt": b"nothing"})
        path = tmp_path / "list.csv"
        path.write_text(f"sha256,label\n{hashlib.sha256(photo).hexdigest()},known\n")
        known = import_list(actor=lead, path=path, name="Known", version="1", purpose=purpose, source="made up")
        with at_once():
            start_scan(actor=lead, exhibit=exhibit, lists=[known])
        return Match.objects.get()

    return make


@pytest.fixture
def confirmed(lead: Person, second: Person, matched: Callable[..., Match], at_once: Callable[[], Any]) -> Any:
    def make(purpose: str = "case-files") -> Match:
        match = matched(purpose)
        for each in (lead, second):
            with at_once():
                review(actor=each, match=match, decision="confirm")
        return match

    return make


@pytest.fixture
def kept_trace(lead: Person, case: Case, in_agency: None, home: Path, shared: Path, at_once: Callable[[], Any]) -> Any:
    def make(rule: str = "fifo") -> Finding:
        chain = load_chain(actor=lead, source=shared / "chain/blk00TEST00.dat", name="First blocks")
        with at_once():
            made = start_trace(actor=lead, case=case, chain=chain, seed="9:0", rules=["fifo", "haircut", "poison"])
        return keep_trace(actor=lead, found=made.results.get(rule=rule))

    return make


@pytest.fixture
def built(lead: Person, case: Case, at_once: Callable[[], Any]) -> Callable[..., Bundle]:
    def make(*languages: str) -> Bundle:
        with at_once():
            made = start_bundle(actor=lead, case=case, languages=languages or ("en",))
        return Bundle.objects.select_related("case__agency").get(pk=made.pk)

    return make


@pytest.fixture
def fraud_trace(lead: Person, case: Case, home: Path, in_agency: None, at_once: Callable[[], Any]) -> Trace:
    """The made fraud from the bank to the cash: seven records read, eleven joins accepted, two rules."""
    asked: list[tuple[str, str, dict[str, str]]] = [("bank-camt053.xml", "camt053", {})]
    for number in (fraud.MULE, fraud.SECOND, fraud.CASHER):
        asked.append((f"mobile-{number}.csv", "table", {"profile": "mpesa", "account": number}))
    asked += [
        ("exchange-records.csv", "exchange", {"service": fraud.EXCHANGE}),
        ("otc-records.csv", "exchange", {"service": fraud.DESK}),
        ("tron-usdt.jsonl", "tron-table", {}),
    ]
    for name, reader, how in asked:
        with at_once():
            exhibit = deposit_file(actor=lead, case=case, files=[(name, [(FRAUD / name).read_bytes()])], label=name)
        with at_once():
            traces.add_to_book(actor=lead, exhibit=exhibit, path="@0", reader=reader, asked=how, name=name)
    with at_once():
        traces.start_joins(actor=lead, case=case)
    for each in JoinDecision.objects.all():
        traces.decide_join(actor=lead, decision=each, accepted=True, why="The records agree")
    store = store_of_book(Book.objects.get(number="B1"))
    paid = next(each for each in store.transfers(ledger=store.ledgers[0]) if each.ref == "FT26034EX1")
    seed = f"{paid.ledger}@{':'.join(map(str, paid.position))}"
    with at_once():
        made = traces.start_account_trace(actor=lead, case=case, seed=seed, rules=["fifo", "haircut"])
    return Trace.objects.get(pk=made.pk)
