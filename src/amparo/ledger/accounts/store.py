"""AccountStore: signatures first, for those who build on it; the body follows.

build(folder, transfers, openings, assets, *, blocks=(), sources=(), progress=silent) -> AccountStore
open(folder) -> AccountStore            .verify()            .data_digest: str
.ledgers: tuple[str, ...]    .assets: Mapping[str, Asset]    .sources: tuple[str, ...]
.transfers(*, ledger=None, account=None, asset=None, limit=10_000) -> Iterator[Transfer]
.transfer(ref: TransferRef) -> Transfer
.balance(account: Account, asset, at: Position | None = None) -> int | None    (None: opening unknown)
.opening(account, asset) -> int | None
.accounts(ledger) -> Iterator[str]
.blocks(ledger) -> Iterator[Block]    .tip(ledger) -> Block | None
.append(transfers, openings, assets, *, blocks=(), sources=()) -> AccountStore      (publishes a new store in its place)
.rollback(ledger, height, hash) -> AccountStore
check_balances(store, balances: Iterable[Balance]) -> int     (how many were checked; raises BalanceMismatch)
"""
