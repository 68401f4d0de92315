"""The proofs of a kept trace: in the bundle where the source was kept, plainly missing where it was not."""

import json
import shutil

from amparo.bundle import verify
from amparo.web.court.jobs import bundle_folder
from amparo.web.traces.actions import source_of, store_of
from amparo.web.traces.models import ChainWindow
from amparo.web.traces.proofs import proofs_of


def rows_of(bundle):
    listed = json.loads((bundle_folder(bundle) / "data/completeness.json").read_text())
    return [row for row in listed["items"] if row["ref"].startswith("bitcoin:")]


def test_every_step_of_a_kept_trace_is_proven_where_the_blocks_were_kept(kept_trace, built, shared) -> None:
    finding = kept_trace()
    kept = source_of(finding.trace.chain)
    kept.mkdir()
    shutil.copy(shared / "chain/blk00TEST00.dat", kept)
    bundle = built()
    rows = rows_of(bundle)
    assert [row["ref"] for row in rows] == list(finding.value.inputs)
    assert {row["state"] for row in rows} == {"included"}
    assert verify(bundle_folder(bundle)).totals["proofs"] == len(rows)


def test_without_its_blocks_the_bundle_says_that_no_proof_is_kept(kept_trace, built) -> None:
    kept_trace()
    bundle = built()
    assert {(row["state"], row["ground"]) for row in rows_of(bundle)} == {("withheld", "no-proof")}
    assert "no merkle proof of it is kept" in (bundle_folder(bundle) / "data/report.en.html").read_text()
    assert "proofs" not in verify(bundle_folder(bundle)).totals


def test_blocks_sent_by_the_form_are_kept_for_proofs(lead, home, in_agency, shared, signed_in, at_once) -> None:
    path = shared / "chain/btc-main-227835.raw"
    for name in ("Block 227835", "Again"):
        with path.open("rb") as file, at_once():
            signed_in(lead).post("/traces/chains/load/", {"file": file, "name": name})
    chain = ChainWindow.objects.get()
    assert [each.name for each in source_of(chain).iterdir()] == [path.name]
    txid = store_of(chain).txid(3)
    assert list(proofs_of(chain, [txid])) == [f"proofs/{txid}.json"]
