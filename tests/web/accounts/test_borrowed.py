"""What Django and allauth say stands in every language of the desk, also in those they do not speak themselves."""

import pytest
from django.contrib.auth.password_validation import MinimumLengthValidator, get_default_password_validators
from django.core.exceptions import ValidationError
from django.utils import translation

from amparo.web.accounts.borrowed import SENTENCES

LANGUAGES = ("es", "fr", "ar", "pt", "sw")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_borrowed_sentence_is_ours(language) -> None:
    with translation.override(language):
        plain = [each for each in SENTENCES if isinstance(each, str)]
        assert [each for each in plain if translation.gettext(each) == each and each != "Code"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_asked_of_a_password_is_said_in_the_readers_language(language) -> None:
    with translation.override("en"):
        english = [each.get_help_text() for each in get_default_password_validators()]
    with translation.override(language):
        said = [each.get_help_text() for each in get_default_password_validators()]
        with pytest.raises(ValidationError) as refused:
            MinimumLengthValidator(12).validate("abc")
        assert "12" in refused.value.messages[0]
        assert "short" not in refused.value.messages[0]
    assert english
    assert not set(english) & set(said)
