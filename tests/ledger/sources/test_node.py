"""A node by JSON-RPC: real HTTP on loopback, blocks that Bitcoin Core accepted, and every way a node can be wrong."""

import json
import time

import pytest
from tests.ledger import made_blocks as made
from tests.ledger.sources import core, facade
from tests.ledger.sources.batches import batch_of_read

from amparo.base import SkipCount, silent
from amparo.ledger.nodes import HttpTransport, Patient, cookie_auth
from amparo.ledger.nodes import errors as err
from amparo.ledger.sources.block_file import BlockFile
from amparo.ledger.sources.node import NodeSource
from amparo.ledger.sources.undo_files import RevFiles


@pytest.fixture
def chain(economy):
    return facade.Chain(*economy)


def scan(folder, window=False):
    return BlockFile().scan(folder, SkipCount(), silent, window=window)


def test_the_whole_chain_comes_as_bytes(chain, tmp_path):
    with facade.node(chain) as url:
        report = facade.source(url, tmp_path / "kept").fetch()
    found = scan(tmp_path / "kept")
    assert (report.first, report.last, report.fetched) == (0, len(chain.blocks) - 1, len(chain.blocks))
    assert found.complete
    assert [found.raw(record) for record in found.records] == chain.blocks
    assert not any(asked[0] == "getblock" and asked[2] != 0 for asked in chain.asked)


def test_a_window_keeps_what_the_node_says_of_spent_outputs(chain, tmp_path):
    with facade.node(chain) as url:
        facade.source(url, tmp_path / "kept", first=102).fetch()
    found = scan(tmp_path / "kept", window=True)
    said = RevFiles(
        [file.path for file in found.files], made.MAGIC, bytes(8), SkipCount(), prefix="spent", source="node"
    )
    number = 0
    for record, block in found.blocks():
        given = said.given(batch_of_read([block], record.file))
        values = given.value.tolist() if given else []
        wanted = [chain.coins[(each.txid, each.vout)][2] for tx in block.txs for each in tx.inputs]
        assert values == wanted
        number += len(wanted)
    assert number > 100


def test_it_goes_on_where_it_was_cut(chain, tmp_path):
    folder = tmp_path / "kept"
    with facade.node(chain) as url:
        facade.source(url, folder, last=50).fetch()
        with (folder / "blk00000.dat").open("ab") as stream:
            stream.write(b"half a record")
        chain.asked.clear()
        report = facade.source(url, folder).fetch()
    assert report.fetched == len(chain.blocks) - 51
    assert sum(asked[0] == "getblock" for asked in chain.asked) == report.fetched
    assert [scan(folder).raw(record) for record in scan(folder).records] == chain.blocks


def test_a_stop_between_blocks_keeps_what_is_there(chain, tmp_path):
    asked = []
    with facade.node(chain) as url:
        report = facade.source(url, tmp_path / "kept").fetch(should_stop=lambda: asked.append(1) or len(asked) > 10)
    assert 0 < report.fetched < 11
    assert len(scan(tmp_path / "kept").records) == report.fetched


def test_a_lost_index_row_is_fetched_again(chain, tmp_path):
    folder = tmp_path / "kept"
    with facade.node(chain) as url:
        facade.source(url, folder, last=10).fetch()
        index = (folder / "index.bin").read_bytes()
        (folder / "index.bin").write_bytes(index[:-70])
        assert facade.source(url, folder, last=10).fetch().fetched == 2
    assert len(scan(folder).records) == 11


def test_a_reorganisation_between_two_runs_is_followed(chain, tmp_path):
    branch = list(core.economy(400, per_block=100, seed=5))
    with facade.node(chain) as url:
        facade.source(url, tmp_path / "kept").fetch()
        old = list(chain.hashes)
        extra = core.block(made.block_hash(branch[-1]), [core.coinbase(len(branch) + 1, 7)], 1296688602 + 600 * 1000)
        chain.replace([chain.blocks[0], *branch, extra])
        report = facade.source(url, tmp_path / "kept").fetch()
    assert report.dropped == sum(a != b for a, b in zip(old, chain.hashes, strict=False))
    assert report.dropped > 0
    assert [record.header.hash[::-1].hex() for record in scan(tmp_path / "kept").records] == chain.hashes


def test_a_reorganisation_between_two_calls_is_followed(chain, tmp_path):
    branch = list(core.economy(400, per_block=100, seed=5))
    old = list(chain.blocks)

    def spoil(method, params, answer):
        if method == "getblockhash" and params == [len(old) - 1] and chain.blocks == old:
            chain.replace([old[0], *branch])
            return made.block_hash(old[-1])[::-1].hex()
        return answer

    with facade.node(chain, spoil) as url:
        facade.source(url, tmp_path / "kept").fetch()
    assert [record.header.hash[::-1].hex() for record in scan(tmp_path / "kept").records] == chain.hashes


def test_a_chain_that_never_rests_is_an_error(chain, tmp_path):
    foreign = core.block(made.dsha(b"elsewhere"), [core.coinbase(21, 1)], 1296688602)
    chain.by_hash[made.block_hash(foreign)[::-1].hex()] = foreign

    def spoil(method, params, answer):
        return made.block_hash(foreign)[::-1].hex() if (method, params) == ("getblockhash", [21]) else answer

    with facade.node(chain, spoil) as url, pytest.raises(err.KeepsChanging):
        facade.source(url, tmp_path / "kept").fetch()
    assert len(scan(tmp_path / "kept").records) == 21


PRUNED = b'{"result": null, "error": {"code": -1, "message": "pruned"}, "id": 1}'


def flipped(text):
    return text[:-12] + f"{int(text[-12], 16) ^ 1:x}" + text[-11:]


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (lambda m, p, a: b"<html>", err.NotJsonRpc, "no JSON"),
        (lambda m, p, a: b"[" * 100_000, err.NotJsonRpc, "no JSON"),
        (lambda m, p, a: b'{"id": 1}', err.NotJsonRpc, "result"),
        (lambda m, p, a: b'{"result": 1, "error": null, "id": 99}', err.NotJsonRpc, "another question"),
        (lambda m, p, a: "x" * 64 if m == "getblockhash" else a, err.NotJsonRpc, "no hash"),
        (lambda m, p, a: -1 if m == "getblockcount" else a, err.NotJsonRpc, "no height"),
        (lambda m, p, a: "zz" if m == "getblock" else a, err.NotJsonRpc, "hexadecimal"),
        (lambda m, p, a: "00" if m == "getblock" else a, err.WrongBlock, "hashes to"),
        (lambda m, p, a: flipped(a) if m == "getblock" and p[1] == 0 else a, Exception, "do not match its header"),
        (
            lambda m, p, a: b'{"result": null, "error": {"code": -1, "message": "pruned"}, "id": 1}',
            err.NodeRefused,
            "pruned",
        ),
    ],
    ids=["html", "deep", "no-result", "wrong-id", "no-hash", "no-height", "no-hex", "wrong-block", "bit", "refusal"],
)
def test_wrong_answers_are_named_and_nothing_of_them_is_kept(chain, tmp_path, wrong, error, said):
    with facade.node(chain, wrong) as url, pytest.raises(error) as caught:
        facade.source(url, tmp_path / "kept").fetch()
    assert said in str(caught.value)
    assert not (tmp_path / "kept/blk00000.dat").exists()


def other_block(chain):
    """Answer for one height with the block of another."""

    def spoil(method, params, answer):
        return chain.answer("getblock", [chain.hashes[3], 0]) if method == "getblock" and len(params) else answer

    return spoil


def test_a_block_of_another_hash_is_refused(chain, tmp_path):
    with facade.node(chain, other_block(chain)) as url, pytest.raises(err.WrongBlock) as caught:
        facade.source(url, tmp_path / "kept").fetch()
    assert chain.hashes[0] in str(caught.value)


def test_a_window_that_begins_at_another_height_is_refused(chain, tmp_path):
    def spoil(method, params, answer):
        return chain.hashes[params[0] - 1] if method == "getblockhash" and params[0] else answer

    with facade.node(chain, spoil) as url, pytest.raises(err.NotJsonRpc, match="not of height 60"):
        facade.source(url, tmp_path / "kept", first=60).fetch()


def test_another_chain_is_refused(chain, tmp_path):
    with facade.node(chain) as url, pytest.raises(err.OtherChain):
        NodeSource(url, HttpTransport("direct"), tmp_path / "kept", network="bitcoin").fetch()


def changed(path, value):
    """Change one field of the described block's first transaction that spends."""

    def spoil(method, params, answer):
        if method != "getblock" or params[1] == 0:
            return answer
        place = answer
        if path[0] == "prevout":
            place, path_here = answer["tx"][1]["vin"][0]["prevout"], path[1:]
        else:
            path_here = path
        for step in path_here[:-1]:
            place = place[step]
        place[path_here[-1]] = value
        return answer

    return spoil


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("hash",), "00" * 32, "another hash"),
        (("height",), 7, "another height"),
        (("tx",), [], "number of transactions"),
        (("tx", 1, "txid"), "11" * 32, "another transaction"),
        (("tx", 1, "vin"), [], "number of inputs"),
        (("tx", 1, "vin", 0, "vout"), 9, "another input"),
        (("tx", 1, "vin", 0, "prevout"), None, "are missing"),
        (("prevout", "value"), 0.0, "pays out more"),
        (("prevout", "value"), 1.123456789, "incomplete"),
        (("prevout", "value"), -1, "incomplete"),
        (("prevout", "value"), "50.0", "incomplete"),
        (("prevout", "value"), 2**63, "incomplete"),
        (("prevout", "height"), "3", "incomplete"),
        (("prevout", "scriptPubKey"), {"hex": "0"}, "incomplete"),
    ],
)
def test_spent_outputs_that_do_not_fit_the_bytes_are_refused(chain, tmp_path, path, value, said):
    with facade.node(chain, changed(path, value)) as url, pytest.raises(err.WrongSpentOutputs, match=said):
        facade.source(url, tmp_path / "kept", first=102).fetch()
    assert not (tmp_path / "kept/blk00000.dat").exists()


def test_heights_the_node_lacks_are_said(chain, tmp_path):
    with facade.node(chain) as url, pytest.raises(err.NoSuchHeight):
        facade.source(url, tmp_path / "kept", last=10_000).fetch()


def test_a_folder_of_other_blocks_is_not_mixed(chain, tmp_path):
    with facade.node(chain) as url:
        facade.source(url, tmp_path / "kept", last=3).fetch()
        with pytest.raises(err.CacheOfAnother):
            facade.source(url, tmp_path / "kept", first=102).fetch()


# The way there.


def test_a_late_node_is_given_up_and_what_was_fetched_is_kept(chain, tmp_path):
    def spoil(method, params, answer):
        if method == "getblockhash" and params == [5]:
            time.sleep(0.6)
        return answer

    with facade.node(chain, spoil) as url:
        slow = Patient(HttpTransport("direct"), attempts=2, sleep=lambda _: None)
        with pytest.raises(err.TooLate):
            NodeSource(url, slow, tmp_path / "kept", network="regtest", timeout=0.2).fetch()
    assert len(scan(tmp_path / "kept").records) == 5


def test_a_busy_node_is_asked_again(chain, tmp_path):
    refusals, pauses = iter([503, 503]), []

    def handle(_, __, body):
        status = next(refusals, 200)
        if status != 200:
            return status, {"Retry-After": "3"}, b""
        asked = json.loads(body)
        result = chain.answer(asked["method"], asked["params"])
        return 200, {}, json.dumps({"result": result, "error": None, "id": asked["id"]}).encode()

    with facade.serving(handle) as url:
        patient = Patient(HttpTransport("direct"), sleep=pauses.append)
        NodeSource(url, patient, tmp_path / "kept", network="regtest", last=2).fetch()
    assert pauses == [3.0, 3.0]


def test_a_wrong_password_is_not_tried_again(chain, tmp_path):
    asked = []

    def handle(*_):
        asked.append(1)
        return 401, {}, b""

    with facade.serving(handle) as url, pytest.raises(err.HttpRefused, match="401"):
        NodeSource(url, Patient(HttpTransport("direct")), tmp_path / "kept", network="regtest").fetch()
    assert len(asked) == 1


def test_a_cookie_file(tmp_path):
    (tmp_path / ".cookie").write_text("__cookie__:abc123")
    assert cookie_auth(tmp_path / ".cookie") == ("__cookie__", "abc123")
    (tmp_path / "empty").write_text("")
    for name in ("empty", "absent"):
        with pytest.raises(err.NoCredentials):
            cookie_auth(tmp_path / name)
