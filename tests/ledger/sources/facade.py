"""Test doubles, labelled as such: a node's JSON-RPC and an Esplora-shaped explorer on loopback, over given blocks.

Neither is a node: they serve the bytes of blocks (Bitcoin Core's own, in most tests) in the forms of their originals.
`spoil` lets a test change any answer.
"""

import http.server
import json
import threading
from contextlib import contextmanager
from decimal import Decimal

from tests.ledger import made_blocks as made

from amparo.ledger.blocks import Origin, read_block
from amparo.ledger.nodes import HttpTransport
from amparo.ledger.sources.node import NodeSource


class Chain:
    """Blocks of one chain from genesis on, by height and by hash; spent outputs by their reference."""

    def __init__(self, blocks, coins=None):
        self.replace(blocks)
        self.coins = coins or {}
        self.asked = []

    def replace(self, blocks):
        self.blocks = list(blocks)
        self.hashes = [made.block_hash(data)[::-1].hex() for data in self.blocks]
        self.by_hash = {**getattr(self, "by_hash", {}), **dict(zip(self.hashes, self.blocks, strict=True))}

    def answer(self, method, params):
        self.asked.append((method, *params))
        if method == "getblockcount":
            return len(self.blocks) - 1
        if method == "getblockhash":
            return self.hashes[params[0]]
        block, verbosity = params
        data = self.by_hash[block]
        return data.hex() if verbosity == 0 else self.described(block, data)

    def described(self, name, data):
        block = read_block(data, Origin("facade", 0))
        return {
            "hash": name,
            "height": self.hashes.index(name),
            "tx": [{"txid": tx.txid[::-1].hex(), "vin": [self.vin(each) for each in tx.inputs]} for tx in block.txs],
        }

    def vin(self, spent):
        height, coinbase, value, script = self.coins[(spent.txid, spent.vout)]
        return {
            "txid": spent.txid[::-1].hex(),
            "vout": spent.vout,
            "prevout": {
                "generated": coinbase,
                "height": height,
                "value": Coins(value),
                "scriptPubKey": {"hex": script.hex()},
            },
        }


class Coins:
    """Satoshis that become a JSON number with eight decimals, as Core writes them."""

    def __init__(self, satoshi):
        self.text = f"{Decimal(satoshi) / 10**8:.8f}"


def dumps(value):
    marks = {}

    def plain(each):
        marks[f"@{id(each)}@"] = each.text
        return f"@{id(each)}@"

    text = json.dumps(value, default=plain)
    for mark, number in marks.items():
        text = text.replace(f'"{mark}"', number)
    return text.encode()


@contextmanager
def serving(handle):
    """Serve `handle(method, path, body) -> (status, headers, body)` on a free port of loopback."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def _serve(self, body):
            status, headers, data = handle(self.command, self.path, body)
            self.send_response(status)
            for name, value in {"Content-Length": len(data), **headers}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self):
            self._serve(b"")

        def do_POST(self):
            self._serve(self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, *_):
            """Tests are quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # a client that gave up waiting
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def node(chain, spoil=lambda method, params, answer: answer):
    """A JSON-RPC facade (not a node) over `chain`."""

    def handle(_, __, body):
        asked = json.loads(body)
        try:
            result = spoil(asked["method"], asked["params"], chain.answer(asked["method"], asked["params"]))
        except (IndexError, KeyError):
            error = {"code": -8, "message": "Block height out of range"}
            return 500, {}, dumps({"result": None, "error": error, "id": asked["id"]})
        if isinstance(result, bytes):
            return 200, {}, result
        return 200, {}, dumps({"result": result, "error": None, "id": asked["id"]})

    with serving(handle) as url:
        yield url


def source(url, folder, **options):
    """A NodeSource of regtest without patience."""
    options.setdefault("timeout", 5.0)
    return NodeSource(url, HttpTransport("direct"), folder, network="regtest", **options)
