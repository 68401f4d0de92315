"""Mutations between agencies: know a partner, send a sealed referral, import one, open a case from it."""

import hashlib
import re
import shutil
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from amparo.base import AmparoError, clean_text, gettext_noop
from amparo.custody import key_id
from amparo.exchange import open_referral, seal_referral
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.cases.actions import next_number, open_case
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.cases.models import Case
from amparo.web.common.home import folder
from amparo.web.common.signing import signing_key
from amparo.web.court.closing import require_open
from amparo.web.court.jobs import bundle_folder
from amparo.web.court.models import Bundle
from amparo.web.exhibits.actions import deposit_path
from amparo.web.referrals import news
from amparo.web.referrals.errors import CaseThere, ExerciseWall, NothingToRefer, PartnerKeyWrong
from amparo.web.referrals.identity import secret_of
from amparo.web.referrals.models import Partner, Referral

VERIFY_KEY: Final = re.compile(r"[0-9a-f]{64}")
RECIPIENT: Final = re.compile(r"age1[0-9a-z]{50,70}")


@transaction.atomic
def add_partner(*, actor: Person, name: str, country: str, recipient: str, verify_key: str, compared: str) -> Partner:
    """Enter a partner whose keys were compared by people. Raises NotAllowed, PartnerKeyWrong."""
    require(actor, "partners.manage")
    recipient, verify_key = recipient.strip(), verify_key.strip().lower()
    if not RECIPIENT.fullmatch(recipient):
        raise PartnerKeyWrong(why=gettext_noop("the recipient does not look like age1…"))
    if not VERIFY_KEY.fullmatch(verify_key):
        raise PartnerKeyWrong(why=gettext_noop("the verifying key has not 64 hexadecimal signs"))
    if Partner.objects.filter(verify_key=verify_key).exists():
        raise PartnerKeyWrong(why=gettext_noop("another partner has this verifying key"))
    partner = Partner.objects.create(
        agency=actor.agency,
        name=name,
        country=country.upper(),
        recipient=recipient,
        verify_key=verify_key,
        compared=compared,
        added_by=actor,
    )
    record(news.PARTNER_ADDED, actor=actor.actor, agency_id=actor.agency_id, object=f"partner:{partner.pk}")
    return partner


def sealed_file(referral: Referral) -> Path:
    return folder("referrals") / str(referral.agency_id) / f"{referral.pk}.age"


def opened_folder(referral: Referral) -> Path:
    return folder("referrals") / str(referral.agency_id) / str(referral.pk)


@transaction.atomic
def send(*, actor: Person, case: Case, partner: Partner, note: str = "") -> Referral:
    """Seal the case's newest signed bundle for a partner. The file is then carried by people or any channel.

    Raises NotAllowed, OutsideAuthorisation, NothingToRefer, BundleClosed, or the exchange engine's errors.
    """
    require(actor, "referrals.send")
    limits = require_authorisation(case, "files")
    bundle = Bundle.objects.filter(case=case, state=Bundle.State.SIGNED).order_by("-signed").first()
    if bundle is None:
        raise NothingToRefer(case=case.number)
    require_open(bundle)
    referral = Referral(
        agency=case.agency,
        direction=Referral.Direction.OUT,
        number=f"R{next_number(case.agency, 'referral')}",
        partner=partner,
        case=case,
        reference=case.number,
        title=case.title,
        note=note,
        handled_by=actor,
    )
    target = sealed_file(referral)
    target.parent.mkdir(parents=True, exist_ok=True)
    report = seal_referral(
        bundle_folder(bundle),
        target,
        sender=signing_key(case.agency_id),
        recipient_age=partner.recipient,
        meta=_meta(referral, bundle),
        at=timezone.now(),
    )
    referral.envelope, referral.digest = report.id, report.digest
    referral.save()
    record(
        news.SENT,
        actor=actor.actor,
        agency_id=case.agency_id,
        case_id=case.pk,
        object=f"referral:{referral.pk}",
        auth=" ".join(limits.numbers),
        after=f"sha256:{report.digest}",
        facts={"number": referral.number, "partner": str(partner.pk), "bundle": bundle.number},
    )
    return referral


def _meta(referral: Referral, bundle: Bundle) -> dict[str, Any]:
    """What the partner reads first. `exercise` is the wall: the other side refuses what is not of its kind."""
    return {
        "case": referral.reference,
        "title": referral.title,
        "note": referral.note,
        "agency": referral.agency.name,
        "number": referral.number,
        "bundle": bundle.number,
        "exercise": referral.agency.is_exercise,
    }


@transaction.atomic
def note_taken(*, actor: Person, referral: Referral) -> None:
    """The sealed file leaves the desk: a custody event, written before the first byte. Raises BundleClosed."""
    require(actor, "referrals.send")
    signed = Bundle.objects.filter(case=referral.case, state=Bundle.State.SIGNED, signed__lte=referral.at)
    if sealed := signed.order_by("-signed").first():
        require_open(sealed)
    record(
        news.TAKEN,
        actor=actor.actor,
        agency_id=referral.agency_id,
        case_id=referral.case_id,
        object=f"referral:{referral.pk}",
        after=f"sha256:{referral.digest}",
    )


def receive(*, actor: Person, path: Path) -> Referral:
    """Open a sealed file that a known partner made for this agency. A refused one is recorded too.

    Raises NotAllowed, ExerciseWall, or the exchange engine's errors; then nothing is kept.
    """
    require(actor, "referrals.receive")
    referral = Referral(agency=actor.agency, direction=Referral.Direction.IN, handled_by=actor)
    target = opened_folder(referral)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _take_in(actor, referral, path, target)
    except AmparoError as error:
        record(
            news.REFUSED,
            actor=actor.actor,
            agency_id=actor.agency_id,
            object="referral",
            facts={"code": error.code},
        )
        raise


def _take_in(actor: Person, referral: Referral, path: Path, target: Path) -> Referral:
    partners = {partner.verify_key: partner for partner in Partner.objects.all()}
    known = {key_id(bytes.fromhex(key)): bytes.fromhex(key) for key in partners}
    seen = set(Referral.objects.filter(direction=Referral.Direction.IN).values_list("envelope", flat=True))
    opened = open_referral(path, target, identity=secret_of(actor.agency), known_senders=known, seen=seen)
    if bool(opened.meta.get("exercise")) is not actor.agency.is_exercise:
        shutil.rmtree(target)
        raise ExerciseWall
    with transaction.atomic():
        referral.number = f"R{next_number(actor.agency, 'referral')}"
        referral.partner = partners[known[opened.key_id].hex()]
        referral.reference = clean_text(str(opened.meta.get("case", "")))[:40]
        referral.title = clean_text(str(opened.meta.get("title", "")))[:200]
        referral.note = clean_text(str(opened.meta.get("note", "")))[:2000]
        referral.envelope, referral.digest = opened.id, _sha256_of(path)
        referral.bundle_says = opened.bundle.sentence[:300] if opened.bundle else ""
        referral.save()
        record(
            news.RECEIVED,
            actor=actor.actor,
            agency_id=actor.agency_id,
            object=f"referral:{referral.pk}",
            after=f"sha256:{referral.digest}",
            facts={"number": referral.number, "partner": str(referral.partner_id)},
        )
    return referral


def _sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@transaction.atomic
def open_referred_case(*, actor: Person, referral: Referral, title: str, authorisation: dict[str, Any]) -> Case:
    """Open our own case from a referral, under our own authorisation; its bundle becomes the first exhibit."""
    require(actor, "cases.open")
    require(actor, "referrals.receive")
    referral = Referral.objects.select_for_update().get(pk=referral.pk)  # opened twice at once, it is one case
    if referral.case_id is not None:
        raise CaseThere
    case = open_case(actor=actor, title=title, authorisation=authorisation)
    referral.case = case
    referral.save(update_fields=["case"])
    record(
        news.CASE_OPENED,
        actor=actor.actor,
        agency_id=case.agency_id,
        case_id=case.pk,
        object=f"referral:{referral.pk}",
        before=f"sha256:{referral.digest}",
        facts={"number": referral.number},
    )
    deposit_path(actor=actor, case=case, path=opened_folder(referral), label=f"{referral.number} {referral.reference}")
    return case
