"""/api/v1/media: look up hashes in the unit's lists. Answers name entries; they never hold content."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django_scopes import scope
from ninja import Router, Schema, Status

from amparo.base import AmparoError
from amparo.media import NEAR_BITS, IndexDamaged
from amparo.web.accounts.models import ApiToken
from amparo.web.common.errors import NotAllowed, say
from amparo.web.matches.actions.lookups import Reply, Told, answer, lists_open_to
from amparo.web.matches.asking import FURTHEST, GIVEN_FURTHEST, MOST_GIVEN, MOST_ITEMS, WAYS, read_question
from amparo.web.matches.errors import BudgetSpent, LookupTooLarge, NotThisPurpose
from amparo.web.matches.models import PURPOSES

media = Router(tags=["media"])
#: Error -> status; all others of ours answer 400.
STATUS: Final[dict[type[AmparoError], int]] = {
    NotAllowed: 403, NotThisPurpose: 403, LookupTooLarge: 413, BudgetSpent: 429, IndexDamaged: 500,
}  # fmt: skip


class Problem(Schema):
    code: str
    sentence: str
    advice: str


class ListOut(Schema):
    name: str
    version: str
    purpose: str
    entries: int
    licence: str
    digest: str


class HitOut(Schema):
    """`way`: which of the item's PDQ hashes lies nearest, from 0. `also`: weaker signals that agree too."""

    list: str
    version: str
    purpose: str
    label: str | None
    row: int
    signal: str
    distance: int
    way: int | None
    also: list[str]
    opinion: str | None


class ItemOut(Schema):
    id: str | None
    hits: list[HitOut]
    notes: list[str]
    error: Problem | None


class Answers(Schema):
    threshold: int
    items: list[ItemOut]


def _hex(signs: int) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^[0-9a-fA-F]{{{signs}}}$"}


_ITEM: Final[dict[str, Any]] = {
    "id": {"type": "string", "maxLength": 80, "description": "Your own name for it; comes back in the answer."},
    "md5": _hex(32),
    "sha1": _hex(40),
    "sha256": _hex(64),
    "photodna": {"type": "string", "description": "144 bytes, base64 or hexadecimal; given, never made."},
    "pdq": {
        "description": "One hash, or up to eight of one picture laid in different ways; compared as given.",
        "oneOf": [_hex(64), {"type": "array", "items": _hex(64), "minItems": 1, "maxItems": WAYS}],
    },
    "quality": {"type": "integer", "minimum": 0, "maximum": 100, "description": "Of the PDQ hash."},
}
_LIMITS: Final[dict[str, Any]] = {
    "purpose": {"type": "string", "enum": sorted(PURPOSES), "description": "Only lists of this purpose."},
    "threshold": {"type": "integer", "minimum": 0, "maximum": FURTHEST, "default": NEAR_BITS},
    "photodna_within": {
        "type": "integer",
        "minimum": 0,
        "maximum": GIVEN_FURTHEST,
        "default": 0,
        "description": f"Furthest squared distance; above 0 for at most {MOST_GIVEN} values. 0: equal ones only.",
    },
}
_SCHEMA: Final[dict[str, Any]] = {
    "oneOf": [
        {"title": "One", "type": "object", "properties": {**_ITEM, **_LIMITS}, "additionalProperties": False},
        {
            "title": "Several",
            "type": "object",
            "required": ["items"],
            "properties": {
                **_LIMITS,
                "items": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MOST_ITEMS,
                    "items": {"type": "object", "properties": _ITEM, "additionalProperties": False},
                },
            },
            "additionalProperties": False,
        },
    ]
}
_BODY: Final = {"requestBody": {"required": True, "content": {"application/json": {"schema": _SCHEMA}}}}
_REFUSALS: Final = dict.fromkeys((400, 403, 413, 429, 500), Problem)


@media.get("/lists", response={200: list[ListOut], 403: Problem}, summary="Lists this token may look up")
def lists(request: HttpRequest) -> Any:
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    with scope(agency=token.agency):
        return [
            ListOut(
                name=each.name, version=each.version, purpose=each.purpose, entries=each.entries,
                licence=each.licence, digest=each.index_digest,
            )
            for each in lists_open_to(token)
        ]  # fmt: skip


@media.post(
    "/lookup",
    response={200: Answers, **_REFUSALS},
    summary="Look up hashes, one item or many",
    description=(
        "Each item is one file or picture. A bad item of several is answered with its error; the others are looked up. "
        "A hit is a lead that people must confirm. Each hash counts against the token's budget a minute and a day; "
        "what was asked is not kept, how much was asked is."
    ),
    openapi_extra=_BODY,
)
def lookup(request: HttpRequest, response: HttpResponse) -> Any:
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    with scope(agency=token.agency):
        try:
            question = read_question(request)
            replies = answer(token=token, question=question)
        except AmparoError as error:
            if isinstance(error, BudgetSpent):
                response["Retry-After"] = str(error.facts["seconds"])
            return Status(STATUS.get(type(error), 400), _problem(error))
    return Answers(threshold=question.threshold, items=[_item(each) for each in replies])


def _item(reply: Reply) -> ItemOut:
    error = _problem(reply.error) if reply.error else None
    return ItemOut(id=reply.id, hits=[_hit(each) for each in reply.told], notes=list(reply.notes), error=error)


def _hit(told: Told) -> HitOut:
    found, known = told.found, told.hash_list
    return HitOut(
        list=known.name, version=known.version, purpose=known.purpose, label=found.entry.label, row=found.entry.row,
        signal=found.signal, distance=found.distance, way=found.way, also=list(found.also), opinion=told.opinion,
    )  # fmt: skip


def _problem(error: AmparoError) -> Problem:
    said = say(error)
    return Problem(code=said.code, sentence=said.sentence, advice=said.advice)
