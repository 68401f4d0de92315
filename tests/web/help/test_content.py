"""Help items: complete in six languages, and saying what we say."""

import pytest

from amparo.web.help.content import AUDIENCES, _file, items_for

LANGUAGES = ["en", "es", "fr", "ar", "pt", "sw"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_item_complete(language):
    english = [(each.audience, each.key) for each in _file("en")]
    assert [(each.audience, each.key) for each in _file(language)] == english
    for item, original in zip(_file(language), _file("en"), strict=True):
        assert len(item.now) == 3
        assert len(item.sections) == len(original.sections)
        assert all(section.heading and section.paragraphs for section in item.sections)
        assert all(
            len(section.paragraphs) == len(twin.paragraphs)
            for section, twin in zip(item.sections, original.sections, strict=True)
        )
        assert item.audience in AUDIENCES
        assert language == "en" or item.title != original.title


def test_each_audience_has_items_and_an_unknown_language_falls_back():
    for audience in AUDIENCES:
        assert len(items_for(audience.name, "ar")) >= 3
        assert {each.language for each in items_for(audience.name, "xx")} == {"en"}


def test_children_are_never_blamed_and_sentences_are_short():
    for item in items_for("children", "en"):
        for section in item.sections:
            for paragraph in section.paragraphs:
                longest = max(len(sentence.split()) for sentence in paragraph.split("."))
                assert longest <= 22, paragraph
