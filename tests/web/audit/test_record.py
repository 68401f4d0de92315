"""The log: chained, append-only, one news a line, and an undeclared action is refused."""

import json
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django_scopes import scope

from amparo.custody import first_prev, next_prev
from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.actions import agency_log, case_log, record
from amparo.web.audit.actors import SYSTEM
from amparo.web.audit.history import history, verify_log
from amparo.web.audit.models import LogHead, LogLine
from amparo.web.cases.models import Case


def test_lines_follow_each_other_from_the_first(agency: Agency) -> None:
    record("person.added", actor=SYSTEM, agency_id=agency.pk, object="person:1")
    lines = list(LogLine.objects.filter(log_id=agency_log(agency.pk)).order_by("seq"))
    assert [line.seq for line in lines] == [1, 2]
    assert json.loads(lines[0].line)["prev"] == first_prev(agency_log(agency.pk))
    assert json.loads(lines[1].line)["prev"] == next_prev(lines[0].line)
    assert verify_log(agency_log(agency.pk)).ok


def test_a_line_cannot_be_changed_or_removed(agency: Agency) -> None:
    line = LogLine.objects.first()
    for change in (lambda: LogLine.objects.update(action="x"), line.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert LogLine.objects.first().action == line.action


def test_a_change_behind_the_triggers_back_breaks_the_chain(agency: Agency) -> None:
    record("person.added", actor=SYSTEM, agency_id=agency.pk, object="person:1")
    if connection.vendor != "sqlite":
        pytest.skip("dropping the trigger is written for SQLite here; the chain itself is the same code")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_logline_no_update")
        cursor.execute("UPDATE audit_logline SET line = replace(line, 'system', 'nobody') WHERE seq = 1")
    report = verify_log(agency_log(agency.pk))
    assert (report.ok, report.first_bad_seq) == (False, 2)


def test_a_cut_tail_disagrees_with_the_head(agency: Agency) -> None:
    log = agency_log(agency.pk)
    LogHead.objects.filter(log=log).update(prev="0" * 64)
    assert not verify_log(log).ok


def test_an_undeclared_action_is_refused(agency: Agency) -> None:
    with pytest.raises(KeyError):
        record("agency.sold", actor=SYSTEM, agency_id=agency.pk)


def test_intake_lines_know_the_day_only(agency: Agency) -> None:
    line = record("person.added", actor=SYSTEM, agency_id=agency.pk, day_only=True)
    event = json.loads(line.line)
    assert event["at"].endswith("T00:00:00.000Z")
    assert event["clock"] == "day"


def test_the_history_of_a_case_reads_as_sentences(case: Case, person: Callable[..., Person]) -> None:
    with scope(agency=case.agency):
        past = history(agency_id=case.agency_id, case_id=case.pk)
    assert [each.sentence for each in past] == ["entered an authorisation", "opened the case"]
    assert past[0].who == "lead"
    assert verify_log(case_log(case.pk)).ok
