import json
import re
from pathlib import Path

import pytest

import amparo.bundle
from amparo.bundle import LANGUAGES, NOTES, own_translate
from amparo.bundle.words import all_words
from amparo.findings import TEMPLATES

FOLDER = Path(amparo.bundle.__file__).with_name("catalogue")
SENTENCES = list(dict.fromkeys([*all_words(), *(each.sentence for each in (*TEMPLATES, *NOTES))]))
PLACE = re.compile(r"%\(\w+\)s")


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_sentence_is_translated_with_its_facts(language):
    words = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    assert [each for each in SENTENCES if each not in words] == []
    assert [each for each in words if each not in SENTENCES] == []
    for sentence, translated in words.items():
        assert translated.strip()
        assert sorted(PLACE.findall(sentence)) == sorted(PLACE.findall(translated)), sentence


def test_english_and_unknown_sentences_stay_as_they_are():
    assert own_translate("en", "Case") == "Case"
    assert own_translate("sw", "Case") == "Kesi"
    assert own_translate("sw", "a sentence of tomorrow") == "a sentence of tomorrow"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_claims_guilt_or_ownership(language):
    claims = "culpable|coupable|culpado|guilty of|belongs to|pertenece a|appartient|pertence a"
    for sentence in SENTENCES:
        assert not re.search(claims, own_translate(language, sentence), re.IGNORECASE)
