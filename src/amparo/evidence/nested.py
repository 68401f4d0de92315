"""Archives inside items: each is listed right after the item it is, to a limited depth and cost."""

from collections.abc import Iterable, Iterator
from typing import Final

from amparo.base import AmparoError, Blob, Skipped
from amparo.decoders import HEAD, Budget, Decoder, Limits, Member, Spool, decoder_for
from amparo.evidence.item import Item

# What reading foreign bytes may raise: our own coded errors, and the operating system's.
READ_ERRORS: Final = (AmparoError, OSError)


def with_members(top: Iterable[Item | Skipped], limits: Limits) -> Iterator[Item | Skipped]:
    """Yield each of `top`, followed by everything packed inside it, depth first."""
    for found in top:
        yield found
        if isinstance(found, Item):
            yield from _inside(found, Budget.for_size(found.size, limits), 1)


def members_of(item: Item, limits: Limits) -> Iterator[Item | Skipped]:
    """Yield what is packed inside `item`, without the item itself."""
    yield from _inside(item, Budget.for_size(item.size, limits), 1)


def _inside(item: Item, budget: Budget, depth: int) -> Iterator[Item | Skipped]:
    try:
        decoder = decoder_for(item.blob.read(HEAD))
    except READ_ERRORS:
        # The item was yielded: whoever reads it gets this same error, and counts it once.
        return
    if decoder is None:
        return
    if depth > budget.limits.depth:
        yield Skipped(item.path, "too-deep", f"more than {budget.limits.depth} archives inside each other")
        return
    spool = Spool(item.blob, budget.limits.spool) if depth > 1 else None
    try:
        yield from _members(item, decoder, spool, budget, depth)
    finally:
        if spool is not None:
            spool.release()


def _members(item: Item, decoder: Decoder, spool: Spool | None, budget: Budget, depth: int) -> Iterator[Item | Skipped]:
    source = Blob(item.path, item.size, spool.open) if spool is not None else item.blob
    try:
        for found in decoder.members(source, budget):
            if isinstance(found, Skipped):
                what = f"{item.path}|{found.what}" if found.what else item.path
                yield Skipped(what, found.reason, found.detail)
                continue
            inside = _item(item, found)
            yield inside
            yield from _inside(inside, budget, depth + 1)
    except READ_ERRORS as error:
        yield Skipped(item.path, "unreadable", str(error))


def _item(parent: Item, member: Member) -> Item:
    path, display = f"{parent.path}|{member.step}", f"{parent.display}|{member.name or member.step}"
    size = member.blob.size if member.blob.size is not None else 0
    blob = Blob(path, size, member.blob.opener)
    return Item(path, display, size, blob, parent.allocated, modified=member.modified, remarks=member.remarks)
