"""One trace over UTXO chains and account ledgers: stage by stage, until nothing new crosses a join.

Account ledgers among themselves are walked in one pass (`trace_accounts`); what a join carries into or out of a UTXO
chain becomes a claim of the next stage. Each store is traced with all its claims at once, so nothing is counted twice.
A join of unlike amounts carries the traced part in proportion, rounded down; what rounding loses is stated.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from amparo.base import Progress, Recipe, canonical_digest, silent
from amparo.ledger.accounts import Join, OutputRef, TransferRef
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.accounts.trace import (
    AccountSeed,
    AccountStops,
    AccountTrace,
    TransferSeed,
    seed_from_dict,
    trace_accounts,
)
from amparo.ledger.joins.errors import CrossingNotConserved, SeedLeavesTheChain, StagesDoNotSettle
from amparo.ledger.statements.report import StatementNote, StatementReport, notes_on
from amparo.ledger.store import Store
from amparo.ledger.trace import Seed, State, StopRules, TraceResult, trace

TOOL: Final = "ledger.trace-joined"
VERSION: Final = "1"
ROUNDS: Final = 20
_ENDS: Final = (State.HELD, State.STOPPED)


@dataclass(frozen=True, slots=True)
class Crossing:
    """Traced units that went over a join between a UTXO chain and an account ledger, in the units of each side."""

    join: Join
    left: int
    arrived: int

    def as_dict(self) -> dict[str, Any]:
        return {"join": self.join.as_dict(), "left": str(self.left), "arrived": str(self.arrived)}


@dataclass(frozen=True, slots=True)
class JoinedTrace:
    """`chains`: network -> its trace. `accounts`: the trace over all account ledgers, None where money met none.

    Joins that leave an account ledger stand in `accounts.joins`, those to and from chains in `crossings`.
    """

    parameters: Mapping[str, Any]
    chains: Mapping[str, TraceResult]
    accounts: AccountTrace | None
    crossings: tuple[Crossing, ...]
    notes: tuple[StatementNote, ...]
    inputs: Mapping[str, str]

    @property
    def joins(self) -> tuple[Mapping[str, Any], ...]:
        """Every join that traced money crossed, with its level, reason and confidence."""
        inner = self.accounts.joins if self.accounts is not None else ()
        off_chain = (each.join for each in self.crossings if isinstance(each.join.out, OutputRef))
        return (*inner, *(join.as_dict() for join in off_chain))

    def as_dict(self) -> dict[str, Any]:
        return {
            "parameters": dict(self.parameters),
            "chains": {network: result.as_dict() for network, result in sorted(self.chains.items())},
            "accounts": None if self.accounts is None else self.accounts.as_dict(),
            "crossings": [each.as_dict() for each in self.crossings],
            "notes": [each.as_dict() for each in self.notes],
        }

    @property
    def digest(self) -> str:
        return canonical_digest(self.as_dict())

    @property
    def recipe(self) -> Recipe:
        """How to compute this again: `rerun_joined(stores, chains, recipe.parameters)` gives `recipe.output`."""
        return Recipe(TOOL, VERSION, self.parameters, self.inputs, self.digest)


_AccountSeed = TransferSeed | AccountSeed


def trace_joined(
    stores: Sequence[AccountStore],
    seeds: Sequence[_AccountSeed],
    rule: str,
    *,
    chains: Mapping[str, Store] | None = None,
    chain_seeds: Mapping[str, Sequence[Seed]] | None = None,
    joins: Sequence[Join] = (),
    stops: AccountStops | None = None,
    chain_stops: StopRules | None = None,
    fee: str = "last",
    unknown: str = "gap",
    progress: Progress = silent,
) -> JoinedTrace:
    """Follow seeds in account ledgers and in UTXO `chains` (by network name) forward by one rule, over `joins`.

    Raises what `trace` and `trace_accounts` raise, StagesDoNotSettle, CrossingNotConserved.
    """
    stops, chain_stops = stops or AccountStops(), chain_stops or StopRules()
    run = _Run(stores, chains or {}, rule, joins, stops, chain_stops, (fee, unknown), progress)
    base = {network: tuple(found) for network, found in (chain_seeds or {}).items()}
    run.settle(tuple(seeds), base)
    parameters = {
        "seeds": [each.as_dict() for each in seeds],
        "chain_seeds": {
            network: [{"ref": each.ref, "amount": each.amount} for each in found]
            for network, found in sorted(base.items())
        },
        "rule": rule,
        "fee": fee,
        "unknown": unknown,
        "joins": [each.as_dict() for each in joins],
        "stops": stops.as_dict(),
        "chain_stops": chain_stops.as_dict(),
    }
    return JoinedTrace(
        parameters, run.results, run.accounts, tuple(run.crossings), tuple(_notes(stores, run)), run.inputs()
    )


def rerun_joined(stores: Sequence[Path], chains: Mapping[str, Path], parameters: Mapping[str, Any]) -> str:
    """Compute a joined trace again from its recipe's parameters; return the digest of the result."""
    seeds = parameters["chain_seeds"]
    return trace_joined(
        [AccountStore.open(each) for each in stores],
        [seed_from_dict(each) for each in parameters["seeds"]],
        parameters["rule"],
        chains={network: Store.open(folder) for network, folder in chains.items()},
        chain_seeds={
            network: [Seed(each["ref"], each["amount"]) for each in found] for network, found in seeds.items()
        },
        joins=[Join.from_dict(each) for each in parameters["joins"]],
        stops=AccountStops.from_dict(parameters["stops"]),
        chain_stops=StopRules.from_dict(parameters["chain_stops"]),
        fee=parameters["fee"],
        unknown=parameters["unknown"],
    ).digest


@dataclass(slots=True)
class _Run:
    stores: Sequence[AccountStore]
    chains: Mapping[str, Store]
    rule: str
    joins: Sequence[Join]
    stops: AccountStops
    chain_stops: StopRules
    policies: tuple[str, str]  # where fees are taken, what an unknown opening balance is
    progress: Progress
    results: dict[str, TraceResult] = field(default_factory=dict)
    accounts: AccountTrace | None = None
    crossings: list[Crossing] = field(default_factory=list)
    #: What joins carry to outputs that other joins take off the chain again: from one exchange straight to another.
    direct: dict[OutputRef, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        services = self.chain_stops.services | frozenset(self._deposit_addresses())
        self.chain_stops = replace(self.chain_stops, services=services)

    def settle(self, seeds: tuple[_AccountSeed, ...], chain_seeds: Mapping[str, tuple[Seed, ...]]) -> None:
        """Run the stages until the claims that joins carry stay the same."""
        before: list[Crossing] | None = None
        for _ in range(ROUNDS):
            self._chains(chain_seeds)
            into_accounts = self._from_chains()
            self._accounts(seeds, into_accounts)
            self.crossings = [*into_accounts, *self._from_accounts()]
            if self.crossings == before:
                self._check()
                return
            before = self.crossings
        raise StagesDoNotSettle(rounds=ROUNDS)

    def inputs(self) -> dict[str, str]:
        found = dict(self.accounts.inputs) if self.accounts is not None else {}
        for network, result in sorted(self.results.items()):
            found |= {f"{network}:{name}": digest for name, digest in result.inputs.items()}
        return found

    def _deposit_addresses(self) -> set[str]:
        """Where a join takes coins off a chain the trace ends: what is done with them, the service's books say."""
        found = set()
        for join in self.joins:
            if isinstance(join.out, OutputRef) and join.out.network in self.chains:
                row = self.chains[join.out.network].find(f"{join.out.txid}:{join.out.vout}")[0]
                if row.address is not None:
                    found.add(row.address)
        return found

    def _chains(self, base: Mapping[str, tuple[Seed, ...]]) -> None:
        self.results, self.direct = {}, {}
        taken = {join.out for join in self.joins}
        carried: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for crossing in self.crossings:
            into = crossing.join.into
            if isinstance(into, OutputRef) and into in taken:
                self.direct[into] = self.direct.get(into, 0) + crossing.arrived
            elif isinstance(into, OutputRef) and crossing.arrived:
                carried[into.network][f"{into.txid}:{into.vout}"] += crossing.arrived
        for network, store in self.chains.items():
            own = base.get(network, ())
            more = tuple(Seed(ref, amount) for ref, amount in sorted(carried[network].items()))
            if own or more:
                self.results[network] = trace(
                    store,
                    (*own, *more),
                    self.rule,
                    stops=self.chain_stops,
                    fee=self.policies[0],
                    progress=self.progress,
                )

    def _from_chains(self) -> list[Crossing]:
        """What reached an output that a join takes into an account ledger."""
        found = []
        for join in self.joins:
            out = join.out
            if not isinstance(out, OutputRef) or not isinstance(join.into, TransferRef):
                continue
            reached = self.direct.get(out, 0) + self._reached(out)
            if reached:
                left = min(reached, join.amount_out)
                found.append(Crossing(join, left, left * join.amount_in // join.amount_out))
        return found

    def _reached(self, out: OutputRef) -> int:
        """Traced satoshi that lie on an output. Raises SeedLeavesTheChain."""
        result = self.results.get(out.network)
        for row in result.outputs if result is not None else ():
            if (row.txid, row.vout) != (out.txid, out.vout) or not row.tainted:
                continue
            if row.state not in _ENDS:
                raise SeedLeavesTheChain(output=row.ref)
            return row.tainted
        return 0

    def _accounts(self, seeds: tuple[_AccountSeed, ...], carried: Sequence[Crossing]) -> None:
        claims: dict[TransferRef, int] = defaultdict(int)
        for crossing in carried:
            if isinstance(crossing.join.into, TransferRef) and crossing.arrived:
                claims[crossing.join.into] += crossing.arrived
        more = tuple(TransferSeed(ref, amount) for ref, amount in sorted(claims.items()))
        self.accounts = None
        if seeds or more:
            self.accounts = trace_accounts(
                self.stores,
                (*seeds, *more),
                self.rule,
                joins=[each for each in self.joins if isinstance(each.out, TransferRef)],
                stops=self.stops,
                fee=self.policies[0],
                unknown=self.policies[1],
                progress=self.progress,
            )

    def _from_accounts(self) -> list[Crossing]:
        """What left an account ledger over a join into a chain's output."""
        if self.accounts is None:
            return []
        left: dict[str, int] = defaultdict(int)
        for leaf in self.accounts.leaves:
            if leaf.state == "elsewhere" and leaf.to is not None:
                left[leaf.to] += leaf.amount
        found = []
        for join in self.joins:
            amount = left.pop(str(join.into), 0) if isinstance(join.into, OutputRef) else 0
            if amount:
                found.append(Crossing(join, amount, amount * join.amount_in // join.amount_out))
        return found

    def _check(self) -> None:
        """What crossed must stand on both sides: the result of each stage is exact, so only a join can lose money."""
        for crossing in self.crossings:
            join = crossing.join
            arrived = crossing.left * join.amount_in // join.amount_out
            if arrived != crossing.arrived or crossing.arrived > join.amount_in:
                raise CrossingNotConserved(join=str(join.out), left=crossing.left, arrived=crossing.arrived)
            into = join.into
            if isinstance(into, OutputRef) and into not in self.direct and into.network in self.chains:
                rows = self.results[into.network].outputs if into.network in self.results else ()
                claims = [row.claim or 0 for row in rows if (row.txid, row.vout) == (into.txid, into.vout)]
                if sum(claims) < crossing.arrived:
                    raise CrossingNotConserved(join=str(join.out), left=crossing.left, arrived=sum(claims))


def _notes(stores: Sequence[AccountStore], run: _Run) -> list[StatementNote]:
    ledgers = {step.ledger for step in run.accounts.steps} if run.accounts is not None else set()
    return notes_on({store.folder.name: StatementReport.read(store.folder) for store in stores}, ledgers)
