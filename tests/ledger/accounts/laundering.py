"""A laundering as a script on a real node: theft, fan-out, deposit addresses, a swap, unwrapping, hidden payments.

Every step is a transaction; what the script knows of it (who, whom, how much) is what a trace must find again.
"""

import time

from tests.ledger.accounts import contracts
from tests.ledger.accounts.contracts import call, words

from amparo.ledger.accounts.evm import checksum

ETHER = 10**18
STOLEN = 4_000_000_000  # 4,000 USDT
WORTH = 2 * ETHER  # of what the thief swaps


class Laundering:
    def __init__(self, rpc):
        self.rpc = rpc
        names = ("issuer", "victim", "thief", "a", "b", "d1", "d2", "hot", "c", "e", "noise", "heir")
        self.who = dict(zip(names, map(checksum, rpc.call("eth_accounts")), strict=False))
        self.receipts = {}

    def send(self, name, sender, to=None, value=0, data="0x", gas=2_000_000):
        """Send and wait; a transaction that fails is kept as well."""
        tx = {"from": self.who[sender], "value": hex(value), "data": data, "gas": hex(gas)}
        if to is not None:
            tx["to"] = self.who.get(to, to)
        txid = self.rpc.call("eth_sendTransaction", tx)
        while (receipt := self.rpc.call("eth_getTransactionReceipt", txid)) is None:
            time.sleep(0.005)
        self.receipts[name] = receipt
        return receipt

    def deploy(self, name, code, **options):
        self.who[name] = checksum(self.send(f"deploy {name}", "issuer", data=code, **options)["contractAddress"])

    def pay(self, name, sender, receiver, amount, asset="usdt"):
        return self.send(name, sender, asset, data=call("transfer", self.who[receiver], amount))

    def cost(self, name):
        receipt = self.receipts[name]
        return int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16)

    def height(self, name):
        return int(self.receipts[name]["blockNumber"], 16)

    def run(self):
        self.prepare()
        self.launder()
        self.noise()
        self.snapshot = self.rpc.call("evm_snapshot")
        self.send("cash out", "thief", "forwarder", value=WORTH, data=words(self.who["c"]))

    def prepare(self):
        self.deploy("usdt", contracts.token(1_000_000_000_000))
        self.deploy("weth", contracts.token(0))
        self.deploy("pool", contracts.pool())
        for name in ("forwarder", "delegator", "refuser", "tolerant", "mortal"):
            self.deploy(name, getattr(contracts, name)())
        self.pay("float", "issuer", "pool", 50_000_000_000)
        self.send("wrap", "issuer", "weth", value=100 * ETHER)
        self.pay("liquidity", "issuer", "pool", 90 * ETHER, asset="weth")
        self.pay("salary", "issuer", "victim", 5_000_000_000)

    def launder(self):
        who = self.who
        self.pay("theft", "victim", "thief", STOLEN)
        self.rpc.call("evm_setAutomine", False)
        batch = [("fan out a", "thief", "a"), ("fan out b", "thief", "b")]
        ids = [
            self.rpc.call("eth_sendTransaction", self._transfer(sender, receiver, 1_500_000_000))
            for _, sender, receiver in batch
        ]
        self.rpc.call("evm_mine")
        self.rpc.call("evm_setAutomine", True)
        for (name, _, _), txid in zip(batch, ids, strict=True):
            self.receipts[name] = self.rpc.call("eth_getTransactionReceipt", txid)
        self.send("swap", "thief", "pool", data=words(who["usdt"], 1_000_000_000, who["weth"], WORTH))
        for user, deposit in (("a", "d1"), ("b", "d2")):
            self.pay(f"deposit {user}", user, deposit, 1_500_000_000)
            self.pay(f"collect {user}", deposit, "hot", 1_500_000_000)
        self.send("unwrap", "thief", "weth", data=call("withdraw", WORTH))

    def _transfer(self, sender, receiver, amount):
        data = call("transfer", self.who[receiver], amount)
        return {"from": self.who[sender], "to": self.who["usdt"], "data": data, "gas": hex(2_000_000)}

    def noise(self):
        """Movements that naive readers get wrong; none of them touches the stolen money."""
        who = self.who
        self.send("delegate", "noise", "delegator", value=3 * ETHER, data=words(who["mortal"]))
        self.send("undone inside", "noise", "tolerant", value=ETHER, data=words(who["refuser"], who["heir"]))
        self.send("endow", "noise", "mortal", value=7 * ETHER)
        self.send("die", "noise", "mortal", data=words(who["heir"]))
        self.send("fail", "noise", "refuser", value=ETHER, data=words(who["heir"]), gas=100_000)
        self.send("too much", "noise", "usdt", data=call("transfer", who["heir"], 1), gas=100_000)

    def other_ending(self):
        """The chain forgets the last step, and the thief pays somebody else instead."""
        self.rpc.call("evm_revert", self.snapshot)
        self.send("other ending", "thief", "forwarder", value=WORTH, data=words(self.who["e"]))
        self.send("one more", "noise", "heir", value=1)
