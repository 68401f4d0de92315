"""Tables of TRON transfers: CSV and JSON lines, as exported by explorers or written by TronGrid's own shape.

Columns are found by their usual names, in any letter case. A table needs transaction, time, sender, receiver, and
either `quant` (smallest units) or `amount` (with a decimal point). Lines must come in the order of their time or in
any other: the store orders them.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from amparo.ledger.accounts.books import Asset
from amparo.ledger.accounts.errors import BadTronRow
from amparo.ledger.accounts.transfer import Kind, Transfer
from amparo.ledger.accounts.tron.address import tron_address
from amparo.ledger.accounts.tron.rows import (
    KNOWN_ASSETS,
    TRX,
    BadRow,
    Movement,
    Placer,
    token_movement,
    token_row,
    transaction_row,
)
from amparo.ledger.errors import BadAddress

#: What a column means -> the names it goes by.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "txid": ("transaction_id", "txid", "tx_hash", "hash", "txn hash", "transaction hash", "transaction"),
    "time": ("block_timestamp", "block_ts", "timestamp", "time", "time(utc)", "date", "block_time"),
    "sender": ("from", "from_address", "sender", "transferfromaddress"),
    "receiver": ("to", "to_address", "receiver", "transfertoaddress"),
    "quant": ("quant", "value", "raw_amount"),
    "amount": ("amount", "token amount", "amount/tokenid"),
    "token": ("token_address", "contract_address", "contract", "token contract", "tokenaddress"),
    "symbol": ("symbol", "token", "token symbol", "asset", "tokenname"),
    "decimals": ("decimals", "token_decimals"),
    "status": ("status", "contractret", "result"),
}
_AMOUNT: Final = re.compile(r"\d{1,77}(?:\.\d{1,77})?", re.ASCII)
MAX_LINE: Final = 1 << 20


def read_tron_table(path: Path, assets: dict[str, Asset]) -> Iterator[Transfer]:
    """Transfers of a .csv or .jsonl file; tokens it names are added to `assets`. Raises BadTronRow with the line."""
    assets.update({name: asset for name, asset in KNOWN_ASSETS.items() if name not in assets})
    line = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = _json_lines(stream) if path.suffix.lower() in (".jsonl", ".ndjson", ".json") else _csv_rows(stream)
            for line, row in rows:
                placer = Placer(f"{path.name} line {line}")
                for moved in _movements(row, assets):
                    yield placer.place(moved)
    except (BadRow, BadAddress, ValueError, csv.Error) as error:
        raise BadTronRow(file=path.name, place=f"line {line or 1}", why=str(error)[:200]) from None


def _json_lines(stream: IO[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    number = 0
    while text := stream.readline(MAX_LINE + 1):
        number += 1
        if len(text) > MAX_LINE:
            raise BadRow(f"line {number} is too long")
        if text.strip():
            row = json.loads(text)
            if not isinstance(row, dict):
                raise BadRow(f"line {number} is no object")
            yield number, row


def _csv_rows(stream: IO[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(stream, strict=True)
    for row in reader:
        if None in row or None in row.values():
            raise BadRow(f"line {reader.line_num} has another number of columns than the head")
        yield reader.line_num, row


def _movements(row: Mapping[str, Any], assets: dict[str, Asset]) -> Iterator[Movement]:
    if "token_info" in row:
        found = token_row(row)
        if found is not None:
            assets.setdefault(found[0].asset, found[1])
            yield found[0]
    elif "raw_data" in row:
        yield from transaction_row(row)
    else:
        yield from _plain(row, assets)


def _plain(row: Mapping[str, Any], assets: dict[str, Asset]) -> Iterator[Movement]:
    by_name = {str(name).strip().lower(): value for name, value in row.items()}
    cell = {
        what: next((str(by_name[name]).strip() for name in names if by_name.get(name) not in (None, "")), "")
        for what, names in COLUMNS.items()
    }
    if cell["status"] and cell["status"].upper() not in ("SUCCESS", "CONFIRMED", "TRUE", "OK", "SUCCESSFUL"):
        return
    txid = cell["txid"].lower().removeprefix("0x")
    if not re.fullmatch(r"[0-9a-f]{64}", txid):
        raise BadRow("the transaction id is missing or wrong")
    asset = _asset(cell, assets)
    amount = _amount(cell, assets[asset].decimals)
    at, sides = (_time(cell["time"]), txid), (tron_address(cell["sender"]), tron_address(cell["receiver"]))
    if asset == TRX:
        yield Movement(*at, Kind.NATIVE, TRX, *sides, amount)
    else:
        yield token_movement(at, asset, sides, amount)


def _asset(cell: Mapping[str, str], assets: dict[str, Asset]) -> str:
    """By contract; without one only TRX, because anybody may call a token USDT."""
    if not cell["token"]:
        if cell["symbol"].upper() in (TRX, ""):
            return TRX
        raise BadRow(f"the contract of the token {cell['symbol'][:32]} is missing")
    contract = tron_address(cell["token"])
    if contract not in assets:
        if not cell["decimals"].isdigit() or int(cell["decimals"]) > 77:
            raise BadRow("the decimals of the token are missing")
        assets[contract] = Asset(int(cell["decimals"]), cell["symbol"][:32], contract)
    return contract


def _amount(cell: Mapping[str, str], decimals: int) -> int:
    if cell["quant"]:
        if not re.fullmatch(r"\d{1,78}", cell["quant"], re.ASCII):
            raise BadRow("the amount is no whole number of smallest units")
        return int(cell["quant"])
    if not _AMOUNT.fullmatch(cell["amount"]):
        raise BadRow("the amount is no plain number (1234.56)")
    whole, _, part = cell["amount"].partition(".")
    if len(part.rstrip("0")) > decimals:
        raise BadRow("the amount has more decimals than the token")
    return int(whole + part.rstrip("0").ljust(decimals, "0"))


def _time(text: str) -> int:
    """Milliseconds since 1970 UTC, seconds, or an ISO date and time (UTC where no zone is given)."""
    if text.isascii() and text.isdigit() and len(text) <= 14:
        return int(text) if len(text) > 11 else int(text) * 1000
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadRow("the time is missing or wrong") from None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return int(found.timestamp()) * 1000 + found.microsecond // 1000
