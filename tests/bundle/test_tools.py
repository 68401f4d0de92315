"""Recipes of real runs, carried by a real bundle, run again from the bundle."""

import hashlib
from dataclasses import replace
from io import BytesIO

import pytest

from amparo.base import Blob, Recipe, UnknownEntry
from amparo.bundle import TOOLS, CompletenessRow, IssuedFinding, State, build_bundle, recipes_in, rerun
from amparo.bundle.errors import InputNotGiven
from amparo.bundle.pictures import check_picture
from amparo.findings import Finding, Level, Statement


@pytest.fixture
def photo(shared):
    return next(iter(sorted((shared / "pdq/bridge-mods").glob("*.jpg"))))


@pytest.fixture
def match(photo, tmp_path):
    """A recipe of one photo against a list that holds its SHA-256, and the index."""
    from amparo.media import LISTS, Index, build_index, scan, scan_recipe

    digest = hashlib.sha256(photo.read_bytes()).hexdigest()
    entries = LISTS["csv"].read(BytesIO(f"sha256,label\n{digest},A\n".encode()))
    build_index(entries, tmp_path / "index", {"name": "National list"})
    indexes = {"National list": Index.open(tmp_path / "index")}
    (scanned,) = scan([Blob.from_path(photo)], indexes)
    assert len(scanned.hits) == 1
    recipe = scan_recipe(scanned, indexes, 31, 50)
    return recipe, {recipe.inputs["blob"]: photo, recipe.inputs["list:National list"]: tmp_path / "index"}


@pytest.fixture
def traced(shared, tmp_path):
    from amparo.ledger import Seed, Store, load, trace

    load(shared / "chain/blk00TEST00.dat", tmp_path / "store")
    result = trace(Store.open(tmp_path / "store"), [Seed("9:0/0", None)], "fifo")
    return result, {result.recipe.inputs["chain"]: tmp_path / "store"}


def test_real_recipes_in_a_bundle_run_again_to_the_same_digest(make_content, signer, match, traced, tmp_path):
    from amparo.ledger import flow_svg

    (recipe, photo_inputs), (result, chain_inputs) = match, traced
    content = make_content(signer)
    template = Statement("trace.convention", {"rule": "fifo"})
    findings = (
        IssuedFinding(Finding("F1", template, Level.DERIVED, ("btc:9:0",), result.recipe), "r.diaz", (), "flow"),
        IssuedFinding(Finding("F2", template, Level.OBSERVED, ("btc:9:0",), recipe), "r.diaz"),
    )
    rows = (CompletenessRow("btc:9:0", State.WITHHELD, ground="public-record", decided_by="r.diaz"),)
    content = replace(content, findings=findings, completeness=rows, files={}, picture_refs={})
    content = replace(content, pictures={"flow": flow_svg(result, title="Flow")})
    at = content.keys[1].revoked
    path = build_bundle(content, tmp_path / "b", signer, at=at).path
    assert {each.id for each in recipes_in(path)} == {recipe.id, result.recipe.id}

    again = {each.recipe.tool: each for each in rerun(path, {**photo_inputs, **chain_inputs})}
    assert {tool: each.same for tool, each in again.items()} == {"media.match": True, "ledger.trace": True}
    without = {each.recipe.tool: each for each in rerun(path, photo_inputs)}
    assert without["media.match"].same
    assert not without["ledger.trace"].same
    assert "B021" in without["ledger.trace"].why


def test_another_input_gives_another_digest(match, tmp_path):
    recipe, inputs = match
    files = {name: inputs[digest] for name, digest in recipe.inputs.items()}
    other = tmp_path / "other.jpg"
    other.write_bytes(b"not the photo")
    assert TOOLS["media.match"].rerun(recipe, {**files, "blob": other}) != recipe.output


def test_the_pictures_of_the_ledger_may_stand_in_a_bundle(traced):
    from amparo.ledger import flow_svg

    for direction in ("ltr", "rtl"):
        check_picture("flow", flow_svg(traced[0], title="Flow <of> funds", direction=direction))


def test_an_unknown_tool_and_a_missing_input():
    with pytest.raises(UnknownEntry):
        TOOLS["no.such"]
    with pytest.raises(InputNotGiven):
        TOOLS["ledger.trace"].rerun(Recipe("ledger.trace", "1", {}, {"chain": "a"}, "b"), {})
