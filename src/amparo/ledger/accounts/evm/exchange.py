"""Joins inside one transaction: swaps of known pools, wrapping and unwrapping of the native coin.

A pool's own event says how much it took and gave; the transfers to and from it that fit those numbers, nearest before
the event, are its two sides. Level derived: it follows from one transaction, but the event's words are the pool's.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from amparo.ledger.accounts.evm import events
from amparo.ledger.accounts.join import Join, JoinKind, JoinLevel, TransferRef
from amparo.ledger.accounts.transfer import Kind, Transfer

_SURE, _UNSURE = 95, 70
_COIN: Final = (Kind.NATIVE, Kind.INTERNAL)


def joins_of(ledger: str, coin: str, transfers: Sequence[Transfer], logs: Sequence[events.Log]) -> Iterator[Join]:
    """`transfers` of one transaction, in order; `logs` of its receipt."""
    used: set[TransferRef] = set()
    for log in logs:
        swap, wrap = events.swapped(log), events.wrapped(log)
        if swap is not None:
            yield from _swap(transfers, log, swap, used)
        if wrap is not None:
            yield from _wrap(coin, transfers, wrap, used)


def _swap(
    transfers: Sequence[Transfer], log: events.Log, swap: events.Swapped, used: set[TransferRef]
) -> Iterator[Join]:
    before = [
        each
        for each in transfers
        if each.position.log % (1 << 24) < log.number and each.kind in (Kind.TOKEN, Kind.MINT)
    ]
    taken = _fitting(before, used, lambda each: each.receiver == swap.pool and each.amount == swap.taken)
    given = _fitting(before, used, lambda each: each.sender == swap.pool and each.amount == swap.given)
    pairs = [(out, into) for out in taken for into in given if out.asset != into.asset]
    if not pairs:
        return
    out, into = pairs[-1]
    used |= {_ref(out), _ref(into)}
    yield Join(
        out=_ref(out),
        into=_ref(into),
        amount_out=out.amount,
        amount_in=into.amount,
        level=JoinLevel.DERIVED,
        kind=JoinKind.SWAP,
        reason="swap-event",
        confidence=_SURE if len(pairs) == 1 else _UNSURE,
        facts={"pool": swap.pool, "form": swap.form, "transaction": out.ref},
    )


def _wrap(coin: str, transfers: Sequence[Transfer], wrap: events.Wrapped, used: set[TransferRef]) -> Iterator[Join]:
    """Native coin paid to the wrapper, and the token's units it made for the holder; or back."""

    def is_coin(each: Transfer) -> bool:
        side, other = (each.receiver, each.sender) if wrap.deposit else (each.sender, each.receiver)
        fits = each.asset == coin and each.kind in _COIN and each.amount == wrap.amount
        return fits and side == wrap.contract and (wrap.deposit or other == wrap.holder)

    def is_token(each: Transfer) -> bool:
        holder = each.receiver if wrap.deposit else each.sender
        kind = Kind.MINT if wrap.deposit else Kind.BURN
        return (
            each.kind is kind and each.asset == wrap.contract and holder == wrap.holder and each.amount == wrap.amount
        )

    coins, tokens = _fitting(transfers, used, is_coin), _fitting(transfers, used, is_token)
    if not coins or not tokens or not wrap.amount:
        return
    out, into = (coins[0], tokens[0]) if wrap.deposit else (tokens[0], coins[0])
    used |= {_ref(out), _ref(into)}
    yield Join(
        out=_ref(out),
        into=_ref(into),
        amount_out=wrap.amount,
        amount_in=wrap.amount,
        level=JoinLevel.DERIVED,
        kind=JoinKind.WRAP,
        reason="wrap-event",
        confidence=_SURE if len(coins) == len(tokens) == 1 else _UNSURE,
        facts={"contract": wrap.contract, "transaction": out.ref},
    )


def _fitting(transfers: Sequence[Transfer], used: set[TransferRef], fits: Callable[[Transfer], bool]) -> list[Transfer]:
    return [each for each in transfers if fits(each) and _ref(each) not in used]


def _ref(each: Transfer) -> TransferRef:
    return TransferRef(each.ledger, each.position)
