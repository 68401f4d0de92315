"""Blocks are added to a chain; older traces say that it went on, or that their block was cut out."""

import json

import pytest
from tests.ledger import made_blocks as made

from amparo.ledger.errors import StoreVersion
from amparo.web.audit.models import LogLine
from amparo.web.common.home import folder
from amparo.web.common.models import Job
from amparo.web.traces import actions
from amparo.web.traces.actions import start_trace
from amparo.web.traces.models import ChainWindow

BODIES = [[], [], [], []]


@pytest.fixture
def start(lead, in_agency, home, tmp_path) -> ChainWindow:
    """Three regtest blocks."""
    blocks = [made.genesis_block(), *made.chain(BODIES[:2])]
    return actions.load_chain(actor=lead, source=made.write(tmp_path / "blk00000.dat", blocks), name="Made")


def add(client, chain, path, at_once) -> Job:
    with path.open("rb") as file, at_once():
        answer = client.post(f"/traces/chains/{chain.pk}/append/", {"file": file})
    assert answer.status_code == 302
    chain.refresh_from_db()
    return Job.objects.get(kind="traces.append")


def test_blocks_are_added_and_an_older_trace_says_so(start, lead, case, tmp_path, signed_in, at_once) -> None:
    with at_once():
        trace = start_trace(actor=lead, case=case, chain=start, seed="1:0", rules=["fifo"])
    more = made.write(tmp_path / "blk00001.dat", made.chain(BODIES)[2:])
    client = signed_in(lead)
    assert "Blocks were added since" not in client.get(f"/traces/{trace.pk}/").content.decode()
    assert add(client, start, more, at_once).state == "done"
    assert (start.blocks, start.last_height) == (5, 4)
    assert "Blocks were added since" in client.get(f"/traces/{trace.pk}/").content.decode()
    assert LogLine.objects.filter(action="chain.grown").count() == 1


def test_what_does_not_follow_changes_nothing(start, lead, tmp_path, shared, signed_in, at_once) -> None:
    before = start.tip
    job = add(signed_in(lead), start, shared / "chain/btc-main-227835.raw", at_once)
    assert (job.state, job.error_code[0]) == ("failed", "L")
    assert start.tip == before


def test_a_trace_over_a_branch_that_lost_is_stale(start, lead, case, tmp_path, signed_in, at_once) -> None:
    with at_once():
        trace = start_trace(actor=lead, case=case, chain=start, seed="1:0", rules=["fifo"])
    first = made.chain(BODIES[:1])
    prev, branch = made.block_hash(first[0]), []
    for height in (2, 3, 4):
        branch.append(made.block(prev, [made.coinbase(height, branch=9)], 1_700_100_000 + height))
        prev = made.block_hash(branch[-1])
    job = add(signed_in(lead), start, made.write(tmp_path / "blk00001.dat", [*first, *branch]), at_once)
    assert job.state == "done", job.error_code
    assert start.last_height == 4
    page = signed_in(lead).get(f"/traces/{trace.pk}/").content.decode()
    assert "This trace is stale" in page


def test_a_store_of_an_older_version_gives_way_to_its_own_source(start, lead, tmp_path) -> None:
    manifest = folder("ledger") / start.folder / "manifest.json"
    value = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**value, "format": "amparo-ledger-store/1"}))
    with pytest.raises(StoreVersion):
        actions.store_of(start)
    again = actions.load_chain(actor=lead, source=tmp_path / "blk00000.dat", name="Again")
    assert again == start
    assert actions.store_of(again).manifest.report.blocks == 3
    assert [path.name for path in folder("ledger").iterdir() if path.name.startswith("chain-")] == [again.folder]
