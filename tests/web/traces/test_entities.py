"""Entities of the first blocks: known counts, why two addresses are joined, what if, held transactions, alarms."""

import pytest

from amparo.ledger.clusters import Clusters
from amparo.web.audit.models import LogLine
from amparo.web.common.errors import NotAllowed
from amparo.web.common.models import Job
from amparo.web.traces import actions
from amparo.web.traces.entities import place_of
from amparo.web.traces.errors import NoReason
from amparo.web.traces.models import HeldEdge


@pytest.fixture
def joined(chain, lead, at_once):
    with at_once():
        job = actions.start_entities(actor=lead, chain=chain)
    assert Job.objects.get(pk=job.pk).state == "done"
    chain.refresh_from_db()
    return chain


@pytest.fixture
def largest(joined):
    """Two addresses of the largest entity."""
    store = actions.store_of(joined)
    clusters = Clusters.open(place_of(joined), store)
    root, _ = clusters.largest(1)[0]
    members = [store.address_text(int(each)) for each in clusters.members(root)]
    return members[0], members[-1]


def test_the_known_entities_of_the_first_blocks(joined, lead, signed_in) -> None:
    assert joined.has_entities
    assert joined.entities["largest"][0][1] == 44
    assert len([size for _, size in joined.entities["largest"]]) == 20
    page = signed_in(lead).get(f"/traces/chains/{joined.pk}/").content.decode()
    assert "4,571 addresses" in page
    assert ">44<" in page


def test_why_two_addresses_are_joined(joined, largest, lead, signed_in) -> None:
    here, there = largest
    page = signed_in(lead).get(f"/traces/chains/{joined.pk}/entity/{here}/?with={there}").content.decode()
    assert "first made one entity of the two" in page
    assert "spends from both" in page
    apart = signed_in(lead).get(f"/traces/chains/{joined.pk}/entity/{here}/?with=1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3")
    assert b"The two stand in different entities." in apart.content
    unknown = signed_in(lead).get(f"/traces/chains/{joined.pk}/entity/{here}/?with=nonsense").content.decode()
    assert "nonsense" in unknown


def test_without_co_spending_nothing_is_left(joined, largest, lead, signed_in) -> None:
    here, _ = largest
    page = signed_in(lead).get(f"/traces/chains/{joined.pk}/entity/{here}/?heuristic=co-spend").content.decode()
    assert "It falls into 44 parts, 44 of them single addresses." in page


def test_a_held_transaction_is_left_out_with_its_reason(joined, largest, lead, second, signed_in) -> None:
    here, there = largest
    store = actions.store_of(joined)
    clusters = Clusters.open(place_of(joined), store)
    joining = store.txid(clusters.why(store.address_id(here), store.address_id(there)).joined_by)
    with pytest.raises(NotAllowed):
        actions.hold_edge(actor=second, chain=joined, transaction_text=joining, reason="x")
    with pytest.raises(NoReason):
        actions.hold_edge(actor=lead, chain=joined, transaction_text=joining, reason=" ")
    client = signed_in(lead)
    where = f"/traces/chains/{joined.pk}/transaction/{joining}/"
    assert client.post(f"{where}hold/", {"reason": "Two people paid here"}).status_code == 302
    assert "Two people paid here" in client.get(where).content.decode()
    page = client.get(f"/traces/chains/{joined.pk}/entity/{here}/").content.decode()
    assert "1 transaction is held back by your unit" in page
    assert "It falls into" in page or "It stays one entity" in page
    held = HeldEdge.objects.get()
    assert client.post(f"/traces/chains/held/{held.pk}/release/").status_code == 302
    assert not HeldEdge.objects.exists()
    logged = LogLine.objects.filter(action__in=["edge.held", "edge.released"])
    assert logged.count() == 2


def test_the_page_of_an_address_and_the_way_to_a_trace(joined, lead, case, pack, signed_in) -> None:
    actions.import_tagpack(actor=lead, path=pack)
    client = signed_in(lead)
    wallet = "1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3"
    page = client.get(f"/traces/chains/{joined.pk}/address/{wallet}/").content.decode()
    assert "10.00000000 BTC" in page
    assert "Wallet of a witness" in page
    answer = client.get(f"/traces/chains/{joined.pk}/address/{wallet}/follow/?case={case.pk}")
    assert answer["Location"].startswith(f"/traces/case/{case.pk}/new/?seed={wallet}")
    assert wallet in client.get(answer["Location"]).content.decode()
    nowhere = client.get(f"/traces/chains/{joined.pk}/address/{wallet}/follow/?case=nonsense")
    assert nowhere["Location"].endswith(f"/address/{wallet}/")
    assert client.get(f"/traces/chains/{joined.pk}/look-up/?q={wallet}")["Location"].endswith(f"{wallet}/")
    assert "/transaction/9:0/" in client.get(f"/traces/chains/{joined.pk}/look-up/?q=9:0")["Location"]
    nowhere = client.get(f"/traces/chains/{joined.pk}/address/1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2/")
    assert b"W815" in nowhere.content


def test_a_transaction_says_where_its_bytes_stand_and_its_shape(chain, lead, shared, signed_in, in_agency) -> None:
    client = signed_in(lead)
    page = client.get(f"/traces/chains/{chain.pk}/transaction/170:1/").content.decode()
    assert "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16" in page
    assert "blk00TEST00.dat" in page
    window = actions.load_chain(actor=lead, source=shared / "chain/btc-main-300025.raw", name="One block")
    store = actions.store_of(window)
    mix = next(store.txid(tx) for tx in range(window.transactions) if store.txid(tx).startswith("dbb220ef8a2d9dde"))
    shape = client.get(f"/traces/chains/{window.pk}/transaction/{mix}/").content.decode()
    assert "an output outside the loaded blocks" in shape
    assert "Its inputs are not joined into an entity." in shape


def test_without_entities_the_page_says_what_to_do(chain, lead, signed_in) -> None:
    client = signed_in(lead)
    page = client.get(f"/traces/chains/{chain.pk}/entity/1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3/").content.decode()
    assert "W814" in page
    assert "Nobody has computed them yet." in client.get(f"/traces/chains/{chain.pk}/").content.decode()


def test_a_merge_of_two_named_services_raises_an_alarm(joined, largest, lead, tmp_path, signed_in) -> None:
    here, there = largest
    pack = tmp_path / "pack.yaml"
    pack.write_text(
        "title: Made-up\ncreator: A trainer\nsource: https://tags.example/\nlastmod: 2024-02-26\ncurrency: BTC\n"
        f"confidence: ownership\ntags:\n- address: {here}\n  label: A\n  actor: one\n- address: {there}\n"
        "  label: B\n  actor: two\n"
    )
    actions.import_tagpack(actor=lead, path=pack)
    page = signed_in(lead).get(f"/traces/chains/{joined.pk}/").content.decode()
    assert "Tags name different services on its two sides" in page
