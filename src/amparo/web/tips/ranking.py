"""Where a tip stands: duplicate, version, part of an incident, linked, and how urgent, each with its reasons."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
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
from amparo.web.tips.linking import Key, cases_by_key, keys_of, parts_of, reports_by_key, sighting_keys, tips_by_key
from amparo.web.tips.models import Delivery, Tip, TipFile
from amparo.web.tips.plain import from_plain

#: Tips ranked again in one transaction.
BATCH: Final = 100
_DANGER: Final = 1_000_000
#: Oldest first. Numbers would do while all have as many digits.
_AGE: Final = ("delivery__imported", "position")
#: Purposes that link no tips: a host is shared by millions.
_NO_LINK: Final = frozenset({"host"})
#: Keys of a reported person that are no account of theirs alone.
_NO_ACCOUNT: Final = frozenset({"host", "report", "hash"})


def rank_of(tip: Tip) -> int:
    """Danger flag, danger and actionability as one number: the queue's order is one index."""
    return _DANGER * tip.is_danger + 1000 * tip.danger + tip.actionability


class _Row(NamedTuple):
    """What is asked of another tip."""

    pk: UUID
    report_key: str
    incident_at: datetime | None
    incident: UUID | None


@dataclass(frozen=True, slots=True)
class Around:
    """What else there is, asked once for some tips together. Keys are (purpose, keyed hash)."""

    reports: Mapping[tuple[str, str], set[UUID]]
    cases: Mapping[str, set[UUID]]  # by sighting key
    tips: Mapping[tuple[str, str], set[UUID]]
    rows: dict[UUID, _Row]  # of those tips


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

    def around(self, keys: Iterable[Key]) -> Around:
        """What reports, cases and saved tips share any of `keys`."""
        keys = list(keys)
        tips = tips_by_key(self.agency, [pair for pair in _pairs(keys) if pair[0] not in _NO_LINK])
        asked = (Tip.objects.filter(pk__in=part).order_by() for part in parts_of(_all(tips)))
        found = (row for rows in asked for row in rows.values_list("pk", "report_key", "incident_at", "incident"))
        return Around(
            reports_by_key(self.agency, _pairs(keys)),
            cases_by_key(self.agency, {key for each in keys for key in sighting_keys(each.purpose, each.value)}),
            tips,
            {row[0]: _Row(*row) for row in found},
        )

    def place(self, tip: Tip, read: Read, files: Collection[TipFile], keys: Collection[Key], around: Around) -> None:
        """Set everything that depends on what else is there. The tip itself need not be saved."""
        tip.report_links = len(_of(around.reports, _pairs(keys)))
        seen = [key for each in keys for key in sighting_keys(each.purpose, each.value)]
        tip.case_links = len(_of(around.cases, seen) - {tip.case_id})
        alike = self._incident(tip, read, keys, around)
        assessed(tip, read, facts_of(tip, files, alike, self.agency, self.senders.get(tip.esp)))
        tip.rank = rank_of(tip)

    def _incident(self, tip: Tip, read: Read, keys: Collection[Key], around: Around) -> int:
        """Join the tips about the same files, or the same account within days.

        Returns how many other reports there are about the same account, whenever they came.
        """
        accounts = account_keys(read, self.region)
        ours = [each for each in keys if (each.purpose, each.value) in accounts and each.purpose not in _NO_ACCOUNT]
        by_file = _of(around.tips, _pairs(each for each in keys if each.purpose == "hash")) - {tip.pk}
        by_account = _of(around.tips, _pairs(ours)) - {tip.pk}
        rows = [around.rows[pk] for pk in by_file | by_account if pk in around.rows]
        near = [each for each in rows if _is_near(tip.incident_at, each.incident_at, each.pk in by_file)]
        self._join(tip, near, around)
        return sum(each.pk in by_account and each.report_key != tip.report_key for each in rows)

    def _join(self, tip: Tip, near: list[_Row], around: Around) -> None:
        """Make `tip` and `near`, and all they are joined with, one incident: its first tip stands for it."""
        together = tip.incident_id is not None and {each.incident for each in near} == {tip.incident_id}
        if together or not near:
            return
        # A tip that is not saved yet is the youngest: it is found by no query, and is no root.
        roots = {each.incident or each.pk for each in near} | {tip.incident_id or tip.pk}
        root = Tip.objects.filter(pk__in=roots).order_by(*_AGE).values_list("pk", flat=True)[0]
        tip.incident_id = root
        joined = Q(pk__in=[each.pk for each in near]) | Q(incident__in=roots) | Q(pk=root)
        Tip.objects.filter(joined, agency=self.agency).exclude(incident=root).update(incident=root)
        moved = {each.pk for each in near} | {pk for pk, row in around.rows.items() if row.incident in roots}
        moved |= {root} & around.rows.keys()
        around.rows.update({pk: around.rows[pk]._replace(incident=root) for pk in moved})


class Repeats:
    """Reports that came before, for the tips of one batch. The batch's own count too, in their order."""

    def __init__(self, agency: Agency, tips: Collection[Tip]) -> None:
        wanted = {tip.report_key for tip in tips}
        before = Tip.objects.filter(agency=agency, report_key__in=wanted).defer("fields").order_by(*_AGE)
        self._first: dict[str, Tip] = {}
        self._equal: dict[tuple[str, str], Tip] = {}
        for each in before:
            self._remember(each)

    def _remember(self, tip: Tip) -> None:
        self._first.setdefault(tip.report_key, tip)
        self._equal.setdefault((tip.report_key, tip.content_key), tip)

    def place(self, tip: Tip) -> None:
        """The same report again is a duplicate of the first; with other content it is a version of it."""
        equal = self._equal.get((tip.report_key, tip.content_key))
        if equal is not None:
            tip.duplicate_of_id = equal.duplicate_of_id or equal.pk
            tip.state, tip.is_over = Tip.State.DUPLICATE, True
        elif first := self._first.get(tip.report_key):
            tip.version_of_id = first.pk
        self._remember(tip)


def identify(tip: Tip, read: Read) -> None:
    """Set the keys by which the same report is known again."""
    tip.report_key = hashlib.sha256(report_key(read).encode()).hexdigest()
    tip.content_key = content_digest(read)


def _is_near(one: datetime | None, other: datetime | None, unknown_counts: bool) -> bool:
    if one is None or other is None:
        return unknown_counts
    return abs(one - other) <= SAME_INCIDENT_WITHIN


def _pairs(keys: Iterable[Key]) -> list[tuple[str, str]]:
    return [(each.purpose, each.keyed_hash) for each in keys]


def _of(found: Mapping[Any, set[UUID]], keys: Iterable[Any]) -> set[UUID]:
    """Everything that one of `keys` finds."""
    return set().union(*(found[key] for key in keys if key in found))


def _all(found: Mapping[Any, set[UUID]]) -> set[UUID]:
    return set().union(*found.values())


def rank_again(delivery: Delivery, after: int, save: Callable[[int], None]) -> None:
    """Place the delivery's tips after number `after` once more, now that all of them are there.

    `save` moves the job's cursor inside each batch's transaction.
    """
    ranker = Ranker(delivery.agency)
    tips = delivery.tips.order_by("position").prefetch_related("files", "keys")
    while part := list(tips.filter(position__gt=after)[:BATCH]):
        after = part[-1].position
        with transaction.atomic():
            place_again(ranker, part)
            save(after)


def place_again(ranker: Ranker, tips: Collection[Tip]) -> None:
    """Place saved tips, whose files and keys are prefetched, once more; what changed is saved."""
    keys = {tip.pk: [Key(each.purpose, each.value, each.keyed_hash) for each in tip.keys.all()] for tip in tips}
    around = ranker.around(key for each in keys.values() for key in each)
    changed = []
    for tip in tips:
        before = [getattr(tip, name) for name in PLACED]
        # An earlier tip of this batch may have joined it with others.
        tip.incident_id = around.rows[tip.pk].incident if tip.pk in around.rows else tip.incident_id
        files = list(tip.files.all())
        ranker.place(tip, read_again(tip, files), files, keys[tip.pk], around)
        if before != [getattr(tip, name) for name in PLACED]:
            changed.append(tip)
        if tip.pk in around.rows:
            around.rows[tip.pk] = around.rows[tip.pk]._replace(incident=tip.incident_id)
    _save(changed, around)


def _save(changed: Collection[Tip], around: Around) -> None:
    for tip in changed:
        if tip.pk in around.rows:
            tip.incident_id = around.rows[tip.pk].incident  # a later tip of the batch may have joined it
    Tip.objects.bulk_update(changed, [name.removesuffix("_id") for name in PLACED], batch_size=100)


#: The columns that `place` sets again; state and duplicates are decided once, when the tip comes in.
PLACED: Final = (
    "report_links", "case_links", "incident_id", "danger", "is_danger", "actionability", "reasons", "rank",
)  # fmt: skip


def read_again(tip: Tip, files: Iterable[TipFile]) -> Read:
    """The tip as the engine read it, from its rows. Blobs are empty stand-ins: only their being there counts."""
    return from_plain(Read, tip.fields, files=tuple(_files_again(files)))


def _files_again(files: Iterable[TipFile]) -> Iterator[ReadFile]:
    for each in files:
        blob = None if each.is_missing else Blob.from_bytes(b"", each.name)
        yield from_plain(ReadFile, each.fields, blob=blob)
