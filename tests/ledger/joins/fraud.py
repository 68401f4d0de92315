"""A made fraud, as the files that five parties would hand over: bank, mobile money, two exchanges, TRON.

Everybody here is invented; account numbers, telephone numbers and addresses belong to nobody (the addresses are the
hashes of words). `write(folder)` makes the files again; those in tests/fixtures/fraud are what it makes.

The story, in Kenya shillings (KES) and USDT:
  1. Ana Example pays 250,000.00 from her bank to a telephone number, for a "broker" (fee 57.50 by the bank).
  2. The mule at that number pays 150,000.00 to an exchange, 60,000.00 to a second mule, takes 30,000.00 in cash.
  3. The second mule pays 59,000.00 to the same exchange. Both buy USDT and send it out on TRON.
  4. Two addresses pay one collector, who holds other money too, and who pays 1,200 USDT to an over-the-counter desk.
  5. The desk sells it for 154,800.00 KES and pays a third number, where 100,000.00 is taken in cash at an agent.
"""

import csv
import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

BANK_ACCOUNT = "0110000111"
MULE, SECOND, CASHER = "254700000101", "254700000202", "254700000303"
EXCHANGE, DESK = "example-exchange", "example-otc"
USDT_CONTRACT = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
EAT = timedelta(hours=3)
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def tron_address(word: str) -> str:
    """A well-formed TRON address that nobody holds a key of."""
    body = b"\x41" + hashlib.sha256(f"example {word}".encode()).digest()[:20]
    body += hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4]
    number, text = int.from_bytes(body, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _ALPHABET[rest] + text
    return text


def txid(word: str) -> str:
    return hashlib.sha256(f"example transaction {word}".encode()).hexdigest()


HOT, FIRST_WALLET, SECOND_WALLET = (tron_address(word) for word in ("hot", "first", "second"))
COLLECTOR, DESK_WALLET, OTHER = (tron_address(word) for word in ("collector", "desk", "other"))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# The victim's bank: camt.053.


class Entry(NamedTuple):
    day: str
    amount: str  # minus = out
    reference: str
    name: str
    account: str
    remarks: str


BANK_LINES = (
    Entry("2026-02-01", "85000.00", "SAL-0226", "Example Employer Ltd", "0119900001", "Salary January"),
    Entry("2026-02-02", "-12500.00", "RENT-02", "Example Landlord", "0119900002", "Rent February"),
    Entry("2026-02-03", "-250000.00", "FT26034EX1", "Joe Example", MULE, f"To mobile {MULE} broker deposit"),
    Entry("2026-02-03", "-57.50", "FEE26034", "", "", "Mobile transfer charge"),
    Entry("2026-02-05", "-3200.00", "POS-991", "Example Supermarket", "", "Card purchase"),
)
BANK_OPENING = "310000.00"


def bank() -> bytes:
    closing = Decimal(BANK_OPENING) + sum(Decimal(each.amount) for each in BANK_LINES)
    entries = "".join(_entry(each) for each in BANK_LINES)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>EXAMPLE-1</MsgId><CreDtTm>2026-02-10T08:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>2026-02</Id><ElctrncSeqNb>2</ElctrncSeqNb>
<FrToDt><FrDtTm>2026-02-01T00:00:00</FrDtTm><ToDtTm>2026-02-09T23:59:59</ToDtTm></FrToDt>
<Acct><Id><Othr><Id>{BANK_ACCOUNT}</Id></Othr></Id><Ccy>KES</Ccy><Ownr><Nm>Ana Example</Nm></Ownr></Acct>
{_balance("OPBD", BANK_OPENING, "2026-02-01")}{_balance("CLBD", str(closing), "2026-02-09")}{entries}</Stmt>
</BkToCstmrStmt></Document>
""".encode()


def _balance(kind: str, amount: str, day: str) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="KES">{amount}</Amt>'
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


def _entry(each: Entry) -> str:
    out = each.amount.startswith("-")
    side = "Cdtr" if out else "Dbtr"
    account = f"<{side}Acct><Id><Othr><Id>{each.account}</Id></Othr></Id></{side}Acct>" if each.account else ""
    name = f"<{side}><Pty><Nm>{each.name}</Nm></Pty></{side}>" if each.name else ""
    return (
        f'<Ntry><Amt Ccy="KES">{each.amount.lstrip("-")}</Amt><CdtDbtInd>{"DBIT" if out else "CRDT"}</CdtDbtInd>'
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{each.day}</Dt></BookgDt><NtryDtls><TxDtls>"
        f"<Refs><EndToEndId>{each.reference}</EndToEndId></Refs><RltdPties>{name}{account}</RltdPties>"
        f"<RmtInf><Ustrd>{each.remarks}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )


# Mobile money: M-Pesa-shaped, newest line first, times in Nairobi.


class Mobile(NamedTuple):
    receipt: str
    time: str  # UTC
    details: str
    amount: str
    status: str = "Completed"


MULE_LINES = (
    Mobile("SB10AAA001", "2026-02-02 06:10:00", "Deposit of Funds at Agent Till 10001 - Example Shop", "4000.00"),
    Mobile(
        "SB30AAA010", "2026-02-03 09:15:30", f"Funds received from bank account {BANK_ACCOUNT} FT26034EX1", "250000.00"
    ),
    Mobile("SB30AAA011", "2026-02-03 09:40:00", "Pay Bill to 400400 - Example Exchange Acc. u1001", "-150000.00"),
    Mobile("SB30AAA011", "2026-02-03 09:40:00", "Pay Bill Charge", "-105.00"),
    Mobile("SB30AAA012", "2026-02-03 09:52:00", f"Customer Transfer to - {SECOND} Sue Example", "-60000.00"),
    Mobile("SB30AAA012", "2026-02-03 09:52:00", "Customer Transfer of Funds Charge", "-108.00"),
    Mobile("SB30AAA013", "2026-02-03 10:05:00", "Customer Withdrawal At Agent Till 10002 - Example Kiosk", "-30000.00"),
    Mobile("SB30AAA013", "2026-02-03 10:05:00", "Withdrawal Charge", "-197.00"),
    Mobile(
        "SB30AAA014", "2026-02-03 10:30:00", "Pay Bill to 400400 - Example Exchange Acc. u1001", "-150000.00", "Failed"
    ),
    Mobile("SB40AAA015", "2026-02-04 15:00:00", "Airtime Purchase", "-500.00"),
)
SECOND_LINES = (
    Mobile("SB20BBB001", "2026-02-02 12:00:00", "Customer Transfer from - 254700000909 Pat Example", "2500.00"),
    Mobile("SB30AAA012", "2026-02-03 09:52:00", f"Customer Transfer from - {MULE} Joe Example", "60000.00"),
    Mobile("SB30BBB002", "2026-02-03 11:20:00", "Pay Bill to 400400 - Example Exchange Acc. u1002", "-59000.00"),
    Mobile("SB30BBB002", "2026-02-03 11:20:00", "Pay Bill Charge", "-105.00"),
)
CASHER_LINES = (
    Mobile("SB50CCC001", "2026-02-05 07:00:00", "Customer Transfer from - 254700000808 Kim Example", "1200.00"),
    Mobile("SB60CCC002", "2026-02-06 13:30:00", "Business Payment from 500500 - Example OTC Desk", "154800.00"),
    Mobile(
        "SB60CCC003", "2026-02-06 14:10:00", "Customer Withdrawal At Agent Till 10003 - Example Store", "-100000.00"
    ),
    Mobile("SB60CCC003", "2026-02-06 14:10:00", "Withdrawal Charge", "-309.00"),
)


def mobile(lines: tuple[Mobile, ...], opening: str) -> bytes:
    balance, rows = Decimal(opening), []
    for each in lines:
        amount = Decimal(each.amount)
        balance += amount if each.status == "Completed" else 0
        local = (utc(each.time) + EAT).strftime("%Y-%m-%d %H:%M:%S")
        paid, gone = (f"{amount:,.2f}", "") if amount > 0 else ("", f"{amount:,.2f}")
        rows.append([each.receipt, local, each.details, each.status, paid, gone, f"{balance:,.2f}"])
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow(
        ["Receipt No.", "Completion Time", "Details", "Transaction Status", "Paid In", "Withdrawn", "Balance"]
    )
    writer.writerows(reversed(rows))
    return sink.getvalue().encode()


# Exchanges: their own records, in the common form.

_COLUMNS = (
    "time", "type", "account", "asset", "amount", "counter_asset", "counter_amount", "fee", "fee_asset", "txid",
    "address", "network", "bank_reference", "counterparty", "status",
)  # fmt: skip


def _exchange(rows: list[dict[str, str]]) -> bytes:
    sink = io.StringIO()
    writer = csv.DictWriter(sink, _COLUMNS, restval="")
    writer.writeheader()
    writer.writerows({"status": "completed", **row} for row in rows)
    return sink.getvalue().encode()


def _row(time: str, kind: str, account: str, asset: str, amount: str, **more: str) -> dict[str, str]:
    return {"time": time, "type": kind, "account": account, "asset": asset, "amount": amount, **more}


def exchange() -> bytes:
    return _exchange(
        [
            _row("2026-02-02T08:00:00Z", "deposit", "u0900", "KES", "20000.00", bank_reference="SB20ZZZ900"),
            _row("2026-02-03T09:41:10Z", "deposit", "u1001", "KES", "150000.00", bank_reference="SB30AAA011"),
            _row("2026-02-03T09:50:00Z", "buy", "u1001", "USDT", "1150.000000", counter_asset="KES",
                 counter_amount="149500.00", fee="500.00", fee_asset="KES"),
            _row("2026-02-03T10:02:00Z", "withdrawal", "u1001", "USDT", "1149.000000", fee="1.000000",
                 txid=txid("w1"), address=FIRST_WALLET, network="tron"),
            _row("2026-02-03T11:21:00Z", "deposit", "u1002", "KES", "59000.00", bank_reference="SB30BBB002"),
            _row("2026-02-03T11:30:00Z", "buy", "u1002", "USDT", "450.000000", counter_asset="KES",
                 counter_amount="58500.00", fee="195.00", fee_asset="KES"),
            _row("2026-02-03T11:45:00Z", "withdrawal", "u1002", "USDT", "449.000000", fee="1.000000",
                 txid=txid("w2"), address=SECOND_WALLET, network="tron"),
            _row("2026-02-03T12:00:00Z", "withdrawal", "u1002", "USDT", "10.000000", address=OTHER, status="cancelled"),
        ]
    )  # fmt: skip


def desk() -> bytes:
    return _exchange(
        [
            _row("2026-02-06T12:40:00Z", "deposit", "c77", "USDT", "1200.000000", txid=txid("out"),
                 address=DESK_WALLET, network="tron"),
            _row("2026-02-06T13:00:00Z", "sell", "c77", "USDT", "1200.000000", counter_asset="KES",
                 counter_amount="154800.00"),
            _row("2026-02-06T13:29:00Z", "withdrawal", "c77", "KES", "154800.00", bank_reference="SB60CCC002",
                 counterparty=CASHER),
        ]
    )  # fmt: skip


# TRON: TRC-20 transfers in TronGrid's shape, one JSON object a line.


class Move(NamedTuple):
    time: str
    word: str
    sender: str
    receiver: str
    value: int  # millionths of USDT


TRON_MOVES = (
    Move("2026-02-03T10:02:30", "w1", HOT, FIRST_WALLET, 1_149_000_000),
    Move("2026-02-03T11:45:27", "w2", HOT, SECOND_WALLET, 449_000_000),
    Move("2026-02-04T20:00:03", "clean", OTHER, COLLECTOR, 500_000_000),
    Move("2026-02-05T06:30:00", "c1", FIRST_WALLET, COLLECTOR, 1_149_000_000),
    Move("2026-02-05T06:31:00", "c2", SECOND_WALLET, COLLECTOR, 400_000_000),
    Move("2026-02-06T12:38:00", "out", COLLECTOR, DESK_WALLET, 1_200_000_000),
)


def tron() -> bytes:
    token = {"symbol": "USDT", "address": USDT_CONTRACT, "decimals": 6, "name": "Tether USD"}
    rows = [
        {
            "transaction_id": txid(each.word),
            "token_info": token,
            "block_timestamp": int(utc(each.time).timestamp()) * 1000,
            "from": each.sender,
            "to": each.receiver,
            "type": "Transfer",
            "value": str(each.value),
        }
        for each in TRON_MOVES
    ]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def files() -> dict[str, bytes]:
    return {
        "bank-camt053.xml": bank(),
        "mobile-254700000101.csv": mobile(MULE_LINES, "1500.00"),
        "mobile-254700000202.csv": mobile(SECOND_LINES, "300.00"),
        "mobile-254700000303.csv": mobile(CASHER_LINES, "0.00"),
        "exchange-records.csv": exchange(),
        "otc-records.csv": desk(),
        "tron-usdt.jsonl": tron(),
    }


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files().items():
        (folder / name).write_bytes(data)
