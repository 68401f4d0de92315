"""The flow picture: well-formed, escaped, self-contained, complete to the satoshi, bounded in size."""

import re
from xml.etree import ElementTree

import pytest

from amparo.ledger import FLOW_WORDS, Seed, Store, coins, flow_svg, load, trace

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def result(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledger") / "store"
    load(shared / "chain/blk00TEST00.dat", folder)
    return trace(Store.open(folder), [Seed("9:0")], "fifo")


@pytest.fixture(scope="module")
def crowd(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledger") / "store"
    load(shared / "chain/btc-main-300025.raw", folder)
    return trace(Store.open(folder), [Seed(f"300025:{position}") for position in range(461)], "haircut")


def texts(root):
    return ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]


def test_every_output_is_drawn_with_its_exact_amount(result):
    root = ElementTree.fromstring(flow_svg(result, title="Flow"))
    titles = [each.findtext(f"{SVG}title") for each in root.iter(f"{SVG}g")]
    for output in result.outputs:
        assert any(f"{output.txid}:{output.vout}" in each and f" {output.tainted} " in each for each in titles)
        assert f"{coins(output.tainted)} BTC" in texts(root)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Flow"
    assert "claimed 5000000000 = unspent 5000000000" in root.findtext(f"{SVG}desc")


def test_nothing_outside_is_loaded_and_nothing_runs(result):
    svg = flow_svg(result, title="Flow")
    assert not re.search(r"<script|<image|<use|<foreignObject|\bon\w+=|href|@import|url\((?!#)", svg)
    assert svg.count("http") == 1  # the namespace
    assert not re.search(r"<style|style=|class=", svg)  # a strict content security policy would leave them out


def test_words_from_outside_are_escaped_and_made_visible(result):
    labels = {"1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3": '<script>alert("x")</script>\u202e'}
    root = ElementTree.fromstring(flow_svg(result, title="</title><b>&\x00\ud800", labels=labels))
    assert "</title><b>&" in root.findtext(f"{SVG}title")
    assert any("<script>" in each for each in texts(root))
    assert not list(root.iter(f"{SVG}script"))
    assert "\u202e" not in ElementTree.tostring(root, encoding="unicode")


def test_a_crowd_is_grouped_and_still_complete(crowd):
    svg = flow_svg(crowd, title="Crowd")
    root = ElementTree.fromstring(svg)
    assert len(crowd.outputs) > 1000
    assert len(list(root.iter(f"{SVG}g"))) < 120
    assert len(svg) < 200_000
    drawn = [re.search(r"traced: (\d+) of", each.findtext(f"{SVG}title") or "") for each in root.iter(f"{SVG}g")]
    assert sum(int(each.group(1)) for each in drawn if each) == sum(each.tainted for each in crowd.outputs)


def test_right_to_left_mirrors_places_not_amounts(result):
    left = ElementTree.fromstring(flow_svg(result, title="Flow"))
    right = ElementTree.fromstring(flow_svg(result, title="Flow", direction="rtl"))
    assert right.get("direction") == "rtl"
    width = int(left.get("width"))
    for one, other in zip(left.iter(f"{SVG}rect"), right.iter(f"{SVG}rect"), strict=True):
        x = int(one.get("x", 0))
        assert int(other.get("x", 0)) == (width - x - int(one.get("width")) if "x" in one.attrib else 0)
    assert "50.00000000 BTC" in texts(right)


def test_words_come_from_the_caller(result):
    svg = flow_svg(result, title="Flow", words={key: f"«{key}»" for key in FLOW_WORDS})
    visible_words = {word for each in texts(ElementTree.fromstring(svg)) for word in re.findall(r"[A-Za-z]{3,}", each)}
    assert not visible_words & {"unspent", "passed", "claimed", "satoshi "}
    assert "«held»" in svg


def test_two_runs_give_the_same_bytes(crowd):
    assert flow_svg(crowd, title="x") == flow_svg(crowd, title="x")


@pytest.mark.parametrize(("satoshi", "text"), [(0, "0.00000000"), (1, "0.00000001"), (-150_000_000, "-1.50000000")])
def test_coins_are_written_exactly(satoshi, text):
    assert coins(satoshi) == text
