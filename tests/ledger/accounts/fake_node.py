"""A node made of Python: blocks that are given, and answers that can be made wrong."""

import json

HASH = "0x" + "{:064x}"
MINER = "0x" + "9" * 40


def quantity(value):
    return hex(value)


class FakeNode:
    """`change(method, result)` may replace a result; `mangle(body)` a whole answer; `errors` are raised first."""

    def __init__(self, blocks, *, chain=1):
        self.blocks = {int(block["number"], 16): block for block, _, _ in blocks}
        self.receipts = {int(block["number"], 16): receipts for block, receipts, _ in blocks}
        self.traces = {int(block["number"], 16): traces for block, _, traces in blocks}
        self.chain = chain
        self.errors = []
        self.change = lambda method, result: result
        self.mangle = lambda answer: answer

    def get(self, url, *, timeout):
        raise AssertionError("JSON-RPC is posted")

    def post(self, url, body, *, timeout):
        if self.errors:
            raise self.errors.pop(0)
        answers = [
            {"jsonrpc": "2.0", "id": each["id"], "result": self.change(each["method"], self.answer(each))}
            for each in json.loads(body)
        ]
        found = self.mangle(answers)
        return found if isinstance(found, bytes) else json.dumps(found).encode()

    def answer(self, asked):
        method, params = asked["method"], asked["params"]
        if method == "eth_chainId":
            return quantity(self.chain)
        if method == "eth_blockNumber":
            return quantity(max(self.blocks))
        tables = {
            "eth_getBlockByNumber": self.blocks,
            "eth_getBlockReceipts": self.receipts,
            "trace_block": self.traces,
        }
        if method in tables:
            return tables[method].get(int(params[0], 16))
        return "0x0"


def block(height, transactions=(), *, parent=None, mark=0, **changes):
    """A block, its receipts and traces. `transactions` are (tx, receipt, traces) of `transaction`."""
    name = HASH.format(height << 32 | mark)
    head = {
        "number": quantity(height),
        "hash": name,
        "parentHash": parent or HASH.format((height - 1) << 32 | mark),
        "timestamp": quantity(1_700_000_000 + height),
        "miner": MINER,
        "baseFeePerGas": quantity(7),
        "transactions": [tx for tx, _, _ in transactions],
        **changes,
    }
    receipts = [{**receipt, "blockHash": name} for _, receipt, _ in transactions]
    traces = [
        {**trace, "blockHash": name, "transactionPosition": at}
        for at, (_, _, group) in enumerate(transactions)
        for trace in group
    ]
    return head, receipts, traces


def transaction(number, sender, receiver, value=0, *, logs=(), traces=(), **changes):
    tx = {"hash": HASH.format(number), "from": sender, "to": receiver, "value": quantity(value)}
    receipt = {
        "transactionHash": HASH.format(number),
        "status": "0x1",
        "gasUsed": quantity(10),
        "effectiveGasPrice": quantity(9),
        "logs": [{**log, "logIndex": quantity(at)} for at, log in enumerate(logs)],
        **changes,
    }
    root = frame((), sender, receiver or MINER, value)
    return tx, receipt, [root, *traces]


def frame(place, sender, receiver, value, *, call="call", **changes):
    action = {"callType": call, "from": sender, "to": receiver, "value": quantity(value)}
    return {"type": "call", "action": action, "traceAddress": list(place), **changes}


def log(contract, *topics, data=b""):
    return {"address": contract, "topics": ["0x" + topic for topic in topics], "data": "0x" + data.hex()}


def topic(address):
    return address[2:].rjust(64, "0")
