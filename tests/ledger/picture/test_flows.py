"""Flows: nothing is lost by folding and joining, nothing lies over another, every page says where its links go on."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.joins.test_fraud import statements, traced, tron
from tests.ledger.picture import made

from amparo.bundle.pictures import check_picture
from amparo.ledger import Seed, Store, load, trace
from amparo.ledger.joins import propose
from amparo.ledger.picture import (
    FLOW_WORDS,
    Link,
    Look,
    NodeKind,
    Note,
    anchor,
    detail,
    draw_flow,
    flow_of,
    flow_of_accounts,
    flow_of_joined,
    overview,
    page_svg,
    pages,
    row_anchor,
)
from amparo.ledger.picture.draw import Drawing
from amparo.ledger.picture.layout import _fit
from amparo.ledger.picture.reduce import fold_peels, group
from amparo.ledger.trace import trace_back

SVG = "{http://www.w3.org/2000/svg}"
BIG = made.tree(500)
LOOK = Look("A flow")


def texts(svg):
    return ["".join(each.itertext()) for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def titles(svg):
    return [each.findtext(f"{SVG}title") for each in ElementTree.fromstring(svg).iter(f"{SVG}g")]


def ends(flow):
    """Traced units in places that nothing leaves, members included: what must not change by reducing."""
    leaves = {node.key for node in flow.nodes} - {link.source for link in flow.links}
    inside = [each for node in flow.nodes for each in (node.members or (node,))]
    return sum(
        each.amount for each in inside if each.state in ("held", "stopped") or (each.key in leaves and each.is_place)
    )


@pytest.fixture(scope="module")
def joined(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fraud")
    stores = [statements(folder / "statements").store, tron(folder / "tron")]
    return traced(stores, propose(stores), "fifo")


def test_a_row_of_peels_is_one_node_with_its_payments():
    flow = fold_peels(made.peel_row(14))
    (peel,) = (node for node in flow.nodes if node.kind is NodeKind.PEEL)
    assert (peel.hops, len(peel.members)) == (13, 13)  # the fourteenth has two ends: which goes on is not known
    assert [each.amount for each in peel.members] == [n * made.COIN for n in range(1, 14)]
    assert {node.column for node in flow.nodes} == {0, 1, 2, 3, 4}
    svg = draw_flow(flow, LOOK)
    assert "13 peel hops" in texts(svg)
    assert sum(line.startswith("– hop ") for line in texts(svg)) == 13
    assert ends(flow) == ends(made.peel_row(14))


def test_a_labelled_payment_stays_outside_the_row():
    flow = fold_peels(made.peel_row(14, labelled=5))
    (peel,) = (node for node in flow.nodes if node.kind is NodeKind.PEEL)
    assert len(peel.members) == 12
    assert any(link.source == peel.key and link.target == "105:1/0" for link in flow.links)


@pytest.mark.parametrize("keep", ["106:1", "106:1/1", "106:1/0"])
def test_what_a_person_marked_is_never_folded(keep):
    assert keep in {node.key for node in fold_peels(made.peel_row(14), keep={keep}).nodes}


def test_three_peels_are_no_row():
    assert fold_peels(made.peel_row(4)) == made.peel_row(4)
    assert any(node.hops for node in fold_peels(made.peel_row(5)).nodes)


@settings(max_examples=25, deadline=None)
@given(st.integers(3, 120), st.integers(1, 50), st.integers(1, 60), st.integers(1, 9))
def test_joining_places_loses_no_unit_and_no_place(places, seed, most, last):
    flow = made.tree(places, seed)
    small = group(flow, most=most, last=2 * last)
    inside = [each for node in small.nodes for each in (node.members or (node,))]
    assert sorted(each.key for each in inside) == sorted(node.key for node in flow.nodes)
    assert sum(node.amount for node in small.nodes if node.is_place) == sum(
        node.amount for node in flow.nodes if node.is_place
    )
    assert sum(node.fee for node in small.nodes) == sum(node.fee for node in flow.nodes)
    assert max(node.column for node in small.nodes) <= 2 * last
    keys = {node.key for node in small.nodes}
    assert all({link.source, link.target} <= keys for link in small.links)


def test_a_floor_joins_what_is_below_it():
    flow = detail(BIG, floors={"BTC": made.COIN})
    alone = [node for node in flow.nodes if node.kind is NodeKind.PLACE and node.claim is None]
    assert all(node.amount >= made.COIN for node in alone if flow_count(flow, node) > 1)
    assert ends(flow) == ends(BIG)


def flow_count(flow, node):
    """How many places below the floor share the node's column and state; one alone stays what it is."""
    same = [each for each in BIG.nodes if each.is_place and each.amount < made.COIN]
    return sum((each.column, each.state, each.label) == (node.column, node.state, node.label) for each in same)


@pytest.mark.parametrize("flow", [made.tree(5), made.tree(50), BIG, overview(BIG)], ids=["5", "50", "500", "overview"])
def test_no_box_lies_over_another(flow):
    spots = list(Drawing(flow, LOOK).layout.spots.values())
    columns = {}
    for spot in spots:
        columns.setdefault(spot.node.column, []).append(spot)
    for row in columns.values():
        row.sort(key=lambda spot: spot.y)
        assert all(one.y + one.height <= other.y for one, other in pairwise(row))


def test_a_tall_picture_shows_its_start_at_once():
    layout = Drawing(BIG, LOOK).layout
    start, first = layout.spots["1:0/0"], [spot for spot in layout.spots.values() if spot.node.column <= 4]
    assert layout.height > 10_000
    assert start.y < 200
    assert max(spot.y for spot in first) < 900  # two hops stand on the first screen
    beside = [link for link in BIG.links if layout.spots[link.source].middle == layout.spots[link.target].middle]
    assert len(beside) > len(BIG.links) // 2  # the first way on is a straight line


def test_starts_on_each_others_way_stand_in_the_order_of_the_money(first_blocks):
    """The wallet pays itself over and over: by hops alone its outputs would all stand in the first column."""
    flow = flow_of(trace(first_blocks, [Seed("1AbHNFdKJeVL8FRZyRZoiTzG9VCmzLrtvm")], "fifo"))
    columns = {node.key: node.column for node in flow.nodes}
    assert sum(node.claim is not None for node in flow.nodes) == 16
    assert all(columns[link.source] < columns[link.target] for link in flow.links)
    assert min(columns.values()) == 0
    assert all(node.column % 2 == (0 if node.is_place else 1) for node in flow.nodes)


def test_every_place_of_500_is_drawn_and_can_be_reached():
    svg = draw_flow(BIG, Look("A flow", linked=True))
    root = ElementTree.fromstring(svg)
    ids = [each.get("id") for each in root.iter(f"{SVG}g")]
    assert len(ids) == len(set(ids)) == len(BIG.nodes)
    assert anchor("1:0/0") in ids
    assert {each.get("href") for each in root.iter(f"{SVG}a")} == {f"#{row_anchor(node.key)}" for node in BIG.nodes}
    assert root.get("role") == "group"


def test_the_overview_is_small_and_a_page_is_smaller():
    svg, page = draw_flow(overview(BIG), LOOK), page_svg(BIG, LOOK)
    assert len(titles(svg)) < 140
    width = int(ElementTree.fromstring(page).get("width"))
    assert width <= 1800  # at the width of A4 lying the smallest text has more than five points
    assert "hop 5 or later" in texts(page)
    for each in (svg, page, *pages(BIG, LOOK)[:2]):
        check_picture("flow", each)


def test_pages_hold_every_node_once_and_name_each_other():
    flow = detail(BIG)
    sheets = pages(flow, LOOK)
    ids = [each for sheet in sheets for each in re.findall(r'<g id="(flow-\w+)"', sheet)]
    assert sorted(ids) == sorted({anchor(node.key) for node in flow.nodes})
    where = {key: number for number, sheet in enumerate(sheets, 1) for key in re.findall(r'<g id="(flow-\w+)"', sheet)}
    crossing = {(where[anchor(link.source)], where[anchor(link.target)]) for link in flow.links}
    for one, other in crossing:
        if one != other:
            assert any(re.search(rf"to page .*\b{other}\b", text) for text in texts(sheets[one - 1]))
            assert any(re.search(rf"from page .*\b{one}\b", text) for text in texts(sheets[other - 1]))
    assert f"A flow · page 1/{len(sheets)}" in texts(sheets[0])


def test_nothing_stands_outside_its_page():
    for sheet in pages(detail(BIG), LOOK)[::7]:
        root = ElementTree.fromstring(sheet)
        width, height = int(root.get("width")), int(root.get("height"))
        for rect in root.iter(f"{SVG}rect"):
            x, y = int(rect.get("x", 0)), int(rect.get("y", 0))
            assert 0 <= x <= width - int(rect.get("width"))
            assert 0 <= y <= height - int(rect.get("height"))


def test_marks_and_notes_are_drawn_and_written():
    keys = [BIG.nodes[0].key, BIG.nodes[1].key]
    look = Look(
        "A flow", marked=frozenset(keys), notes=(Note(keys[0], "The victim's <own> words"), Note(keys[1], "two"))
    )
    svg = draw_flow(BIG, look)
    assert "1 The victim's <own> words" in [" ".join(each.split()) for each in texts(svg)]
    assert {"1", "2", "marked by hand"} <= set(texts(svg))
    assert "flow-arrow-strong)" not in draw_flow(BIG, LOOK)
    assert svg.count('stroke="#111" stroke-width="3"') > draw_flow(BIG, LOOK).count('stroke="#111" stroke-width="3"')
    marked_link = Look("A flow", marked=frozenset({Link("1:0/0", keys[1], 1, "BTC").key}))
    assert draw_flow(BIG, marked_link) != draw_flow(BIG, LOOK)


def test_zoom_changes_the_size_and_nothing_else():
    plain, large = draw_flow(BIG, LOOK), draw_flow(BIG, Look("A flow", zoom=200))
    one, two = ElementTree.fromstring(plain), ElementTree.fromstring(large)
    assert int(two.get("width")) == 2 * int(one.get("width"))
    assert one.get("viewBox") == two.get("viewBox")
    assert plain.split("\n")[1:] == large.split("\n")[1:]


def test_no_style_and_no_script_in_any_of_them():
    for svg in (draw_flow(BIG, Look("x", linked=True)), *pages(BIG, LOOK)[:3]):
        assert not re.search(r"<style|style=|class=|<script|\bon\w+=|url\((?!#)", svg)


def test_two_runs_give_the_same_bytes():
    assert draw_flow(made.tree(200), LOOK) == draw_flow(made.tree(200), LOOK)
    assert pages(made.tree(200), LOOK) == pages(made.tree(200), LOOK)


@pytest.fixture(scope="module")
def first_blocks(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("flows") / "store"
    load(shared / "chain/blk00TEST00.dat", folder)
    return Store.open(folder)


def test_a_trace_is_drawn_hop_by_hop(first_blocks):
    found = flow_of(trace(first_blocks, [Seed("9:0")], "fifo"), {"1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3": "A label"})
    assert [node.label for node in found.nodes if node.label] == ["A label"]
    by_key = {node.key: node for node in found.nodes}
    assert all(by_key[link.source].column < by_key[link.target].column for link in found.links)
    assert (by_key["9:0/0"].column, by_key["9:0/0"].claim) == (0, 50 * made.COIN)
    assert by_key["170:1"].time is not None


def test_a_trace_back_is_drawn_as_the_money_went(first_blocks):
    found = flow_of(trace_back(first_blocks, [Seed("496:1/0")], "fifo"))
    by_key = {node.key: node for node in found.nodes}
    assert all(by_key[link.source].column < by_key[link.target].column for link in found.links)
    last = max(node.column for node in found.nodes)
    assert by_key["496:1/0"].column == last
    assert by_key["9:0/0"].column < last
    assert "minted" in {node.state for node in found.nodes}
    assert "newly made" in texts(draw_flow(found, LOOK))


def test_the_fraud_is_one_picture_with_every_joins_level(joined):
    flow = flow_of_accounts(joined.accounts)
    assert len(flow.ledgers) == 7
    levels = {(link.kind, link.level) for link in flow.links if link.kind}
    assert levels == {("payment", "derived"), ("payment", "observed"), ("purchase", "observed"), ("sale", "observed")}
    (start,) = (node for node in flow.nodes if node.claim)
    assert (start.ledger, start.amount, start.column) == ("bank:0110000111", 25_000_000, 0)
    svg = draw_flow(flow, LOOK)
    written = texts(svg)
    assert "payment · derived 85/100" in written
    assert set(flow.ledgers) <= set(written)
    assert "30000.00 KES" in written
    assert any("left the known books (cash)" in each for each in written)
    assert any("ledger" not in each and "claimed 250000.00" in each for each in written)
    check_picture("fraud", svg)
    assert sum(each["amount_out"] is not None for each in joined.accounts.joins) == len(joined.accounts.joins)


def test_traced_units_at_a_join_are_those_of_the_totals(joined):
    flow = flow_of_accounts(joined.accounts)
    for total in joined.accounts.totals:
        nodes = {node.key for node in flow.nodes if (node.ledger, node.asset) == (total.ledger, total.asset)}
        out = sum(link.amount for link in flow.links if link.kind and link.source in nodes)
        arrived = sum(link.arrives for link in flow.links if link.kind and link.target in nodes)
        assert (out, arrived) == (total.converted_out, total.converted_in), total


def test_all_parts_of_a_joined_trace_are_one_flow(joined):
    flow = flow_of_joined(joined)
    assert {node.key for node in flow.nodes} == {node.key for node in flow_of_accounts(joined.accounts).nodes}
    assert draw_flow(flow, LOOK)
    assert pages(flow, LOOK)[-1].count("<text") > 5  # the sums of seven books have a page of their own


def test_other_words_and_right_to_left(joined):
    flow = flow_of_accounts(joined.accounts)
    svg = draw_flow(flow, Look("x", dict.fromkeys(FLOW_WORDS, "ك"), direction="rtl"))
    words = {word for each in texts(svg) for word in re.findall(r"[a-z]{4,}", each)}
    assert words <= {"bank", "mobile", "exchange", "example", "tron", "last", "fifo"}
    assert ElementTree.fromstring(svg).get("direction") == "rtl"


def test_amounts_keep_their_order_from_right_to_left():
    svg = draw_flow(fold_peels(made.peel_row(9)), Look("x", direction="rtl"))
    found = ElementTree.fromstring(svg).iter(f"{SVG}text")
    lines = [each for each in found if re.search(r"\d\.\d{8}", "".join(each.itertext()))]
    assert len(lines) > 10
    assert {each.get("direction") for each in lines} == {"ltr"}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(-500, 500), st.integers(1, 90)), min_size=1, max_size=30))
def test_fitting_keeps_order_and_room_and_leaves_free_places_alone(rows):
    wanted, room = [each for each, _ in rows], [size for _, size in rows]
    found = _fit(wanted, room)
    assert all(one + size <= other for one, size, other in zip(found, room, found[1:], strict=False))
    if all(one + size <= other for one, size, other in zip(wanted, room, wanted[1:], strict=False)):
        assert found == wanted


@pytest.mark.parametrize(
    ("decimals", "amount", "text"),
    [
        (8, 1, "0.00000001 X"),
        (2, -5, "-0.05 X"),
        (0, 7, "7 X"),
        (18, 15 * 10**17, "1.5 X"),
        (18, 0, "0 X"),
        (18, 1, "0." + "0" * 17 + "1 X"),
    ],
)
def test_amounts_are_written_exactly(decimals, amount, text):
    assert made.Unit("X", decimals).text(amount) == text
