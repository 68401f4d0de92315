"""Look-ups for many addresses, stop sets, conflicts on subjects and clusters, and where a tag came from."""

import time
from datetime import UTC, datetime

import pytest

from amparo.ledger.tags import SERVICE_KINDS, OwnTag, TagIndex, is_nobodys, own_pack, read_actorpack

AT = datetime(2026, 11, 24, tzinfo=UTC)
A, B, C = (
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S",
    "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh",
)


def tag(address, actor=None, confidence="forensic", **fields):
    given = {"tx_hash": None, "label": actor or "x", "source": "s", "currency": "BTC", "reviewer": "r", "at": AT}
    return OwnTag(address=address, actor=actor, confidence=confidence, **{**given, **fields})


def index_of(*tags):
    return TagIndex(own_pack(tags, title="T", creator="C").tags)


def test_all_public_tags_are_found_quickly(packs):
    index = TagIndex()
    for pack in packs.values():
        index.add(pack, reviewer="officer 7", at=AT)
    addresses = [each.address for pack in packs.values() for each in pack.tags]
    begun = time.perf_counter()
    labels = index.labels(addresses)
    stops = index.addresses(["coinjoin"])
    passed = time.perf_counter() - begun
    assert (len(labels), len(stops)) == (58_587, 36_548)
    assert passed < 2, passed
    assert index.labels(["bc1QXY2KGDYGJRSQTZQ2N0YRF2493P83KKFJHX0WLH", "1unknown"]) != {}
    found = index.provenance(index.for_address(C)[0])
    assert (found.title, found.reviewer, found.at) == ("Twitter Hack Scam Tagpack", "officer 7", AT)
    assert found.pack == index.for_address(C)[0].pack


def test_all_public_packs_count_up_and_say_what_is_odd(packs):
    tags = [tag for pack in packs.values() for tag in pack.tags]
    index = TagIndex(tags)
    assert (len(index), index.subjects) == (65_712, 58_587)
    assert sum(tag.currency == "BTC" for tag in tags if tag.title == "Ransomwhere tag pack") == 7457
    doubts = {reason: count for pack in packs.values() for reason, count in pack.doubts.counts.items()}
    assert doubts == {"other-chain": 1, "bad-address": 6}


def test_subjects_that_carry_more_than_one_label_keep_all(packs):
    index = TagIndex(each for pack in packs.values() for each in pack.tags)
    several = {each.address for pack in packs.values() for each in pack.tags}
    several = [address for address in several if len({each.label for each in index.for_address(address)}) > 1]
    assert len(several) >= 75
    assert index.all_conflicts() == []  # labels differ, but no two actors are named


def test_services_for_stop_rules_by_kind_level_and_currency():
    index = index_of(
        tag(A, category="exchange", confidence="web_crawl"),
        tag(B, concepts=("mixing_service",)),
        tag(C, abuse="scam"),
        tag(None, tx_hash="AB" * 32, category="coinjoin"),
    )
    assert index.addresses() == {A, B}
    assert index.addresses(SERVICE_KINDS, 50) == {B}
    assert index.addresses(["scam"]) == {C}
    assert index.addresses(currencies=["ETH"]) == frozenset()
    assert index.transactions(["coinjoin"]) == {"ab" * 32}
    assert index.for_transaction("0x" + "ab" * 32)[0].category == "coinjoin"
    assert (len(index), index.subjects) == (4, 3)


def test_two_actors_on_one_address_are_a_conflict_that_is_shown_whole():
    index = index_of(
        tag(A, "kraken"), tag(A, "bitstamp", "service_api"), tag(A, "rumour", "web_crawl"), tag(B, "kraken")
    )
    (found,) = index.all_conflicts()
    assert (found.subject, found.root, found.actors) == (A, None, ("bitstamp", "kraken"))
    assert len(index.for_address(A)) == 3
    assert index.conflicts(A, floor=60) == ()
    assert index.all_conflicts(floor=10)[0].actors == ("bitstamp", "kraken", "rumour")


def test_two_exchanges_in_one_cluster_are_the_sign_of_a_false_merge():
    index = index_of(tag(A, "kraken", category="exchange"), tag(B, "bitstamp", category="exchange"), tag(C, "kraken"))
    roots = {A: 1, B: 1, C: 2}
    (found,) = index.cluster_conflicts(roots.get)
    assert (found.root, found.subject, set(found.actors), found.services) == (1, None, {"kraken", "bitstamp"}, True)
    assert index.cluster_conflicts({A: 1, B: 2, C: 1}.get) == []
    assert index.cluster_conflicts(lambda _: None) == []


def test_aliases_of_one_actor_are_no_conflict(shared):
    actors = read_actorpack(shared / "chain/graphsense.actorpack.yaml")
    index = index_of(tag(A, "0x"), tag(A, "0xapi"))
    assert len(index.all_conflicts()) == 1
    assert index.all_conflicts(actors=actors) == []
    assert index.cluster_conflicts({A: 1}.get, actors=actors) == []


def test_tags_for_a_whole_cluster_are_those_their_publisher_means_so():
    index = index_of(
        tag(A, "a"), tag(B, "b", is_cluster_definer=True), tag(C, "c", "service_api", is_cluster_definer=True)
    )
    assert [each.actor for each in index.definers([A, B, C])] == ["c", "b"]


NOBODYS = [
    "0x0000000000000000000000000000000000000000",
    "0x00000000000000000000000000000000000018fe",
    "0x000000000000000000000000000000000000dEaD",
    "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb",
    "1111111111111111111114oLvT2",
]


@pytest.mark.parametrize("address", NOBODYS)
def test_a_burn_address_is_never_a_seed(address):
    assert is_nobodys(address)
    index = index_of(tag(address, category="black_list"), tag(A, category="black_list"))
    assert index.seeds(["black_list"]) == {A}


@pytest.mark.parametrize(
    "address", [A, C, "", "0x12", "Tx", "0x" + "g" * 40, "0x008fe40574e881e7247b50b991c0cc057d66647f"]
)
def test_other_texts_are_somebodys_or_no_address(address):
    assert not is_nobodys(address)


def test_the_blacklist_of_a_token_gives_seeds_without_the_zero_address(packs):
    blacklist = next(pack for pack in packs.values() if pack.title == "USDT blacklist")
    index = TagIndex(blacklist.tags)
    assert len(index.addresses(["black_list"])) - len(index.seeds(["black_list"])) >= 4
