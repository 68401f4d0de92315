"""Mutations of what the unit thinks of a list's entries, and the file that tells the list's source."""

from django.db import transaction

from amparo.base import clean_text, gettext_noop
from amparo.media import Index
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.matches import news
from amparo.web.matches.actions.lists import index_folder
from amparo.web.matches.errors import OpinionRefused
from amparo.web.matches.models import ListOpinion, Match, entry_key


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
