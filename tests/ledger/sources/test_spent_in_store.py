"""What a source says of spent outputs, as it arrives in the store."""

from tests.ledger.sources import core, facade

from amparo.ledger import Store, load
from amparo.ledger.sources import source_of


def test_block_300025_knows_all_its_inputs(shared, tmp_path):
    report = load(shared / "chain/btc-main-300025.raw", tmp_path / "s")
    assert (report.inputs, report.resolved, report.unresolved, report.given) == (1427, 188, 1239, 1239)
    store = Store.open(tmp_path / "s")
    said = [store.given(number) for number in range(report.inputs)]
    assert {each[2] for each in said} == {"undo"}
    outputs = [store.value(each) for tx in range(1, report.transactions) for each in store.outputs_of(tx)]
    assert sum(each[0] for each in said) - sum(outputs) == 7_773_345


def test_a_core_folder_with_rev_files_says_what_the_chain_says(tmp_path):
    blocks = list(core.economy(800, per_block=200))
    folder = core.feed(tmp_path, blocks)
    report = load(folder, tmp_path / "s")
    assert (report.resolved, report.unresolved, report.given) == (report.inputs, 0, 0)
    assert report.inputs > 800
    store = Store.open(tmp_path / "s")
    names = [name for name, _, _ in store.manifest.source_files]
    assert names == ["blk00000.dat", "rev00000.dat"]
    for tx in range(report.transactions):
        first = store.tx(tx).inputs.start
        for number, output in enumerate(store.inputs_of(tx)):
            value, script, name = store.given(first + number)
            assert (value, script, name) == (store.value(output), store.script(output), "undo")


def test_a_window_from_a_node_is_known_by_the_nodes_word(economy, tmp_path):
    chain = facade.Chain(*economy)
    with facade.node(chain) as url:
        facade.source(url, tmp_path / "kept", first=102).fetch()
    assert source_of(tmp_path / "kept").name == "node"
    report = load(tmp_path / "kept", tmp_path / "s")
    assert (report.source, report.window, report.first_height) == ("node", "kept", 102)
    assert report.given == report.unresolved > 0
    store = Store.open(tmp_path / "s")
    assert {store.given(number)[2] for number in range(report.inputs)} == {"node"}
