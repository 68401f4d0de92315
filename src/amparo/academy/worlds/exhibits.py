"""Exhibits of a world: a seized folder and a zip, both with photos, chats and notes, every byte from the dice."""

import os
import zipfile
from pathlib import Path
from typing import Final, NamedTuple

from amparo.academy.worlds.dice import Dice
from amparo.academy.worlds.names import Person
from amparo.academy.worlds.pictures import jpeg, landscape, near_copy

KNOWN: Final = 5  # in the exhibits byte by byte
NEAR: Final = 4  # in the exhibits smaller and compressed harder
ABSENT: Final = 3  # on the list only
ORDINARY: Final = 14
#: 1 January 2026: a fixed time, so that one seed gives one folder.
WHEN: Final = 1_767_225_600


class Photo(NamedTuple):
    """`listed` is what the hash list knows (None: not listed), `here` what lies in the exhibits (None: absent)."""

    name: str
    listed: bytes | None
    here: bytes | None

    @property
    def state(self) -> str:
        """known, near, absent or ordinary."""
        if self.here is None:
            return "absent"
        if self.listed is None:
            return "ordinary"
        return "known" if self.listed == self.here else "near"


class Story(NamedTuple):
    """What the chats and notes tell."""

    people: tuple[Person, ...]
    wallet: str
    exchange: str
    page: str


def make_photos(dice: Dice) -> tuple[Photo, ...]:
    """Return the world's photos under names that say nothing about which of them are known."""
    photos = [_photo(dice.stream("photo", number), number) for number in range(KNOWN + NEAR + ABSENT + ORDINARY)]
    order = dice.take(range(1000, 9999), len(photos))
    return tuple(Photo(f"IMG_{number}.jpg", *photo[1:]) for number, photo in zip(order, photos, strict=True))


def _photo(dice: Dice, number: int) -> Photo:
    picture = landscape(dice)
    original = jpeg(picture)
    if number < KNOWN:
        return Photo("", original, original)
    if number < KNOWN + NEAR:
        return Photo("", original, near_copy(picture, dice))
    if number < KNOWN + NEAR + ABSENT:
        return Photo("", original, None)
    return Photo("", None, original)


def texts(story: Story) -> dict[str, str]:
    """Return the text files by path: chats and notes, with wallets, mail addresses and phone numbers in them."""
    clinic, _, suspect, accomplice, neighbour, _ = story.people
    return {
        "chats/plan.txt": _chat(
            (suspect.handle, "The page is up again: " + story.page),
            (accomplice.handle, "Good. The clinic pays today?"),
            (suspect.handle, "They have the address: " + story.wallet),
            (accomplice.handle, "Then small steps, and in the end to " + story.exchange),
            (suspect.handle, "Write to " + accomplice.email + " if the phone is off"),
        ),
        "chats/neighbour.txt": _chat(
            (neighbour.handle, "Were you at the match on Saturday?"),
            (suspect.handle, "All day, with my brother. Ask him: " + neighbour.phone),
            (neighbour.handle, "Then it was somebody else at the bus stop."),
        ),
        "notes/todo.txt": f"call {accomplice.phone}\nnew card for the page\nwallet {story.wallet}\n",
        "notes/clinic.txt": f"invoice to {clinic.email}\nask for 4 coins, take less\n",
        "documents/recipe.txt": "Rice, tomatoes, onions. Nothing to see here.\n",
    }


def _chat(*lines: tuple[str, str]) -> str:
    return "".join(
        f"2026-01-{3 + row // 4:02d} 19:{10 + row:02d} {who}: {said}\n" for row, (who, said) in enumerate(lines)
    )


def write_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Write `files` below `folder`, all with one fixed time."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (WHEN, WHEN))


def write_zip(path: Path, files: dict[str, bytes]) -> None:
    """Write `files` as a zip that is the same byte by byte each time: sorted, stored, one fixed date."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name])
