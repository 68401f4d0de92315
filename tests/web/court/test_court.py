"""Findings, offences and bundles: what a court gets verifies, holds what it should, and nothing it must not."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from amparo.bundle import VERIFIER, verify
from amparo.ledger import rerun_trace
from amparo.web.audit.models import LogLine
from amparo.web.cases.actions import open_case
from amparo.web.cases.authorisation import OutsideAuthorisation
from amparo.web.cases.models import Authorisation
from amparo.web.common.errors import NotAllowed
from amparo.web.common.models import Job
from amparo.web.court.actions import enter_offence, hand_over, keep_match, keep_trace, start_bundle, support
from amparo.web.court.errors import NoSum, NotAReader, NotConfirmed, NothingToBundle, NotOfThisCase
from amparo.web.court.jobs import bundle_folder, bundle_zip
from amparo.web.court.models import Bundle, Element, Finding
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches.actions import review

PRISTINE = Path(VERIFIER)


def completeness(bundle: Bundle) -> dict[str, dict[str, object]]:
    rows = json.loads((bundle_folder(bundle) / "data/completeness.json").read_text())
    return {row["ref"]: row for row in (rows["items"] if isinstance(rows, dict) else rows)}


def test_a_bundle_verifies_by_the_engine_and_by_the_plain_program(confirmed, kept_trace, built) -> None:
    confirmed()
    kept_trace()
    bundle = built("en", "ar")
    assert (bundle.state, Job.objects.get(pk=bundle.job_id).state) == ("signed", "done")
    for place in (bundle_folder(bundle), bundle_zip(bundle)):
        assert verify(place).ok
        ran = subprocess.run([sys.executable, "-I", PRISTINE, place], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    packed = bundle_folder(bundle) / "verify.py"
    assert packed.read_bytes() == PRISTINE.read_bytes()
    assert LogLine.objects.filter(action="bundle.built", case_id=bundle.case_id).count() == 1


def test_one_changed_byte_shows_on_the_page(kept_trace, built, lead, signed_in) -> None:
    kept_trace()
    bundle = built()
    client = signed_in(lead)
    assert "unchanged" in client.get(f"/court/bundles/{bundle.pk}/").content.decode()
    path = bundle_folder(bundle) / "data/report.en.pdf"
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    page = client.get(f"/court/bundles/{bundle.pk}/").content.decode()
    assert "report.en.pdf" in page
    assert "notice-danger" in page


def test_a_confirmed_item_is_in_the_bundle(confirmed, built, photo) -> None:
    confirmed()
    (row,) = completeness(built()).values()
    assert row["state"] == "included"
    bundle = Bundle.objects.get()
    assert (bundle_folder(bundle) / "data" / row["path"]).read_bytes() == photo


def test_restricted_material_leaves_as_a_digest_only(confirmed, built, photo) -> None:
    match = confirmed("csam")
    bundle = built()
    (row,) = completeness(bundle).values()
    assert (row["state"], row["ground"], row["sha256"]) == ("withheld", "restricted", match.item.sha256)
    for path in bundle_folder(bundle).rglob("*"):
        if path.is_file():
            assert photo[1000:1064] not in path.read_bytes(), path
    assert verify(bundle_folder(bundle)).ok


@pytest.mark.parametrize(
    ("what", "ground"),
    [
        pytest.param({"data_kinds": ["financial"]}, "outside-authorisation", id="authorisation-gone"),
        pytest.param({"items_to": "2026-03-03"}, "outside-authorisation", id="item-too-young"),
    ],
)
def test_what_the_authorisation_closes_is_withheld(confirmed, built, what, ground) -> None:
    confirmed()
    Authorisation.objects.update(**what)
    (row,) = completeness(built()).values()
    assert (row["state"], row["ground"], row["decided_by"]) == ("withheld", ground, "lead")


def test_a_platforms_file_nobody_viewed_is_withheld(confirmed, built) -> None:
    confirmed()
    Exhibit.objects.update(provider=Exhibit.Provider.UNVIEWED)
    (row,) = completeness(built()).values()
    assert row["state"] == "withheld"


def test_a_relaxed_policy_is_told_to_the_court(matched, built, agency, lead, at_once) -> None:
    agency.policy["match_confirmations"] = 1
    agency.save()
    match = matched()
    with at_once():
        review(actor=lead, match=match, decision="confirm")
    finding = Finding.objects.get()
    assert "One officer" in finding.sentence
    bundle = built()
    report = (bundle_folder(bundle) / "data/report.en.html").read_text()
    assert "does not ask for a second person" in report
    assert "small unit" not in report  # nothing is said that nobody wrote down


def test_who_judged_otherwise_stands_against_the_finding(matched, person, at_once) -> None:
    match = matched()
    for name, decision in (("a", "reject"), ("b", "confirm"), ("c", "confirm"), ("d", "confirm")):
        with at_once():
            review(actor=person("analyst", username=name), match=match, decision=decision)
    finding = Finding.objects.get()
    assert finding.reviewers == ["b", "c", "d"]
    assert any(each.startswith("a compared") for each in finding.against)


def test_findings_are_made_once_and_only_when_ripe(matched, kept_trace, lead, second, at_once) -> None:
    match = matched()
    with pytest.raises(NotConfirmed):
        keep_match(actor=lead, match=match)
    for each in (lead, second):
        with at_once():
            review(actor=each, match=match, decision="confirm")
    match.refresh_from_db()
    assert keep_match(actor=lead, match=match) == Finding.objects.get()
    kept = kept_trace()
    assert keep_trace(actor=lead, found=kept.trace_result) == kept
    assert Finding.objects.count() == 2
    with pytest.raises(NoSum):
        keep_trace(actor=lead, found=kept.trace.results.get(rule="poison"))
    with pytest.raises(NotAllowed):
        keep_trace(actor=second, found=kept.trace.results.get(rule="haircut"))


def test_a_withdrawn_finding_stays_marked_and_no_new_bundle_holds_it(kept_trace, case, lead, second, signed_in) -> None:
    finding = kept_trace()
    client = signed_in(lead)
    address = f"/court/findings/{finding.pk}/withdraw/"
    assert client.post(address, {"reason": " "}).status_code == 400
    assert signed_in(second).post(address, {"reason": "r"}).status_code == 403
    for _ in range(2):  # posted twice, it is withdrawn once
        assert client.post(address, {"reason": "the seed was mistyped"}).status_code == 302
    assert LogLine.objects.filter(action="finding.withdrawn").count() == 1
    for page in (f"/court/findings/{finding.pk}/", f"/court/case/{case.pk}/"):
        assert "withdrawn" in client.get(page).content.decode()
    with pytest.raises(NothingToBundle):
        start_bundle(actor=lead, case=case, languages=["en"])


def test_a_kept_trace_says_its_sum_and_its_convention(kept_trace, lead, signed_in) -> None:
    finding = kept_trace()
    assert finding.level == "derived"
    assert "5000000000" in finding.sentence
    page = signed_in(lead).get(f"/court/findings/{finding.pk}/").content.decode()
    assert "accounting convention" in page
    assert "<svg" in page


def test_the_recipe_of_a_finding_runs_again(kept_trace, home) -> None:
    finding = kept_trace()
    recipe = finding.value.recipe
    assert rerun_trace(home / "ledger" / finding.trace.chain.folder, recipe.parameters) == recipe.output


def test_nothing_to_bundle_or_no_authorisation(case, lead, second, kept_trace) -> None:
    with pytest.raises(NothingToBundle):
        start_bundle(actor=lead, case=case, languages=["en"])
    kept_trace()
    with pytest.raises(NotAllowed):
        start_bundle(actor=second, case=case, languages=["en"])
    Authorisation.objects.update(valid_to="2026-01-02")
    with pytest.raises(OutsideAuthorisation):
        start_bundle(actor=lead, case=case, languages=["en"])


def test_a_case_about_money_only_can_be_bundled(kept_trace, built) -> None:
    kept_trace()
    Authorisation.objects.update(data_kinds=["financial"])
    assert built().state == "signed"


def test_a_bundle_that_can_not_be_built_says_so(kept_trace, case, lead, at_once, monkeypatch, signed_in) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    kept_trace()
    monkeypatch.setattr("amparo.web.court.jobs.build_bundle", full)
    with at_once():
        made = start_bundle(actor=lead, case=case, languages=["en"])
    made.refresh_from_db()
    assert (made.state, Job.objects.get(pk=made.job_id).state) == ("failed", "failed")
    assert "failed" in signed_in(lead).get(f"/court/bundles/{made.pk}/").content.decode()


def test_a_killed_build_starts_over_and_a_signed_bundle_is_left_alone(kept_trace, case, lead, at_once, built) -> None:
    from amparo.web.common.jobs import Run
    from amparo.web.court.jobs import run_bundle

    kept_trace()
    bundle = built()
    before = bundle.digest
    run_bundle(Run(Job.objects.get(pk=bundle.job_id), None))  # delivered a second time
    bundle.refresh_from_db()
    assert (bundle.state, bundle.digest) == ("signed", before)
    assert verify(bundle_zip(bundle)).ok


def test_a_judge_reads_the_bundle_that_was_given_and_nothing_else(
    kept_trace, built, lead, person, case, signed_in
) -> None:
    finding = kept_trace()
    bundle, other = built(), built()
    judge = person("judge-defence", username="judge")
    client = signed_in(judge)
    assert client.get(f"/court/bundles/{bundle.pk}/").status_code == 404
    hand_over(actor=lead, bundle=bundle, username="judge")
    page = client.get("/court/bundles/").content.decode()
    assert f"{case.number}-B1" in page
    assert f"{case.number}-B2" not in page
    assert client.get(f"/court/bundles/{bundle.pk}/").status_code == 200
    download = client.get(f"/court/bundles/{bundle.pk}/download/")
    assert b"".join(download) == bundle_zip(bundle).read_bytes()
    report = client.get(f"/court/bundles/{bundle.pk}/report.en.pdf")
    assert b"".join(report).startswith(b"%PDF-")
    actions = set(LogLine.objects.filter(actor_id=judge.pk).values_list("action", flat=True))
    assert actions >= {"bundle.read", "bundle.taken"}
    closed = (f"{other.pk}/", f"{other.pk}/download/", f"{bundle.pk}/report.fr.pdf", f"{bundle.pk}/report...pdf")
    assert {client.get(f"/court/bundles/{each}").status_code for each in closed} == {404}
    rooms = (f"cases/{case.pk}", f"court/case/{case.pk}", f"court/findings/{finding.pk}", f"matches/case/{case.pk}")
    assert {client.get(f"/{each}/").status_code for each in rooms} <= {403, 404}


def test_hand_over_only_to_readers_of_this_agency(
    kept_trace, built, lead, second, person, other_agency, signed_in
) -> None:
    kept_trace()
    bundle = built()
    person("judge-defence", username="foreign", at=other_agency)
    for name in ("second", "foreign", "nobody"):
        with pytest.raises(NotAReader):
            hand_over(actor=lead, bundle=bundle, username=name)
    client = signed_in(lead)
    refused = client.post(f"/court/bundles/{bundle.pk}/hand-over/", {"username": "nobody"})
    assert (refused.status_code, b"W903" in refused.content) == (400, True)
    person("court-expert", username="expert")
    assert client.post(f"/court/bundles/{bundle.pk}/hand-over/", {"username": "expert"}).status_code == 302
    assert "expert" in client.get(f"/court/bundles/{bundle.pk}/").content.decode()


def test_offences_elements_and_gaps(kept_trace, case, lead, signed_in) -> None:
    finding = kept_trace()
    client = signed_in(lead)
    entered = {"name": "Extortion", "law": "Act s. 1", "elements": "A threat\n\n A payment \n"}
    assert client.post(f"/court/case/{case.pk}/offence/", entered).status_code == 302
    threat, payment = Element.objects.all()
    assert (threat.text, payment.text) == ("A threat", "A payment")
    placed = {"element": str(payment.pk), "finding": str(finding.pk)}
    assert client.post(f"/court/case/{case.pk}/support/", placed).status_code == 302
    page = client.get(f"/court/case/{case.pk}/").content.decode()
    assert page.count("no finding yet") == 1
    assert list(payment.findings.all()) == [finding]


def test_a_finding_goes_under_elements_of_its_own_case_only(kept_trace, lead, case, signed_in) -> None:
    finding = kept_trace()
    terms = {
        "kind": "consent",
        "reference": "1",
        "issuer": "x",
        "valid_from": date(2026, 1, 1),
        "data_kinds": ["files"],
    }
    other = open_case(actor=lead, title="Another", authorisation=terms)
    foreign = enter_offence(actor=lead, case=other, name="Theft", law="s. 2", elements=["A taking"]).elements.get()
    with pytest.raises(NotOfThisCase):
        support(actor=lead, element=foreign, finding=finding)
    placed = {"element": str(foreign.pk), "finding": str(finding.pk)}
    assert signed_in(lead).post(f"/court/case/{case.pk}/support/", placed).status_code == 400
    assert not foreign.findings.exists()


def test_the_pages_of_court_are_for_members(kept_trace, built, case, person, other_agency, signed_in) -> None:
    finding, bundle = kept_trace(), built()
    pages = (f"/court/case/{case.pk}/", f"/court/findings/{finding.pk}/", f"/court/bundles/{bundle.pk}/")
    for stranger in (person("investigator"), person("investigator", at=other_agency)):
        client = signed_in(stranger)
        assert {client.get(page).status_code for page in pages} == {404}
        assert client.post(f"/court/traces/{finding.trace.pk}/keep/", {"rule": "haircut"}).status_code == 404


def test_keep_and_build_by_the_pages(kept_trace, case, lead, signed_in, at_once) -> None:
    finding = kept_trace()
    client = signed_in(lead)
    kept = client.post(f"/court/traces/{finding.trace.pk}/keep/", {"rule": "haircut"})
    assert (kept.status_code, Finding.objects.count()) == (302, 2)
    with at_once():
        assert client.post(f"/court/case/{case.pk}/bundle/", {"languages": ["en", "sw"]}).status_code == 302
    page = client.get(f"/court/case/{case.pk}/").content.decode()
    assert "signed" in page
    assert client.post(f"/court/case/{case.pk}/bundle/", {"languages": [], "x": "1"}).status_code == 400


def test_the_custody_log_reads_in_the_reports_language(kept_trace, built) -> None:
    kept_trace()
    data = bundle_folder(built("es", "ar")) / "data"
    for language in ("es", "ar"):
        text = (data / f"report.{language}.html").read_text(encoding="utf-8")
        with translation.override(language):
            words = translation.gettext("opened the case")
        assert words != "opened the case"
        assert words in text
        assert "opened the case" not in text


def test_exhibits_and_roles_read_in_the_reports_language(confirmed, built) -> None:
    confirmed()
    text = (bundle_folder(built("en", "ar")) / "data" / "report.ar.html").read_text(encoding="utf-8")
    with translation.override("ar"):
        words = [translation.gettext(each) for each in ("Hash check", "sealed", "Investigator")]
    for each, english in zip(words, ("Hash check:", ": sealed", "investigator"), strict=True):
        assert each in text
        assert english not in text


def test_the_picture_of_the_flow_speaks_the_reports_language(kept_trace, built) -> None:
    kept_trace()
    pictures = bundle_folder(built("en", "ar")) / "data" / "pictures"
    names = sorted(path.name for path in pictures.iterdir())
    assert [each for each in names if "-" not in each] == ["F1.ar.svg", "F1.svg"]
    sheets = [each for each in names if "-" in each and ".ar." not in each]
    assert len(sheets) > 1
    assert {each.replace(".svg", ".ar.svg") for each in sheets} <= set(names)
    with translation.override("ar"):
        words = translation.gettext("unspent")
    assert words != "unspent"
    assert words in (pictures / "F1.ar.svg").read_text(encoding="utf-8")
    assert words not in (pictures / "F1.svg").read_text(encoding="utf-8")
