"""Words for bytes and back; a mistyped word is noticed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.web.reports import passphrases


def test_the_papers_example():
    """Wilkerson's paper: 127.0.0.1 is lusab-babad."""
    assert passphrases.words_of(bytes([127, 0, 0, 1])) == "lusab-babad"
    assert passphrases.bytes_of("Lusab  BABAD") == bytes([127, 0, 0, 1])


@settings(max_examples=50)
@given(st.binary(min_size=32, max_size=32))
def test_recovery_words_give_the_key_back(private):
    assert passphrases.read_recovery(passphrases.print_recovery(private)) == private


def test_a_wrong_missing_or_swapped_word_is_refused():
    words = passphrases.print_recovery(bytes(range(32))).split("-")
    for bad in (["lusab", *words[1:]], words[:-1], [words[1], words[0], *words[2:]], ["x"], ["abcde"] * 17):
        with pytest.raises(ValueError):
            passphrases.read_recovery("-".join(bad))


def test_passphrases_are_five_words_of_eighty_bits():
    drawn = {passphrases.new_passphrase() for _ in range(100)}
    assert len(drawn) == 100
    assert all(len(passphrases.bytes_of(each)) == 10 for each in drawn)
    assert passphrases.normalise_passphrase("  Lusab babad, ") == "lusab-babad"
