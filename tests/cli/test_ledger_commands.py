"""Every command of `amparo ledger` over the first mebibyte of the real chain and over the files of a made fraud."""

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from amparo.cli.root import amparo

FRAUD = Path(__file__).resolve().parents[1] / "fixtures" / "fraud"
FIRST = "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"  # 170:1
LEAVES = ["170:1/0", "181:1/0", "221:1/0", "248:1/1", "496:1/0"]
PHONES = ("254700000101", "254700000202", "254700000303")


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Ask = Callable[..., Done]


def ask(*words: object) -> Done:
    """`amparo ledger …` in this process."""
    done = CliRunner().invoke(amparo, ["ledger", *map(str, words)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


def told(*words: object) -> list[dict[str, Any]]:
    done = ask(*words, "--json")
    assert done.code == 0, done.out + done.err
    return done.rows


@pytest.fixture(scope="module")
def store(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("ledger") / "store"
    told("load", shared / "chain/blk00TEST00.dat", "--store", place)
    return place


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "pack.yaml"
    path.write_text(
        "title: Made-up tags\ncreator: A trainer\nsource: https://tags.example/\nlastmod: 2024-02-26\ncurrency: BTC\n"
        "tags:\n"
        "- address: 1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3\n  label: Wallet\n  confidence: forensic\n  actor: one\n"
        "- address: 1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3\n  label: Purse\n  confidence: forensic\n  actor: two\n"
        "- address: 1LzBzVqEeuQyjD2mRWHes3dgWrT9titxvq\n  label: Swap\n  category: exchange\n  actor: swap\n"
    )
    return path


def test_a_trace_from_an_address_is_that_of_its_outputs(store: Path) -> None:
    address = "12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S"
    *outputs, totals = told("trace", address, "--store", store, "--rule", "fifo")
    claimed = {row["ref"] for row in outputs if row["claim"]}
    assert claimed == {"9:0/0", "170:1/1", "181:1/1", "182:1/1", "183:1/1", "248:1/1"}
    assert totals["claims"] == sum(totals[part] for part in ("held", "fee", "absorbed", "stopped", "destroyed", "gap"))


def test_back_from_a_leaf_to_new_coins(store: Path) -> None:
    *_, totals = told("trace", "248:1/1", "--store", store, "--rule", "lifo", "--direction", "back")
    assert (totals["direction"], totals["claims"], totals["minted"]) == ("backward", 1_800_000_000, 1_800_000_000)
    refused = ask("trace", "248:1/1", "--store", store, "--rule", "tiho", "--direction", "back", "--json")
    assert refused.code != 0
    assert refused.rows[-1]["error"].startswith("L")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--max-hops", "1"], "hop-limit"),
        (["--floor", "2000000000"], "floor"),
        (["--until", "2009-01-12"], "date"),
        (["--stop-at-services", "--tags", "PACK"], "service"),
        (["--dormant-days", "1"], "dormant"),
    ],
)
def test_where_a_trace_stops_on_purpose(store: Path, pack: Path, words: list[str], reason: str) -> None:
    words = [str(pack) if each == "PACK" else each for each in words]
    *_, totals = told("trace", "9:0", "--store", store, "--rule", "fifo", *words)
    assert totals["stopped_by_reason"][reason] > 0
    assert totals["claims"] == sum(totals[part] for part in ("held", "fee", "absorbed", "stopped", "destroyed", "gap"))


def test_mixers_are_judged_and_services_need_tags(store: Path) -> None:
    *_, totals = told("trace", "9:0", "--store", store, "--rule", "fifo", "--stop-at-mixers")
    assert totals["held"] == 5_000_000_000
    refused = ask("trace", "9:0", "--store", store, "--rule", "fifo", "--stop-at-services")
    assert refused.code == 2
    assert "--tags" in refused.err


def test_all_rules_side_by_side(store: Path) -> None:
    rows = told("compare", "9:0", "--store", store, "--preferred", "fifo", "--because", "Clayton's case")
    totals = {row["rule"]: row for row in rows if row["type"] == "totals"}
    assert set(totals) == {"fifo", "lifo", "tiho", "haircut", "poison"}
    assert [rule for rule, row in totals.items() if row["preferred"]] == ["fifo"]
    assert {row["ref"] for row in rows if row["type"] == "output" and row["states"].get("fifo") == "held"} == set(
        LEAVES
    )
    agreed = rows[-1]
    assert (agreed["in_all"], agreed["held_in_all"], agreed["held_least"]) == (14, 5, 5_000_000_000)
    plain = ask("compare", "9:0", "--store", store, "--rule", "fifo", "--preferred", "fifo", "--because", "the law")
    assert "preferred: the law" in plain.out


def test_whom_to_ask_with_day_and_value(store: Path, pack: Path, tmp_path: Path) -> None:
    rates = tmp_path / "rates.csv"
    rates.write_text("day,asset,fiat,price,source\n2009-01-12,BTC,EUR,0.50,made up\n")
    words = ("worklist", "9:0", "--store", store, "--rule", "fifo", "--tags", pack, "--rates", rates)
    rows = told(*words)
    service, deposit, *_ = [row for row in rows if row.get("actor") == "swap"]
    assert (service["type"], service["tainted"]) == ("service", 100_000_000)
    assert (deposit["ref"], deposit["day"], deposit["tainted"]) == ("182:1/0", "2009-01-12", 100_000_000)
    assert (deposit["worth"]["amount"], deposit["worth"]["fiat"], deposit["worth"]["source"]) == (
        "50",
        "EUR",
        "made up",
    )
    assert "0.50 EUR" in ask(*words).out
    assert ask("worklist", "9:0", "--store", store, "--rule", "fifo").code == 2


def test_a_peel_chain_and_where_it_ends(store: Path) -> None:
    *steps, chain = told("peel", "9:0/0", "--store", store, "--needed", "3")
    assert [(step["tx"], step["paid_value"]) for step in steps] == [("170:1", 1_000_000_000), ("181:1", 1_000_000_000)]
    assert (chain["end"], chain["stop"], chain["paid"]) == ("181:1/1", "both", 2_000_000_000)
    *steps, chain = told("peel", "9:0/0", "--store", store, "--pin", "182:1/1", "--pin", "183:1/1")
    assert [step["pinned"] for step in steps][:4] == [False, False, True, True]


def test_a_way_between_two_places_and_none(store: Path) -> None:
    shortest, *by_rule = told("path", "9:0/0", "496:1/0", "--store", store)
    assert (shortest["hops"], [each["name"] for each in by_rule]) == (6, ["fifo", "haircut"])
    assert by_rule[0]["arrived"] == 1_100_000_000
    (none,) = told("path", "496:1/0", "9:0/0", "--store", store)
    assert (none["reached"], none["complete"]) == (False, True)


def test_entities_and_why_and_what_if(store: Path, tmp_path: Path, pack: Path) -> None:
    place = tmp_path / "entities"
    (built,) = told("entities", "build", "--store", store, "--entities", place)
    largest = built["largest"][0]
    assert (built["addresses"], built["merges"], largest["size"]) == (4571, 198, 44)
    shown, *members = told(
        "entities", "show", largest["address"], "--store", store, "--entities", place, "--tags", pack
    )
    assert (shown["size"], len(members)) == (44, 44)
    ends = (members[0]["address"], members[-1]["address"])
    *hops, why = told("entities", "why", *ends, "--store", store, "--entities", place)
    assert why["joined"]
    assert why["joined_by"] in {hop["txid"] for hop in hops}
    cut = [word for hop in hops for word in ("--tx", hop["txid"])]
    split, *parts = told("entities", "without", largest["address"], "--store", store, "--entities", place, *cut)
    assert not split["holds"]
    assert sum(part["size"] for part in parts) <= 44
    alone = ("12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S", largest["address"])
    assert told("entities", "why", *alone, "--store", store, "--entities", place) == [{"type": "why", "joined": False}]
    missing = ask("entities", "show", largest["address"], "--store", store, "--json")
    assert missing.rows[0]["error"] == "L401"


def test_coinjoins_are_listed_and_one_is_judged(store: Path) -> None:
    (found,) = told("coinjoins", "--store", store)
    assert (found["found"], found["transactions"]) == (0, 4583)
    (shape,) = told("coinjoins", FIRST, "--store", store)
    assert (shape["ref"], shape["inputs"], shape["outputs"], shape["excluded"]) == ("170:1", 1, 2, False)


def test_a_proof_that_the_stand_alone_verifier_accepts(store: Path, shared: Path, tmp_path: Path) -> None:
    blocks = shared / "chain/blk00TEST00.dat"
    (row,) = told("proof", FIRST, "--store", store, "--blocks", blocks, "--out", tmp_path)
    path = tmp_path / "proofs" / f"{FIRST}.json"
    assert (row["file"], row["height"]) == (str(path), 170)
    verifier = importlib.import_module("amparo.bundle.verifier.verify")
    ref, work = verifier.check_proof(f"data/proofs/{FIRST}.json", json.loads(path.read_text()))
    assert (FIRST in str(ref), work > 0) == (True, True)
    refused = ask(
        "proof", FIRST, "--store", store, "--blocks", shared / "chain/ofac_XBT.txt", "--out", tmp_path, "--json"
    )
    assert refused.code != 0
    assert refused.rows[-1]["error"] == "L902"


def test_tags_are_shown_contradict_and_leave_as_they_came(pack: Path, tmp_path: Path) -> None:
    rows = told("tags", "show", pack, "--address", "1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3")
    assert [(row["label"], row["creator"]) for row in rows] == [("Wallet", "A trainer"), ("Purse", "A trainer")]
    (conflict,) = told("tags", "conflicts", pack)
    assert [claim["actor"] for claim in conflict["claims"]] == ["one", "two"]
    (row,) = told("tags", "export", pack, tmp_path / "again.yaml")
    assert row["tags"] == 3
    assert told("tags", "show", tmp_path / "again.yaml")[0]["label"] == "Wallet"
    (row,) = told("tags", "export", pack, tmp_path / "list.txt", "--addresses")
    assert (row["tags"], len((tmp_path / "list.txt").read_text().split())) == (2, 2)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("books")
    told("read", FRAUD / "bank-camt053.xml", "--store", place / "bank")
    for phone in PHONES:
        told("read", FRAUD / f"mobile-{phone}.csv", "--store", place / phone, "--profile", "mpesa", "--account", phone)
    told("read", FRAUD / "exchange-records.csv", "--store", place / "exchange", "--service", "example-exchange")
    told("read", FRAUD / "otc-records.csv", "--store", place / "desk", "--service", "example-otc")
    told("read", FRAUD / "tron-usdt.jsonl", "--store", place / "tron", "--form", "tron")
    return {each.name: each for each in place.iterdir()}


def test_from_the_bank_to_the_cash_over_accepted_joins(books: dict[str, Path], tmp_path: Path) -> None:
    found = told("joins", "propose", *books.values(), "--out", tmp_path / "proposals.jsonl")
    assert len(found) == 11
    assert {row["join"]["level"] for row in found} == {"observed", "derived"}
    (tmp_path / "ids.txt").write_text("\n".join(row["id"] for row in found))
    who = ("--who", "A. Officer", "--why", "the records agree", "--out", tmp_path / "joins.jsonl")
    told("joins", "accept", tmp_path / "proposals.jsonl", "--ids", tmp_path / "ids.txt", *who)
    given = [word for book in books.values() for word in ("--book", book)]
    words = ("follow", "bank:0110000111@FT26034EX1", *given, "--rule", "fifo", "--joins", tmp_path / "joins.jsonl")
    rows = told(*words, "--svg", tmp_path / "flow.svg")
    ends = {(row["ledger"], row["state"], row["asset"]): row["amount"] for row in rows if row["type"] == "end"}
    assert ends["mobile:254700000101", "held", "KES"] == "1459000"
    assert ends["mobile:254700000303", "left", "KES"] == "2884231"
    joins = [row for row in rows if row["type"] == "join"]
    assert len(joins) == rows[-1]["joins"] == 11
    assert {join["facts"]["accepted_by"] for join in joins} == {"A. Officer"}
    assert (tmp_path / "flow.svg").read_text(encoding="utf-8").startswith("<svg")
    assert "30,500.00 KES left" in ask(*words).out


def test_without_joins_the_trace_ends_in_the_bank(books: dict[str, Path]) -> None:
    rows = told("follow", "bank:0110000111@FT26034EX1", "--book", books["bank"], "--rule", "fifo")
    assert [row["type"] for row in rows] == ["step", "end", "totals", "trace"]
    assert (rows[1]["state"], rows[1]["amount"]) == ("left", "25000000")
    account = told("follow", "0110000111", "--side", "sent", "--book", books["bank"], "--rule", "fifo")
    assert int(account[-2]["claims"]) > 25_000_000


def test_a_chain_beside_the_books(books: dict[str, Path], store: Path) -> None:
    words = ("follow", "bitcoin=9:0/0", "--book", books["bank"], "--chain", store, "--rule", "fifo")
    *outputs, totals, trace = told(*words)
    assert [row["ref"] for row in outputs] == LEAVES
    assert (totals["network"], totals["held"], trace["joins"]) == ("bitcoin", 5_000_000_000, 0)
    assert "5,000,000,000 sat came, 5,000,000,000 found" in ask(*words).out


def test_what_cannot_be_read_or_named_is_refused(books: dict[str, Path], tmp_path: Path) -> None:
    def error(*words: object) -> str:
        done = ask(*words, "--json")
        assert done.code == 2, done.out
        return str(done.rows[-1]["error"])

    bank = ("--book", books["bank"], "--rule", "fifo")
    assert error("follow", "bank:0110000111@NOSUCH", *bank).startswith("L5")
    (tmp_path / "bad.jsonl").write_text('{"join": 7}\n')
    assert error("follow", "0110000111", *bank, "--joins", tmp_path / "bad.jsonl") == "Z010"
    (tmp_path / "bad.jsonl").write_text("no json\n")
    who = ("--who", "A", "--why", "b", "--out", tmp_path / "out.jsonl")
    assert error("joins", "accept", tmp_path / "bad.jsonl", "--id", "x", *who) == "Z010"
    (tmp_path / "none.jsonl").write_text("")
    assert error("joins", "accept", tmp_path / "none.jsonl", "--id", "x", *who) == "Z011"
    assert error("joins", "accept", tmp_path / "none.jsonl", *who) == "Z012"
    assert not (tmp_path / "out.jsonl").exists()
    done = ask("read", FRAUD / f"mobile-{PHONES[0]}.csv", "--store", tmp_path / "b", "--profile", "no-bank")
    assert (done.code, "mpesa" in done.err) == (2, True)


def test_a_balance_that_does_not_add_up_is_said_with_its_line(tmp_path: Path) -> None:
    lines = (FRAUD / f"mobile-{PHONES[1]}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    bent = tmp_path / "bent.csv"
    bent.write_text("".join(line for number, line in enumerate(lines) if number != 2), encoding="utf-8")
    words = ("read", bent, "--profile", "mpesa", "--account", PHONES[1])
    rows = told(*words, "--store", tmp_path / "book")
    (problem,) = [row for row in rows if row["type"] == "problem"]
    assert (problem["reason"], problem["file"], problem["grave"]) == ("balance-break", "bent.csv", True)
    refused = ask(*words, "--store", tmp_path / "other", "--refuse", "--json")
    assert refused.code != 0
    assert not list((tmp_path / "other").rglob("manifest.json"))
