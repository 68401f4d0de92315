"""The second half of the path of the money: statements become books, books are joined, one trace leads to the cash."""

import re
from pathlib import Path

from tests.journeys.pages import Officer

FRAUD = Path(__file__).resolve().parents[1] / "fixtures" / "fraud"
MULE, SECOND, CASHER = "254700000101", "254700000202", "254700000303"
STATEMENTS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("bank-camt053.xml", "camt053", {}),
    *((f"mobile-{each}.csv", "table", {"profile": "mpesa", "account": each}) for each in (MULE, SECOND, CASHER)),
    ("exchange-records.csv", "exchange", {"service": "example-exchange"}),
    ("otc-records.csv", "exchange", {"service": "example-otc"}),
    ("tron-usdt.jsonl", "tron-table", {}),
)
#: A made statement of the unit's own: its second balance does not add up.
WRONG_SUM = (
    "Date,Description,Money Out,Money In,Balance\n03/01/2026,Rent,100.00,,900.00\n04/01/2026,Wage,,500.00,1390.00\n"
)
JOINS = 11


def the_bank_leads_to_the_cash(officer: Officer, case: str, place: Path, pictures: Path) -> str:
    """Seven files of five parties; joins are accepted with a reason; one trace through all. Returns its address."""
    for path in (*(FRAUD / name for name, _, _ in STATEMENTS), wrong_sum(place)):
        deposit(officer, case, path)
    officer.wait_for(f"/exhibits/case/{case}/", f"EX{len(STATEMENTS) + 1}")
    for name, reader, asked in STATEMENTS:
        read(officer, case, name, reader, asked)
    what_is_wrong_is_said(officer, case, pictures)
    bank = book_of(officer, case, STATEMENTS[0][0])
    officer.picture(pictures, "tracing-book")
    joins_are_accepted(officer, case, pictures)
    return the_payment_is_followed(officer, case, bank, pictures)


def wrong_sum(place: Path) -> Path:
    path = place / "statement.csv"
    path.write_text(WRONG_SUM)
    return path


def deposit(officer: Officer, case: str, path: Path) -> None:
    officer.go(f"/exhibits/case/{case}/deposit/")
    officer.page.set_input_files('[name="files"]', path)
    officer.page.fill('[name="label"]', path.name)
    officer.follow('main form button[type="submit"]')


def read(officer: Officer, case: str, name: str, reader: str, asked: dict[str, str]) -> None:
    """One statement into a book of its own: its first lines are looked at before."""
    show(officer, case, name, reader, asked)
    assert "How its first lines would be booked" in officer.text()
    officer.press("Read it into the book")
    officer.wait_for_job()


def book_of(officer: Officer, case: str, name: str) -> str:
    """Open the book of a file. Returns the book's address."""
    officer.go(f"/traces/case/{case}/books/")
    officer.follow(officer.page.locator("table tbody tr", has_text=name).locator("th a"))
    return officer.page.url.removeprefix(officer.base)


def show(officer: Officer, case: str, name: str, reader: str, asked: dict[str, str]) -> None:
    page = officer.page
    officer.wait_for(f"/traces/case/{case}/books/", re.escape(name))
    officer.follow(page.locator("section", has=page.locator("#read")).get_by_role("link", name=name))
    page.select_option('[name="reader"]', reader)
    if "profile" in asked:
        page.select_option('[name="profile"]', asked["profile"])
    for each in asked.keys() - {"profile"}:
        page.fill(f'[name="{each}"]', asked[each])
    page.fill('[name="name"]', name)
    officer.press("Show the first lines")


def what_is_wrong_is_said(officer: Officer, case: str, pictures: Path) -> None:
    """A balance that does not add up is said before the statement is kept, with its line."""
    show(officer, case, "statement.csv", "table", {"profile": "bank-uk", "account": "12345678", "currency": "GBP"})
    assert "the running balance does not add up" in officer.text()
    assert "statement.csv:3" in officer.text()
    officer.picture(pictures, "tracing-read")
    officer.go(f"/traces/case/{case}/books/")
    officer.picture(pictures, "tracing-books")
    book_of(officer, case, f"mobile-{MULE}.csv")
    assert "1 problem was found" in officer.text()


def joins_are_accepted(officer: Officer, case: str, pictures: Path) -> None:
    page = officer.page
    officer.go(f"/traces/case/{case}/joins/")
    officer.press("Look for joins")
    officer.wait_for_job()
    officer.go(f"/traces/case/{case}/joins/")
    assert "One side names the account of the other" in officer.text()
    officer.picture(pictures, "tracing-joins")
    for _ in range(JOINS):
        open_one = page.locator("article", has=page.locator('input[name="why"]')).first
        open_one.locator('input[name="why"]').fill("Account, amount and day agree in both records")
        officer.follow(open_one.locator('button[name="accept"]'))
    assert page.locator("article", has_text="accepted").count() == JOINS


def the_payment_is_followed(officer: Officer, case: str, bank: str, pictures: Path) -> str:
    page = officer.page
    officer.go(bank)
    officer.follow(page.locator("tr", has_text="FT26034EX1").get_by_role("link", name="Follow"))
    page.fill('[name="question"]', "Where did the deposit of the 3rd of February go?")
    for rule in ("fifo", "haircut"):
        page.check(f'[name="rules"][value="{rule}"]')
    officer.press("Start the trace")
    officer.wait_for_job()
    officer.go(f"/traces/case/{case}/")
    officer.follow(page.locator("tr", has_text="3rd of February").locator("th a"))
    trace = page.url.removeprefix(officer.base)
    officer.go(f"{trace}?rule=fifo")
    text = officer.text()
    assert "Joins on the way" in text
    assert "14,590.00 KES" in text  # what the first mule still holds, worked out by hand
    drawn = page.inner_text("figure.picture")
    assert "USDT" in drawn
    officer.picture(pictures, "tracing-accounts")
    return trace
