"""Run a made economy: blocks full of what people, shops, services, mixers and launderers do.

The same seed and size give the same economy on every machine. It is invented: shares, habits and crowds are
choices, written down here, not measurements of Bitcoin.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from amparo.base import Progress, silent
from amparo.ledger.calibrate.economy.book import MATURITY, NOBODY
from amparo.ledger.calibrate.economy.dice import Dice
from amparo.ledger.calibrate.economy.joint import Joint
from amparo.ledger.calibrate.economy.launder import Launderers
from amparo.ledger.calibrate.economy.mixing import Mixing
from amparo.ledger.calibrate.economy.people import People
from amparo.ledger.calibrate.economy.services import Services
from amparo.ledger.calibrate.economy.wallet import Chain, subsidy
from amparo.ledger.calibrate.errors import EconomyStuck, EconomyTooSmall
from amparo.ledger.scripts import ScriptKind

#: Blocks before anybody can pay: the coinbases must ripen.
QUIET: Final = MATURITY + 12
SMALLEST: Final = 1000
#: Share of the transactions that each activity is given.
SHARES: Final = (
    ("buy", 22.0),
    ("give", 13.0),
    ("empty_out", 4.0),
    ("withdraw", 9.0),
    ("deposit", 9.0),
    ("cash_in", 3.0),
    ("sweep", 4.0),
    ("to_cold", 0.4),
    ("pay_members", 3.0),
    ("pool_sells", 1.0),
    ("consolidate", 2.5),
    ("move", 1.0),
    ("peel", 6.0),
    ("open_channel", 1.5),
    ("close_channel", 1.2),
    ("dust", 0.3),
    ("data", 1.5),
    ("stonewall", 0.15),
    ("stonewall_x2", 0.1),
    ("payjoin", 1.8),
    ("tx0", 0.7),
    ("whirlpool", 3.2),
    ("joinmarket", 2.4),
    ("wasabi1", 0.6),
    ("wasabi2", 0.6),
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`transactions` counts all but the coinbases."""

    seed: int
    transactions: int
    per_block: int = 0  # 0 = about 300 blocks, between 10 and 500 transactions each

    def block_size(self) -> int:
        return self.per_block or max(10, min(500, self.transactions // 300))


class World:
    """Everybody, and the chain they write."""

    def __init__(self, parameters: Parameters) -> None:
        if parameters.transactions < SMALLEST:
            raise EconomyTooSmall(transactions=parameters.transactions, least=SMALLEST)
        self.parameters = parameters
        self.dice = Dice(parameters.seed)
        self.chain = Chain(self.dice)
        self.people = People(self.chain, max(300, parameters.transactions // 20))
        self.services = Services(self.chain, self.people)
        self.mixing = Mixing(self.chain, self.people)
        self.joint = Joint(self.chain, self.people)
        self.launderers = Launderers(self.chain, self.people, self.services)
        self.acts = self._acts()
        self.done: Counter[str] = Counter()

    def _acts(self) -> dict[str, Callable[[], int | None]]:
        rooms = (self.people, self.services, self.mixing, self.joint, self.launderers)
        found = {}
        for name, _ in SHARES:
            found[name] = next(getattr(room, name) for room in rooms if hasattr(room, name))
        return found

    def run(self, progress: Progress = silent) -> Chain:
        chain, wanted = self.chain, self.parameters.transactions
        genesis = chain.new_address(NOBODY, ScriptKind.P2PK)
        chain.close(chain.coinbase(genesis, data=False), subsidy(0))
        while (left := wanted - (len(chain.tx_kind) - len(chain.first_tx))) > 0:
            self._block(0 if chain.height < QUIET else min(left, self.parameters.block_size()))
            progress(wanted - left, wanted, "transactions")
        return chain

    def _block(self, count: int) -> None:
        chain = self.chain
        chain.height += 1
        chain.market = max(1000, min(60_000, chain.market * self.dice.between(85, 117) // 100))
        pool = self.services.mine()
        found = chain.coinbase(self.services.coinbase_address(pool))
        self._ripen()
        for _ in range(count):
            self._act()
        chain.close(found, subsidy(chain.height))
        chain.unripe.append((chain.height + MATURITY, found))

    def _ripen(self) -> None:
        while self.chain.unripe and self.chain.unripe[0][0] <= self.chain.height:
            _, output = self.chain.unripe.pop(0)
            wallet = self.chain.wallet_of[self.chain.address[output]]
            if wallet is not None:
                wallet.coins.append(output)

    def _act(self) -> None:
        """One more transaction. Now and then one of those furthest behind their share, else chance names it."""
        late = self._latest() if self.dice.chance(0.3) else []
        for trial in range(400):
            name = late[trial] if trial < len(late) else self.dice.weighted(SHARES)
            if self.acts[name]() is not None:
                self.done[name] += 1
                return
        raise EconomyStuck(height=self.chain.height)

    def _latest(self) -> list[str]:
        """The ten activities furthest behind, the furthest first: some of them find nobody for a long time."""
        total = sum(self.done.values()) / sum(share for _, share in SHARES)
        behind = sorted(SHARES, key=lambda each: self.done[each[0]] - each[1] * total)
        return [name for name, _ in behind[:10]]
