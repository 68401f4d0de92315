"""Every template of the product: fit for the strict content security policy, and readable in every language."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "src" / "amparo" / "web"
TEMPLATES = sorted(WEB.glob("templates/**/*.html")) + sorted(WEB.glob("*/templates/**/*.html"))

FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*=", re.I),
    "an inline style sheet": re.compile(r"<style\b", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "an event handler": re.compile(r"\son(?:click|load|change|submit|input|focus|blur|key\w+|mouse\w+)\s*=", re.I),
    "something from elsewhere": re.compile(r"<(?:link|script|img|iframe)[^>]*(?:href|src)=\"(?:https?:)?//", re.I),
    "a javascript: address": re.compile(r"javascript:", re.I),
}


def without_comments(text: str) -> str:
    return re.sub(r"{% comment.*?endcomment %}|{#.*?#}|<!--.*?-->", "", text, flags=re.S)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_fits_the_content_security_policy(path):
    text = without_comments(path.read_text())
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_words_are_marked_for_translation(path):
    text = without_comments(path.read_text())
    text = re.sub(r"{% (?:blocktranslate|blocktrans)\b.*?{% end(?:blocktranslate|blocktrans) %}", "", text, flags=re.S)
    text = re.sub(r"{% block \w*class\w* %}.*?{% endblock", "{% endblock", text, flags=re.S)
    text = re.sub(r"{%.*?%}|{{.*?}}", " ", text, flags=re.S)
    text = re.sub(
        r"<(?:script|style)\b.*?</(?:script|style)>|<(?:kbd|code)>.*?</(?:kbd|code)>|<!doctype html>",
        " ",
        text,
        flags=re.S | re.I,
    )
    attributes = re.findall(r"\b(?:aria-label|alt|title|placeholder)=\"([^\"]*)\"", text)
    bare = re.sub(r"&\w+;", " ", re.sub(r"<[^>]*>", " ", text))
    words = [
        word
        for word in re.findall(r"[A-Za-z]{3,}", " ".join([bare, *attributes]))
        if word not in {"Amparo", "CSV", "UTC", "PDF", "BTC"}
    ]
    assert words == []
