"""Form tokens: only ours, only for their purpose, only for two hours."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.web.portal import tokens
from amparo.web.portal.errors import TokenBroken, TokenExpired
from amparo.web.portal.tokens import Draft, make_token, read_token


def test_a_draft_comes_back_as_it_was():
    draft = Draft("other", 1).with_answer("words", "مرحبا\n<b>").with_answer("where", "x").with_answer("where", "")
    back = Draft.read(draft.token())
    assert back == draft
    assert back.answers == {"words": "مرحبا\n<b>"}
    assert (back.nonce, back.key) == (draft.nonce, draft.key)
    assert "other" not in draft.token()


@settings(max_examples=30)
@given(st.text(max_size=300))
def test_no_text_of_others_is_a_token(text):
    with pytest.raises(TokenBroken):
        read_token("draft", text)


def test_purpose_age_and_every_byte_count(monkeypatch):
    token = make_token("draft", {"x": 1})
    assert read_token("draft", token) == {"x": 1}
    with pytest.raises(TokenBroken):
        read_token("opened", token)
    for place in (0, 20, 40, len(token) - 5):
        with pytest.raises(TokenBroken):
            read_token("draft", token[:place] + ("B" if token[place] != "B" else "C") + token[place + 1 :])
    with pytest.raises(TokenBroken):
        read_token("draft", "A" * 800_000)
    now = tokens.time.time()
    for shift, error in ((7199, None), (7202, TokenExpired), (-120, TokenExpired)):
        monkeypatch.setattr(tokens.time, "time", lambda shift=shift: now + shift)
        if error is None:
            assert read_token("draft", token)
        else:
            with pytest.raises(error):
                read_token("draft", token)
