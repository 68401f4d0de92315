"""Harmless writing of addresses, and back."""

import pytest

from amparo.observables import defang, refang


@pytest.mark.parametrize(
    ("value", "harmless"),
    [
        ("https://a.example/x.y", "hxxps://a[.]example/x.y"),
        ("http://a.example", "hxxp://a[.]example"),
        ("www.example.org/", "www[.]example[.]org/"),
        ("ana@example.org", "ana[@]example[.]org"),
    ],
)
def test_defang_and_back(value, harmless):
    assert defang(value) == harmless
    assert refang(harmless) == value
    assert defang(harmless.replace("[.]", ".").replace("[@]", "@")) == harmless
