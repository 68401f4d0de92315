"""A made chain of two hundred million transactions is loaded, clustered and traced in bounded memory.

AMPARO_SOAK_TX: another number of transactions. Run by hand it says seconds and memory of each stage:
python -m tests.soak.test_large_store FOLDER
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from bench.ledger_graph import GraphScan

from amparo.ledger import Seed, StopRules, Store, load, trace
from amparo.ledger.clusters import Clusters

TXS = int(os.environ.get("AMPARO_SOAK_TX", "200000000"))
DISK = 400  # bytes a transaction while it is being built, without tables, and its entities
LIMIT = 20 << 30  # bytes
STAGES = ("load", "cluster", "trace")


@pytest.mark.soak
def test_a_large_chain_is_loaded_clustered_and_traced_within_its_memory(tmp_path):
    if shutil.disk_usage(tmp_path).free < DISK * TXS:
        pytest.skip(f"{DISK * TXS >> 30} GiB of disk are wanted; set AMPARO_SOAK_TX to a smaller number")
    for stage in STAGES:
        assert said(stage, tmp_path)["rss"] < LIMIT
    store = Store.open(tmp_path / "store")
    check(store)
    clusters = Clusters.open(tmp_path / "entities", store)
    assert clusters.components < clusters.n_addresses


def said(stage, folder):
    """Run one stage in a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", __name__, str(folder), stage]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def check(store):
    """What must hold of a whole chain, on samples: links go both ways, addresses list their outputs."""
    outputs = np.random.default_rng(1).integers(0, len(store.array("value")), 20_000)
    prev_out, spent_by, addr = (store.array(name) for name in ("prev_out", "spent_by", "addr"))
    first_in, start, outs = (store.array(name) for name in ("first_in", "addr_start", "addr_outs"))
    for output in outputs.tolist():
        if (tx := store.spender(output)) is not None:
            assert output in prev_out[int(first_in[tx]) : int(first_in[tx + 1])]
        if (address := int(addr[output])) != 2**32 - 1:
            rows = outs[int(start[address]) : int(start[address + 1])]
            assert rows[np.searchsorted(rows, output)] == output
            assert rows[0] == store.array("addr_first")[address]
    assert int((spent_by != 2**32 - 1).sum()) == len(prev_out)
    assert len(outs) == int((addr != 2**32 - 1).sum())


def run(stage, folder):
    """Do one stage; return what is worth saying of it."""
    if stage == "load":
        report = load(GraphScan(TXS), folder / "store", tables=False)
        return {"transactions": report.transactions}
    store = Store.open(folder / "store")
    if stage == "cluster":
        clusters = Clusters.build(store, folder / "entities")
        return {"addresses": clusters.n_addresses, "entities": clusters.components}
    return follow(store)


def follow(store):
    """A hundred seeds from the whole chain, twenty hops, by two rules; conservation is asserted inside."""
    spent = np.random.default_rng(3).integers(0, len(store.array("value")), 4_000).tolist()
    chosen = [each for each in spent if store.spender(each) is not None and store.value(each)][:100]
    seeds = [Seed(store.output(each).ref) for each in chosen]
    found = {}
    for rule in ("fifo", "haircut"):
        result = trace(store, seeds, rule, stops=StopRules(max_hops=20))
        found[rule] = {"claims": result.totals.claims, "outputs": len(result.outputs)}
    return found


if __name__ == "__main__":
    for stage in sys.argv[2:] or STAGES:
        started = time.monotonic()
        facts = run(stage, Path(sys.argv[1]))
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
        row = {"stage": stage, "seconds": round(time.monotonic() - started, 1), "rss": rss, **facts}
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()
