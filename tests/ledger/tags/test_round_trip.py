"""Packs come out as they went in: every YAML reader sees equal values, whatever this version does not know."""

import io
from datetime import UTC, date, datetime

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.ledger.errors import DuplicateKey, ListTooLarge, UnsafeYaml
from amparo.ledger.tags import (
    OwnTag,
    own_pack,
    read_actorpack,
    read_address_list,
    read_tagpack,
    write_actorpack,
    write_address_list,
    write_tagpack,
)
from amparo.ledger.tags import errors as err
from amparo.ledger.tags.plain_yaml import Bare, read_plain_yaml, write_plain_yaml

GOOD = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
HEAD = "title: T\ncreator: C\n"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parsed(data):
    return yaml.load(data, Loader=LOADER)


def written(pack, write=write_tagpack):
    stream = io.BytesIO()
    write(pack, stream)
    return stream.getvalue()


@pytest.fixture
def pack(tmp_path):
    def make(text, name="pack.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return make


def test_every_public_pack_comes_out_as_it_went_in(packs):
    for path, read in packs.items():
        out = parsed(written(read))
        assert out == parsed(path.read_bytes()), path.name
        assert len(out["tags"]) == len(read.tags)
    assert (len(packs), sum(len(each.tags) for each in packs.values())) == (10, 65_712)
    assert sum(each.skipped.total for each in packs.values()) == 0


def test_the_pack_of_actors_comes_out_as_it_went_in(shared):
    path = shared / "chain/graphsense.actorpack.yaml"
    found = read_actorpack(path)
    assert (len(found.actors), found.skipped.total) == (3813, 0)
    assert found.actors[0].id == "01"
    assert found.actors[0].label == "01"
    assert found.actors[0].categories == ("defi_dex",)
    assert found.actor("0xapi").id == "0x"
    assert parsed(written(found, write_actorpack)) == parsed(path.read_bytes())


@pytest.mark.parametrize("currency", ["XBT", "ETH", "USDT", "TRX"])
def test_a_sanctions_list_comes_out_as_it_went_in(shared, currency):
    path = shared / f"chain/ofac_{currency}.txt"
    found = read_address_list(path, currency, "OFAC SDN", "https://ofac.treasury.gov")
    stream = io.BytesIO()
    assert write_address_list(found.tags, stream) == len(found.tags)
    assert stream.getvalue().split() == path.read_bytes().split()


def test_types_quotes_and_unknown_fields_survive(pack):
    text = HEAD + (
        "lastmod: 2021-11-12\nis_public: yes\nnovel: {a: 1, b: [0x10, '0x10', 1e3, ~, null, '', \"\\u202e\"]}\n"
        f"currency: BTC \nlabel: 01\ntags:\n- address: {GOOD}\n  actor: '01'\n  is_cluster_definer: off\n"
        "  '2021': kept\n  note: |\n    two\n    lines\n- tx_hash: abc\n  label: =x\n  empty:\n- not a tag at all\n"
    )
    path = pack(text)
    out = written(read_tagpack(path))
    assert parsed(out) == parsed(text)
    assert parsed(out)["lastmod"] == date(2021, 11, 12)
    own, _ = read_tagpack(path).tags
    assert (own.actor, own.label, own.currency, own.is_cluster_definer) == ("01", "01", "BTC", False)
    again = read_tagpack(pack(out.decode(), "again.yaml"))
    assert [tag.label for tag in again.tags] == [tag.label for tag in read_tagpack(path).tags]


plain = st.recursive(
    st.none()
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc<é 1", min_size=1), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(plain)
def test_any_text_is_read_back_by_others_as_the_same_text(value):
    stream = io.BytesIO()
    write_plain_yaml({"value": value}, stream)
    assert parsed(stream.getvalue()) == {"value": value}


@pytest.mark.parametrize("word", ["2021-11-12", "true", "017", "1_000", "1e3", ".inf", "12:30:45", "BTC"])
def test_bare_words_keep_what_they_mean_to_others_and_quoted_ones_stay_text(word):
    stream = io.BytesIO()
    write_plain_yaml({"bare": Bare(word), "text": word}, stream)
    assert parsed(stream.getvalue()) == {"bare": parsed(word), "text": word}
    assert read_plain_yaml(io.BytesIO(stream.getvalue()), "x") == {"bare": word, "text": word}


@pytest.mark.parametrize("day", ["some day", "2021-13-01", "2021-02-30", "12.11.2021", "2021-11-12x"])
def test_a_wrong_date_is_refused_and_the_tag_named(pack, day):
    rows = f"- address: {GOOD}\n  lastmod: 2021-11-12\n- address: {GOOD}\n  lastmod: {day}\n"
    found = read_tagpack(pack(HEAD + "label: L\ncurrency: BTC\ntags:\n" + rows))
    assert dict(found.skipped.counts) == {"bad-date": 1}
    assert found.skipped.examples[0].what == "T #2"
    assert len(found.tags) == 1


def test_a_wrong_date_in_the_header_refuses_the_pack(pack):
    with pytest.raises(err.WrongDate, match=r"pack\.yaml"):
        read_tagpack(pack(HEAD + f"lastmod: soon\nlabel: L\ncurrency: BTC\ntags:\n- address: {GOOD}\n"))


@pytest.mark.parametrize(
    "row",
    ["address: [a, b]", "address: {a: b}", f"address: {GOOD}\n  label: [x]", f"address: {GOOD}\n  concepts: {{a: b}}"],
)
def test_a_field_of_the_wrong_type_is_refused(pack, row):
    found = read_tagpack(pack(HEAD + f"label: L\ncurrency: BTC\ntags:\n- {row}\n"))
    assert (found.tags, dict(found.skipped.counts)) == ((), {"wrong-type": 1})


def test_a_truth_value_that_is_none_is_refused(pack):
    text = HEAD + f"label: L\ncurrency: BTC\ntags:\n- address: {GOOD}\n  is_cluster_definer: maybe\n"
    assert dict(read_tagpack(pack(text)).skipped.counts) == {"wrong-type": 1}


def test_too_many_values_and_too_many_bytes_are_refused(pack, monkeypatch):
    path = pack(HEAD + "tags: [" + "a," * 100 + "]\n")
    with path.open("rb") as stream, pytest.raises(err.TooManyParts, match="50"):
        read_plain_yaml(stream, "pack.yaml", limit=50)
    monkeypatch.setattr("amparo.ledger.tags.tagpack.MAX_SIZE", 50)
    with pytest.raises(ListTooLarge):
        read_tagpack(path)


def test_actors_with_tricks_or_without_names_are_refused(pack):
    with pytest.raises(UnsafeYaml):
        read_actorpack(pack(HEAD + "actors:\n- &a {id: x}\n- *a\n"))
    with pytest.raises(DuplicateKey):
        read_actorpack(pack(HEAD + "actors:\n- id: x\n  id: y\n"))
    for text in ("- a\n", "title: T\n", HEAD + "actors: text\n"):
        with pytest.raises(err.NotAnActorPack):
            read_actorpack(pack(text))
    found = read_actorpack(
        pack(HEAD + "actors:\n- label: x\n- id: 01\n- id: '01'\n- text\n- id: b\n  aliases: [z, 01]\n")
    )
    assert [actor.id for actor in found.actors] == ["01", "b"]
    assert dict(found.skipped.counts) == {"no-id": 1, "duplicate": 1, "not-an-actor": 1}
    assert (found.canonical("z"), found.canonical("01"), found.canonical("?")) == ("b", "01", "?")
    assert found.actor("?") is None


AT = datetime(2026, 11, 24, 14, 5, tzinfo=UTC)


def own(**fields):
    given = {
        "address": GOOD,
        "tx_hash": None,
        "label": "Cash-out desk",
        "source": "case 12, exhibit EX3",
        "currency": "BTC",
        "reviewer": "officer 7",
        "at": AT,
        "category": "exchange",
        "actor": "017",
    }
    return OwnTag(**{**given, **fields})


def test_own_tags_leave_as_a_pack_and_come_back(pack):
    made = own_pack(
        [own(), own(address=None, tx_hash="ab" * 32, actor=None, concepts=("mixer", "017"))],
        title="Unit's tags",
        creator="Unit",
        header={"description": "2026"},
    )
    out = written(made)
    value = parsed(out)
    assert value["description"] == "2026"
    assert value["tags"][0]["lastmod"] == date(2026, 11, 24)
    assert value["tags"][0]["actor"] == "017"
    assert value["tags"][0]["is_cluster_definer"] is False
    assert value["tags"][0]["context"] == '{"reviewed":"2026-11-24T14:05:00.000Z","reviewer":"officer 7"}'
    back = read_tagpack(pack(out.decode()))
    assert back.tags == made.tags
    assert back.digest == made.digest


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"tx_hash": "ab"}, "address or tx_hash"),
        ({"address": None}, "address or tx_hash"),
        ({"label": " "}, "label"),
        ({"source": ""}, "source"),
        ({"reviewer": ""}, "reviewer"),
        ({"at": datetime(2026, 1, 1)}, "at"),  # noqa: DTZ001 - refused for having no zone
    ],
)
def test_an_own_tag_says_where_from_and_by_whom(fields, what):
    with pytest.raises(err.TagIncomplete, match=what):
        own(**fields)


def test_an_own_tag_uses_the_words_of_confidence():
    with pytest.raises(err.WordUnknown, match="sure"):
        own(confidence="sure")
    with pytest.raises(err.TagIncomplete, match="title"):
        own_pack([], title="", creator="x")
