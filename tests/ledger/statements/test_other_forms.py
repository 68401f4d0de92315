"""goAML, plain tables of transfers, exchange records."""

from io import BytesIO

import pytest

from amparo.ledger.accounts import Kind, Transfer
from amparo.ledger.statements import STATEMENTS, Options, Problem


def read(form: str, text: str, **options: str) -> list[object]:
    return list(STATEMENTS[form].read(BytesIO(text.encode()), "file", Options(**options)))


def transfers(found: list[object]) -> list[Transfer]:
    return [each for each in found if isinstance(each, Transfer)]


def reasons(found: list[object]) -> list[tuple[int, str]]:
    return [(each.place.line, each.reason) for each in found if isinstance(each, Problem)]


HEAD = "time,type,account,asset,amount,counter_asset,counter_amount,fee,fee_asset,txid,address,status\n"


def test_a_purchase_is_two_sides_and_a_fee_at_one_place() -> None:
    row = "2026-02-03T09:50:00Z,buy,u1,USDT,10.5,KES,1365.00,5.00,KES,,,completed\n"
    paid, got, fee = transfers(read("exchange", HEAD + row, service="x"))
    assert (paid.sender, paid.receiver, paid.asset, paid.amount) == ("u1", None, "KES", 136500)
    assert (got.sender, got.receiver, got.asset, got.amount) == (None, "u1", "USDT", 10_500_000)
    assert (fee.kind, fee.asset, fee.amount) == (Kind.FEE, "KES", 500)
    assert paid.position[:2] == got.position[:2] == fee.position[:2]
    assert [each.position.log for each in (paid, got, fee)] == [0, 1, 2]


def test_a_sale_and_a_trade_give_first_what_was_given() -> None:
    rows = "2026-02-03T09:50:00Z,sell,u1,USDT,2,KES,260,,,,,\n"
    rows += "2026-02-03T09:51:00Z,trade,u1,USDT,2,BTC,0.00003,,,,,\n"
    found = transfers(read("exchange", HEAD + rows, service="x"))
    assert [(each.asset, each.sender) for each in found] == [
        ("USDT", "u1"),
        ("KES", None),
        ("USDT", "u1"),
        ("BTC", None),
    ]
    assert found[3].amount == 3000


def test_deposits_and_withdrawals_keep_what_ties_them_to_a_chain() -> None:
    rows = f"2026-02-03T09:50:00Z,withdrawal,u1,USDT,2,,,1,,{'ab' * 32},TXaddress,done\n"
    moved, fee = transfers(read("exchange", HEAD + rows, service="x"))
    assert moved.extra["txid"] == "ab" * 32
    assert moved.extra["address"] == "TXaddress"
    assert (moved.ledger, moved.sender, moved.receiver) == ("exchange:x", "u1", None)
    assert (fee.asset, fee.amount) == ("USDT", 1_000_000)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-02-03T09:50:00Z,gift,u1,USDT,2,,,,,,,", "unknown-kind"),
        ("2026-02-03T09:50:00Z,deposit,,USDT,2,,,,,,,", "no-account"),
        ("2026-02-03T09:50:00Z,deposit,u1,WHAT,2,,,,,,,", "unknown-asset"),
        ("2026-02-03T09:50:00Z,deposit,u1,USDT,-2,,,,,,,", "sign-unclear"),
        ("03/02/2026,deposit,u1,USDT,2,,,,,,,", "unclear-date"),
        ("2026-02-03T09:50:00Z,deposit,u1,USDT,2.0000001,,,,,,,", "too-precise"),
        ("2026-02-03T09:50:00Z,buy,u1,USDT,2,KES,,,,,,", "bad-amount"),
        ("2026-02-03T09:50:00Z,deposit,u1,USDT,2,,,,,,,failed", "not-booked"),
    ],
)
def test_records_that_cannot_be_booked_are_said(row: str, reason: str) -> None:
    found = read("exchange", HEAD + row + "\n", service="x")
    assert reasons(found) == [(2, reason)]
    assert not transfers(found)


def test_a_plain_table_of_transfers() -> None:
    head = "from,to,amount,asset,time,ref,decimals,fee,kind\n"
    rows = "A,B,1.5,TOK,2026-01-02T10:00:00+01:00,r1,3,0.5,token\n,B,2,EUR,1767348000,r2,,,cash\n"
    rows += "A,B,2,EUR,2026-01-02,r3,,,\n"
    found = transfers(read("transactions", head + rows, ledger="own"))
    assert [(each.sender, each.receiver, each.amount, each.kind) for each in found] == [
        ("A", "B", 1500, Kind.TOKEN), ("A", None, 500, Kind.FEE),
        (None, "B", 200, Kind.CASH), ("A", "B", 200, Kind.BANK),
    ]  # fmt: skip
    assert found[0].time == 1767344400
    assert found[2].time == 1767348000
    assert not found[3].precise
    assert found[0].extra["decimals"] == 3


def test_a_plain_table_says_what_it_cannot_book_and_what_stands_twice() -> None:
    head = "from;to;amount;asset;time;ref\n"
    row = "A;B;1;EUR;2026-01-02;r\n"
    found = read("transactions", head + row + row + ";;1;EUR;2026-01-02;r\nA;B;x;EUR;2026-01-02;r\n", ledger="own")
    assert reasons(found) == [(3, "same-as-line"), (4, "no-account"), (5, "bad-amount")]
    assert len(transfers(found)) == 2


GOAML = """<report><rentity_id>77</rentity_id><currency_code_local>KES</currency_code_local>
<transaction><transactionnumber>T1</transactionnumber><date_transaction>{day}</date_transaction>
<amount_local>{amount}</amount_local>{sides}</transaction></report>"""
ACCOUNT = "<from_account><institution_code>01</institution_code><account>1 11</account></from_account>"
FROM = f"<t_from_my_client>{ACCOUNT}</t_from_my_client>"
TO_PERSON = "<t_to><to_person><first_name>Jo</first_name><last_name>Example</last_name></to_person></t_to>"
USD = "<foreign_currency_code>USD</foreign_currency_code><foreign_amount>5</foreign_amount>"
FOREIGN = f"<t_to><to_foreign_currency>{USD}</to_foreign_currency><to_account><account>9</account></to_account></t_to>"


def test_goaml_sides_are_accounts_with_their_bank_or_people_with_cash() -> None:
    (paid,) = transfers(read("goaml", GOAML.format(day="2026-01-02T10:00:00", amount="15.00", sides=FROM + TO_PERSON)))
    assert (paid.ledger, paid.sender, paid.receiver) == ("goaml:77", "01:111", None)
    assert (paid.kind, paid.amount, paid.extra["to_name"]) == (Kind.CASH, 1500, "Jo Example")
    (paid,) = transfers(read("goaml", GOAML.format(day="2026-01-02", amount="15.00", sides=FROM + FOREIGN)))
    assert (paid.receiver, paid.extra["to_foreign"]["foreign_amount"]) == ("9", "5")


@pytest.mark.parametrize(
    ("day", "amount", "sides", "reason"),
    [
        ("2026-13-02", "1.00", FROM, "unclear-date"),
        ("2026-01-02", "1.234,00", FROM, "bad-amount"),
        ("2026-01-02", "1.00", TO_PERSON, "no-account"),
        ("2026-01-02", "1.00", FROM + "<t_party/>", "many-parties"),
    ],
)
def test_goaml_transactions_that_cannot_be_booked(day: str, amount: str, sides: str, reason: str) -> None:
    found = read("goaml", GOAML.format(day=day, amount=amount, sides=sides))
    assert [why for _, why in reasons(found)] == [reason]
    assert not transfers(found)
