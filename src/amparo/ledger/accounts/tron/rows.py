"""One row of a TRON source -> transfers. TronGrid's two lists (TRC-20 transfers, account transactions) and tables.

Explorers give no order inside a block, so the place of a transfer is made from what every list of it shows alike:
block time in milliseconds (each block has its own), transaction, and the movement itself. The same transfer seen in
the lists of two accounts so gets the same place, and counts once. Source: TronGrid API v1 (developers.tron.network).
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from amparo.ledger.accounts.books import Asset
from amparo.ledger.accounts.transfer import Kind, Position, Transfer
from amparo.ledger.accounts.tron.address import ZERO, tron_address
from amparo.ledger.errors import BadAddress

LEDGER: Final = "tron"
TRX: Final = "TRX"
USDT: Final = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
#: What TRX and the one token that every case meets are shown with.
KNOWN_ASSETS: Final = {TRX: Asset(6, TRX), USDT: Asset(6, "USDT", USDT)}
_NORMAL: Final = 1 << 20


class BadRow(ValueError):
    """A row that cannot be read; its text says why."""


class Movement(NamedTuple):
    """One movement before it has its place."""

    time: int  # milliseconds
    txid: str
    kind: Kind
    asset: str
    sender: str | None
    receiver: str | None
    amount: int


class Placer:
    """Gives movements their places; keeps only the movements of the last transaction."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.txid = ""
        self.same: Counter[Movement] = Counter()

    def place(self, moved: Movement) -> Transfer:
        if moved.txid != self.txid:
            self.txid, self.same = moved.txid, Counter()
        self.same[moved] += 1
        text = "|".join(
            map(str, (moved.kind, moved.asset, moved.sender, moved.receiver, moved.amount, self.same[moved]))
        )
        log = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
        return Transfer(
            ledger=LEDGER,
            position=Position(moved.time, int(moved.txid[:8], 16), log),
            time=moved.time // 1000,
            kind=moved.kind,
            asset=moved.asset,
            sender=moved.sender,
            receiver=moved.receiver,
            amount=moved.amount,
            ref=moved.txid,
            source=self.source,
        )


def token_row(row: Mapping[str, Any]) -> tuple[Movement, Asset] | None:
    """A row of /v1/accounts/…/transactions/trc20; None for an approval. Raises BadRow."""
    if row.get("type", "Transfer") != "Transfer":
        return None
    token = row.get("token_info")
    if not isinstance(token, Mapping):
        raise BadRow("token_info is missing")
    contract = _address(token, "address")
    asset = Asset(_number(token, "decimals", least=0, most=77), str(token.get("symbol", ""))[:32], contract)
    moved = token_movement(
        (_number(row, "block_timestamp"), _txid(row, "transaction_id")),
        contract,
        (_address(row, "from"), _address(row, "to")),
        _number(row, "value"),
    )
    return moved, asset


def token_movement(at: tuple[int, str], asset: str, sides: tuple[str, str], amount: int) -> Movement:
    """A token's transfer; the zero address is where units come into being and end."""
    sender, receiver = sides
    if sender == ZERO:
        return Movement(*at, Kind.MINT, asset, None, receiver, amount)
    if receiver == ZERO:
        return Movement(*at, Kind.BURN, asset, sender, None, amount)
    return Movement(*at, Kind.TOKEN, asset, sender, receiver, amount)


def transaction_row(row: Mapping[str, Any]) -> Iterator[Movement]:
    """A row of /v1/accounts/…/transactions: TRX moved, by the transaction and inside it, and its fee. Raises BadRow.

    A transaction that failed keeps only its fee.
    """
    at = (_number(row, "block_timestamp"), _txid(row, "txID"))
    (contract,) = _list(_part(row, "raw_data"), "contract", length=1)
    value = _part(_part(contract, "parameter"), "value")
    owner = _address(value, "owner_address")
    (result,) = _list(row, "ret", length=1)
    fee = _number(result, "fee") if result.get("fee") is not None else 0
    if fee:
        yield Movement(*at, Kind.FEE, TRX, owner, None, fee)
    if result.get("contractRet", "SUCCESS") != "SUCCESS":
        return
    kind = contract.get("type")
    if kind == "TransferContract":
        yield Movement(*at, Kind.NATIVE, TRX, owner, _address(value, "to_address"), _number(value, "amount"))
    elif kind == "TriggerSmartContract" and value.get("call_value"):
        receiver = _address(value, "contract_address")
        yield Movement(*at, Kind.NATIVE, TRX, owner, receiver, _number(value, "call_value"))
    for inner in row.get("internal_transactions") or ():
        yield from _internal(at, inner)


def _internal(at: tuple[int, str], inner: Any) -> Iterator[Movement]:
    data = _part(inner, "data")
    amounts = data.get("call_value")
    amount = amounts.get("_") if isinstance(amounts, Mapping) else None
    if amount and not data.get("rejected"):
        sides = (_address(inner, "from_address"), _address(inner, "to_address"))
        yield Movement(*at, Kind.INTERNAL, TRX, *sides, _number({"call_value": amount}, "call_value"))


def _part(row: Any, name: str) -> Mapping[str, Any]:
    found = row.get(name) if isinstance(row, Mapping) else None
    if not isinstance(found, Mapping):
        raise BadRow(f"{name} is missing")
    return found


def _list(row: Mapping[str, Any], name: str, *, length: int) -> list[Any]:
    found = row.get(name)
    if not isinstance(found, list) or len(found) != length or not all(isinstance(each, Mapping) for each in found):
        raise BadRow(f"{name} is not one object in a list")
    return found


def _number(row: Mapping[str, Any], name: str, *, least: int = 0, most: int = (1 << 256) - 1) -> int:
    """A whole number, as number or as text; never a float."""
    found = row.get(name)
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) <= 78:
        found = int(found)
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
        raise BadRow(f"{name} is no whole number in its range")
    return found


def _txid(row: Mapping[str, Any], name: str) -> str:
    found = str(row.get(name, "")).lower().removeprefix("0x")
    if len(found) != 64 or any(sign not in "0123456789abcdef" for sign in found):
        raise BadRow(f"{name} is no transaction id")
    return found


def _address(row: Mapping[str, Any], name: str) -> str:
    try:
        return tron_address(str(row.get(name, "")))
    except BadAddress:
        raise BadRow(f"{name} is no TRON address") from None
