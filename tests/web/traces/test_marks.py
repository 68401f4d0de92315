"""Highlights, notes and pins: who made them stands in the custody log; the result stays as it was."""

import pytest

from amparo.web.audit.models import LogLine
from amparo.web.common.errors import NotAllowed
from amparo.web.traces.actions import add_mark, remove_mark
from amparo.web.traces.errors import EmptyMark
from amparo.web.traces.models import TraceMark


def test_marks_come_and_go_and_the_log_keeps_both(traced, lead, second) -> None:
    made = traced(rules=["fifo"])
    before = made.results.get().recipe["output"]
    mark = add_mark(actor=lead, trace=made, kind="note", key="170:1/0", text="Paid the day after the theft")
    again = add_mark(actor=lead, trace=made, kind="note", key="170:1/0", text="Paid the day after the theft")
    assert mark == again
    with pytest.raises(NotAllowed):
        add_mark(actor=second, trace=made, kind="highlight", key="170:1/0")
    with pytest.raises(EmptyMark):
        add_mark(actor=lead, trace=made, kind="note", key="170:1/0", text=" ")
    with pytest.raises(EmptyMark):
        add_mark(actor=lead, trace=made, kind="highlight", key="")
    remove_mark(actor=lead, mark=mark)
    assert not TraceMark.objects.exists()
    logged = LogLine.objects.filter(action__in=["trace.marked", "trace.unmarked"], case_id=made.case_id)
    assert logged.count() == 2
    assert made.results.get().recipe["output"] == before
