"""Tag packs and lists: all the real ones, then what a hostile or careless publisher may send."""

from datetime import date

import pytest

from amparo.ledger import TagIndex, read_address_list, read_tagpack
from amparo.ledger import errors as err
from amparo.ledger.tags.index import is_nobodys

GOOD = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
HEAD = "title: T\ncreator: C\n"


def pack(tmp_path, text):
    path = tmp_path / "pack.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("currency", "count", "networks"),
    [
        ("XBT", 435, {"bitcoin": 434, "tron": 1}),
        ("ETH", 152, {"evm": 152}),
        ("USDT", 26, {"tron": 11, "evm": 8, "bitcoin": 7}),
        ("TRX", 6, {"tron": 6}),
    ],
)
def test_sanctions_lists_load(shared, currency, count, networks):
    found = read_address_list(shared / f"chain/ofac_{currency}.txt", currency, "OFAC SDN", "https://ofac.treasury.gov")
    assert (len(found.tags), found.skipped.total) == (count, 0)
    assert {name: sum(tag.network == name for tag in found.tags) for name in networks} == networks


def test_header_fields_fill_what_a_tag_leaves_out(tmp_path):
    text = HEAD + (
        "description: D\nlabel: L\ncurrency: BTC \nconfidence: forensic\nlastmod: 2021-11-12\nactor: '01'\nnovel: x\n"
        f"tags:\n- address: {GOOD}\n  label: Own\n  is_cluster_definer: true\n- tx_hash: abc\n  currency: LTC\n"
    )
    found = read_tagpack(pack(tmp_path, text))
    own, inherited = found.tags
    assert (own.label, own.currency, own.network, own.actor) == ("Own", "BTC", "bitcoin", "01")
    assert (own.lastmod, own.level, own.is_cluster_definer) == (date(2021, 11, 12), 50, True)
    assert (inherited.label, inherited.tx_hash, inherited.address, inherited.currency) == ("L", "abc", None, "LTC")
    assert own.extra == {"novel": "x"}
    assert found.header["description"] == "D"
    assert len(found.digest) == 64


def test_tags_without_subject_label_or_currency_are_skipped_and_counted(tmp_path):
    rows = [
        f"address: {GOOD}\n  currency: BTC\n  label: L",
        "label: L\n  currency: BTC",
        f"address: {GOOD}\n  label: L",
    ]
    rows += [f"address: {GOOD}\n  currency: BTC", f"address: {GOOD}\n  tx_hash: ab\n  label: L\n  currency: BTC"]
    found = read_tagpack(pack(tmp_path, HEAD + "tags:\n" + "".join(f"- {row}\n" for row in rows) + "- just text\n"))
    assert len(found.tags) == 1
    assert dict(found.skipped.counts) == {"no-subject": 2, "no-currency": 1, "no-label": 1, "not-a-tag": 1}
    assert found.skipped.examples[0].what == "T #2"


def test_an_address_with_a_wrong_sign_is_kept_in_a_pack_but_doubted(tmp_path):
    text = HEAD + f"label: L\ncurrency: BTC\ntags:\n- address: {GOOD[:-1]}b\n"
    found = read_tagpack(pack(tmp_path, text))
    assert (len(found.tags), dict(found.doubts.counts)) == (1, {"bad-address": 1})


def test_an_address_with_a_wrong_sign_is_refused_in_a_list(tmp_path):
    path = tmp_path / "list.txt"
    path.write_bytes(f"# ours\n{GOOD}\n\n{GOOD[:-1]}b\n{GOOD}  # again\n".encode() + b"\xff\xfe\n" + b"x" * 300 + b"\n")
    found = read_address_list(path, "BTC", "L", "S")
    assert [tag.address for tag in found.tags] == [GOOD]
    assert dict(found.skipped.counts) == {"bad-address": 1, "duplicate": 1, "not-text": 1, "too-long": 1}
    assert found.skipped.examples[0].what == "list.txt:4"


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        HEAD + "tags: &t\n- address: x\n",
        HEAD + "base: {a: 1}\ntags:\n- <<: {label: x}\n",
        HEAD + "tags: !include other.yaml\n",
        HEAD + "tags: !!python/object/apply:os.system ['true']\n",
        HEAD + "tags:\n- address: !!str x\n",
        HEAD + "tags: []\n---\ntitle: second\n",
        HEAD + "tags: " + "[" * 50 + "]" * 50,
        HEAD + "? [a, b]\n: c\n",
    ],
    ids=["bomb", "anchor", "merge", "include", "python", "typed", "two", "deep", "key"],
)
def test_yaml_that_does_more_than_hold_data_is_refused(tmp_path, text):
    with pytest.raises(err.UnsafeYaml, match="line"):
        read_tagpack(pack(tmp_path, text))


def test_a_field_given_twice_is_refused(tmp_path):
    with pytest.raises(err.DuplicateKey, match=r"label.*line 5"):
        read_tagpack(pack(tmp_path, HEAD + "tags:\n- label: a\n  label: b\n"))


@pytest.mark.parametrize("text", ["a: [", "\ttitle: x", "a: b: c", "a: \x00"])
def test_broken_yaml_names_the_line(tmp_path, text):
    with pytest.raises(err.BrokenYaml):
        read_tagpack(pack(tmp_path, text))


@pytest.mark.parametrize("text", ["", "just text", "- a\n- b", "title: T\n", HEAD, HEAD + "tags: text\n"])
def test_other_yaml_is_no_tag_pack(tmp_path, text):
    with pytest.raises(err.NotATagPack):
        read_tagpack(pack(tmp_path, text))


def test_the_most_trusted_and_newest_tag_comes_first(tmp_path):
    rows = [("a", "web_crawl", "2024-01-01"), ("b", "forensic", "2020-01-01"), ("c", "forensic", "2023-01-01")]
    rows += [("d", "a word of tomorrow", "2026-01-01"), ("e", "forensic", "null")]
    text = (
        HEAD
        + "currency: BTC\ntags:\n"
        + "".join(
            f"- address: {GOOD}\n  label: {label}\n  confidence: {word}\n  lastmod: {day}\n  actor: act-{label}\n"
            for label, word, day in rows
        )
    )
    index = TagIndex(read_tagpack(pack(tmp_path, text)).tags)
    assert [tag.label for tag in index.for_address(f" {GOOD} ")] == ["c", "b", "e", "a", "d"]
    assert index.conflicts(GOOD) == ("act-b", "act-c", "act-e")
    assert index.conflicts(GOOD, floor=90) == ()
    assert index.for_address("1unknown") == ()


def test_addresses_of_services_for_stop_rules(shared):
    index = TagIndex(read_tagpack(shared / "chain/tagpack_hacks.yaml").tags)
    assert "1JoktQJhCzuCQkt3GnQ8Xddcq4mUgNyXEa" in index.addresses(["exchange"])
    assert index.addresses(["exchange"], floor=90) == frozenset()


def test_zero_and_tiny_addresses_are_nobodys():
    assert is_nobodys("0x0000000000000000000000000000000000000018")
    assert not is_nobodys("0x008fe40574e881e7247b50b991c0cc057d66647f")
