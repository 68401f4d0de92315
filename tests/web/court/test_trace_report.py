"""The report on a kept trace: over blocks with marks, over the books of a fraud; checked, and caught when changed."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from amparo.bundle import TOOLS, VERIFIER, own_translate, verify
from amparo.findings import Level
from amparo.ledger.calibrate import rates
from amparo.web.court.actions import keep_trace
from amparo.web.court.compose_trace import from_trace
from amparo.web.court.jobs import bundle_folder
from amparo.web.traces.actions import add_mark, import_tagpack, source_of, start_trace
from amparo.web.traces.models import Trace

LANGUAGES = ("es", "fr", "ar", "pt", "sw")


def report(folder: Path, language: str = "en") -> str:
    """The page as it reads, without the marks around facts."""
    return (folder / f"data/report.{language}.html").read_text().replace("<bdi>", "").replace("</bdi>", "")


def checked(folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-I", VERIFIER, folder], capture_output=True, text=True, check=False)


def spoil(path: Path) -> None:
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_a_trace_over_blocks_tells_a_court_all_of_it(kept_trace, built, lead, shared) -> None:
    trace = kept_trace().trace
    kept = source_of(trace.chain)
    kept.mkdir()
    shutil.copy(shared / "chain/blk00TEST00.dat", kept)
    Trace.objects.update(question="Where did the 50 bitcoin go?")
    add_mark(actor=lead, trace=trace, kind="note", key="170:1/0", text="Paid the day after the theft")
    add_mark(actor=lead, trace=trace, kind="highlight", key="170:1/0")
    folder = bundle_folder(built("en", "ar"))
    page = report(folder)
    for words in (
        *(
            "Where did the 50 bitcoin go?",
            "Clayton",
            "preferred by the case&#x27;s law",
            "The fee is taken from the end",
        ),
        *(
            "In proportion: every output",
            "Paid the day after the theft",
            "These marks are a person&#x27;s",
            "Each step",
        ),
        *("50.00000000", "2009-01-12 03:30", "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"),
    ):
        assert words in page, words
    assert "كل خطوة" in report(folder, "ar")
    for result in trace.results.all():  # every rule's whole result, under the digest its recipe names
        path = folder / f"data/results/{result.recipe['output'][:16]}.json"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == result.recipe["output"]
    drawn = (folder / "data/pictures/F1.svg").read_text()
    assert "Paid the day after the theft" in drawn
    assert checked(folder).returncode == 0, checked(folder).stdout
    assert verify(folder).totals["proofs"] == 9
    spoil(next((folder / "data/results").glob("*.json")))
    assert checked(folder).returncode != 0
    assert "data/results/" in checked(folder).stdout + checked(folder).stderr


def test_a_trace_over_books_tells_joins_records_and_what_is_not_proven(fraud_trace, built, lead) -> None:
    found = fraud_trace.results.get(rule="fifo")
    finding = keep_trace(actor=lead, found=found)
    assert keep_trace(actor=lead, found=found) == finding
    assert finding.level == "derived"  # one join is derived, ten are observed, none inferred
    for part in ("250,000.00 KES", "FT26034EX1", "74,281.00 KES"):
        assert part in finding.sentence
    folder = bundle_folder(built("en", "ar"))
    listed = json.loads((folder / "data/completeness.json").read_text())["items"]
    assert [row["ref"] for row in listed] == sorted(finding.value.inputs)
    assert len(listed) == 7
    assert {row["state"] for row in listed} == {"included"}
    page = report(folder)
    for words in (
        *("No merkle proof is kept of account ledgers", "One side names the account of the other", "The records agree"),
        *("derived (confidence 85 of 100)", "lost where a balance is not known", "not booked: failed", "14,590.00 KES"),
        *("The stores that the trace ran over are not in this bundle", "no measured rate", "10 observed, 1 derived"),
    ):
        assert words in page, words
    assert checked(folder).returncode == 0, checked(folder).stdout
    spoil(folder / "data" / listed[0]["path"])
    assert checked(folder).returncode != 0


def test_an_inferred_join_makes_the_finding_inferred(fraud_trace) -> None:
    found = fraud_trace.results.get(rule="fifo")
    found.result["joins"][0]["level"] = "inferred"
    made = from_trace("F9", found)
    assert made.level is Level.INFERRED
    assert {each.facts["inferred"] for each in made.against if each.template == "trace.joins"} == {1}


def test_a_stop_by_heuristic_comes_with_its_measured_rate(kept_trace) -> None:
    found = kept_trace().trace_result
    found.totals |= {"stopped": 900, "stopped_by_reason": {"mixer": 900}}
    found.result["outputs"][0]["stop"] = "mixer"
    made = from_trace("F9", found)
    rate = rates().of("CoinJoin, left out")
    (said,) = (each for each in made.against if each.template == "trace.heuristic")
    assert (made.level, said.facts["satoshi"], said.facts["outputs"]) == (Level.INFERRED, 900, 1)
    assert said.facts["precision"] == rate.facts()["precision"]
    assert made.known_error.template == "heuristic.measured-error"
    assert int(made.known_error.facts["cases"]) == rate.cases


def test_a_trace_back_is_kept_and_its_recipe_has_a_tool(kept_trace, case, lead, at_once, built) -> None:
    chain = kept_trace().trace.chain
    with at_once():
        made = start_trace(actor=lead, case=case, chain=chain, seed="170:1/0", rules=["fifo"], direction="backward")
    finding = keep_trace(actor=lead, found=made.results.get())
    assert "1000000000 come from newly made coins" in finding.sentence
    recipe = finding.value.recipe
    given = {"chain": source_of(chain).parent}
    assert TOOLS[recipe.tool].rerun(recipe, given) == recipe.output
    folder = bundle_folder(built())
    assert "Backward: where the money came from" in report(folder)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_the_report_on_traces_stays_english(language) -> None:
    from amparo.bundle.words import TRACE

    same = {words for words in TRACE.values() if own_translate(language, words) == words}
    assert not {words for words in same if len(words.split()) > 2}


def test_services_are_listed_with_who_says_so(kept_trace, case, lead, at_once, built, tmp_path) -> None:
    chain = kept_trace().trace.chain
    pack = tmp_path / "pack.yaml"
    pack.write_text(
        "title: Made-up tags\ncreator: A trainer\nsource: https://tags.example/\nlastmod: 2024-02-26\ncurrency: BTC\n"
        "tags:\n- address: 1DUDsfc23Dv9sPMEk5RsrtfzCw5ofi5sVW\n  label: Swap <b>Ltd</b>\n  category: exchange\n"
    )
    import_tagpack(actor=lead, path=pack)
    with at_once():
        made = start_trace(actor=lead, case=case, chain=chain, seed="9:0", rules=["fifo"], at_services=True, max_hops=3)
    finding = keep_trace(actor=lead, found=made.results.get())
    assert any("ended at what a tag calls a service" in each for each in finding.against)
    page = report(bundle_folder(built("en", "sw")))
    for words in (
        *("Services it reached: whom to ask", "Swap &lt;b&gt;Ltd&lt;/b&gt;", "A trainer", "It ends after 3 hops."),
        *("Where stop rules ended it", "The limit of hops was reached.", "nobody checked it here"),
    ):
        assert words in page, words
