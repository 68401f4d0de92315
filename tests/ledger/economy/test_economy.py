"""A made economy: the same on every machine, money conserved, enough of what heuristics fall over."""

import hashlib

import numpy as np
import pytest

from amparo.ledger.calibrate import Parameters, TxKind, make_economy
from amparo.ledger.calibrate.economy import COINJOINS
from amparo.ledger.calibrate.economy.book import NO_ADDRESS, Out, Style, weight_of
from amparo.ledger.calibrate.economy.dice import Dice
from amparo.ledger.calibrate.economy.wallet import Chain, Habits, Wallet, subsidy
from amparo.ledger.calibrate.errors import EconomyTooSmall
from amparo.ledger.scripts import ScriptKind


@pytest.fixture(scope="module")
def economy():
    return make_economy(Parameters(seed=1, transactions=4000))


def digest(economy) -> str:
    found = hashlib.sha256()
    for batch in economy.batches():
        for column in (*batch.blocks, *batch[1:-1]):
            found.update(np.ascontiguousarray(column).tobytes())
    found.update(economy.truth.out_owner.tobytes() + economy.truth.change.tobytes() + economy.truth.tx_kind.tobytes())
    return found.hexdigest()


def test_one_seed_is_one_economy():
    first, again, other = (digest(make_economy(Parameters(seed, 1000))) for seed in (7, 7, 8))
    assert first == again != other


def test_an_economy_of_nothing_is_refused():
    with pytest.raises(EconomyTooSmall, match="at least 1000"):
        make_economy(Parameters(1, 999))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_holds_enough_of_what_misleads_heuristics(seed):
    truth = make_economy(Parameters(seed, 6000)).truth
    assert truth.share(COINJOINS) >= 0.05
    assert truth.share(frozenset({TxKind.PAYJOIN})) >= 0.01
    counts = np.bincount(truth.tx_kind, minlength=len(TxKind))
    assert all(counts[kind] > 0 for kind in TxKind), [kind.name for kind in TxKind if not counts[kind]]
    assert counts.sum() - counts[TxKind.COINBASE] == 6000


def test_every_output_is_spent_at_most_once_and_never_before_it_exists(economy):
    chain = economy.chain
    prev = np.array(chain.prev_out)
    assert len(np.unique(prev)) == len(prev)
    spender = np.repeat(np.arange(len(chain.tx_kind)), np.diff(chain.first_in))
    maker = np.searchsorted(chain.first_out, prev, side="right") - 1
    assert (maker < spender).all()


def test_money_comes_from_coinbases_only(economy):
    chain = economy.chain
    value, spent = np.array(chain.value), np.array(chain.spent)
    assert (value >= 0).all()
    # The fees are claimed by the coinbases, so what is left is exactly what was mined.
    assert value[~spent].sum() == sum(subsidy(height) for height in range(economy.n_blocks))


def test_batches_are_the_chain_in_order(economy):
    txs = outs = ins = blocks = 0
    for batch in economy.batches():
        batch.check()
        assert (batch.blocks.height == np.arange(blocks, blocks + len(batch.blocks.hash))).all()
        assert (batch.prev_vout < batch.n_out.max()).all() or txs
        txs, outs, ins = txs + len(batch.txid), outs + len(batch.value), ins + len(batch.prev_txid)
        blocks += len(batch.blocks.hash)
    chain = economy.chain
    sizes = (blocks, txs, outs, ins)
    assert sizes == (economy.n_blocks, len(chain.tx_kind), len(chain.value), len(chain.prev_out))
    assert (economy.first_height, economy.complete, economy.network.name) == (0, True, "regtest")
    assert economy.tip == economy.block_hash[-1].tobytes()


def test_change_is_the_payers_own(economy):
    """In transactions of one owner, the truth's change goes back to the owner of the inputs."""
    chain, truth = economy.chain, economy.truth
    several = [int(kind) for kind in (*COINJOINS, TxKind.PAYJOIN, TxKind.STONEWALL_X2, TxKind.COINBASE)]
    seen = 0
    for tx in np.flatnonzero(~np.isin(truth.tx_kind, several)):
        inputs = chain.prev_out[chain.first_in[tx] : chain.first_in[tx + 1]]
        owners = {truth.out_owner[each] for each in inputs}
        assert len(owners) == 1, TxKind(truth.tx_kind[tx])
        made = np.arange(chain.first_out[tx], chain.first_out[tx + 1])
        for output in made[truth.change[made]]:
            assert truth.out_owner[output] in owners
            seen += 1
    assert seen > 1500


@pytest.mark.parametrize("kind", [*COINJOINS, TxKind.PAYJOIN, TxKind.STONEWALL_X2])
def test_joint_transactions_have_several_owners(economy, kind):
    chain, truth = economy.chain, economy.truth
    found = np.flatnonzero(truth.tx_kind == kind)
    assert len(found)
    for tx in found:
        inputs = chain.prev_out[chain.first_in[tx] : chain.first_in[tx + 1]]
        assert len({truth.out_owner[each] for each in inputs}) >= (5 if kind is TxKind.WHIRLPOOL else 2)


def test_a_key_appears_as_plain_key_and_as_its_hash(economy):
    kinds: dict[int, set[int]] = {}
    for key, kind in zip(economy.chain.key, economy.chain.kind, strict=True):
        kinds.setdefault(key, set()).add(kind)
    twins = [key for key, found in kinds.items() if found == {ScriptKind.P2PK, ScriptKind.P2PKH}]
    assert twins
    twin = [number for number, key in enumerate(economy.chain.key) if key == twins[0]]
    assert (economy.payload[twin[0]] == economy.payload[twin[1]]).all()


def test_weights_by_hand():
    # 10 bytes around, one P2PKH input of 147, two P2PKH outputs of 34: no witness.
    assert weight_of([ScriptKind.P2PKH], [ScriptKind.P2PKH] * 2) == (4 * 225, 225)
    # P2WPKH: 10 + 41 + 31 stripped, 2 + 107 of witness.
    assert weight_of([ScriptKind.P2WPKH], [ScriptKind.P2WPKH]) == (4 * 82 + 109, 82 + 109)


def test_the_book_refuses_to_spend_twice_or_from_nothing():
    chain = Chain(Dice(1))
    wallet = Wallet(chain.new_owner(), Habits(ScriptKind.P2PKH))
    address = wallet.receive(chain)
    coin = chain.coinbase(address)
    chain.close(coin, 1000)
    with pytest.raises(ValueError, match="what is not there"):
        chain.write([coin], [Out(address, 1001)], TxKind.PAYMENT, Style())
    chain.write([coin], [Out(address, 900), Out(NO_ADDRESS, 0)], TxKind.PAYMENT, Style())
    with pytest.raises(ValueError, match="what is not there"):
        chain.write([coin], [], TxKind.PAYMENT, Style())
    assert (chain.fees, wallet.coins) == (100, [2])
