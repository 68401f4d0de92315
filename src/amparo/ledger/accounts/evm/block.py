"""Turn one block with its receipts and traces into transfers and joins.

Value moves by: the transaction itself (the root trace repeats it: never both); calls of type `call`, creations and
self-destructions below it; rewards; withdrawals. A delegatecall repeats its parent's value and moves nothing. A frame
under a reverted frame carries no error of its own and did not happen. A failed transaction keeps only its fee: gas
used times the price paid, of which the base fee is burnt and the rest goes to the miner.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from amparo.ledger.accounts.books import Block
from amparo.ledger.accounts.evm import events
from amparo.ledger.accounts.evm.address import ZERO, checksum
from amparo.ledger.accounts.evm.exchange import joins_of
from amparo.ledger.accounts.evm.rpc import Rpc
from amparo.ledger.accounts.join import Join
from amparo.ledger.accounts.transfer import Kind, Position, Transfer
from amparo.ledger.errors import BadAddress

BLOCK: Final = "eth_getBlockByNumber"
RECEIPTS: Final = "eth_getBlockReceipts"
TRACES: Final = "trace_block"
#: Places inside a transaction: burnt fee, tip, other fees, the transaction's value, internal transfers, then logs.
FEE_AT, TIP_AT, BLOB_AT, ROLLUP_AT, VALUE_AT, INTERNAL_AT, LOGS_AT = 0, 1, 2, 3, 4, 5, 1 << 24
_GWEI: Final = 10**9


@dataclass(slots=True)
class Read:
    """What one block gives."""

    block: Block
    transfers: list[Transfer] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    transactions: int = 0


class BlockReader:
    """`coin`: name of the native asset; `source`: what stands in each transfer as its source, before the height."""

    def __init__(self, rpc: Rpc, ledger: str, coin: str, source: str) -> None:
        self.rpc = rpc
        self.ledger = ledger
        self.coin = coin
        self.source = source

    def read(self, height: int, block: Any, receipts: Any, traces: Any) -> Read:
        """Raises NodeWrong for answers that lack a field or do not belong together. `traces` None: not kept."""
        rpc = self.rpc
        if rpc.number_of(block, "number", BLOCK) != height:
            raise rpc.wrong(BLOCK, f"it is not block {height}")
        head = Block(
            self.ledger,
            height,
            str(rpc.field(block, "hash", BLOCK)),
            str(rpc.field(block, "parentHash", BLOCK)),
            rpc.number_of(block, "timestamp", BLOCK),
        )
        found = Read(head)
        transactions = rpc.field(block, "transactions", BLOCK)
        by_tx = self._traces(head, traces, len(transactions))
        self._check_receipts(head, transactions, receipts)
        for at, (tx, receipt) in enumerate(zip(transactions, receipts, strict=True)):
            self._transaction(found, at, (block, tx, receipt), by_tx.get(at, []))
        self._issued(found, block, by_tx.get(None, []), len(transactions))
        found.transactions = len(transactions)
        return found

    def _check_receipts(self, head: Block, transactions: Any, receipts: Any) -> None:
        if not isinstance(receipts, list) or not isinstance(transactions, list) or len(receipts) != len(transactions):
            raise self.rpc.wrong(
                RECEIPTS, f"block {head.height} has {len(transactions)} transactions, not as many receipts"
            )
        for tx, receipt in zip(transactions, receipts, strict=True):
            same = self.rpc.field(tx, "hash", BLOCK) == self.rpc.field(receipt, "transactionHash", RECEIPTS)
            if not same or self.rpc.field(receipt, "blockHash", RECEIPTS) != head.hash:
                raise self.rpc.wrong(RECEIPTS, f"it is not of block {head.height} ({head.hash})")

    def _traces(self, head: Block, traces: Any, transactions: int) -> dict[int | None, list[Mapping[str, Any]]]:
        """Traces by transaction; None: those of the block itself (rewards)."""
        found: dict[int | None, list[Mapping[str, Any]]] = {}
        for trace in [] if traces is None else self._list(traces, TRACES):
            if self.rpc.field(trace, "blockHash", TRACES) != head.hash:
                raise self.rpc.wrong(TRACES, f"it is not of block {head.height} ({head.hash})")
            found.setdefault(trace.get("transactionPosition"), []).append(trace)
        if traces is not None and not set(range(transactions)) <= set(found):
            raise self.rpc.wrong(TRACES, f"transactions of block {head.height} have no trace")
        return found

    def _list(self, value: Any, method: str) -> list[Any]:
        if not isinstance(value, list):
            raise self.rpc.wrong(method, "it is no list")
        return value

    def _transaction(
        self, found: Read, at: int, told: tuple[Any, Any, Any], traces: Sequence[Mapping[str, Any]]
    ) -> None:
        block, tx, receipt = told
        make = _Maker(self, found.block, at, str(tx["hash"]))
        sender = self._address(tx, "from", BLOCK)
        made = list(self._fees(make, block, tx, receipt, sender))
        if not self._failed(receipt, traces):
            receiver = tx.get("to") or receipt.get("contractAddress")
            value = self.rpc.number_of(tx, "value", BLOCK)
            if value and receiver:
                made.append(make(VALUE_AT, Kind.NATIVE, self.coin, (sender, self._checked(receiver, BLOCK), value)))
            made += self._internal(make, traces)
            logs = [self._log(each) for each in self._list(self.rpc.field(receipt, "logs", RECEIPTS), RECEIPTS)]
            made += self._tokens(make, logs)
            found.joins += joins_of(self.ledger, self.coin, made, logs)
        found.tokens |= {each.asset for each in made if each.asset != self.coin}
        found.transfers += made

    def _failed(self, receipt: Any, traces: Sequence[Mapping[str, Any]]) -> bool:
        """By the receipt's status; before Byzantium (no status) by the root trace."""
        status = receipt.get("status")
        if status is not None:
            return self.rpc.quantity(status, "status", RECEIPTS) == 0
        return any(not trace.get("traceAddress") and trace.get("error") for trace in traces)

    def _fees(self, make: "_Maker", block: Any, tx: Any, receipt: Any, sender: str) -> Iterator[Transfer]:
        gas = self.rpc.number_of(receipt, "gasUsed", RECEIPTS)
        price = receipt.get("effectiveGasPrice") or tx.get("gasPrice")
        paid = self.rpc.quantity(price, "effectiveGasPrice", RECEIPTS)
        base = self.rpc.number_of(block, "baseFeePerGas", BLOCK) if block.get("baseFeePerGas") is not None else 0
        burnt = gas * min(base, paid)
        tip = gas * paid - burnt
        if burnt:
            yield make(FEE_AT, Kind.FEE, self.coin, (sender, None, burnt))
        if tip:
            yield make(TIP_AT, Kind.FEE, self.coin, (sender, self._address(block, "miner", BLOCK), tip))
        if receipt.get("blobGasUsed") and receipt.get("blobGasPrice"):
            blob = self.rpc.number_of(receipt, "blobGasUsed", RECEIPTS) * self.rpc.number_of(
                receipt, "blobGasPrice", RECEIPTS
            )
            if blob:
                yield make(BLOB_AT, Kind.FEE, self.coin, (sender, None, blob))
        if receipt.get("l1Fee"):
            rollup = self.rpc.number_of(receipt, "l1Fee", RECEIPTS)
            if rollup:
                yield make(ROLLUP_AT, Kind.FEE, self.coin, (sender, None, rollup))

    def _internal(self, make: "_Maker", traces: Sequence[Mapping[str, Any]]) -> Iterator[Transfer]:
        reverted = {tuple(trace.get("traceAddress") or ()) for trace in traces if trace.get("error")}
        for number, trace in enumerate(traces):
            place = tuple(trace.get("traceAddress") or ())
            if not place or any(place[:depth] in reverted for depth in range(len(place) + 1)):
                continue
            moved = self._moves(trace)
            if moved is not None and moved[2] and moved[0] != moved[1]:
                yield make(INTERNAL_AT + number, Kind.INTERNAL, self.coin, moved, depth=len(place))

    def _moves(self, trace: Mapping[str, Any]) -> tuple[str, str, int] | None:
        """Sender, receiver and value of one frame, None where it moves nothing."""
        kind, action = trace.get("type"), self.rpc.field(trace, "action", TRACES)
        if kind == "call" and action.get("callType") == "call":
            receiver = self._address(action, "to", TRACES)
            return self._address(action, "from", TRACES), receiver, self.rpc.number_of(action, "value", TRACES)
        if kind == "create":
            made = self.rpc.field(trace, "result", TRACES)
            receiver = self._address(made, "address", TRACES)
            return self._address(action, "from", TRACES), receiver, self.rpc.number_of(action, "value", TRACES)
        if kind == "suicide":
            receiver = self._address(action, "refundAddress", TRACES)
            return self._address(action, "address", TRACES), receiver, self.rpc.number_of(action, "balance", TRACES)
        return None

    def _log(self, value: Any) -> events.Log:
        topics = self._list(self.rpc.field(value, "topics", RECEIPTS), RECEIPTS)
        return events.Log(
            self._address(value, "address", RECEIPTS),
            tuple(str(topic).removeprefix("0x").lower() for topic in topics),
            self.rpc.data_of(value, "data", RECEIPTS),
            self.rpc.number_of(value, "logIndex", RECEIPTS),
        )

    def _tokens(self, make: "_Maker", logs: Sequence[events.Log]) -> Iterator[Transfer]:
        moved = {log.number: found for log in logs if (found := events.transfer(log)) is not None}
        told = {(each.contract, each.sender, each.receiver, each.amount) for each in moved.values()}
        for log in logs:
            each = moved.get(log.number)
            if each is not None:
                yield self._token(make, log.number, each)
            wrap = events.wrapped(log)
            if wrap is None:
                continue
            # Most wrappers tell of it by this event only; where they send a Transfer too, that one counts.
            way = (ZERO, wrap.holder) if wrap.deposit else (wrap.holder, ZERO)
            if (wrap.contract, *way, wrap.amount) not in told:
                yield self._token(make, log.number, events.Moved(wrap.contract, *way, wrap.amount))

    def _token(self, make: "_Maker", index: int, each: events.Moved) -> Transfer:
        """The zero address is the pseudo account of mint and burn: value enters or leaves there."""
        if each.sender == ZERO:
            return make(LOGS_AT + index, Kind.MINT, each.contract, (None, each.receiver, each.amount))
        if each.receiver == ZERO:
            return make(LOGS_AT + index, Kind.BURN, each.contract, (each.sender, None, each.amount))
        return make(LOGS_AT + index, Kind.TOKEN, each.contract, (each.sender, each.receiver, each.amount))

    def _issued(self, found: Read, block: Any, rewards: Sequence[Mapping[str, Any]], transactions: int) -> None:
        """Block rewards (proof of work) and withdrawals (proof of stake, in gwei)."""
        make = _Maker(self, found.block, transactions, found.block.hash)
        for number, trace in enumerate(each for each in rewards if each.get("type") == "reward"):
            action = self.rpc.field(trace, "action", TRACES)
            value = self.rpc.number_of(action, "value", TRACES)
            author = self._address(action, "author", TRACES)
            found.transfers.append(make(number, Kind.REWARD, self.coin, (None, author, value)))
        for number, each in enumerate(block.get("withdrawals") or ()):
            value = self.rpc.number_of(each, "amount", BLOCK) * _GWEI
            receiver = self._address(each, "address", BLOCK)
            if value:
                found.transfers.append(make(LOGS_AT + number, Kind.REWARD, self.coin, (None, receiver, value)))

    def _address(self, value: Any, name: str, method: str) -> str:
        return self._checked(self.rpc.field(value, name, method), method)

    def _checked(self, text: Any, method: str) -> str:
        try:
            return checksum(text if isinstance(text, str) else "")
        except BadAddress:
            raise self.rpc.wrong(method, f"{str(text)[:60]!r} is no address") from None


class _Maker:
    """Makes the transfers of one transaction."""

    def __init__(self, reader: BlockReader, block: Block, at: int, txid: str) -> None:
        self.reader = reader
        self.block = block
        self.at = at
        self.txid = txid

    def __call__(
        self, log: int, kind: Kind, asset: str, moved: tuple[str | None, str | None, int], *, depth: int = 0
    ) -> Transfer:
        sender, receiver, amount = moved
        return Transfer(
            ledger=self.reader.ledger,
            position=Position(self.block.height, self.at, log),
            time=self.block.time,
            kind=kind,
            asset=asset,
            sender=sender,
            receiver=receiver,
            amount=amount,
            ref=self.txid,
            source=f"{self.reader.source} {self.block.height}",
            extra={"depth": depth} if depth else {},
        )
