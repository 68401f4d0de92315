"""`amparo ledger fetch-node` and `fetch-explorer`, then `ledger load`: as a user types them."""

import json

from click.testing import CliRunner
from tests.ledger.sources import esplora as double
from tests.ledger.sources import facade

from amparo.cli.root import amparo


def run(*words, code=0):
    result = CliRunner().invoke(amparo, ["ledger", *words])
    assert result.exit_code == code, result.output
    return result.output


def test_from_a_node_to_a_store(economy, tmp_path):
    kept, store = str(tmp_path / "kept"), str(tmp_path / "s")
    with facade.node(facade.Chain(*economy)) as url:
        words = ("fetch-node", url, "--to", kept, "--exit", "direct", "--network", "regtest")
        assert "fetched" in run(*words)
        assert "0 fetched" in run(*words)
    assert "0 point outside" in run("load", kept, "--store", store)


def test_from_an_explorer_to_a_store(economy, tmp_path):
    known = double.Esplora(economy[0])
    address = next(iter(known.of_address))
    kept, store = tmp_path / "kept", str(tmp_path / "s")
    order = ("--authorisation", "2026-42", "--purpose", "stolen coins", "--interval", "0")
    with double.explorer(known) as url:
        common = ("fetch-explorer", url, "--to", str(kept), "--exit", "direct", "--network", "regtest")
        assert "NotPermitted" not in run(*common, *order, "--address", address)
        run(*common, "--authorisation", " ", "--purpose", "x", "--address", address, code=2)
    rows = [json.loads(line) for line in (kept / "questions.jsonl").read_text().splitlines()]
    assert [row["question"] for row in rows] == known.asked
    assert {row["permission"]["authorisation"] for row in rows} == {"2026-42"}
    assert f"{len(known.of_address[address])} transactions" in run("load", str(kept), "--store", store)
