"""Mutations of what the unit thinks of a list's entries, and the file that tells the list's source."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from django.db import transaction

from amparo.base import clean_text, gettext_noop
from amparo.media import Entry, Index
from amparo.media.lists import feedback
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.matches import news
from amparo.web.matches.actions.lists import index_folder
from amparo.web.matches.errors import OpinionRefused
from amparo.web.matches.models import HashList, ListOpinion, Match, entry_key


@transaction.atomic
def give_opinion(*, actor: Person, match: Match, opinion: str, note: str = "") -> ListOpinion:
    """Say what is thought of the entry behind a match; it counts from now on, in all versions of the list.

    An entry that is taken out of use needs a reason. Raises NotAllowed, OpinionRefused.
    """
    require(actor, "matches.review")
    note = clean_text(note).strip()[:300]
    if opinion == ListOpinion.Opinion.WITHDRAWN and not note:
        raise OpinionRefused(why=gettext_noop("to take an entry out of use needs a reason"))
    digests = entry_digests(match)
    found = match.hash_list
    key = entry_key(digests)
    ListOpinion.objects.filter(list_name=found.name, key=key, current=True).update(current=False)
    given = ListOpinion.objects.create(
        agency=found.agency, list_name=found.name, key=key, digests=digests, label=match.label,
        opinion=ListOpinion.Opinion(opinion), note=note, by=actor,
    )  # fmt: skip
    record(
        news.OPINION,
        actor=actor.actor, agency_id=found.agency_id, object=f"list:{found.pk}", reason=note or None,
        facts={"opinion": opinion, "row": match.entry_row},
    )  # fmt: skip
    return given


def entry_digests(match: Match) -> dict[str, str]:
    """The digests of the entry behind a match, read from its list's index. Raises IndexDamaged, OpinionRefused."""
    index = Index.open(index_folder(match.hash_list))
    for ref in index.lookup(match.signal, match.entry_value):
        entry = index.entry(ref)
        if entry.row == match.entry_row:
            return dict(entry.digests)
    raise OpinionRefused(why=gettext_noop("the list's index no longer holds the entry"))


def opinion_on(match: Match) -> ListOpinion | None:
    """What the unit thinks of the entry behind a match, None if nobody said. Raises IndexDamaged."""
    name = match.hash_list.name
    if not ListOpinion.objects.filter(list_name=name, current=True).exists():
        return None
    key = entry_key(entry_digests(match))
    return ListOpinion.objects.filter(list_name=name, key=key, current=True).select_related("by").first()


@transaction.atomic
def take_feedback(*, actor: Person, hash_list: HashList, sink: BinaryIO) -> int:
    """Write what the unit thinks of this version's entries, in the form its source reads; returns how many.

    Digests, opinions, notes and counts leave; nothing of a case, an item or a person. Raises NotAllowed,
    OpinionRefused, IndexDamaged.
    """
    require(actor, "lists.import")
    if hash_list.is_known_good:
        raise OpinionRefused(why=gettext_noop("lists of harmless files have no feedback"))
    before = sink.tell()
    count = feedback.write(hash_list.format, _said_of(hash_list), sink)
    sink.seek(before)
    sha256 = hashlib.file_digest(sink, "sha256").hexdigest()  # type: ignore[arg-type]
    sink.seek(before)
    record(
        news.FEEDBACK,
        actor=actor.actor, agency_id=hash_list.agency_id, object=f"list:{hash_list.pk}", after=f"sha256:{sha256}",
        facts={"opinions": count},
    )  # fmt: skip
    return count


def _said_of(hash_list: HashList) -> Iterator[feedback.Opinion]:
    """The opinions that count on entries this version holds, in the order they were given."""
    index = Index.open(index_folder(hash_list))
    said = ListOpinion.objects.filter(list_name=hash_list.name, current=True).order_by("at", "pk")
    for each in said.iterator(500):
        entry = _entry_named(index, each)
        if entry is not None:
            files = Match.objects.filter(hash_list__name=hash_list.name, entry_value__in=each.digests.values())
            seen = files.order_by().values("item__sha256").distinct().count()
            yield feedback.Opinion(entry, cast(feedback.View, each.opinion), seen, each.note)


def _entry_named(index: Index, said: ListOpinion) -> Entry | None:
    for signal, digest in said.digests.items():
        for ref in index.lookup(signal, digest):
            entry = index.entry(ref)
            if entry_key(entry.digests) == said.key:
                return entry
    return None
