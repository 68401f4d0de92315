"""What a scan found, written down: matches with their recipes, what was dropped, entries that match too much."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from amparo.base import Skipped
from amparo.media import MIN_QUALITY, Hit, Index, IndexDamaged, Scanned, scan_recipe
from amparo.media.matching import KNOWN_GOOD
from amparo.web.accounts.models import Agency
from amparo.web.common.jobs import Run
from amparo.web.exhibits.catalogue import item_row
from amparo.web.exhibits.models import Item
from amparo.web.matches.actions.lists import index_folder
from amparo.web.matches.facts import review_facts
from amparo.web.matches.models import HashList, Match, Quarantine, Scan
from amparo.web.matches.negative import negative_index
from amparo.web.matches.policy import policy
from amparo.web.matches.standing import Standing

#: Not being a picture is no failure to read: the exact digests were compared.
NO_PICTURE: Final = frozenset({"not-a-picture"})
#: Why a comparison was not made, or its hit not kept, though the item was read.
DROPPED: Final = frozenset({KNOWN_GOOD, "negative-bank", "too-many-near", "withdrawn-entry", "withdrawn-by-source"})
#: These say more than the case's authorisation allows if they come with names.
CLOSED: Final = frozenset({"outside-authorisation", "unviewed"})
_EXAMPLES: Final = 5


class Keeper:
    """One scan's lists, and what it found since it last wrote. `write` inside the transaction that moves the cursor."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.agency: Agency = scan.exhibit.case.agency
        self.lists = {str(each): each for each in scan.lists.all()}
        self.indexes = {name: Index.open(index_folder(each)) for name, each in self.lists.items()}
        self.negative = negative_index(self.agency, scan.negative) if scan.negative else None
        self._standing = Standing(self.agency)
        self.found: list[tuple[str, Scanned]] = []  # forensic path, what came of it
        self.skipped: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}

    def check_lists(self) -> None:
        """Compare every byte of the lists with what was imported. Raises IndexDamaged: nothing is matched then."""
        for name, index in self.indexes.items():
            index.verify()
            if index.digest != self.lists[name].index_digest:
                raise IndexDamaged(file="manifest.json", why=f"it is not the index that was imported as {name}")

    def add(self, path: str, display: str, scanned: Scanned) -> None:
        self.found.append((path, scanned))
        for each in scanned.skipped:
            self.skip(each, display)

    def skip(self, skipped: Skipped, display: str) -> None:
        if skipped.reason in DROPPED:
            self.dropped[skipped.reason] += 1
        elif skipped.reason not in NO_PICTURE:
            self.skipped[skipped.reason] += 1
            examples = self.examples.setdefault(skipped.reason, [])
            if skipped.reason not in CLOSED and len(examples) < _EXAMPLES:
                examples.append(display)

    def pass_over(self, reason: str, count: int, names: list[str]) -> None:
        """Items that were not looked at; `names`: the first few."""
        self.skipped[reason] += count
        if reason not in CLOSED:
            self.examples[reason] = [*self.examples.get(reason, []), *names][:_EXAMPLES]

    def write(self, run: Run) -> None:
        """Save matches and counts; what is found twice, by a worker that died and its successor, is kept once."""
        hit_rows: set[tuple[str, int]] = set()
        for path, scanned in self.found:
            hit_rows |= set(self._keep(path, scanned))
        for reason, count in self.skipped.items():
            run.skip(Skipped("", reason), count)
        for name, row in sorted(hit_rows):
            self._quarantine(self.lists[name], row)
        scan = self.scan
        scan.read += len(self.found)
        scan.skipped = dict(Counter(scan.skipped) + self.skipped)
        scan.dropped = dict(Counter(scan.dropped) + self.dropped)
        for reason, names in self.examples.items():
            if names:
                scan.examples[reason] = [*scan.examples.get(reason, []), *names][:_EXAMPLES]
        self.found, self.examples = [], {}
        self.skipped.clear()
        self.dropped.clear()

    def _keep(self, path: str, scanned: Scanned) -> Iterable[tuple[str, int]]:
        hits = [hit for hit in scanned.hits if self._counts(scanned, hit)]
        if not hits:
            return
        recipe = scan_recipe(scanned, self.indexes, self.scan.threshold, MIN_QUALITY, negative=self.negative)
        if recipe is None:
            return
        item = item_row(self.scan.exhibit, path)
        for hit in hits:
            self._match(item, scanned, hit, recipe.as_dict())
            if hit.signal == "pdq":
                yield hit.list_name, hit.entry.row

    def _counts(self, scanned: Scanned, hit: Hit) -> bool:
        """Whether a hit is kept. A recipe tells of all of them: what is left out is this unit's decision, counted."""
        sha256 = scanned.hashes.sha256 if scanned.hashes else ""
        reason = self._standing.against(self.lists[hit.list_name].name, hit.entry, hit.signal, sha256)
        if reason is not None:
            self.dropped[reason] += 1
        return reason is None

    def _match(self, item: Item, scanned: Scanned, hit: Hit, recipe: dict[str, Any]) -> None:
        assert scanned.hashes is not None  # noqa: S101 - what was not read has no hits
        known = self.lists[hit.list_name]
        held = Quarantine.objects.filter(exhibit=self.scan.exhibit, hash_list=known, entry_row=hit.entry.row).exclude(
            state=Quarantine.State.LIFTED
        )
        Match.objects.get_or_create(
            item=item,
            hash_list=known,
            entry_row=hit.entry.row,
            signal=hit.signal,
            defaults={
                "exhibit": self.scan.exhibit,
                "scan": self.scan,
                "label": (hit.entry.label or "")[:120],
                "distance": hit.distance,
                "variant": hit.variant,
                "quality": hit.quality,
                "item_value": scanned.hashes.digests().get(hit.signal, ""),
                "entry_value": hit.entry.digests[hit.signal],
                "recipe": recipe,
                "state": Match.State.HELD if hit.signal == "pdq" and held.exists() else Match.State.POSSIBLE,
                **review_facts(scanned.hashes, hit),
            },
        )

    def _quarantine(self, known: HashList, row: int) -> None:
        """An entry that matches too many different pictures of the exhibit waits, with all its matches, for a word."""
        found = Match.objects.filter(exhibit=self.scan.exhibit, hash_list=known, entry_row=row, signal="pdq")
        pictures = found.order_by().values("item__sha256").distinct().count()
        if pictures <= policy(self.agency, "flood_limit"):
            return
        made, created = Quarantine.objects.get_or_create(
            exhibit=self.scan.exhibit,
            hash_list=known,
            entry_row=row,
            defaults={"scan": self.scan, "pictures": pictures, "label": found[0].label},
        )
        if created:
            found.filter(state=Match.State.POSSIBLE, reviews=None).update(state=Match.State.HELD)
        elif made.pictures != pictures:
            Quarantine.objects.filter(pk=made.pk).update(pictures=pictures)
