"""A made delivery, small: what was planted is what reading finds, and the urgent ones come first."""

from collections import Counter

import pytest
from bench.tip_maker import COUNTRY, NOW, make_delivery

from amparo.base import Skipped
from amparo.exchange.tips import LooseFile, Tip, TipFacts, assess, read_delivery


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    plan = make_delivery(tmp_path_factory.mktemp("tips") / "delivery", tips=200, files=500, urgent=8)
    return plan, list(read_delivery(plan.root))


def test_all_tips_and_files_are_found(made):
    plan, found = made
    assert not [each for each in found if isinstance(each, Skipped)]
    tips = [each for each in found if isinstance(each, Tip)]
    delivered = sum(not file.missing for tip in tips for file in tip.files)
    assert len(tips) == plan.tips == 200
    assert delivered + sum(isinstance(each, LooseFile) for each in found) == plan.files == 500
    assert {tip.shape for tip in tips} == {"xml", "json", "pdf"}
    assert not [each for tip in tips for each in tip.unknown]


def test_what_was_planted_is_said(made):
    plan, found = made
    by_reason: dict[str, Counter[str]] = {}
    for tip in (each for each in found if isinstance(each, Tip)):
        for problem in tip.problems:
            by_reason.setdefault(problem.reason, Counter())[tip.provider_report_id or ""] += 1
    assert by_reason["duplicate-report"].keys() == plan.duplicates
    assert by_reason["second-version"].keys() == plan.versions
    assert by_reason["not-named"].total() == plan.two_names
    assert {tip.provider_report_id for tip in found if isinstance(tip, Tip) and tip.batched} >= plan.batched


def test_the_urgent_ones_come_first(made):
    plan, found = made
    scores = {}
    for tip in (each for each in found if isinstance(each, Tip)):
        score = assess(tip, TipFacts(country=COUNTRY, now=NOW))
        scores[tip.provider_report_id] = (score.danger, score.actionability)
    first = sorted(scores, key=lambda number: scores[number], reverse=True)[: len(plan.urgent)]
    assert set(first) == plan.urgent
