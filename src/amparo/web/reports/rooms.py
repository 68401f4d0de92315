"""The reading room: for as long as it is open, one person's browser can open their agency's reports.

passphrase -> staff key -> agency keys, which are then kept boxed under a random key that only the cookie holds: any
worker can serve the room, and a copy of the database cannot. 15 minutes idle or 8 hours close it.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.reports import news, sealing
from amparo.web.reports.errors import NotAReader, RoomClosed, WrongPassphrase
from amparo.web.reports.models import KeyWrap, ReadingRoom, Report, ReportKey, StaffKey
from amparo.web.reports.passphrases import normalise_passphrase

IDLE: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class OpenRoom:
    """An open room in memory. `agency_keys`: private agency key by epoch."""

    person: Person
    agency_keys: Mapping[int, bytes]
    until: datetime

    def key_of(self, report: Report) -> bytes:
        """Return the report's key. Raises RoomClosed if this room holds no key of that epoch."""
        copy = ReportKey.objects.get(report=report, holder=ReportKey.Holder.AGENCY)
        if report.agency_id != self.person.agency_id or copy.epoch not in self.agency_keys:
            raise RoomClosed
        return sealing.open_sealed(self.agency_keys[copy.epoch], report.pk, copy.sealed_key)


def open_reading_room(*, actor: Person, passphrase: str) -> str:
    """Open the room and return what its cookie holds. Raises NotAllowed, NotAReader, WrongPassphrase."""
    require(actor, "reports.read")
    staff_key = StaffKey.objects.filter(person=actor).first()
    if staff_key is None:
        raise NotAReader(username=actor.username)
    try:
        agency_keys = _agency_keys(staff_key, passphrase)
    except sealing.DoesNotOpen:
        record(news.ROOM_REFUSED, actor=actor.actor, agency_id=actor.agency_id, object=f"person:{actor.pk}")
        raise WrongPassphrase from None
    return _new_room(actor, agency_keys)


def _agency_keys(staff_key: StaffKey, passphrase: str) -> dict[int, bytes]:
    kdf = sealing.Kdf.parse(staff_key.kdf)
    wrapping_key = kdf.derive(normalise_passphrase(passphrase), bytes(staff_key.salt))
    private = sealing.unwrap(wrapping_key, staff_key.person_id, staff_key.boxed_private)
    wraps = KeyWrap.objects.filter(person_id=staff_key.person_id).select_related("pair")
    return {wrap.pair.epoch: sealing.open_sealed(private, wrap.pair_id, wrap.sealed_private) for wrap in wraps}


@transaction.atomic
def _new_room(actor: Person, agency_keys: Mapping[int, bytes]) -> str:
    room_key = sealing.new_key()
    text = json.dumps({str(epoch): key.hex() for epoch, key in agency_keys.items()})
    ReadingRoom.objects.filter(person=actor).delete()  # one room a person: opening it elsewhere closes it here
    room = ReadingRoom.objects.create(person=actor, boxed_keys=sealing.box(room_key, text.encode()))
    record(news.ROOM_OPENED, actor=actor.actor, agency_id=actor.agency_id, object=f"person:{actor.pk}")
    return f"{room.pk}.{base64.urlsafe_b64encode(room_key).decode()}"


def enter_room(person: Person, cookie: str) -> OpenRoom:
    """Return the open room behind a cookie and renew it. Raises RoomClosed for whatever is wrong with it."""
    require(person, "reports.read")
    now = timezone.now()
    room, room_key = _room_of(person, cookie)
    if now - room.used > IDLE or now - room.opened > LONGEST:
        room.delete()
        raise RoomClosed
    try:
        keys = json.loads(sealing.unbox(room_key, bytes(room.boxed_keys)))
    except sealing.DoesNotOpen:
        raise RoomClosed from None
    ReadingRoom.objects.filter(pk=room.pk).update(used=now)
    until = min(now + IDLE, room.opened + LONGEST)
    return OpenRoom(person, {int(epoch): bytes.fromhex(key) for epoch, key in keys.items()}, until)


def room_until(person: Person, cookie: str) -> datetime | None:
    """Return when the room behind a cookie closes by itself, or None if it is closed. Nothing is renewed or opened."""
    try:
        room, _ = _room_of(person, cookie)
    except RoomClosed:
        return None
    until = min(room.used + IDLE, room.opened + LONGEST)
    return until if until > timezone.now() else None


def _room_of(person: Person, cookie: str) -> tuple[ReadingRoom, bytes]:
    room_id, _, key = cookie.partition(".")
    try:
        room = ReadingRoom.objects.get(pk=UUID(room_id), person=person)
        return room, base64.urlsafe_b64decode(key)
    except (ValueError, binascii.Error, ReadingRoom.DoesNotExist):
        raise RoomClosed from None


@transaction.atomic
def close_reading_room(*, actor: Person) -> None:
    """Close the person's room, wherever it is open."""
    if ReadingRoom.objects.filter(person=actor).delete()[0]:
        record(news.ROOM_CLOSED, actor=actor.actor, agency_id=actor.agency_id, object=f"person:{actor.pk}")
