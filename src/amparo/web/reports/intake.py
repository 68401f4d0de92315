"""Intake: one report comes in, is understood by the machine, sealed, and written, in one transaction.

Order matters: clean, compute all that is needed later, seal, write, commit; only then is the code shown.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from amparo.base import canonical, iso_ms, utc_now
from amparo.web.accounts.models import Agency
from amparo.web.audit.actions import digest_of, record
from amparo.web.audit.actors import REPORTER
from amparo.web.cases.actions import next_number
from amparo.web.reports import news, sealing
from amparo.web.reports.days import today
from amparo.web.reports.errors import AnswersWrong, SentTooOften
from amparo.web.reports.forms import INTAKE_FORMS, IntakeForm
from amparo.web.reports.keys import hasher, public_keys
from amparo.web.reports.models import DangerClock, FormNonce, Report, ReportIndicator, ReportKey, SealedPart
from amparo.web.reports.recognise import content_digest, indicators, recognise
from amparo.web.reports.sealing import Place, seal_part
from amparo.web.reports.triage import Assessment, assess
from amparo.web.reports.wraps import WrapPool

#: Codes one report can have: the first, and two more for somebody who sent the form again.
MOST_CODES: Final = 3
_CONTACT: Final = "contact"


@cache
def _pool() -> WrapPool:
    """Ready codes of this process. Only the portal needs a large stock (AMPARO_WRAP_POOL)."""
    return WrapPool(getattr(settings, "AMPARO_WRAP_POOL", 4), sealing.CODE_KDF)


def warm_up() -> None:
    """Start filling the stock of ready codes; the portal calls it with its first page."""
    _pool().start()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the reporter gets. `code` is shown once; `again` says that the report was there already."""

    report: Report
    code: str
    again: bool


@dataclass(frozen=True, slots=True)
class _Sent:
    """A checked form as it was sent. `told` leaves the contact out, which is sealed on its own."""

    agency: Agency
    form: IntakeForm
    answers: Mapping[str, str]
    language: str
    channel: str

    @property
    def content(self) -> str:
        return canonical({"category": self.form.name, "answers": dict(self.answers)})

    @property
    def told(self) -> dict[str, str]:
        return {name: answer for name, answer in self.answers.items() if name != _CONTACT}


@dataclass(frozen=True, slots=True)
class _Understood:
    """What the machine found in it, before it is sealed."""

    observables: list[dict[str, Any]]
    assessment: Assessment


def receive_report(
    *,
    agency: Agency,
    category: str,
    answers: Mapping[str, str],
    language: str,
    key: bytes | None = None,
    nonce: bytes | None = None,
    channel: str = "web",
) -> Receipt:
    """Seal and write one report and return its receipt code.

    `key` and `nonce` come from the form's hidden token: the same nonce with the same answers is the same report (at
    most MOST_CODES codes), with other answers a new one of low rank. Raises NoKeys, KeySwapped, AnswersWrong,
    SentTooOften.
    """
    form = INTAKE_FORMS[category]
    cleaned = form.clean(answers)
    if wrong := form.wrong(cleaned):
        raise AnswersWrong(questions=", ".join(wrong))
    key, nonce = key or sealing.new_key(), nonce or sealing.new_key()
    sent = _Sent(agency, form, cleaned, language, channel)
    nonce_hash = hasher(agency)("nonce", nonce)
    try:
        with transaction.atomic():
            return _receive(sent, key, nonce_hash)
    except IntegrityError:  # the same form arrived twice at the same moment, and the other one was first
        with transaction.atomic():
            return _receive(sent, key, nonce_hash)


def _receive(sent: _Sent, key: bytes, nonce_hash: str) -> Receipt:
    earlier = FormNonce.objects.filter(agency=sent.agency, keyed_hash=nonce_hash).select_related("report").first()
    if earlier is not None and earlier.content_hash == content_digest(key, sent.content):
        return _another_code(earlier.report, key)
    if earlier is not None:
        key = sealing.new_key()
    report, code = _write(sent, _understand(sent, replayed=earlier is not None), key)
    if earlier is None:
        _remember(report, nonce_hash, content_digest(key, sent.content))
    return Receipt(report, code, again=False)


def _understand(sent: _Sent, *, replayed: bool) -> _Understood:
    observables = recognise(sent.told, sent.agency.country)
    kinds = {each["kind"] for each in observables}
    return _Understood(observables, assess(sent.form.name, sent.answers, kinds, replayed=replayed))


def _write(sent: _Sent, understood: _Understood, key: bytes) -> tuple[Report, str]:
    texts = _texts(sent, understood)
    report = _row(sent, understood, size=sum(sealing.size_class(text) for text in texts.values()))
    parts = [
        SealedPart(report=report, kind=kind, sealed=seal_part(key, text, _place(report, kind)))
        for kind, text in texts.items()
    ]
    SealedPart.objects.bulk_create(parts)
    _seal_key_copies(report, key)
    code = _seal_for_reporter(report, key)
    ReportIndicator.objects.bulk_create(
        ReportIndicator(report=report, purpose=each.purpose, keyed_hash=each.keyed_hash)
        for each in sorted(indicators(understood.observables, hasher(sent.agency)))
    )
    if report.is_danger:
        DangerClock.objects.create(report=report, minute=timezone.now().replace(second=0, microsecond=0))
    digests = {part.kind: digest_of(part.sealed.hex()) for part in parts}
    record(
        news.RECEIVED,
        actor=REPORTER, agency_id=report.agency_id, object=f"report:{report.pk}", day_only=True,
        facts={"category": report.category, "is_danger": report.is_danger, "sealed": digests},
    )  # fmt: skip
    return report, code


def _texts(sent: _Sent, understood: _Understood) -> dict[str, bytes]:
    """Return the same parts for every category, an empty contact too, so that their number names nothing."""
    told = {"answers": sent.told, "at": iso_ms(utc_now())}
    return {
        SealedPart.Kind.ANSWERS.value: canonical(told).encode(),
        SealedPart.Kind.CONTACT.value: sent.answers.get(_CONTACT, "").encode(),
        SealedPart.Kind.OBSERVABLES.value: canonical(understood.observables).encode(),
    }


def _row(sent: _Sent, understood: _Understood, *, size: int) -> Report:
    day = today(sent.agency)
    number = f"R{day.year}-{next_number(sent.agency, f'report:{day.year}'):04d}"
    return Report.objects.create(
        agency=sent.agency,
        number=number,
        category=sent.form.name,
        schema_version=sent.form.version,
        language=sent.language,
        channel=sent.channel,
        day=day,
        danger=understood.assessment.danger,
        is_danger=understood.assessment.is_danger,
        actionability=understood.assessment.actionability,
        reasons=list(understood.assessment.reasons),
        kinds=sorted({each["kind"] for each in understood.observables}),
        size_class=size,
    )


def _place(report: Report, kind: str) -> Place:
    return Place(report.pk, kind, report.schema_version)


def _seal_key_copies(report: Report, key: bytes) -> None:
    pairs = public_keys(report.agency)
    for holder, pair in ((ReportKey.Holder.AGENCY, pairs.agency), (ReportKey.Holder.RECOVERY, pairs.recovery)):
        sealed = sealing.seal_to(bytes(pair.public_key), report.pk, key)
        ReportKey.objects.create(report=report, holder=holder, sealed_key=sealed, epoch=pair.epoch)


def _seal_for_reporter(report: Report, key: bytes) -> str:
    """Write a copy of the key under a new receipt code and return the code, which is kept nowhere."""
    ready = _pool().take()
    ReportKey.objects.create(
        report=report,
        holder=ReportKey.Holder.REPORTER,
        sealed_key=sealing.wrap(ready.wrapping_key, report.pk, key),
        lookup_hash=hasher(report.agency).of_code(ready.code),
        kdf=str(ready.kdf),
        salt=ready.salt,
    )
    return ready.code


def _another_code(report: Report, key: bytes) -> Receipt:
    codes = ReportKey.objects.filter(report=report, holder=ReportKey.Holder.REPORTER).count()
    if codes >= MOST_CODES:
        raise SentTooOften(codes=codes)
    return Receipt(report, _seal_for_reporter(report, key), again=True)


def _remember(report: Report, nonce_hash: str, content_hash: str) -> None:
    """Keep the nonce for as long as its form is valid (2 hours, so: today and yesterday), and drop older ones."""
    agency, day = report.agency, report.day
    FormNonce.objects.filter(agency=agency, day__lt=day - timedelta(days=1)).delete()
    FormNonce.objects.create(agency=agency, keyed_hash=nonce_hash, report=report, content_hash=content_hash, day=day)


def read_parts(report: Report, key: bytes) -> dict[str, Any]:
    """Return a report's opened parts: answers (dict), at (text), contact (text), observables (list of dicts)."""
    opened = {
        part.kind: sealing.open_part(key, bytes(part.sealed), _place(report, part.kind)) for part in report.parts.all()
    }
    told = json.loads(opened[SealedPart.Kind.ANSWERS])
    return {
        "answers": told["answers"],
        "at": told["at"],
        "contact": opened[SealedPart.Kind.CONTACT].decode(),
        "observables": json.loads(opened[SealedPart.Kind.OBSERVABLES]),
    }
