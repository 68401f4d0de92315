"""Every kind: its published examples, its refusals, and the laws all of them keep."""

import hashlib
import string

import base58
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.observables import KINDS, NotThisKind, Validity, extract_text
from amparo.observables.checks import base58 as ours
from amparo.observables.checks.keccak import keccak_256

GOOD = [
    pytest.param(kind, raw, value, id=f"{kind.name}-{raw[:24]}")
    for kind in KINDS
    for raw, value in kind.examples().good.items()
]
BAD = [pytest.param(kind, raw, id=f"{kind.name}-{raw[:24]}") for kind in KINDS for raw in kind.examples().bad]
CHECKED = ["btc", "ltc", "doge", "dash", "trx", "xmr", "onion"]


@pytest.mark.parametrize(("kind", "raw", "value"), GOOD)
def test_good_examples_have_their_value(kind, raw, value):
    assert kind.normalise(raw, kind.examples().region) == value


@pytest.mark.parametrize(("kind", "raw", "value"), GOOD)
def test_good_examples_are_found_inside_a_sentence_at_their_place(kind, raw, value):
    text = f"Señal (pago): {raw}, hoy"
    found = [each for each in extract_text(text, kind.examples().region) if each.kind == kind.name]
    assert [(each.value, each.offset) for each in found] == [(value, text.index(raw))]


@pytest.mark.parametrize(("kind", "raw"), BAD)
def test_bad_examples_are_refused(kind, raw):
    with pytest.raises(NotThisKind) as caught:
        kind.normalise(raw, kind.examples().region)
    assert caught.value.code == "O010"


@pytest.mark.parametrize("kind", KINDS, ids=lambda each: each.name)
def test_every_kind_says_what_it_is(kind):
    assert kind.examples().good
    assert kind.examples().bad
    assert isinstance(kind.matchable, bool)
    assert max(len(raw) for raw in kind.examples().good) <= kind.longest


@pytest.mark.parametrize("name", CHECKED)
def test_each_wrong_sign_is_refused(name):
    kind = KINDS[name]
    raw = next(iter(kind.examples().good))
    others = string.ascii_letters + string.digits
    for at in range(1, len(raw)):
        wrong = raw[:at] + others[(others.index(raw[at]) + 7) % len(others)] + raw[at + 1 :]
        if wrong.lower() != raw.lower():
            assert [hit for hit in kind.find(wrong) if hit.validity is Validity.STRONG] == []


@pytest.mark.parametrize("name", CHECKED)
def test_a_letter_beside_an_address_refuses_it(name):
    raw = next(iter(KINDS[name].examples().good))
    assert list(KINDS[name].find("x" + raw)) == []
    assert list(KINDS[name].find(raw + "x")) == []
    assert len(list(KINDS[name].find(f"_{raw}_"))) == 1


@settings(max_examples=100)
@given(st.binary(min_size=1, max_size=40))
def test_base58_agrees_with_the_base58_package(payload):
    assert ours.encode_check(payload) == base58.b58encode_check(payload).decode()
    assert ours.decode_check(ours.encode_check(payload)) == payload


@settings(max_examples=100)
@given(st.binary(min_size=20, max_size=20), st.sampled_from([("btc", 0), ("btc", 5), ("ltc", 0x30), ("doge", 0x1E)]))
def test_any_valid_address_is_found(program, which):
    name, version = which
    address = base58.b58encode_check(bytes([version]) + program).decode()
    assert [hit.value for hit in KINDS[name].find(f"to {address}.")] == [address]


def test_keccak_is_not_sha3():
    assert keccak_256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak_256(b"abc").hex() == "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"
    assert keccak_256(b"").hex() != hashlib.sha3_256(b"").hexdigest()
    assert len({keccak_256(bytes(size)) for size in (135, 136, 137)}) == 3


def test_an_old_litecoin_address_is_reported_as_both():
    found = list(extract_text("3P14159f73E4gFr7JterCCQh9QjiTjiZrG"))
    assert [(each.kind, each.validity) for each in found] == [("btc", Validity.STRONG), ("ltc", Validity.WEAK)]


def test_ethereum_in_one_case_is_only_format_checked():
    raw = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"
    (found,) = [each for each in extract_text(raw) if each.kind == "eth"]
    assert (found.value, found.validity) == ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Validity.FORMAT)


def test_a_card_number_is_never_kept():
    (found,) = [each for each in extract_text("card 4111-1111-1111-1111 exp") if each.kind == "card"]
    assert found.value == found.raw == "411111******1111"
    assert found.offset == 5


def test_a_seed_phrase_is_never_kept():
    phrase = "abandon " * 11 + "about"
    (found,) = [each for each in extract_text(f"My words: {phrase}") if each.kind == "seed"]
    assert "abandon" not in str(found)
    assert found.raw == "[seed phrase, 12 words]"


def test_prose_is_not_a_seed_phrase():
    text = "the quick brown fox jumps over the lazy dog and then the dog runs after the fox until both are tired out"
    assert list(KINDS["seed"].find(text)) == []


@pytest.mark.parametrize(
    ("text", "value", "remarks"),
    [
        ("xlsx_within_docx@document.comI", "xlsx_within_docx@document.com", ("trimmed",)),
        ("mail bob@host.local now", "bob@host.local", ("inside-name",)),
        ("mailto:bob@example.org?subject=x", "bob@example.org", ()),
        ("to=ana@example.org&x", "ana@example.org", ()),
        ("'ana@example.org'", "ana@example.org", ()),
        ("Write to ana@example.com.Then wait", "ana@example.com", ("trimmed",)),
        ("a ana.b-c@example.org. End", "ana.b-c@example.org", ()),
    ],
)
def test_emails_in_running_text(text, value, remarks):
    assert [(hit.value, hit.remarks) for hit in KINDS["email"].find(text)] == [(value, remarks)]


@pytest.mark.parametrize(
    "text", ["x" * 70 + "@example.org", "@@example.org", "a@b", "a @example.org", "a@exa mple.org"]
)
def test_what_is_no_email(text):
    assert list(KINDS["email"].find(text)) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("See https://Example.org/a_(b).", "https://example.org/a_(b)"),
        ("(see https://example.org/a)", "https://example.org/a"),
        ("<a href='http://example.org/?q=1'>", "http://example.org/?q=1"),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]/x"),
        ("www.example.org/a, and", "www.example.org/a"),
    ],
)
def test_urls_in_running_text(text, value):
    assert [hit.value for hit in KINDS["url"].find(text)] == [value]


def test_private_addresses_link_nothing():
    assert not KINDS["ipv4"].may_link("10.0.0.1")
    assert KINDS["ipv4"].may_link("8.8.8.8")
    assert not KINDS["ipv6"].may_link("fe80::1:2")
    assert not KINDS["card"].may_link("411111******1111")


def test_national_numbers_need_a_country():
    assert list(KINDS["phone"].find("call 0712 345 678")) == []
    assert [hit.value for hit in KINDS["phone"].find("call 0712 345 678", "KE")] == ["+254712345678"]
    assert [hit.value for hit in KINDS["phone"].find("call +254 712 345 678 or")] == ["+254712345678"]


@settings(max_examples=200)
@given(st.text(alphabet=string.printable + "ñ\u202e\x00😀", max_size=200))
def test_no_text_breaks_a_kind(text):
    for found in extract_text(text, "AR"):
        assert 0 <= found.offset < len(text)
