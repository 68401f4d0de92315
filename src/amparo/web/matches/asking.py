"""What a caller of the look-up API sent, read with care: a bad item is refused by itself, a bad request as a whole."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import RawPostDataException
from django.utils.translation import gettext

from amparo.base import AmparoError, clean_text, gettext_noop
from amparo.media import NEAR_BITS, SIGNALS
from amparo.media.lookup import Asked
from amparo.web.matches.errors import ItemRefused, LookupNotReadable, LookupTooLarge
from amparo.web.matches.models import PURPOSES

MOST_ITEMS: Final = 1000
MOST_BYTES: Final = 2 * 1024 * 1024
#: Beyond it every hash of a list would have to be compared.
FURTHEST: Final = 47
WAYS: Final = 8
_ITEM: Final = frozenset({"id", "md5", "sha1", "sha256", "pdq", "quality", "photodna"})
_REQUEST: Final = frozenset({"items", "purpose", "threshold", "photodna_within"})
#: The squared distance of two PhotoDNA-type values that differ as much as can be.
GIVEN_FURTHEST: Final = 144 * 255**2
#: Values that one request may compare with every one of a list.
MOST_GIVEN: Final = 10


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look up. `asked` None: it is refused, and `error` says why."""

    id: str | None
    asked: Asked | None
    error: AmparoError | None = None


@dataclass(frozen=True, slots=True)
class Question:
    items: tuple[Item, ...]
    purpose: str | None
    threshold: int
    given_within: int = 0  # of photodna values; 0: equal ones only

    @property
    def hashes(self) -> int:
        return sum(item.asked.count for item in self.items if item.asked)


def read_question(request: HttpRequest) -> Question:
    """Raises LookupTooLarge, LookupNotReadable; and ItemRefused if one item stands alone, not in a list."""
    sent = _parsed(_body(request))
    if not isinstance(sent, dict):
        raise LookupNotReadable(why=gettext_noop("it is no JSON object"))
    one = "items" not in sent
    unknown = _unknown(sent, _REQUEST | _ITEM if one else _REQUEST)
    if unknown:
        raise LookupNotReadable(why=gettext("it has the field “%(name)s”, which is not known") % {"name": unknown[0]})
    items = [{name: value for name, value in sent.items() if name in _ITEM}] if one else sent["items"]
    if not isinstance(items, list) or not items:
        raise LookupNotReadable(why=gettext_noop("“items” is no list of items"))
    if len(items) > MOST_ITEMS:
        raise LookupTooLarge(limit=MOST_ITEMS, unit=gettext_noop("items"))
    read = tuple(_item(number, each) for number, each in enumerate(items, 1))
    if one and read[0].error is not None:
        raise read[0].error
    within = _given_within(sent.get("photodna_within", 0))
    if within and sum("photodna" in item.asked.digests for item in read if item.asked) > MOST_GIVEN:
        raise LookupTooLarge(limit=MOST_GIVEN, unit=gettext_noop("PhotoDNA values with a distance"))
    return Question(read, _purpose(sent.get("purpose")), _threshold(sent.get("threshold", NEAR_BITS)), within)


def _body(request: HttpRequest) -> bytes:
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            raise LookupTooLarge(limit=MOST_BYTES, unit=gettext_noop("bytes"))
        return request.body
    except RequestDataTooBig:
        raise LookupTooLarge(limit=MOST_BYTES, unit=gettext_noop("bytes")) from None
    except (RawPostDataException, ValueError):
        raise LookupNotReadable(why=gettext_noop("it is not JSON")) from None


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise LookupNotReadable(why=gettext_noop("it is not JSON")) from None


def _unknown(sent: Mapping[str, Any], known: frozenset[str]) -> list[str]:
    return [clean_text(name)[:40] for name in sorted(set(sent) - known)]


def _purpose(value: object) -> str | None:
    if value is None or (isinstance(value, str) and value in PURPOSES):
        return value
    raise LookupNotReadable(why=gettext_noop("its “purpose” is none that a list can have"))


def _threshold(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= FURTHEST:
        return value
    raise LookupNotReadable(why=gettext_noop("its “threshold” is not a whole number from 0 to 47"))


def _given_within(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= GIVEN_FURTHEST:
        return value
    raise LookupNotReadable(why=gettext_noop("its “photodna_within” is not a whole number from 0 to 9363600"))


def _item(number: int, sent: object) -> Item:
    name = sent.get("id") if isinstance(sent, dict) else None
    given = clean_text(name)[:80] if isinstance(name, str) else None
    try:
        return Item(given, _asked(given or str(number), sent))
    except ItemRefused as error:
        return Item(given, None, error)


def _asked(item: str, sent: object) -> Asked:
    def refused(field: str, why: str) -> ItemRefused:
        return ItemRefused(item=item, field=field, why=why)

    if not isinstance(sent, dict):
        raise refused("-", gettext_noop("is no JSON object"))
    unknown = _unknown(sent, _ITEM)
    if unknown:
        raise refused(unknown[0], gettext_noop("is no field that is known"))
    if not isinstance(sent.get("id"), str | None):
        raise refused("id", gettext_noop("is no text"))
    digests = {name: _digest(name, sent[name], refused) for name in _digest_fields(sent)}
    pdqs = _pdqs(sent.get("pdq"), refused)
    if not digests and not pdqs:
        raise refused("-", gettext_noop("has no hash"))
    return Asked(digests, pdqs, _quality(sent.get("quality"), refused))


def _digest_fields(sent: Mapping[str, Any]) -> list[str]:
    return [name for name in ("sha256", "sha1", "md5", "photodna") if sent.get(name) is not None]


def _digest(name: str, value: object, refused: Any) -> str:
    if name == "photodna" and isinstance(value, str):
        value = _hex_of_base64(value)
    if isinstance(value, str) and SIGNALS[name].valid(value.lower()):
        return value.lower()
    raise refused(name, gettext_noop("is not of the right form"))


def _hex_of_base64(value: str) -> str:
    """A value in base64 as hexadecimal; anything else as it is."""
    try:
        return base64.b64decode(value, validate=True).hex() if len(value) == 192 else value
    except (binascii.Error, ValueError):
        return value


def _pdqs(value: object, refused: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    ways = [value] if isinstance(value, str) else value
    if not isinstance(ways, list) or not 1 <= len(ways) <= WAYS:
        raise refused("pdq", gettext_noop("is neither a hash nor a list of one to eight"))
    return tuple(_digest("pdq", each, refused) for each in ways)


def _quality(value: object, refused: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100:
        return value
    raise refused("quality", gettext_noop("is not a whole number from 0 to 100"))
