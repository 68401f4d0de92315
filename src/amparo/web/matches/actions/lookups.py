"""Looking up hashes for the bearer of a token: which lists are open to it, what it may spend, what is answered."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from amparo.base import AmparoError
from amparo.media import Index
from amparo.media.lookup import Answer, Found, look_up
from amparo.web.accounts.models import Agency, ApiToken
from amparo.web.accounts.permissions import require_scope
from amparo.web.audit.actions import record
from amparo.web.matches import news
from amparo.web.matches.actions.lists import index_folder
from amparo.web.matches.asking import Item, Question
from amparo.web.matches.budgets import spend
from amparo.web.matches.errors import NotThisPurpose
from amparo.web.matches.models import HashList, ListOpinion, entry_key
from amparo.web.matches.negative import current_bank, negative_index, negative_sha256s
from amparo.web.matches.standing import why_not

LOOKUP: Final = "media.lookup"
#: What a token of each purpose may look up. Lists of own cases' files are nobody else's business.
OPEN_TO: Final[Mapping[str, frozenset[str]]] = {
    ApiToken.Purpose.INTERNAL: frozenset({"csam", "intimate-images", "case-files", "malware"}),
    ApiToken.Purpose.PARTNER: frozenset({"csam", "intimate-images", "malware"}),
    ApiToken.Purpose.HOTLINE: frozenset({"csam", "intimate-images"}),
}
_KEYS: Final = 500  # that one question to the database names at most


class Told(NamedTuple):
    """`opinion`: what the unit thinks of the entry, None if nobody said."""

    found: Found
    hash_list: HashList
    opinion: str | None


class Reply(NamedTuple):
    id: str | None
    told: tuple[Told, ...]
    notes: tuple[str, ...]
    error: AmparoError | None


def purposes_open_to(token: ApiToken) -> frozenset[str]:
    """In an exercise there is nothing but training, and nothing of it anywhere else."""
    return frozenset({"training"}) if token.agency.is_exercise else OPEN_TO[token.purpose]


def lists_open_to(token: ApiToken, purpose: str | None = None) -> list[HashList]:
    """The newest version of each list that the token may look up. Raises NotAllowed, NotThisPurpose."""
    require_scope(token, LOOKUP)
    purposes = purposes_open_to(token)
    if purpose is not None and purpose not in purposes:
        raise NotThisPurpose(token=token.purpose, purpose=purpose)
    wanted = purposes if purpose is None else {purpose}
    newest: dict[str, HashList] = {}
    for each in HashList.objects.filter(withdrawn=None, purpose__in=wanted).order_by("name", "-imported"):
        newest.setdefault(each.name, each)
    return list(newest.values())


def answer(*, token: ApiToken, question: Question) -> list[Reply]:
    """Look up what can be, count it, and write down how much was asked: never what.

    Raises NotAllowed, NotThisPurpose, BudgetSpent; then nothing is looked up.
    """
    lists = {str(each): each for each in lists_open_to(token, question.purpose)}
    spend(token, question.hashes)
    asked = [item.asked for item in question.items if item.asked is not None]
    indexes = {name: _opened(index_folder(each)) for name, each in lists.items()}
    bank = current_bank(token.agency)
    negative = negative_index(token.agency, bank) if bank else None
    answers = iter(look_up(asked, indexes, question.threshold, negative=negative, given_within=question.given_within))
    found = [next(answers) if item.asked is not None else Answer((), ()) for item in question.items]
    replies = _with_opinions(token.agency, question.items, found, lists)
    _note(token, question, replies, len(lists))
    return replies


@lru_cache(maxsize=64)
def _opened(folder: Path) -> Index:
    """An index never changes and is mapped, not loaded: it stays open for the next request."""
    return Index.open(folder)


def _with_opinions(
    agency: Agency, items: Iterable[Item], answers: list[Answer], lists: Mapping[str, HashList]
) -> list[Reply]:
    opinions = _opinions((found for each in answers for found in each.found), lists)
    not_these = negative_sha256s(agency)
    return [_reply(item, each, lists, opinions, not_these) for item, each in zip(items, answers, strict=True)]


def _reply(
    item: Item,
    answered: Answer,
    lists: Mapping[str, HashList],
    opinions: Mapping[tuple[str, str], str],
    not_these: frozenset[str],
) -> Reply:
    harmless = item.asked is not None and item.asked.digests.get("sha256") in not_these
    told, notes = [], set(answered.notes)
    for found in answered.found:
        known = lists[found.list_name]
        opinion = opinions.get((known.name, entry_key(found.entry.digests))) if found.entry.digests else None
        reason = why_not(found.entry, found.signal, opinion=opinion, harmless=harmless)
        if reason is None:
            told.append(Told(found, known, opinion))
        else:
            notes.add(reason)
    return Reply(item.id, tuple(told), tuple(sorted(notes)), item.error)


def _opinions(found: Iterable[Found], lists: Mapping[str, HashList]) -> dict[tuple[str, str], str]:
    """(name of a list, key of an entry) -> what the unit thinks of it."""
    keys = sorted({entry_key(each.entry.digests) for each in found if each.entry.digests})
    made: dict[tuple[str, str], str] = {}
    names = {each.name for each in lists.values()}
    for begin in range(0, len(keys), _KEYS):
        some = ListOpinion.objects.filter(current=True, list_name__in=names, key__in=keys[begin : begin + _KEYS])
        made |= {(name, key): opinion for name, key, opinion in some.values_list("list_name", "key", "opinion")}
    return made


def _note(token: ApiToken, question: Question, replies: list[Reply], lists: int) -> None:
    record(
        news.LOOKED_UP,
        actor=token.person.actor,
        agency_id=token.agency_id,
        object=f"token:{token.pk}",
        facts={
            "purpose": token.purpose,
            "items": len(replies),
            "hashes": question.hashes,
            "refused": sum(each.error is not None for each in replies),
            "items_found": sum(bool(each.told) for each in replies),
            "lists": lists,
        },
    )
