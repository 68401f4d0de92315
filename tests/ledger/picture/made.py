"""Made flows of any size: a row of peel hops, a tree of transactions, books of accounts. Benign and invented."""

import random
from dataclasses import replace

from amparo.ledger.picture import Flow, Link, Node, NodeKind, Unit

BTC = Unit("BTC", 8, "satoshi")
COIN = 10**8


def place(key, hop, amount, state="held", **more):
    about = f"{key} · bc1qexample{key.replace(':', '').replace('/', ''):0>20}"
    given = {"value": amount, "state": state, "hop": hop, **more}
    return Node(key, NodeKind.PLACE, 2 * hop, "bitcoin", "BTC", key, about, amount, **given)


def step(key, hop, amount, fee=1000):
    given = {"fee": fee, "time": 1_700_000_000, "hop": hop}
    return Node(key, NodeKind.STEP, 2 * hop - 1, "bitcoin", "BTC", key, hash_of(key), amount, **given)


def hash_of(key):
    return key.encode().hex().rjust(64, "0")


def flow(nodes, links, claimed, fees):
    sums = (("claims", claimed), ("held", claimed - fees), ("fee", fees))
    return Flow("fifo", "last", True, tuple(nodes), tuple(links), {"BTC": BTC}, (("bitcoin", "BTC", sums),))


def peel_row(hops, labelled=None):
    """`hops` transactions; each pays one COIN more than the last and passes the rest on."""
    amount = 1000 * COIN
    nodes, links, before = [place("1:0/0", 0, amount, "spent", claim=amount)], [], "1:0/0"
    for number in range(1, hops + 1):
        key = f"{100 + number}:1"
        nodes.append(step(key, number, amount, 0))
        links.append(Link(before, key, amount, "BTC"))
        paid, amount = number * COIN, amount - number * COIN
        label = "An exchange" if number == labelled else None
        nodes.append(place(f"{key}/0", number, paid, label=label))
        nodes.append(place(f"{key}/1", number, amount, "spent" if number < hops else "held"))
        links += [Link(key, f"{key}/0", paid, "BTC"), Link(key, f"{key}/1", amount, "BTC")]
        before = f"{key}/1"
    return flow(nodes, links, 1000 * COIN, 0)


def tree(places, seed=1):
    """A tree of about `places` outputs, two or three a transaction; a third of the ends are a service's."""
    dice = random.Random(seed)
    amount = 1000 * COIN
    nodes, links, fees = [place("1:0/0", 0, amount, "spent", claim=amount)], [], 0
    waiting = [nodes[0]]
    while waiting and len(nodes) * 2 // 3 < places:
        node = waiting.pop(0)
        hop, key = node.hop + 1, f"{100 + len(links)}:{dice.randrange(9)}"
        nodes.append(step(key, hop, node.amount))
        links.append(Link(node.key, key, node.amount, "BTC"))
        left, count = node.amount - 1000, dice.randint(2, 3)
        fees += 1000
        for vout in range(count):
            part = left if vout == count - 1 else left * dice.randint(10, 60) // 100
            left -= part
            made = place(f"{key}/{vout}", hop, part, "spent")
            if dice.random() < 0.25:
                made = replace(made, state="stopped", stop="service", label="An exchange")
            nodes.append(made)
            links.append(Link(key, made.key, part, "BTC"))
            if made.state == "spent":
                waiting.append(made)
    ends = {node.key for node in waiting}
    nodes = [replace(node, state="held") if node.key in ends else node for node in nodes]
    return flow(nodes, links, amount, fees)
