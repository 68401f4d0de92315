"""A bundle names who let one person confirm, when and why; later decisions about other things are not taken for it."""

from collections.abc import Callable
from html import unescape
from typing import Any

from django.utils.html import strip_tags

from amparo.web.accounts.models import Agency, Person
from amparo.web.court.jobs import bundle_folder
from amparo.web.matches.actions import review
from amparo.web.matches.actions.policy import set_policy
from amparo.web.tips.actions import set_comparing


def test_the_bundle_names_who_decided_it_and_why(
    person: Callable[..., Person], agency: Agency, matched: Any, built: Any, lead: Person, at_once: Callable[[], Any]
) -> None:
    match = matched()
    chief, other = person("supervisor", username="chief"), person("supervisor", username="other")
    set_policy(actor=other, wanted={"match_confirmations": 3}, reason="Enough people")
    set_policy(actor=chief, wanted={"match_confirmations": 1}, reason="Four people, two on leave")
    set_policy(actor=other, wanted={"flood_limit": 20}, reason="Blank walls")
    set_comparing(actor=other, compare=False, reason="Opinion of the prosecutor")
    match.exhibit.case.agency.refresh_from_db()
    with at_once():
        review(actor=Person.objects.get(pk=lead.pk), match=match, decision="confirm")
    report = unescape(strip_tags((bundle_folder(built()) / "data/report.en.html").read_text(encoding="utf-8")))
    said = report[report.index("does not ask for a second person") :][:400]
    assert "It was set by chief on " in said
    assert "because: Four people, two on leave" in said
    assert "Opinion of the prosecutor" not in report
