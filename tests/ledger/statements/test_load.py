"""Loading statement files: one store, a report beside it, files that overlap or leave a hole."""

from pathlib import Path

import pytest

from amparo.ledger.accounts import Account
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.statements import Options, StatementFile, StatementReport, load_statements, notes_on, profiles
from amparo.ledger.statements.errors import NeedsProfile, StatementRefused, StatementUnreadable

HEAD = "Date,Description,Debit Amount,Credit Amount,Balance\n"
JANUARY = HEAD + "05/01/2026,a,10.00,,90.00\n30/01/2026,b,5.00,,85.00\n"
OVERLAP = HEAD + "30/01/2026,b,5.00,,85.00\n02/02/2026,c,,15.00,100.00\n"
HOLE = HEAD + "03/02/2026,d,1.00,,70.00\n"


def files(folder: Path, *texts: str) -> list[StatementFile]:
    made = []
    for number, text in enumerate(texts):
        path = folder / f"{number}.csv"
        path.write_text(text, encoding="utf-8")
        made.append(StatementFile(path, options=Options(profile=profiles()["bank-uk"], account="A1")))
    return made


def test_files_that_overlap_are_booked_once_whatever_their_order(tmp_path: Path) -> None:
    store, report = load_statements(tmp_path / "s", list(reversed(files(tmp_path, JANUARY, OVERLAP))))
    assert [each.remarks for each in store.transfers()] == ["a", "b", "c"]
    assert store.balance(Account("bank:A1", "A1"), "GBP") == 10000
    assert [(each.name, dict(each.counts)) for each in report.files] == [("0.csv", {}), ("1.csv", {"in-other-file": 1})]
    assert store.assets["GBP"].decimals == 2
    assert "0.csv sha256:" in store.sources[0]


def test_a_hole_between_two_files_is_said(tmp_path: Path) -> None:
    _, report = load_statements(tmp_path / "s", files(tmp_path, JANUARY, HOLE))
    (problem,) = report.files[1].problems
    assert (problem.reason, problem.expected, problem.found) == ("opening-differs", "84.00", "70.00")
    assert str(problem.place) == "1.csv:2"


def test_the_report_reads_back_and_a_trace_over_it_gets_a_note(tmp_path: Path) -> None:
    store, report = load_statements(tmp_path / "s", files(tmp_path, JANUARY.replace("85.00", "80.00")))
    assert StatementReport.read(store.folder) == report
    (note,) = notes_on({"s": report}, {"bank:A1"})
    assert note.sentence % note.facts == (
        "Grave problems of the statement 0.csv behind bank:A1: 1. The first is at line 3 "
        "(balance-break: expected 85.00, found 80.00)."
    )
    assert notes_on({"s": report}, {"bank:B"}) == []
    assert AccountStore.open(tmp_path / "s").data_digest == store.data_digest


def test_strict_refuses_at_the_first_grave_problem_and_stores_nothing(tmp_path: Path) -> None:
    with pytest.raises(StatementRefused, match=r"0\.csv:3: balance-break. Expected 85\.00, found 80\.00"):
        load_statements(tmp_path / "s", files(tmp_path, JANUARY.replace("85.00", "80.00")), strict=True)
    assert StatementReport.read(tmp_path / "s") is None
    load_statements(tmp_path / "s", files(tmp_path, JANUARY, OVERLAP), strict=True)


def test_a_file_nobody_can_read_and_a_table_without_profile(tmp_path: Path) -> None:
    with pytest.raises(StatementUnreadable):
        load_statements(tmp_path / "s", [StatementFile(tmp_path / "none.csv", "mt940")])
    bare = tmp_path / "bare.csv"
    bare.write_text(JANUARY)
    with pytest.raises(NeedsProfile):
        load_statements(tmp_path / "s", [StatementFile(bare)])
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "statements.json").write_text("{")
    with pytest.raises(StatementUnreadable):
        StatementReport.read(tmp_path / "s")
