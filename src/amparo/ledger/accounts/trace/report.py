"""Turn a finished walk into its result: rows with names, references and notes, in a canonical order."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from amparo.ledger.accounts.rules import AccountRule
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.accounts.trace.book import Book
from amparo.ledger.accounts.trace.notes import AccountNote
from amparo.ledger.accounts.trace.passages import used
from amparo.ledger.accounts.trace.passed import LeafState, Step
from amparo.ledger.accounts.trace.result import AccountLeaf, AccountStep, AccountTrace
from amparo.ledger.accounts.trace.walk import Walk

#: What a state is called where the walk went back.
BACKWARD: Final = {LeafState.HELD: "opening", LeafState.LEFT: "entered", LeafState.REPAID: "credit"}


def report(
    stores: Sequence[AccountStore], rule: AccountRule, walk: Walk, parameters: Mapping[str, Any]
) -> AccountTrace:
    steps = tuple(_steps(walk))
    joins = tuple(used(walk.used))
    digests = sorted(store.data_digest for store in stores)
    return AccountTrace(
        parameters={**parameters, "joins": [dict(each) for each in joins]},
        ledgers=tuple(_ledger(book) for _, book in sorted(walk.books.items())),
        assets=_assets(stores, {each.asset for each in walk.totals.values()}),
        conserves=rule.conserves,
        steps=steps,
        leaves=tuple(_leaves(walk)),
        totals=tuple(walk.totals[key] for key in sorted(walk.totals)),
        joins=joins,
        notes=tuple(_notes(walk, rule, parameters, steps, joins)),
        inputs={f"accounts:{number}": digest for number, digest in enumerate(digests)},
    )


def _steps(walk: Walk) -> Iterator[AccountStep]:
    """By time; of equal times by ledger and the order of the walk, which no join contradicts."""
    rows = sorted(
        range(len(walk.steps)),
        key=lambda n: (walk.books[walk.steps[n].line[0]].store.time(walk.steps[n].line[1]), walk.steps[n].line[0], n),
    )
    for number in rows:
        yield _step(walk.books, walk.steps[number])


def _step(books: Mapping[str, Book], step: Step) -> AccountStep:
    ledger, row = step.line
    transfer = books[ledger].store.row(row)
    return AccountStep(
        ledger=ledger,
        position=transfer.position,
        ref=transfer.ref,
        time=transfer.time,
        precise=transfer.precise,
        kind=transfer.kind,
        asset=transfer.asset,
        sender=transfer.sender,
        receiver=transfer.receiver,
        amount=transfer.amount,
        traced=step.traced,
        hop=step.hop,
        claim=step.claim,
        absorbed=step.absorbed,
        converted_in=step.converted_in,
        converted_out=step.converted_out,
        end=step.end.value,
        stop=None if step.stop is None else step.stop.value,
        source=transfer.source,
    )


def _leaves(walk: Walk) -> Iterator[AccountLeaf]:
    backward = any(book.backward for book in walk.books.values())
    rows = [(key, amount) for key, amount in walk.leaves.items()]
    for key, amount in sorted(rows, key=lambda row: tuple(part or "" for part in row[0])):
        stop = None if key.stop is None else key.stop.value
        state = BACKWARD.get(key.state, key.state.value) if backward else key.state.value
        yield AccountLeaf(key.ledger, key.account, key.asset, state, stop, key.to, amount)


def _ledger(book: Book) -> dict[str, Any]:
    store, span = book.store, book.span
    tip = store.tip(book.ledger)
    last = None if span.first == span.end else list(store.position(span.end - 1))
    return {
        "name": book.ledger,
        "data": store.data_digest,
        "tip": None if tip is None else {"height": tip.height, "hash": tip.hash},
        "last": last,
        "last_time": None if last is None else store.time(span.end - 1),
    }


def _assets(stores: Sequence[AccountStore], names: set[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for store in stores:
        for name in names & set(store.assets):
            asset = store.assets[name]
            found[name] = {"decimals": asset.decimals, "symbol": asset.symbol, "contract": asset.contract}
    return found


def _notes(
    walk: Walk,
    rule: AccountRule,
    parameters: Mapping[str, Any],
    steps: Sequence[AccountStep],
    joins: Sequence[Mapping[str, Any]],
) -> Iterator[AccountNote]:
    yield AccountNote("convention" if rule.conserves else "reach-only", {"rule": rule.name})
    name = "start-of-ledger" if parameters["direction"] == "backward" else "end-of-ledger"
    for ledger in sorted({step.ledger for step in steps}):
        yield AccountNote(name, {"ledger": ledger, "tip": _tip(walk.books[ledger])})
    if any(step.kind == "fee" for step in steps):
        yield AccountNote("fee-place", {"place": parameters["fee"]})
    for total in (walk.totals[key] for key in sorted(walk.totals)):
        facts = {"ledger": total.ledger, "asset": total.asset}
        if total.absorbed:
            yield AccountNote("absorbed", {**facts, "amount": str(total.absorbed)})
        if total.gap:
            yield AccountNote(
                "gap", {**facts, "amount": str(total.gap), "accounts": _count(walk.unknown, total.ledger)}
            )
    yield from _condition_notes(walk)
    yield from _join_notes(joins)
    vague = sum(not step.precise for step in steps)
    if vague:
        yield AccountNote("dates-only", {"count": vague})
    elsewhere = sum(key.state is LeafState.ELSEWHERE for key in walk.leaves)
    if elsewhere:
        yield AccountNote("elsewhere", {"count": elsewhere})


def _condition_notes(walk: Walk) -> Iterator[AccountNote]:
    for ledger in sorted(walk.books):
        if walk.least and (count := _count(walk.unknown, ledger)):
            yield AccountNote("least-opening", {"ledger": ledger, "accounts": count})
        if count := _count(walk.overdrawn, ledger):
            yield AccountNote("overdrawn", {"ledger": ledger, "accounts": count})


def _join_notes(joins: Sequence[Mapping[str, Any]]) -> Iterator[AccountNote]:
    for level in sorted({each["level"] for each in joins}):
        of_level = [each["confidence"] for each in joins if each["level"] == level]
        yield AccountNote("joins", {"level": level, "count": len(of_level), "confidence": min(of_level)})


def _count(lines: set[tuple[str, int]], ledger: str) -> int:
    return sum(name == ledger for name, _ in lines)


def _tip(book: Book) -> str:
    tip = book.store.tip(book.ledger)
    if tip is not None:
        return f"{tip.height} ({tip.hash})"
    return ":".join(map(str, book.store.position(book.span.end - 1))) if book.span.end > book.span.first else "-"
