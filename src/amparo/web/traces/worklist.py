"""Whom to ask: services and books a trace reached, with what a freeze or disclosure request needs.

Of a trace over blocks the engine finds the services by tags; of a trace over accounts, every book but the starting
one is a party that keeps records: a bank, an operator, an exchange.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from amparo.ledger import Tag as EngineTag
from amparo.ledger import TagIndex
from amparo.ledger import TraceResult as Computed
from amparo.ledger.rates import FiatValue, Rates
from amparo.ledger.trace.worklist import Deposit, Work, worklist
from amparo.web.traces.models import RateFile, TraceResult
from amparo.web.traces.picture import is_over_accounts
from amparo.web.traces.rates import rates_of
from amparo.web.traces.show import btc
from amparo.web.traces.show_accounts import AccountView
from amparo.web.traces.tags import Said, tags_of

BTC = ("BTC", 8)


class Item(NamedTuple):
    """One movement to ask about."""

    time: str
    account: str
    amount: str
    fiat: str
    ref: str
    state: str


class Party(NamedTuple):
    """One service or book. `said`: who calls it so and how sure; empty for a book, which says itself what it is."""

    name: str
    total: str
    said: list[str]
    items: list[Item]


def parties(found: TraceResult) -> list[Party]:
    """Parties of one result, the largest amounts first. The scope must be active."""
    money = _Money()
    return _books(found) if is_over_accounts(found) else [_service(each, money) for each in services_of(found)]


def services_of(found: TraceResult) -> tuple[Work, ...]:
    """The engine's worklist over a stored result, with the agency's tags."""
    result = Computed.from_dict(found.result, inputs=found.recipe["inputs"])
    addresses = [each.address for each in result.outputs if each.address]
    tags = TagIndex(
        _engine_tag(address, said) for address, every in tags_of(addresses).items() for said in every if said.reviewed
    )
    return worklist(result, tags, services=result.parameters["stops"]["services"])


def _engine_tag(address: str, said: Said) -> EngineTag:
    return EngineTag(
        address=address,
        tx_hash=None,
        label=said.label,
        source=said.source,
        currency="BTC",
        network=None,
        confidence=said.confidence,
        actor=said.actor or None,
        category=said.kind or None,
        abuse=None,
        lastmod=said.day,
        is_cluster_definer=False,
        creator=said.publisher,
        title=said.publisher,
        pack="",
    )


class _Money:
    """Fiat values at the day's rate, from the newest imported file that has one."""

    def __init__(self) -> None:
        self.files: list[tuple[RateFile, Rates]] = [(each, rates_of(each)) for each in RateFile.objects.all()[:5]]

    def text(self, amount: int, asset: tuple[str, int], day: date | None) -> str:
        """`1,234.56 EUR (2024-01-02, European Central Bank)`; "" where no file has a rate near that day."""
        for file, rates in self.files if day is not None else ():
            value = rates.value(amount, asset[1], asset[0], file.fiat, day) if day else None
            if isinstance(value, FiatValue):
                return f"{value.text} ({value.rate_day.isoformat()}, {file.source})"
        return ""


def _service(work: Work, money: _Money) -> Party:
    said = [f"{tag.label}: {tag.creator}, {tag.confidence}" for tag in work.tags]
    items = [_deposit(each, money) for each in work.deposits]
    return Party(work.actor, btc(work.tainted), said, items)


def _deposit(each: Deposit, money: _Money) -> Item:
    day = datetime.fromtimestamp(each.time, UTC).date() if each.time is not None else None
    return Item(
        time=day.isoformat() if day else "",
        account=each.address,
        amount=btc(each.tainted),
        fiat=money.text(each.tainted, BTC, day),
        ref=f"{each.txid}:{each.vout}",
        state=each.state,
    )


def _books(found: TraceResult) -> list[Party]:
    view = AccountView(found.result)
    steps: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for step in view.outputs:
        steps[step["ledger"]].append(step)
    return [
        Party(ledger, _total(view, rows), [], [_line(each) for each in rows]) for ledger, rows in steps.items() if rows
    ]


def _total(view: AccountView, rows: Iterable[dict[str, Any]]) -> str:
    """The largest traced movement of each asset: sums would count the same money at every step."""
    most: dict[str, int] = {}
    for row in rows:
        most[row["asset"]] = max(most.get(row["asset"], 0), int(row["traced"]))
    return " · ".join(view.money(str(amount), asset) for asset, amount in most.items())


def _line(step: dict[str, Any]) -> Item:
    account = step["receiver"] or step["sender"] or ""
    return Item(step["time"], account, step["traced_money"], "", step["ref"], step["end"])


COLUMNS = ("party", "time", "account", "traced", "fiat", "reference", "state", "said by")


def rows_of(found: Iterable[Party]) -> Iterator[tuple[str, ...]]:
    for party in found:
        for each in party.items:
            yield (party.name, *each, "; ".join(party.said))
