"""The synthetic chain obeys Bitcoin's rules, and its planted truth is what its transactions say."""

import itertools

import pytest

from amparo.academy.worlds.chain import GENESIS, SUBSIDY, Chain, make_chain
from amparo.ledger.blocks import Block, Origin, read_block
from amparo.ledger.hashes import dsha, shown


@pytest.fixture(scope="module", params=[1, 2026, 31337])
def chain(request: pytest.FixtureRequest) -> Chain:
    return make_chain(request.param)


@pytest.fixture(scope="module")
def blocks(chain: Chain) -> list[Block]:
    return [read_block(raw, Origin("chain.dat", 0)) for raw in chain.blocks]


def test_genesis_is_regtests_own() -> None:
    assert shown(dsha(GENESIS[:80])) == "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"


def test_same_seed_same_bytes_other_seed_other_bytes() -> None:
    assert make_chain(5).file() == make_chain(5).file() != make_chain(6).file()


def test_blocks_follow_each_other(blocks: list[Block]) -> None:
    for before, after in itertools.pairwise(blocks):
        assert after.header.prev == before.header.hash


def test_no_coin_is_spent_twice_or_made_from_nothing(blocks: list[Block]) -> None:
    unspent: dict[tuple[bytes, int], int] = {}
    for block in blocks:
        fees = 0
        for tx in block.txs[1:]:
            incoming = sum(unspent.pop((each.txid, each.vout)) for each in tx.inputs)
            unspent.update({(tx.txid, vout): each.value for vout, each in enumerate(tx.outputs)})
            fees += incoming - sum(each.value for each in tx.outputs)
        first = block.txs[0]
        assert sum(each.value for each in first.outputs) == SUBSIDY + fees
        unspent.update({(first.txid, vout): each.value for vout, each in enumerate(first.outputs)})
    assert sum(unspent.values()) == SUBSIDY * len(blocks)


def test_the_truth_adds_up(chain: Chain) -> None:
    ransom = chain.ransom
    assert sum(ransom.cash_out.values()) + ransom.fees + ransom.kept == ransom.value
    assert set(ransom.cash_out) == {ransom.exchange, ransom.swap}
    assert all(value > 0 for value in ransom.cash_out.values())


def test_hops_stand_where_the_truth_says(chain: Chain, blocks: list[Block]) -> None:
    for hop in chain.ransom.hops:
        tx = blocks[hop.height].txs[hop.pos]
        assert shown(tx.txid) == hop.txid
        assert [each.value for each in tx.outputs] == [value for _, value in hop.pays]
    height, _, rest = chain.ransom.seed_place.partition(":")
    pos, _, vout = rest.partition("/")
    assert blocks[int(height)].txs[int(pos)].outputs[int(vout)].value == chain.ransom.value


def test_fees_do_not_give_the_crime_away(chain: Chain, blocks: list[Block]) -> None:
    """No fee of a hop is one that stands out: each lies within the range of everyday fees."""
    values = {
        (tx.txid, vout): each.value for block in blocks for tx in block.txs for vout, each in enumerate(tx.outputs)
    }
    crime = {hop.txid for hop in chain.ransom.hops}
    everyday = [
        sum(values[(each.txid, each.vout)] for each in tx.inputs) - sum(each.value for each in tx.outputs)
        for block in blocks
        for tx in block.txs
        if not tx.coinbase and shown(tx.txid) not in crime
    ]
    assert len(everyday) > 20
    assert all(300 <= fee <= 8300 for fee in [*everyday, *(hop.fee for hop in chain.ransom.hops)])
