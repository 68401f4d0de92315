"""A real EVM node on loopback for these tests (anvil, started once), and the laundering that is scripted on it."""

import subprocess
from pathlib import Path

import pytest
from tests.conftest import need
from tests.ledger.accounts.laundering import Laundering

from amparo.ledger.accounts.evm import EvmNode, Rpc, ingest

ANVIL = Path(__file__).resolve().parents[3] / "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"


@pytest.fixture(scope="session")
def anvil():
    """A client of a fresh node; its URL is `anvil.url`."""
    need("anvil", ANVIL.is_file(), "run npm ci")
    command = [str(ANVIL), "--host", "127.0.0.1", "--port", "0", "--accounts", "20", "--chain-id", "31337"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            if line.startswith("Listening on "):
                yield Rpc("http://" + line.split()[-1], tries=1)
                return
        pytest.fail("anvil did not start")
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def laundering(anvil):
    made = Laundering(anvil)
    made.run()
    return made


@pytest.fixture(scope="session")
def loaded(laundering, anvil, tmp_path_factory):
    """The store of the script's chain, before any reorg."""
    store, report = ingest(
        tmp_path_factory.mktemp("anvil") / "store", EvmNode(anvil, "anvil", chain_id=31337, coin="ETH")
    )
    assert (report.first, report.transfers) == (1, len(store))
    return store
