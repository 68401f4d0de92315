"""Form tokens: the hidden field that carries a draft from page to page. It replaces cookie and session.

JSON, boxed (XSalsa20-Poly1305) under the installation's form key, bound to a purpose, valid for two hours. Nobody but
this installation can read or make one; a stale page cannot be sent.
"""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from amparo.web.common.home import secret
from amparo.web.portal.errors import TokenBroken, TokenExpired
from amparo.web.reports import sealing
from amparo.web.reports.keys import FORM_KEY

VALID_SECONDS: Final = 2 * 3600
#: A token can carry the longest answers of a form: three fields of 20,000 and one of 65,536 signs, up to 4 bytes each.
LONGEST: Final = 700_000


def make_token(purpose: str, content: Mapping[str, Any]) -> str:
    """Return `content` as text for a hidden field."""
    data = json.dumps({"for": purpose, "at": int(time.time()), "is": content}, ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(sealing.box(secret(FORM_KEY), data)).decode()


def read_token(purpose: str, text: str) -> dict[str, Any]:
    """Return a token's content. Raises TokenExpired after two hours, TokenBroken for whatever else is wrong."""
    if not 0 < len(text) <= LONGEST:
        raise TokenBroken
    try:
        data = sealing.unbox(secret(FORM_KEY), base64.urlsafe_b64decode(text.encode()))
    except (sealing.DoesNotOpen, binascii.Error, ValueError):
        raise TokenBroken from None
    token = json.loads(data)
    if token["for"] != purpose:
        raise TokenBroken
    if not -60 <= time.time() - token["at"] <= VALID_SECONDS:
        raise TokenExpired
    content: dict[str, Any] = token["is"]
    return content


@dataclass(frozen=True, slots=True)
class Draft:
    """A report being written: which form, what is answered, and the key it will be sealed under."""

    form: str
    version: int
    answers: Mapping[str, str] = field(default_factory=dict)
    checking: bool = False  # the answers were all seen once: after a change, go back to them
    nonce: bytes = field(default_factory=sealing.new_key, repr=False)
    key: bytes = field(default_factory=sealing.new_key, repr=False)

    def with_answer(self, question: str, answer: str) -> "Draft":
        answers = {**self.answers, question: answer}
        return replace(self, answers={name: each for name, each in answers.items() if each})

    def token(self) -> str:
        content = {
            "form": self.form,
            "version": self.version,
            "answers": dict(self.answers),
            "checking": self.checking,
            "nonce": self.nonce.hex(),
            "key": self.key.hex(),
        }
        return make_token("draft", content)

    @classmethod
    def read(cls, text: str) -> "Draft":
        """Raises TokenExpired, TokenBroken."""
        content = read_token("draft", text)
        nonce, key = bytes.fromhex(content.pop("nonce")), bytes.fromhex(content.pop("key"))
        return cls(nonce=nonce, key=key, **content)
