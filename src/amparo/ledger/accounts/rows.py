"""Rows of an account store as people read them."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from amparo.ledger.accounts.transfer import Kind, Position, Transfer


class PurseName(NamedTuple):
    """One asset of one account."""

    ledger: str
    account: str
    asset: str


def read_transfer(columns: Mapping[str, Any], at: int) -> Transfer:
    value = {name: column[at].as_py() for name, column in columns.items()}
    extra = value["extra"]
    return Transfer(
        ledger=value["ledger"],
        position=Position(value["height"], value["tx"], value["log"]),
        time=value["time"],
        kind=Kind(value["kind"]),
        asset=value["asset"],
        sender=value["sender"],
        receiver=value["receiver"],
        amount=int.from_bytes(value["amount"], "big"),
        ref=value["ref"],
        source=value["source"],
        precise=value["precise"],
        remarks=value["remarks"],
        extra={} if extra == "{}" else json.loads(extra),
    )
