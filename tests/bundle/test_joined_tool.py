"""A trace over books, a chain and joins, run again from its recipe by the tool that the recipe names."""

from pathlib import Path

import pytest
from tests.ledger.joins import fraud
from tests.ledger.joins.test_fraud import FILES, tron
from tests.ledger.joins.test_staged import T, books, chain

from amparo.base import Recipe
from amparo.bundle import TOOLS
from amparo.bundle.errors import InputNotGiven
from amparo.ledger.accounts import AccountStore, TransferRef, TransferSeed
from amparo.ledger.accounts.transfer import Position
from amparo.ledger.joins import JoinedTrace, propose, trace_joined
from amparo.ledger.statements import Options, StatementFile, load_statements, profiles


def rerun(recipe: Recipe, inputs: dict[str, Path]) -> str:
    return TOOLS[recipe.tool].rerun(recipe, inputs)


def given(result: JoinedTrace, stores: list[AccountStore], chains: dict[str, Path]) -> dict[str, Path]:
    """Name of each input -> its folder, found by digest as the defence would."""
    known = {store.data_digest: store.folder for store in stores}
    folders = {name: known[digest] for name, digest in result.inputs.items() if digest in known}
    return folders | {f"{network}:chain": folder for network, folder in chains.items()}


def test_over_a_chain(tmp_path: Path) -> None:
    store, paid, spent = chain(tmp_path / "chain")
    book = books(tmp_path / "books", store, paid, spent)
    chains = {store.network.name: store}
    joins = [each.join for each in propose([book], chains=chains)]
    seed = TransferSeed(TransferRef("exchange:one", Position(T + 60, 1, 0)))
    result = trace_joined([book], [seed], "fifo", chains=chains, joins=joins, unknown="least")
    assert result.chains
    inputs = given(result, [book], {store.network.name: tmp_path / "chain" / "store"})
    assert rerun(result.recipe, inputs) == result.recipe.output
    with pytest.raises(InputNotGiven):
        rerun(result.recipe, {name: folder for name, folder in inputs.items() if not name.endswith(":chain")})


def test_over_seven_books_in_any_order(tmp_path: Path) -> None:
    asked = {
        "bank-camt053.xml": Options(),
        **{
            f"mobile-{number}.csv": Options(profile=profiles()["mpesa"], account=number)
            for number in (fraud.MULE, fraud.SECOND, fraud.CASHER)
        },
        "exchange-records.csv": Options(service=fraud.EXCHANGE),
        "otc-records.csv": Options(service=fraud.DESK),
    }
    stores = [
        load_statements(tmp_path / name, [StatementFile(FILES / name, options=options)]).store
        for name, options in asked.items()
    ]
    stores.append(tron(tmp_path / "tron"))
    paid = next(each for each in stores[0].transfers() if each.ref == "FT26034EX1")
    seed = TransferSeed(TransferRef(paid.ledger, paid.position))
    joins = [each.join for each in propose(stores)]
    result = trace_joined(stores[::-1], [seed], "haircut", joins=joins, unknown="least")
    inputs = given(result, stores, {})
    assert len(inputs) == 7
    assert rerun(result.recipe, inputs) == result.recipe.output
    fewer = trace_joined(stores, [seed], "haircut", joins=joins[:-1], unknown="least")
    assert fewer.recipe.output != result.recipe.output
