"""goAML reports of financial intelligence units: transactions between two sides, as XML.

Names of elements (transaction, transactionnumber, date_transaction, amount_local, t_from, t_from_my_client, t_to,
t_to_my_client, from_account, to_account, institution_code, account, …) are as seen in public code that writes goAML 4
and 5 files; they were not checked against UNODC's schema (unverified). Transactions with several parties (t_party,
involved_parties) do not say who paid whom: they are said and left out.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from amparo.ledger.accounts import Kind, Position, Transfer
from amparo.ledger.statements.errors import NeedsFact, NotThatStatement
from amparo.ledger.statements.money import MINOR_UNITS, PLAIN, BadAmount, digits_of, units
from amparo.ledger.statements.records import Options, Place, Problem, Read, StatementExample, StatementForm, piece
from amparo.ledger.statements.times import BadTime, read_iso, zone_named
from amparo.ledger.statements.xml import Bound, Node, parts

_SIDES: Final = {"from": ("t_from_my_client", "t_from"), "to": ("t_to_my_client", "t_to")}


class GoAml(StatementForm):
    """goAML: the reports that banks send to a financial intelligence unit."""

    name = "goaml"

    def recognises(self, head: bytes) -> bool:
        return b"<report" in head and (b"rentity_id" in head or b"transactionnumber" in head)

    def read(self, stream: BinaryIO, name: str, options: Options) -> Iterator[Read]:
        facts: dict[str, str] = {}
        number = 0
        for each in parts(stream, name, "goAML", "report", "report"):
            if isinstance(each, Bound):
                continue
            if each.tag == "transaction":
                number += 1
                yield from _transaction(each, number, facts, Place(name, each.line), options)
            elif not each.children:
                facts[each.tag] = each.text.strip()
        if not number:
            raise NotThatStatement(file=name, form="goAML", why="it holds no transaction")

    def examples(self) -> list[StatementExample]:
        return [
            StatementExample(_EXAMPLE.encode(), Options(), 1, ()),
            StatementExample(_EXAMPLE.replace("<t_to>", "<t_party/><t_to>").encode(), Options(), 0, ("many-parties",)),
        ]


_EXAMPLE: Final = """<?xml version="1.0"?>
<report><rentity_id>77</rentity_id><currency_code_local>KES</currency_code_local>
<transaction><transactionnumber>T1</transactionnumber><date_transaction>2026-01-02T10:00:00</date_transaction>
<amount_local>1500.00</amount_local>
<t_from_my_client><from_account><institution_code>01</institution_code><account>111</account></from_account></t_from_my_client>
<t_to><to_account><institution_code>02</institution_code><account>222</account></to_account></t_to></transaction></report>
"""


def _transaction(
    node: Node, number: int, facts: dict[str, str], place: Place, options: Options
) -> Iterator[Transfer | Problem]:
    if any(each.tag in {"t_party", "involved_parties", "party"} for each in node.children):
        yield Problem(place, "many-parties", "", piece(node.value("transactionnumber")), lost=True)
        return
    asset = options.currency or facts.get("currency_code_local", "")
    if not asset:
        raise NeedsFact(file=place.file, fact="currency")
    try:
        if asset not in MINOR_UNITS:
            raise BadAmount("bad-currency")
        amount = units(node.value("amount_local"), PLAIN, digits_of(asset))
        moment = read_iso(node.value("date_transaction"), zone_named(options.zone or "UTC"))
    except BadAmount as bad:
        yield Problem(place, bad.why, "1234.56", piece(node.value("amount_local")), lost=True)
        return
    except BadTime:
        yield Problem(place, "unclear-date", "2026-01-31T12:00:00", piece(node.value("date_transaction")), lost=True)
        return
    sender, receiver, extra = _account(node, "from"), _account(node, "to"), _extra(node)
    if amount < 0 or (sender is None and receiver is None):
        yield Problem(place, "sign-unclear" if amount < 0 else "no-account", "", piece(str(amount)), lost=True)
        return
    yield Transfer(
        ledger=options.ledger or f"goaml:{facts.get('rentity_id') or place.file}",
        position=Position(moment.time, number, 0),
        time=moment.time,
        kind=Kind.BANK if sender and receiver else Kind.CASH,
        asset=asset,
        sender=sender,
        receiver=receiver,
        amount=amount,
        ref=node.value("transactionnumber", "internal_ref_number"),
        source=str(place),
        precise=moment.precise,
        remarks=node.value("transaction_description", "comments"),
        extra=extra,
    )


def _side(node: Node, word: str) -> Node | None:
    return next((found for tag in _SIDES[word] if (found := node.find(tag)) is not None), None)


def _account(node: Node, word: str) -> str | None:
    """`institution:account`, as an account's number means little without its bank; None for a person with cash."""
    side = _side(node, word)
    if side is None:
        return None
    account = re.sub(r"\s", "", side.value(f"{word}_account/account", f"{word}_account_my_client/account"))
    bank = side.value(f"{word}_account/institution_code", f"{word}_account/swift", f"{word}_account/institution_name")
    return (f"{bank}:{account}" if bank else account) if account else None


def _extra(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for word in _SIDES:
        side = _side(node, word)
        if side is None:
            continue
        person = f"{side.value(f'{word}_person/first_name')} {side.value(f'{word}_person/last_name')}".strip()
        name = side.value(f"{word}_account/account_name", f"{word}_entity/name") or person
        foreign = side.find(f"{word}_foreign_currency")
        found |= {f"{word}_name": name} if name else {}
        if foreign is not None:
            found[f"{word}_foreign"] = {each.tag: each.text.strip() for each in foreign.children}
    return found
