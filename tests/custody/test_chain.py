import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.base import canonical
from amparo.custody import BadLine, ChainWalk, Event, event_line, first_prev, next_prev, verify_chain

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LOG = "case:1"


def event(**changes):
    values = {"actor": "u17", "role": "examiner", "action": "view", "object": "EX1/a.zip|3", "at": AT} | changes
    return Event(**values)


def chain(count, log=LOG):
    lines, prev = [], first_prev(log)
    for seq in range(1, count + 1):
        lines.append(event_line(event(facts={"n": seq}), log=log, seq=seq, prev=prev))
        prev = next_prev(lines[-1])
    return lines


def test_first_line_by_hand():
    prev = hashlib.sha256(b"amparo-custody-v1\ncase:1").hexdigest()
    line = event_line(event(reason="why", auth="A-3", before="sha256:ab"), log=LOG, seq=1, prev=prev)
    assert line == (
        '{"action":"view","actor":"u17","after":null,"at":"2026-11-24T08:00:00.000Z","auth":"A-3",'
        '"before":"sha256:ab","clock":"system","facts":{},"from":null,"log":"case:1","object":"EX1/a.zip|3",'
        f'"prev":"{prev}","reason":"why","role":"examiner","seq":1,"to":null,"v":1}}'
    )
    assert next_prev(line) == hashlib.sha256(line.encode()).hexdigest()


def test_a_good_chain():
    lines = chain(5)
    report = verify_chain((line + "\n" for line in lines), LOG)
    assert report == (True, 5, next_prev(lines[-1]), None, None)
    assert verify_chain([], LOG) == (True, 0, first_prev(LOG), None, None)


def test_fields_of_later_writers_are_allowed():
    value = json.loads(chain(1)[0]) | {"actor_name": "r.diaz"}
    assert verify_chain([canonical(value)], LOG).ok


@pytest.mark.parametrize(
    ("damage", "seq", "why"),
    [
        pytest.param(lambda c: [*c[:2], c[2].replace("u17", "u18"), *c[3:]], 4, "changed", id="changed"),
        pytest.param(lambda c: [*c[:2], *c[3:]], 3, "missing or out of order", id="removed"),
        pytest.param(lambda c: [c[0], c[2], c[1], *c[3:]], 2, "out of order", id="swapped"),
        pytest.param(lambda c: [*c[:3], c[2], *c[3:]], 4, "out of order", id="doubled"),
        pytest.param(lambda c: [" " + c[0], *c[1:]], 1, "canonical", id="spaced"),
        pytest.param(lambda c: [c[0][:-1] + ',"x":1.5}', *c[1:]], 1, "canonical", id="float"),
        pytest.param(lambda c: ["[" * 100_000, *c], 1, "canonical", id="deep"),
        pytest.param(lambda c: ["x" * (1 << 20) + "x", *c], 1, "longer", id="long"),
        pytest.param(lambda c: [c[0].replace('"seq":1', '"seq":true'), *c[1:]], 1, "order", id="true-is-not-1"),
        pytest.param(lambda c: [c[0].replace('"v":1', '"v":2'), *c[1:]], 1, "version", id="version"),
        pytest.param(lambda c: ["{}", *c], 1, "lacks action", id="empty"),
        pytest.param(lambda c: ["7", *c], 1, "canonical", id="number"),
        pytest.param(lambda c: chain(2, "case:2"), 1, "another log", id="other-log"),
    ],
)
def test_each_damage_names_its_line(damage, seq, why):
    report = verify_chain(damage(chain(5)), LOG)
    assert (report.ok, report.first_bad_seq, report.length) == (False, seq, seq - 1)
    assert why in report.why


@settings(max_examples=60)
@given(st.data())
def test_no_single_changed_sign_survives_before_the_last_line(data):
    lines = chain(4)
    row = data.draw(st.integers(0, 2))
    place = data.draw(st.integers(0, len(lines[row]) - 1))
    sign = data.draw(st.characters(exclude_categories=["Cs"]).filter(lambda s: s != lines[row][place]))
    lines[row] = lines[row][:place] + sign + lines[row][place + 1 :]
    report = verify_chain(lines, LOG)
    assert not report.ok
    assert report.first_bad_seq in (row + 1, row + 2)


@pytest.mark.parametrize(
    "bad",
    [event(at=AT.replace(tzinfo=None)), event(facts={"x": 1.5}), event(reason="\ud800")],
    ids=["naive", "float", "half"],
)
def test_what_cannot_be_written_is_refused(bad):
    with pytest.raises(BadLine):
        event_line(bad, log=LOG, seq=1, prev=first_prev(LOG))


def test_blame_names_the_changed_one_of_two_lines():
    lines = chain(4)

    def blamed(damaged):
        walk = ChainWalk(LOG)
        bad = next(index for index, line in enumerate(damaged) if not walk.take(line))
        return walk.blame(damaged[bad], damaged[bad + 1] if bad + 1 < len(damaged) else None, next_prev(lines[-1]))

    assert blamed([lines[0], lines[1].replace("u17", "u18"), *lines[2:]]) == 2
    wrong_prev = lines[2].replace(next_prev(lines[1]), "0" * 64)
    assert blamed([*lines[:2], wrong_prev, lines[3]]) == 3
    assert blamed([*lines[:2], lines[2].replace("u17", "u18"), lines[3]]) == 3
    assert blamed([*lines[:3], lines[3].replace(next_prev(lines[2]), "0" * 64)]) == 4
    assert blamed([*lines[:3], lines[3].replace('"seq":4', '"seq":5')]) == 4
