"""A made chain of two hundred million transactions is loaded in bounded memory. AMPARO_SOAK_TX: another number."""

import os
import resource
import shutil
import subprocess
import sys

import numpy as np
import pytest
from bench.ledger_graph import GraphScan

from amparo.ledger import Store, load

TXS = int(os.environ.get("AMPARO_SOAK_TX", "200000000"))
DISK = 340  # bytes a transaction while it is being built, without tables
LIMIT = 20 << 30  # bytes


@pytest.mark.soak
def test_a_large_chain_loads_within_its_memory(tmp_path):
    if shutil.disk_usage(tmp_path).free < DISK * TXS:
        pytest.skip(f"{DISK * TXS >> 30} GiB of disk are wanted; set AMPARO_SOAK_TX to a smaller number")
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(tmp_path / "s")], check=True, capture_output=True, text=True
    )
    assert int(done.stdout) < LIMIT
    check(Store.open(tmp_path / "s"))


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


if __name__ == "__main__":
    from pathlib import Path

    load(GraphScan(TXS), Path(sys.argv[1]), tables=False)
    sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10))
