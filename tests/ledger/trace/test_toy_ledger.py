"""TaintedTX's toy ledger, repaired: inputs without an output are clean money from outside, an output whose spender has
no input row stays unspent, and what a transaction creates is clean and stands at the end of its queue.

Its own rows are not consistent (key 9020 means output 2, two transactions pay out more than they take in), so the
answers are ours: worked out with fee last, 8,000 satoshi claimed on the output of transaction 900.
"""

import csv

import pytest
from tests.ledger.economies import Graph

from amparo.ledger.trace import walk

REPAIRED_KEY = {9020: 2}


def rows(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return [{key.strip(): value.strip() for key, value in row.items()} for row in csv.DictReader(stream)]


@pytest.fixture
def toy(shared, rule):
    """(economy, number of transaction 900's output)"""
    folder = shared / "chain/taintedtx-testdata"
    made, spent = rows(folder, "tx_output"), rows(folder, "tx_input")
    values = {int(row["output_index"]): int(row["output_value"]) for row in made}
    economy, numbers, outputs = [], {}, 0
    for tx in sorted({int(row["tx_index"]) for row in made}):
        inputs = []
        for row in (each for each in spent if int(each["tx_index"]) == tx):
            key, value = int(row["output_index"]), int(row["input_value"])
            key = REPAIRED_KEY.get(key, key)
            if values.get(key) == value and key in numbers:
                inputs.append((numbers[key], value))
            else:
                economy.append(([], [value]))
                inputs.append((outputs, value))
                outputs += 1
        mine = [int(row["output_index"]) for row in made if int(row["tx_index"]) == tx]
        missing = sum(values[each] for each in mine) - sum(value for _, value in inputs)
        if missing > 0:
            economy.append(([], [missing]))
            inputs.insert(0 if rule == "lifo" else len(inputs), (outputs, missing))  # lifo turns the queue
            outputs += 1
        economy.append(([number for number, _ in inputs], [values[each] for each in mine]))
        numbers |= {each: outputs + place for place, each in enumerate(mine)}
        outputs += len(mine)
    return economy, numbers[0]


@pytest.mark.parametrize(
    ("rule", "reached", "fee", "held"), [("fifo", 27, 1_050, 6_950), ("lifo", 15, 3_300, 4_700), ("tiho", 25, 0, 8_000)]
)
def test_the_repaired_answers(toy, rule, reached, fee, held):
    economy, seed = toy
    assert [value for _, made in economy for value in made][seed] == 8_000
    columns = walk(Graph(economy).arrays(), {seed: 8_000}, rule)
    assert (len(columns.output), columns.totals.fee, columns.totals.held) == (reached, fee, held)
