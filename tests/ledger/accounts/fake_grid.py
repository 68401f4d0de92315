"""A TronGrid-shaped site over given rows: pages of a few rows, oldest first, with a fingerprint for the next."""

import json
from urllib.parse import parse_qs, urlsplit


class FakeGrid:
    def __init__(self, token_rows=(), trx_rows=(), size=3):
        self.token_rows = list(token_rows)
        self.trx_rows = list(trx_rows)
        self.size = size
        self.asked = []
        self.fail = 0

    def post(self, url, body, *, timeout):
        raise AssertionError("TronGrid is only read")

    def get(self, url, *, timeout):
        self.asked.append(url)
        if self.fail:
            self.fail -= 1
            raise TimeoutError
        parts = urlsplit(url)
        account = parts.path.split("/")[3]
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.endswith("trc20"):
            rows = [row for row in self.token_rows if account in (row["from"], row["to"])]
        else:
            rows = self.trx_rows
        rows = [row for row in rows if row["block_timestamp"] <= int(query["max_timestamp"])]
        start = int(query.get("fingerprint", "f0")[1:])
        meta = {"page_size": self.size}
        if start + self.size < len(rows):
            meta["fingerprint"] = f"f{start + self.size}"
        return json.dumps({"data": rows[start : start + self.size], "success": True, "meta": meta}).encode()


def token_row(number, sender, receiver, value, contract, **changes):
    row = {
        "transaction_id": f"{number:064x}",
        "token_info": {"symbol": "USDT", "address": contract, "decimals": 6, "name": "Tether USD"},
        "block_timestamp": 1_700_000_000_000 + 3000 * number,
        "from": sender,
        "to": receiver,
        "type": "Transfer",
        "value": str(value),
    }
    return {**row, **changes}
