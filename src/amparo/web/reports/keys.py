"""Keys of an agency: made once at installation, given to readers by readers, recovered from paper.

The private agency key exists only sealed to each reader's staff key; the recovery key only on paper. The fingerprints
of the public keys are pinned in a file beside the database, so that a key swapped in the database stops the intake.
"""

import hashlib
import os
from typing import NamedTuple

from django.db import transaction

from amparo.base import canonical
from amparo.web.accounts.models import Agency, Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.audit.actors import SYSTEM
from amparo.web.common.home import folder, secret
from amparo.web.reports import news, sealing
from amparo.web.reports.days import today
from amparo.web.reports.errors import KeySwapped, NoKeys, NotForThisPerson, RecoveryRefused
from amparo.web.reports.keyed import Hasher
from amparo.web.reports.models import KeyPair, KeyWrap, ReportKey, StaffKey
from amparo.web.reports.passphrases import new_passphrase, print_recovery, read_recovery
from amparo.web.reports.rooms import OpenRoom

INDEX_KEY = "index.key"
FORM_KEY = "form.key"


class Ceremony(NamedTuple):
    """What is shown once, on paper or screen, and kept nowhere: hand it on and forget it."""

    recovery_words: str
    passphrase: str
    fingerprint: str


class PublicKeys(NamedTuple):
    agency: KeyPair
    recovery: KeyPair


def hasher(agency: Agency) -> Hasher:
    """The agency's keyed hashes, under the installation's index key (a file outside the database)."""
    return Hasher(secret(INDEX_KEY), agency.pk)


def fingerprint(public_key: bytes) -> str:
    return hashlib.sha256(bytes(public_key)).hexdigest()[:32]


@transaction.atomic
def make_agency_keys(agency: Agency, *, first: Person) -> Ceremony:
    """Make recovery key, first agency key, and the first reader's staff key. `amparo init` and the demo call it.

    Raises NotForThisPerson if `first` may not read reports.
    """
    recovery_private, recovery_public = sealing.new_pair()
    private, public = sealing.new_pair()
    KeyPair.objects.create(
        agency=agency,
        kind=KeyPair.Kind.RECOVERY,
        epoch=1,
        public_key=recovery_public,
        sealed_index_key=sealing.seal_to(recovery_public, agency.pk, secret(INDEX_KEY)),
    )
    pair = KeyPair.objects.create(agency=agency, kind=KeyPair.Kind.AGENCY, epoch=1, public_key=public)
    _pin(agency, pair)
    passphrase = _give_staff_key(first, {pair: private})
    record(
        news.KEYS_MADE,
        actor=SYSTEM, agency_id=agency.pk, object=f"agency:{agency.pk}",
        facts={"agency": fingerprint(public), "recovery": fingerprint(recovery_public)},
    )  # fmt: skip
    return Ceremony(print_recovery(recovery_private), passphrase, fingerprint(public))


@transaction.atomic
def enrol_staff_key(*, actor: Person, room: OpenRoom, colleague: Person) -> str:
    """Seal the agency's keys to a colleague's new staff key and return the passphrase, to be shown once.

    Also for a colleague who lost the passphrase: the old staff key is replaced. Raises NotAllowed, NotForThisPerson.
    """
    require(actor, "reports.read")
    if colleague.agency_id != actor.agency_id or colleague.pk == actor.pk:
        raise NotForThisPerson(username=colleague.username)
    pairs = KeyPair.objects.filter(agency=actor.agency, kind=KeyPair.Kind.AGENCY, epoch__in=room.agency_keys)
    passphrase = _give_staff_key(colleague, {pair: room.agency_keys[pair.epoch] for pair in pairs})
    record(
        news.KEYS_ENROLLED,
        actor=actor.actor, agency_id=actor.agency_id, object=f"person:{colleague.pk}",
        facts={"epochs": sorted(room.agency_keys)},
    )  # fmt: skip
    return passphrase


def _give_staff_key(person: Person, privates: dict[KeyPair, bytes]) -> str:
    if not person.is_active or not person.may("reports.read"):
        raise NotForThisPerson(username=person.username)
    passphrase, salt, kdf = new_passphrase(), os.urandom(sealing.SALT_BYTES), sealing.STAFF_KDF
    private, public = sealing.new_pair()
    boxed = sealing.wrap(kdf.derive(passphrase, salt), person.pk, private)
    StaffKey.objects.filter(person=person).delete()
    KeyWrap.objects.filter(person=person).delete()
    StaffKey.objects.create(
        person=person, public_key=public, boxed_private=boxed, kdf=str(kdf), salt=salt, made=today(person.agency)
    )
    for pair, agency_private in privates.items():
        sealed = sealing.seal_to(public, pair.pk, agency_private)
        KeyWrap.objects.create(pair=pair, person=person, sealed_private=sealed)
    return passphrase


@transaction.atomic
def recover_agency(agency: Agency, *, recovery_words: str, person: Person) -> str:
    """All passphrases are lost: open every report with the paper key and seal it to a new agency key.

    Returns the person's new passphrase. Raises RecoveryRefused, NotForThisPerson.
    """
    recovery = KeyPair.objects.filter(agency=agency, kind=KeyPair.Kind.RECOVERY, is_active=True).latest("epoch")
    try:
        paper = read_recovery(recovery_words)
    except ValueError:
        raise RecoveryRefused(agency=agency.name) from None
    if sealing.public_of(paper) != bytes(recovery.public_key):
        raise RecoveryRefused(agency=agency.name)
    old = KeyPair.objects.filter(agency=agency, kind=KeyPair.Kind.AGENCY)
    private, public = sealing.new_pair()
    epoch = old.latest("epoch").epoch + 1
    old.update(is_active=False)
    pair = KeyPair.objects.create(agency=agency, kind=KeyPair.Kind.AGENCY, epoch=epoch, public_key=public)
    _pin(agency, pair)
    count = _seal_all_again(agency, paper, pair)
    passphrase = _give_staff_key(person, {pair: private})
    record(
        news.KEYS_RECOVERED,
        actor=SYSTEM, agency_id=agency.pk, object=f"agency:{agency.pk}",
        facts={"epoch": epoch, "reports": count, "agency": fingerprint(public)},
    )  # fmt: skip
    return passphrase


def _seal_all_again(agency: Agency, paper: bytes, pair: KeyPair) -> int:
    copies = ReportKey.objects.filter(report__agency=agency, holder=ReportKey.Holder.RECOVERY)
    count = 0
    for copy in copies.iterator(500):
        key = sealing.open_sealed(paper, copy.report_id, copy.sealed_key)
        sealed = sealing.seal_to(bytes(pair.public_key), copy.report_id, key)
        ReportKey.objects.filter(report_id=copy.report_id, holder=ReportKey.Holder.AGENCY).update(
            sealed_key=sealed, epoch=pair.epoch
        )
        count += 1
    return count


def public_keys(agency: Agency) -> PublicKeys:
    """Return the keys reports are sealed to. Raises NoKeys, KeySwapped."""
    active = KeyPair.objects.filter(agency=agency, is_active=True).order_by("epoch")
    by_kind = {pair.kind: pair for pair in active}
    if len(by_kind) < len(KeyPair.Kind):
        raise NoKeys(agency=agency.name)
    keys = PublicKeys(by_kind[KeyPair.Kind.AGENCY], by_kind[KeyPair.Kind.RECOVERY])
    if _pins(agency) != _pin_line(keys):
        raise KeySwapped(agency=agency.name)
    return keys


def _pin(agency: Agency, pair: KeyPair) -> None:
    """Write the fingerprints of the active keys beside the database, replacing the file in one step."""
    recovery = KeyPair.objects.filter(agency=agency, kind=KeyPair.Kind.RECOVERY, is_active=True).latest("epoch")
    path = folder("keys") / f"pin-{agency.pk}"
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(_pin_line(PublicKeys(pair, recovery)))
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)


def _pins(agency: Agency) -> str:
    path = folder("keys") / f"pin-{agency.pk}"
    return path.read_text() if path.exists() else ""


def _pin_line(keys: PublicKeys) -> str:
    return canonical({"agency": fingerprint(keys.agency.public_key), "recovery": fingerprint(keys.recovery.public_key)})
