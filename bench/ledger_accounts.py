"""Account ledgers: store transfers and follow money by fifo, against a plain ledger of deques over all accounts.

A million transfers between 20,000 accounts at scale 1, invented: any account pays any other up to a third of what it
holds. The peer keeps the pieces of every account in Python and must read every line; ours reads lines of touched
accounts only. What is held at the end is compared account by account.
"""

import random
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from amparo.ledger.accounts import (
    AccountStops,
    AccountStore,
    Kind,
    Opening,
    Position,
    Transfer,
    TransferRef,
    TransferSeed,
    trace_accounts,
)
from bench.result import Result

TRANSFERS = 1_000_000
ACCOUNTS = 20_000
START = 1_000_000
SEEDS = range(1, 20)


def payments(count: int, accounts: int) -> Iterator[tuple[int, int, int]]:
    """Payer, payee, amount; always the same."""
    draw = random.Random(1)
    balance = [START] * accounts
    for _ in range(count):
        payer, payee = draw.randrange(accounts), draw.randrange(accounts)
        amount = draw.randrange(balance[payer] // 3 + 1)
        balance[payer] -= amount
        balance[payee] += amount
        yield payer, payee, amount


def transfers(count: int, accounts: int) -> Iterator[Transfer]:
    for n, (payer, payee, amount) in enumerate(payments(count, accounts)):
        place = Position(n // 100, n % 100, 0)
        yield Transfer("made", place, n, Kind.NATIVE, "C", f"a{payer}", f"a{payee}", amount, f"t{n}", "bench")


def plain(count: int, accounts: int, claimed: set[int]) -> dict[str, int]:
    """Account -> traced units held at the end, by first in, first out."""
    queues: list[deque[tuple[int, bool]]] = [deque([(START, False)]) for _ in range(accounts)]
    for n, (payer, payee, amount) in enumerate(payments(count, accounts)):
        queue, left = queues[payer], amount
        moved: list[tuple[int, bool]] = []
        while left:
            size, traced = queue.popleft()
            if size > left:
                queue.appendleft((size - left, traced))
                size = left
            moved.append((size, traced or n in claimed))
            left -= size
        queues[payee].extend(moved)
    held = {f"a{number}": sum(size for size, traced in queue if traced) for number, queue in enumerate(queues)}
    return {name: amount for name, amount in held.items() if amount}


def run(scale: float) -> Iterator[Result]:
    count, accounts = max(2_000, int(TRANSFERS * scale)), max(50, int(ACCOUNTS * scale))
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        openings = [Opening("made", f"a{number}", "C", START, "bench") for number in range(accounts)]
        store = AccountStore.build(Path(folder) / "store", transfers(count, accounts), openings)
        built = count / (time.perf_counter() - start)
        yield Result("accounts: transfers stored", built, "transfers/s", None, None, None, None, None, "python")
        start = time.perf_counter()
        wanted = plain(count, accounts, {100 + seed for seed in SEEDS})
        slow = time.perf_counter() - start
        seeds = [TransferSeed(TransferRef("made", Position(1, seed, 0))) for seed in SEEDS]
        seeds = [each for each in seeds if store.transfer(each.ref).amount]
        start = time.perf_counter()
        found = trace_accounts([store], seeds, "fifo", stops=AccountStops(max_transfers=count))
        ours = time.perf_counter() - start
        same = {str(leaf.account): leaf.amount for leaf in found.held} == wanted
        yield Result(
            "accounts: fifo trace", ours, "s", "plain ledger of deques", "-", slow / ours, None, same, "python"
        )
        start = time.perf_counter()
        walked = trace_accounts([store], seeds, "haircut", stops=AccountStops(max_transfers=count))
        rate = len(walked.steps) / (time.perf_counter() - start)
        yield Result("accounts: haircut trace, every step", rate, "steps/s", None, None, None, None, None, "python")
