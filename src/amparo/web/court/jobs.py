"""The bundle job: collect, write, sign, pack. Killed in the middle, it starts over beside what it had written."""

import shutil
from pathlib import Path

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext
from django_scopes import scope

from amparo.bundle import build_bundle, own_translate, pack
from amparo.web.accounts.models import Agency
from amparo.web.audit.actions import record
from amparo.web.common.home import folder
from amparo.web.common.jobs import Run, handler
from amparo.web.common.signing import signing_key
from amparo.web.court import news
from amparo.web.court.content import Collector
from amparo.web.court.models import Bundle


def bundle_folder(bundle: Bundle) -> Path:
    """Where the bundle's BagIt folder stands; its zip has the same name and ".zip"."""
    case = bundle.case
    return folder("bundles") / str(case.agency_id) / str(bundle.pk) / f"{case.number}-{bundle.number}"


def bundle_zip(bundle: Bundle) -> Path:
    place = bundle_folder(bundle)
    return place.with_name(f"{place.name}.zip")


@handler("court.bundle")
def run_bundle(run: Run) -> None:
    with scope(agency=Agency.objects.get(pk=run.job.agency_id)):
        bundle = Bundle.objects.select_related("case__agency", "built_by").get(pk=run.job.parameters["bundle"])
        if bundle.state == Bundle.State.SIGNED:
            return
        Bundle.objects.filter(pk=bundle.pk).update(state=Bundle.State.BUILDING)
        try:
            _build(run, bundle)
        finally:  # whatever went wrong, nobody waits for a bundle that is not being built
            Bundle.objects.filter(pk=bundle.pk, state=Bundle.State.BUILDING).update(state=Bundle.State.FAILED)


def in_language(language: str, sentence: str) -> str:
    """A report's words from the bundle's own catalogue, and what the log's actions are called from the desk's."""
    words = own_translate(language, sentence)
    if words != sentence or not sentence:
        return words
    with translation.override(language):
        return gettext(sentence)


def _build(run: Run, bundle: Bundle) -> None:
    place = bundle_folder(bundle)
    shutil.rmtree(place.parent, ignore_errors=True)  # what a killed attempt left; nothing signed stands there
    key = signing_key(bundle.case.agency_id)
    report = build_bundle(Collector(bundle).content(key), place, key, at=timezone.now(), translate=in_language)
    run.commit(cursor="written", done=1, total=2, unit=gettext("steps"))
    packed = pack(place)
    with transaction.atomic():
        bundle.state, bundle.digest, bundle.key_id = Bundle.State.SIGNED, report.digest, key.id
        bundle.size, bundle.signed = packed.stat().st_size, timezone.now()
        bundle.save(update_fields=["state", "digest", "key_id", "size", "signed"])
        record(
            news.BUNDLE_BUILT,
            actor=bundle.built_by.actor,
            agency_id=bundle.case.agency_id,
            case_id=bundle.case_id,
            object=f"bundle:{bundle.pk}",
            after=f"sha256:{report.digest}",
            facts={"number": bundle.number, "key": key.id},
        )
        run.commit(cursor="signed", done=2, total=2, unit=gettext("steps"))
