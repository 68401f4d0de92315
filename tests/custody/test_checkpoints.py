from dataclasses import replace
from datetime import UTC, datetime

import pytest

from amparo.custody import (
    Checkpoint,
    Event,
    SigningKey,
    checkpoint_holds,
    checkpoint_of,
    event_line,
    first_prev,
    merkle_root,
    next_prev,
)

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
KEY = SigningKey.from_seed(b"k" * 32)


def chain(count):
    lines, prev = [], first_prev("case:1")
    for seq in range(1, count + 1):
        event = Event(actor="u1", role="r", action="view", object=f"EX{seq}", at=AT)
        lines.append(event_line(event, log="case:1", seq=seq, prev=prev))
        prev = next_prev(lines[-1])
    return lines


def test_a_checkpoint_says_head_and_root():
    lines = chain(7)
    report, checkpoint = checkpoint_of(lines, log="case:1", key=KEY, at=AT)
    assert report.ok
    assert (checkpoint.first, checkpoint.last, checkpoint.head) == (1, 7, next_prev(lines[-1]))
    assert checkpoint.root == merkle_root(line.encode() for line in lines).hex()
    assert checkpoint.signed_by(KEY.public)
    assert checkpoint_holds(checkpoint, lines, KEY.public)
    assert Checkpoint.from_dict(checkpoint.as_dict()) == checkpoint


def test_it_shows_a_cut_tail_a_rewrite_and_accepts_growth():
    lines = chain(7)
    _, checkpoint = checkpoint_of(lines[:6], log="case:1", key=KEY, at=AT)
    assert checkpoint_holds(checkpoint, lines, KEY.public)
    assert not checkpoint_holds(checkpoint, lines[:5], KEY.public)
    rewritten = chain(5)
    last = Event(actor="u2", role="r", action="view", object="EX6", at=AT)
    rewritten.append(event_line(last, log="case:1", seq=6, prev=next_prev(rewritten[-1])))
    assert not checkpoint_holds(checkpoint, rewritten, KEY.public)


@pytest.mark.parametrize(
    "change", [{"last": 6}, {"head": "0" * 64}, {"root": "0" * 64}, {"at": "x"}, {"signature": "zz"}, {"first": 0}]
)
def test_no_part_can_change(change):
    lines = chain(7)
    _, checkpoint = checkpoint_of(lines, log="case:1", key=KEY, at=AT)
    assert not checkpoint_holds(replace(checkpoint, **change), lines, KEY.public)


def test_a_wrong_key_a_broken_chain_and_an_empty_one():
    lines = chain(3)
    _, checkpoint = checkpoint_of(lines, log="case:1", key=KEY, at=AT)
    assert not checkpoint_holds(checkpoint, lines, SigningKey.generate().public)
    assert checkpoint_of(lines[1:], log="case:1", key=KEY, at=AT)[1] is None
    assert checkpoint_of([], log="case:1", key=KEY, at=AT)[1] is None
