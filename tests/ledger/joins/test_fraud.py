"""The made fraud: from the victim's bank over mobile money, an exchange and TRON to the cash, in one trace."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.ledger.joins import fraud

from amparo.ledger.accounts import TransferRef, TransferSeed
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.accounts.tron import KNOWN_ASSETS, read_tron_table
from amparo.ledger.joins import JoinedTrace, Proposal, accepted_joins, decide, propose, rerun_joined, trace_joined
from amparo.ledger.statements import Options, StatementFile, StatementLoad, load_statements, profiles

FILES = Path(__file__).resolve().parents[2] / "fixtures/fraud"


def statements(folder: Path) -> StatementLoad:
    mobile = {number: Options(profile=profiles()["mpesa"], account=number) for number in
              (fraud.MULE, fraud.SECOND, fraud.CASHER)}  # fmt: skip
    files = [StatementFile(FILES / "bank-camt053.xml")]
    files += [StatementFile(FILES / f"mobile-{number}.csv", options=options) for number, options in mobile.items()]
    files += [
        StatementFile(FILES / "exchange-records.csv", options=Options(service=fraud.EXCHANGE)),
        StatementFile(FILES / "otc-records.csv", options=Options(service=fraud.DESK)),
    ]
    return load_statements(folder, files)


def tron(folder: Path) -> AccountStore:
    assets = dict(KNOWN_ASSETS)
    return AccountStore.build(folder, read_tron_table(FILES / "tron-usdt.jsonl", assets), (), assets)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> StatementLoad:
    return statements(tmp_path_factory.mktemp("fraud") / "statements")


@pytest.fixture(scope="module")
def stores(loaded: StatementLoad, tmp_path_factory: pytest.TempPathFactory) -> list[AccountStore]:
    return [loaded.store, tron(tmp_path_factory.mktemp("fraud") / "tron")]


@pytest.fixture(scope="module")
def proposals(stores: list[AccountStore]) -> tuple[Proposal, ...]:
    return propose(stores)


def traced(stores: Sequence[AccountStore], proposals: Sequence[Proposal], rule: str) -> JoinedTrace:
    when = datetime(2026, 3, 1, tzinfo=UTC)
    decisions = [
        decide(each, accepted=True, who="A. Officer", why="the records agree", when=when) for each in proposals
    ]
    paid = next(each for each in stores[0].transfers(ledger=f"bank:{fraud.BANK_ACCOUNT}") if each.ref == "FT26034EX1")
    seed = TransferSeed(TransferRef(paid.ledger, paid.position))
    return trace_joined(stores, [seed], rule, joins=accepted_joins(decisions, stores), unknown="least")


def test_the_files_are_what_the_story_makes() -> None:
    for name, data in fraud.files().items():
        assert (FILES / name).read_bytes() == data, f"write them again: {name}"
    assert {each.name for each in FILES.iterdir()} == set(fraud.files())


def test_every_file_adds_up_and_says_what_was_not_booked(loaded: StatementLoad) -> None:
    said = {each.name: dict(each.counts) for each in loaded.report.files if each.counts}
    assert said == {"mobile-254700000101.csv": {"not-booked": 1}, "exchange-records.csv": {"not-booked": 1}}
    assert not any(each.grave for each in loaded.report.files)


def test_each_join_is_proposed_once_with_its_level(proposals: tuple[Proposal, ...]) -> None:
    assert Counter((each.join.level.value, each.join.reason) for each in proposals) == {
        (
            "derived",
            "named-account",
        ): 1,  # bank to mobile: the telephone number in the remarks, the account on the other
        ("observed", "same-receipt"): 1,  # mule to mule: one receipt in both statements
        ("observed", "exchange-record"): 6,  # 2 deposits, 2 withdrawals to TRON, 1 deposit from it, 1 paid out
        ("observed", "exchange-trade"): 3,
    }
    assert not any(each.ambiguous for each in proposals)
    bank = next(each.join for each in proposals if each.join.level.value == "derived")
    assert bank.amount_out == bank.amount_in == 25_000_000


@pytest.mark.parametrize("rule", ["fifo", "lifo", "haircut", "tiho"])
def test_one_trace_from_the_payment_to_the_cash_sums_to_the_cent(
    stores: list[AccountStore], proposals: tuple[Proposal, ...], rule: str
) -> None:
    result = traced(stores, proposals, rule)
    accounts = result.accounts
    assert accounts is not None
    for total in accounts.totals:
        assert total.came == total.found
    assert sum(total.claims for total in accounts.totals) == 25_000_000
    # Every join is crossed, and each step of money out of a join is the step into the next book.
    assert len(accounts.joins) == 11
    assert {each["level"] for each in result.joins} == {"observed", "derived"}
    assert all(each["facts"]["accepted_by"] == "A. Officer" for each in result.joins)
    ledgers = {step.ledger.partition(":")[0] for step in accounts.steps}
    assert ledgers == {"bank", "mobile", "exchange", "tron"}
    cash = [leaf for leaf in accounts.leaves if leaf.ledger == f"mobile:{fraud.CASHER}" and leaf.state == "left"]
    assert cash
    assert cash[0].amount > 0


def test_fifo_by_hand_to_the_cent(stores: list[AccountStore], proposals: tuple[Proposal, ...]) -> None:
    """The mule's first 5,500.00 were his own, so 144,500.00 of the 150,000.00 are the victim's; and so on."""
    accounts = traced(stores, proposals, "fifo").accounts
    assert accounts is not None
    moved = {(step.ref, step.asset): step for step in accounts.steps}
    assert moved["SB30AAA011", "KES"].traced in (14_450_000, 10_500)
    ends = {(leaf.ledger, leaf.account, leaf.state): leaf.amount for leaf in accounts.leaves}
    assert ends[f"mobile:{fraud.MULE}", None, "left"] == 3_000_000 + 50_000  # cash, and airtime
    # 250,000.00 - 144,500.00 - 60,000.00 - 30,000.00 - 500.00 - fees of 410.00
    assert ends[f"mobile:{fraud.MULE}", fraud.MULE, "held"] == 1_459_000
    # 657.692308 USDT of the 1,200 sold are traced: 657,692,308 * 15,480,000 / 1,200,000,000 rounds to 84,842.31.
    paid = ends[f"mobile:{fraud.CASHER}", None, "left"] + ends[f"mobile:{fraud.CASHER}", None, "fee"]
    assert paid + ends[f"mobile:{fraud.CASHER}", fraud.CASHER, "held"] == 8_484_231


def test_the_trace_runs_again_from_its_recipe(stores: list[AccountStore], proposals: tuple[Proposal, ...]) -> None:
    result = traced(stores, proposals, "haircut")
    assert rerun_joined([each.folder for each in stores], {}, result.recipe.parameters) == result.recipe.output


def test_without_a_join_the_trace_ends_there(stores: list[AccountStore], proposals: tuple[Proposal, ...]) -> None:
    fewer = [each for each in proposals if each.join.reason != "same-receipt"]
    accounts = traced(stores, fewer, "fifo").accounts
    assert accounts is not None
    left = [leaf for leaf in accounts.leaves if leaf.ledger == f"mobile:{fraud.MULE}" and leaf.state == "left"]
    assert left[0].amount == 3_050_000 + 6_000_000
    assert all(step.ledger != f"mobile:{fraud.SECOND}" for step in accounts.steps)
