"""Graphs of commercial tools: read as opinions, checked against our own stores, refused where damaged."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from tests.ledger import made_blocks as made

from amparo.base import Skipped
from amparo.ledger import Store, load
from amparo.ledger.accounts import Asset, Kind, Position, Transfer
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.opinions import OPINION_FORMS, Edge, Named, check_opinion, read_opinion
from amparo.ledger.opinions.errors import GraphNeedsTool, NotAGraph
from amparo.ledger.statements.errors import BrokenStatement, StatementUnreadable, XmlRefused

SAID = {"tool": "Example Tracer", "version": "9.1", "exported": "2026-02-01"}


@pytest.mark.parametrize("form", [pytest.param(form, id=form.name) for form in OPINION_FORMS])
def test_examples_are_reproduced(form: object) -> None:
    for example in form.examples():  # type: ignore[attr-defined]
        found = list(form.read(BytesIO(example.data), "x"))  # type: ignore[attr-defined]
        assert form.recognises(example.data)  # type: ignore[attr-defined]
        assert sum(isinstance(each, Named) for each in found) == example.nodes
        assert sum(isinstance(each, Edge) for each in found) == example.edges
        assert tuple(each.reason for each in found if isinstance(each, Skipped)) == example.skipped


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_one_graph_in_three_forms_says_the_same(tmp_path: Path) -> None:
    table = b"Source,Target,Tx_Hash,Amount,Currency,Risk\nA,B,ab,1.50,BTC,high\n"
    edge = {"source": "A", "target": "B", "tx_hash": "ab", "amount": "1.50", "currency": "BTC", "risk": "high"}
    plain = json.dumps({"nodes": [], "edges": [{"data": edge}]}).encode()
    keys = "".join(f'<key id="{name}" for="edge" attr.name="{name}"/>' for name in ("txid", "amount", "asset", "risk"))
    data = {"txid": "ab", "amount": "1.50", "asset": "BTC", "risk": "high"}
    inner = "".join(f'<data key="{name}">{value}</data>' for name, value in data.items())
    xml = f'<graphml>{keys}<graph><edge id="e1" source="A" target="B">{inner}</edge></graph></graphml>'.encode()
    files = [write(tmp_path, "g.csv", table), write(tmp_path, "g.json", plain), write(tmp_path, "g.graphml", xml)]
    edges = [read_opinion(path, **SAID).edges for path in files]
    assert [each[0][:6] for each in edges] == [("A", "B", "ab", "1.50", "BTC", "")] * 3
    assert all(dict(each[0].extra) == {"risk": "high"} for each in edges)
    opinion = read_opinion(files[0], **SAID)
    assert opinion.as_dict()["level"] == "opinion"
    assert (opinion.tool, opinion.version, opinion.exported) == ("Example Tracer", "9.1", "2026-02-01")
    assert opinion.digest == read_opinion(files[0], **SAID).digest


def test_what_the_file_says_of_its_tool_counts_unless_a_person_says_more(tmp_path: Path) -> None:
    data = b'{"tool":"T","version":"1","exported":"2026-01-01","edges":[],"nodes":[{"id":"A","label":"Some Exchange"}]}'
    path = write(tmp_path, "g.json", data)
    assert read_opinion(path).version == "1"
    assert read_opinion(path, version="2").version == "2"
    assert read_opinion(path).label_of("A") == "Some Exchange"
    with pytest.raises(GraphNeedsTool, match="version"):
        read_opinion(write(tmp_path, "g.csv", b"source,target\nA,B\n"), tool="T")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", NotAGraph),
        (b"\x00\x01\x02", NotAGraph),
        (b"a,b\n1,2\n", NotAGraph),
        (b'{"nodes":[]}', NotAGraph),
        (b'{"edges": [', NotAGraph),
        (b"[" * 100_000, NotAGraph),
        (b'<!DOCTYPE graphml [<!ENTITY a "b">]><graphml>&a;</graphml>', XmlRefused),
        (b'<graphml><graph><edge source="A" target="B">', BrokenStatement),
    ],
)
def test_what_is_no_graph_is_refused(tmp_path: Path, data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_opinion(write(tmp_path, "g", data), **SAID)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StatementUnreadable):
        read_opinion(tmp_path / "none", **SAID)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("opinion")
    coins = made.dsha(made.coinbase(1))
    paid = made.tx([(coins, 0)], [made.pays(20 * made.COIN, 2), made.pays(30 * made.COIN, 1)])
    path = made.write(folder / "blk00000.dat", [made.genesis_block(), *made.chain([[], [paid]])])
    load(path, folder / "store")
    return Store.open(folder / "store")


def test_edges_are_checked_on_a_utxo_chain(tmp_path: Path, chain: Store) -> None:
    payer = chain.find("1:0/0")[0].address
    paid = chain.find("2:1/0")[0]
    rows = [
        (payer, paid.address, paid.txid),
        (payer, paid.address, ""),
        (paid.address, payer, paid.txid),
        (payer, paid.address, "ab" * 32),
        (paid.address, paid.address, ""),
        ("Cluster 77", paid.address, paid.txid),
    ]
    text = "source,target,txid\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows)
    opinion = read_opinion(write(tmp_path, "g.csv", text.encode()), **SAID)
    checked = check_opinion(opinion, chains={"regtest": chain})
    verdicts = ["confirmed", "confirmed", "differs", "not-found", "not-found", "not-checked"]
    assert [each.verdict.value for each in checked] == verdicts
    assert checked[0].where == paid.txid
    assert all(each.as_dict()["level"] == "opinion" for each in checked)


def test_edges_are_checked_in_account_ledgers(tmp_path: Path) -> None:
    moved = Transfer("tron", Position(1, 0, 0), 1, Kind.TOKEN, "USDT", "TA", "TB", 5, "ab" * 32, "f:1")
    store = AccountStore.build(tmp_path / "s", [moved], (), {"USDT": Asset(6, "USDT")})
    rows = [
        ("TA", "TB", "0x" + "AB" * 32),
        ("TA", "TB", ""),
        ("TA", "TC", "ab" * 32),
        ("TB", "TA", ""),
        ("TX", "TY", ""),
    ]
    text = "source,target,txid\n" + "".join(",".join(row) + "\n" for row in rows)
    checked = check_opinion(read_opinion(write(tmp_path, "g.csv", text.encode()), **SAID), stores=[store])
    assert [each.verdict.value for each in checked] == ["confirmed", "confirmed", "differs", "not-found", "not-checked"]
