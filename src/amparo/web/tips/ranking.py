"""Where a tip stands: duplicate, version, part of an incident, linked, and how urgent, each with its reasons."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from amparo.base import Blob
from amparo.exchange.tips import Tip as Read
from amparo.exchange.tips import TipFile as ReadFile
from amparo.exchange.tips import account_keys, content_digest, link_keys, report_key
from amparo.exchange.tips.same import SAME_INCIDENT_WITHIN
from amparo.web.accounts.models import Agency
from amparo.web.reports.keys import hasher
from amparo.web.tips.assessing import assessed, facts_of, sender_scores
from amparo.web.tips.linking import Key, cases_by_key, keys_of, reports_by_key, sighting_keys, tips_by_key
from amparo.web.tips.models import Delivery, Tip, TipFile
from amparo.web.tips.plain import from_plain

#: Tips ranked again in one transaction.
BATCH: Final = 100
_DANGER: Final = 1_000_000
#: Keys of a reported person that are no account of theirs alone.
_NO_ACCOUNT: Final = frozenset({"host", "report", "hash"})


def rank_of(tip: Tip) -> int:
    """Danger flag, danger and actionability as one number: the queue's order is one index."""
    return _DANGER * tip.is_danger + 1000 * tip.danger + tip.actionability


class Ranker:
    """Places the tips of one agency."""

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self.region = agency.country or None
        self.hasher = hasher(agency)
        self.senders = sender_scores(agency)

    def keys(self, read: Read, files: Iterable[TipFile]) -> list[Key]:
        """All by which the tip can be linked: what it names, and the digests of the files that came with it."""
        digests = {("hash", digest) for file in files for digest in (file.sha256, file.sha1, file.md5) if digest}
        return keys_of(link_keys(read, self.region) | digests, self.hasher)

    def place(self, tip: Tip, read: Read, files: Collection[TipFile], keys: Collection[Key]) -> None:
        """Set everything that depends on what else is there. The tip itself need not be saved."""
        if not tip.report_key:
            tip.report_key, tip.content_key = _short(report_key(read)), content_digest(read)
            self._repeats(tip)
        tip.report_links = len(_all(reports_by_key(self.agency, _pairs(keys))))
        seen = {key for each in keys for key in sighting_keys(each.purpose, each.value)}
        tip.case_links = len(_all(cases_by_key(self.agency, seen)) - {tip.case_id})
        alike = self._incident(tip, read, keys)
        assessed(tip, read, facts_of(tip, files, alike, self.agency, self.senders.get(tip.esp)))
        tip.rank = rank_of(tip)

    def _repeats(self, tip: Tip) -> None:
        """The same report again is a duplicate of the first; with other content it is a version of it."""
        same = Tip.objects.filter(agency=self.agency, report_key=tip.report_key).exclude(pk=tip.pk)
        first = same.order_by("number").first()
        if first is None:
            return
        equal = same.filter(content_key=tip.content_key).order_by("number").first()
        if equal is not None:
            tip.duplicate_of = equal.duplicate_of or equal
            tip.state, tip.is_over = Tip.State.DUPLICATE, True
        else:
            tip.version_of = first

    def _incident(self, tip: Tip, read: Read, keys: Collection[Key]) -> int:
        """Join the tips about the same files, or the same account within days.

        Returns how many other reports there are about the same account, whenever they came.
        """
        accounts = account_keys(read, self.region)
        ours = [each for each in keys if (each.purpose, each.value) in accounts and each.purpose not in _NO_ACCOUNT]
        by_file = _all(tips_by_key(self.agency, _pairs(each for each in keys if each.purpose == "hash"))) - {tip.pk}
        by_account = _all(tips_by_key(self.agency, _pairs(ours))) - {tip.pk}
        rows = list(
            Tip.objects.filter(pk__in=by_file | by_account).only("number", "incident", "incident_at", "report_key")
        )
        self._join(tip, [each for each in rows if _is_near(tip.incident_at, each.incident_at, each.pk in by_file)])
        return sum(each.pk in by_account and each.report_key != tip.report_key for each in rows)

    def _join(self, tip: Tip, near: list[Tip]) -> None:
        """Make `tip` and `near`, and all they are joined with, one incident: its first tip stands for it."""
        roots = {each.incident_id or each.pk for each in near}
        root = Tip.objects.filter(pk__in=roots).order_by("number").first()
        if root is None:
            return
        tip.incident = root
        joined = Q(pk__in=[each.pk for each in near]) | Q(incident__in=roots)
        Tip.objects.filter(joined, agency=self.agency).exclude(incident=root).update(incident=root)


def _is_near(one: datetime | None, other: datetime | None, unknown_counts: bool) -> bool:
    if one is None or other is None:
        return unknown_counts
    return abs(one - other) <= SAME_INCIDENT_WITHIN


def _pairs(keys: Iterable[Key]) -> list[tuple[str, str]]:
    return [(each.purpose, each.keyed_hash) for each in keys]


def _all(found: dict[tuple[str, str], set[UUID]] | dict[str, set[UUID]]) -> set[UUID]:
    return set().union(*found.values())


def _short(text: str) -> str:
    """A report's key as a column holds it: long ones by their digest."""
    return hashlib.sha256(text.encode()).hexdigest()


def rank_again(delivery: Delivery, after: int, save: Callable[[int], None]) -> None:
    """Place the delivery's tips after number `after` once more, now that all of them are there.

    `save` moves the job's cursor inside each batch's transaction.
    """
    ranker = Ranker(delivery.agency)
    tips = delivery.tips.order_by("position").prefetch_related("files", "keys")
    while part := list(tips.filter(position__gt=after)[:BATCH]):
        after = part[-1].position
        with transaction.atomic():
            for tip in part:
                place_again(ranker, tip)
            save(after)


def place_again(ranker: Ranker, tip: Tip) -> None:
    files = list(tip.files.all())
    keys = [Key(each.purpose, each.value, each.keyed_hash) for each in tip.keys.all()]
    ranker.place(tip, read_again(tip, files), files, keys)
    tip.save(update_fields=PLACED)


#: The columns that `place` sets again; state and duplicates are decided once, when the tip comes in.
PLACED: Final = (
    "report_links", "case_links", "incident", "danger", "is_danger", "actionability", "reasons", "rank",
)  # fmt: skip


def read_again(tip: Tip, files: Iterable[TipFile]) -> Read:
    """The tip as the engine read it, from its rows. Blobs are empty stand-ins: only their being there counts."""
    return from_plain(Read, tip.fields, files=tuple(_files_again(files)))


def _files_again(files: Iterable[TipFile]) -> Iterator[ReadFile]:
    for each in files:
        blob = None if each.is_missing else Blob.from_bytes(b"", each.name)
        yield from_plain(ReadFile, each.fields, blob=blob)
