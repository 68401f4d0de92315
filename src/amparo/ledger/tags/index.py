"""TagIndex: the tags on an address or transaction, most trusted first. Nothing is overwritten; conflicts are shown."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from amparo.ledger.addresses import NETWORKS, base58check_decode, normal, parse
from amparo.ledger.errors import BadAddress
from amparo.ledger.tags.actors import ActorPack
from amparo.ledger.tags.conflicts import Conflict, Same, best_by_actor
from amparo.ledger.tags.tag import Tag
from amparo.ledger.tags.tagpack import TagPack

#: Words of the vocabulary for places that mix the money of many: what leaves them is not what came in.
SERVICE_KINDS: Final = frozenset(
    {
        *("exchange", "gambling", "hosted_wallet", "market", "mixing_service", "coinjoin", "payment_processor"),
        *("service", "wallet_service", "defi_dex", "defi_bridge"),
    }
)
#: Burn and precompile addresses stand in public lists (0x00...00 to 0x00...ffff, 0x00...dead): they are never anyone's.
_ZEROS: Final = bytes(18)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which file a tag came from, who let it in and when."""

    pack: str  # SHA-256 of the file
    title: str
    creator: str
    reviewer: str | None
    at: datetime | None


class TagIndex:
    """Built once from any number of packs and lists; looked up by address in any letter case where case is free."""

    def __init__(self, tags: Iterable[Tag] = ()) -> None:
        self._by_address: dict[str, list[Tag]] = {}
        self._by_tx: dict[str, list[Tag]] = {}
        self._packs: dict[str, Provenance] = {}
        self._unsorted: set[str] = set()
        self._count = 0
        for tag in tags:
            self._add(tag)

    def add(self, pack: TagPack, *, reviewer: str | None = None, at: datetime | None = None) -> None:
        """Take in all tags of a pack and keep who reviewed it and when."""
        self._packs[pack.digest] = Provenance(pack.digest, pack.title, pack.creator, reviewer, at)
        for tag in pack.tags:
            self._add(tag)

    def _add(self, tag: Tag) -> None:
        key = normal(tag.address) if tag.address is not None else _tx_key(tag.tx_hash or "")
        kept = (self._by_address if tag.address is not None else self._by_tx).setdefault(key, [])
        kept.append(tag)
        if len(kept) > 1:
            self._unsorted.add(key)
        self._count += 1

    def __len__(self) -> int:
        """How many tags there are, tags on transactions included."""
        return self._count

    @property
    def subjects(self) -> int:
        """How many addresses have a tag."""
        return len(self._by_address)

    def tagged(self) -> tuple[str, ...]:
        """Every address that has a tag, in the order in which they were loaded."""
        return tuple(self._by_address)

    def provenance(self, tag: Tag) -> Provenance:
        return self._packs.get(tag.pack) or Provenance(tag.pack, tag.title, tag.creator, None, None)

    def for_address(self, address: str) -> tuple[Tag, ...]:
        """All tags on `address`: by confidence, then by day of change, newest first, then as they were loaded."""
        return tuple(self._ranked(self._by_address, normal(address)))

    def for_transaction(self, txid: str) -> tuple[Tag, ...]:
        """All tags on a transaction, ranked as those on an address."""
        return tuple(self._ranked(self._by_tx, _tx_key(txid)))

    def _ranked(self, kept: dict[str, list[Tag]], key: str) -> list[Tag]:
        found = kept.get(key, [])
        if key in self._unsorted:
            found.sort(key=_rank)
            self._unsorted.discard(key)
        return found

    def labels(self, addresses: Iterable[str]) -> dict[str, str]:
        """Address as given -> the label of its best tag, for those that have one."""
        found = {address: self._ranked(self._by_address, normal(address)) for address in addresses}
        return {address: tags[0].label for address, tags in found.items() if tags}

    def definers(self, addresses: Iterable[str]) -> tuple[Tag, ...]:
        """Tags that their publisher means for the whole cluster these addresses are in, best first."""
        found = [tag for address in addresses for tag in self.for_address(address) if tag.is_cluster_definer]
        return tuple(sorted(found, key=_rank))

    def conflicts(self, address: str, floor: int = 50) -> tuple[str, ...]:
        """The different actors that tags of at least level `floor` name for one address; empty if at most one."""
        found = best_by_actor(self.for_address(address), floor)
        return tuple(sorted(tag.actor or "" for tag in found)) if len(found) > 1 else ()

    def all_conflicts(self, floor: int = 50, actors: ActorPack | None = None) -> list[Conflict]:
        """Every address or transaction for which tags of at least level `floor` name different actors.

        `actors`: words that are aliases of one actor there count as one.
        """
        same: Same = actors.canonical if actors else str
        found = []
        for kept in (self._by_address, self._by_tx):
            for key, tags in kept.items():
                claims = best_by_actor(self._ranked(kept, key), floor, same) if len(tags) > 1 else ()
                if len(claims) > 1:
                    found.append(Conflict(key, None, claims))
        return sorted(found, key=lambda each: each.subject or "")

    def cluster_conflicts(
        self, root_of: Callable[[str], int | None], floor: int = 50, actors: ActorPack | None = None
    ) -> list[Conflict]:
        """Every cluster in which tags of at least level `floor` name different actors, by root.

        `root_of`: address -> root of its cluster, None for an address that is not loaded.
        """
        same: Same = actors.canonical if actors else str
        by_root: dict[int, list[Tag]] = {}
        for address, tags in self._by_address.items():
            named = [tag for tag in tags if tag.actor is not None and tag.level >= floor]
            root = root_of(address) if named else None
            if root is not None:
                by_root.setdefault(root, []).extend(named)
        claims = {root: best_by_actor(sorted(by_root[root], key=_rank), floor, same) for root in sorted(by_root)}
        return [Conflict(None, root, tags) for root, tags in claims.items() if len(tags) > 1]

    def addresses(
        self, kinds: Iterable[str] = SERVICE_KINDS, floor: int = 0, *, currencies: Sequence[str] | None = None
    ) -> frozenset[str]:
        """Addresses with a tag of one of `kinds` (category, abuse or concept) at or above level `floor`.

        For a trace's stop rules; addresses nobody holds are among them where they are tagged.
        """
        wanted = frozenset(kinds)
        coins = None if currencies is None else frozenset(each.upper() for each in currencies)
        return frozenset(
            address
            for address, tags in self._by_address.items()
            if any(
                tag.level >= floor
                and not wanted.isdisjoint(tag.kinds)
                and (coins is None or tag.currency.upper() in coins)
                for tag in tags
            )
        )

    def transactions(self, kinds: Iterable[str], floor: int = 0) -> frozenset[str]:
        """Transactions with a tag of one of `kinds` at or above level `floor`: mixes, for a trace's stop rules."""
        wanted = frozenset(kinds)
        return frozenset(
            txid
            for txid, tags in self._by_tx.items()
            if any(tag.level >= floor and not wanted.isdisjoint(tag.kinds) for tag in tags)
        )

    def seeds(self, kinds: Iterable[str], floor: int = 0) -> frozenset[str]:
        """As `addresses`, without those that nobody holds: from these a trace may start."""
        return frozenset(each for each in self.addresses(kinds, floor) if not is_nobodys(each))


def is_nobodys(address: str) -> bool:
    """Whether this is a burn address: all zeros, or zeros with a tiny number. Never a seed, never one owner."""
    payload = _payload(normal(address))
    return payload is not None and payload[:18] == _ZEROS


def _payload(address: str) -> bytes | None:
    """The 20 bytes an address stands for, None where it has another form or its checksum fails."""
    if address.startswith("0x"):
        text = address[2:]
        return bytes.fromhex(text) if len(text) == 40 and all(sign in "0123456789abcdef" for sign in text) else None
    try:
        if address.startswith("T"):
            data = base58check_decode(address)
            return data[1:] if len(data) == 21 else None
        return parse(address, NETWORKS[0]).payload
    except (BadAddress, ValueError):
        return None


def _tx_key(txid: str) -> str:
    return txid.strip().lower().removeprefix("0x")


def _rank(tag: Tag) -> tuple[int, int]:
    return -tag.level, -(tag.lastmod or date.min).toordinal()
