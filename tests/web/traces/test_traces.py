"""Blocks come in with what was skipped said; a trace gives the known answer by each rule, to the satoshi."""

import csv
import io
import shutil
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from amparo.ledger import TraceResult as Computed
from amparo.ledger.errors import BadAddress, NotLoaded
from amparo.web.audit.models import LogLine
from amparo.web.cases.actions import open_case
from amparo.web.cases.authorisation import OutsideAuthorisation
from amparo.web.cases.models import Authorisation
from amparo.web.common.errors import NotAllowed
from amparo.web.common.home import folder
from amparo.web.common.jobs import JobStopped, Run, stop_job, take_up_stale_jobs
from amparo.web.common.models import Job
from amparo.web.traces import actions, jobs
from amparo.web.traces.actions import import_address_list, import_tagpack, load_chain, start_trace
from amparo.web.traces.errors import ChainMayNotMeet, NoLabel, NoRule, NotPaidHere, PackThere
from amparo.web.traces.models import ChainWindow, Tag, TagPack, Trace
from amparo.web.traces.picture import picture_of


def stores() -> list[str]:
    return [path.name for path in folder("ledger").iterdir()]


def test_a_block_file_says_what_was_cut(chain, lead, signed_in) -> None:
    assert (chain.window, chain.blocks, chain.inputs, chain.resolved) == (None, 4522, 260, 260)
    assert chain.skipped == {"cut-record": 1}
    page = signed_in(lead).get("/traces/chains/").content.decode()
    assert "the file ends in the middle of a block: 1" in page
    assert "0–4521" in page


def test_the_same_source_is_stored_once(chain, lead, shared) -> None:
    assert load_chain(actor=lead, source=shared / "chain/blk00TEST00.dat", name="Again") == chain
    assert stores() == [chain.folder]


def test_raw_blocks_are_windows_and_say_what_is_missing(lead, in_agency, home, shared, signed_in) -> None:
    names = ("btc-main-300025.raw", "btc-main-413567.raw", "btc-main-702861.raw")
    made = [load_chain(actor=lead, source=shared / "chain" / name, name=name) for name in names]
    assert [(each.first_height, each.window, each.unresolved) for each in made] == [
        (300025, names[0], 1239), (413567, names[1], 4599), (702861, names[2], 6190),
    ]  # fmt: skip
    assert "6,190" in signed_in(lead).get("/traces/chains/").content.decode()


def upload(client, path, at_once, name="x"):
    with path.open("rb") as file, at_once():
        return client.post("/traces/chains/load/", {"file": file, "name": name})


def test_what_is_no_block_leaves_nothing(lead, home, in_agency, tmp_path, signed_in, at_once) -> None:
    path = tmp_path / "blk.dat"
    path.write_bytes(b"no blocks here" * 100)
    client = signed_in(lead)
    answer = upload(client, path, at_once)
    job = Job.objects.get()
    assert (job.state, job.error_code[0]) == ("failed", "L")
    assert job.error_code in client.get(answer["Location"]).content.decode()
    assert stores() == []
    assert not ChainWindow.objects.exists()


def test_blocks_by_the_form(lead, home, in_agency, shared, signed_in, at_once) -> None:
    client, path = signed_in(lead), shared / "chain/btc-main-227835.raw"
    assert upload(client, path, at_once, "Block 227835").status_code == 302
    made = ChainWindow.objects.get()
    assert (made.name, made.blocks, made.window) == ("Block 227835", 1, "btc-main-227835.raw")
    upload(client, path, at_once, "Again")
    assert (ChainWindow.objects.get(), stores()) == (made, [made.folder])
    assert {each.state for each in Job.objects.all()} == {"done"}


@pytest.mark.parametrize("after", [False, True], ids=["before-it-is-kept", "after-it-is-kept"])
def test_a_load_that_was_killed_is_done_once(
    lead, in_agency, home, shared, signed_in, at_once, monkeypatch, after
) -> None:
    class Killed(BaseException):
        pass

    real = actions.chains._keep_chain

    def keep(*facts: object) -> ChainWindow:
        if after:
            real(*facts)
        raise Killed

    monkeypatch.setattr(actions.chains, "_keep_chain", keep)
    upload(signed_in(lead), shared / "chain/btc-main-227835.raw", at_once)
    monkeypatch.setattr(actions.chains, "_keep_chain", real)
    Job.objects.update(lease_until="2026-01-01T00:00:00Z")
    with at_once():
        assert take_up_stale_jobs() == 1
    assert Job.objects.get().state == "done"
    assert stores() == [ChainWindow.objects.get().folder]
    assert LogLine.objects.filter(action="chain.loaded").count() == 1


def test_a_load_that_was_stopped_leaves_nothing(lead, in_agency, home, shared, signed_in, at_once, monkeypatch) -> None:
    def load(**fields: object) -> None:
        stop_job(Job.objects.get())
        raise JobStopped

    monkeypatch.setattr(jobs.loads, "load_chain", load)
    upload(signed_in(lead), shared / "chain/btc-main-227835.raw", at_once)
    assert (Job.objects.get().state, stores()) == ("stopped", [])


@pytest.mark.parametrize("rule", ["fifo", "lifo", "tiho", "haircut"])
def test_the_known_flow_of_9_0(traced, rule) -> None:
    result = traced(rules=[rule]).results.get()
    assert result.totals["claims"] == result.totals["held"] == 5_000_000_000
    held = {each["ref"]: each["tainted"] for each in result.result["outputs"] if each["state"] == "held"}
    assert sum(held.values()) == 5_000_000_000
    assert held["170:1/0"] == held["181:1/0"] == 1_000_000_000
    assert result.recipe["parameters"]["rule"] == rule
    assert "<style" not in result.svg


def test_start_from_an_address_or_a_transaction(traced) -> None:
    by_place = traced().results.get(rule="fifo")
    txid = next(each["txid"] for each in by_place.result["outputs"] if each["ref"] == "9:0/0")
    assert traced(txid).results.get(rule="fifo").totals == by_place.totals
    by_address = traced("1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3").results.get(rule="fifo")
    assert by_address.totals["claims"] == 1_000_000_000


@pytest.mark.parametrize(
    ("seed", "error"),
    [
        ("999999:0", NotLoaded),
        ("1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm4", BadAddress),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", NotPaidHere),
    ],
)
def test_a_seed_that_is_not_there(lead, case, chain, seed, error) -> None:
    with pytest.raises(error):
        start_trace(actor=lead, case=case, chain=chain, seed=seed, rules=["fifo"])
    assert not Trace.objects.exists()


def test_refusals(lead, second, case, chain) -> None:
    with pytest.raises(NoRule):
        start_trace(actor=lead, case=case, chain=chain, seed="9:0", rules=[])
    with pytest.raises(NotAllowed):
        start_trace(actor=second, case=case, chain=chain, seed="9:0", rules=["fifo"])
    Authorisation.objects.update(data_kinds=["files", "pictures"])
    with pytest.raises(OutsideAuthorisation):
        start_trace(actor=lead, case=case, chain=chain, seed="9:0", rules=["fifo"])


def test_a_gap_is_said(traced, lead, shared, signed_in, tmp_path) -> None:
    alone = Path(shutil.copy(shared / "chain/btc-main-300025.raw", tmp_path))  # without its undo file
    window = load_chain(actor=lead, source=alone, name="One block")
    made = traced("300025:113", at=window)
    totals = made.results.get(rule="fifo").totals
    assert (totals["claims"], totals["held"], totals["gap"]) == (152_032_000, 150_750_000, 1_282_000)
    page = signed_in(lead).get(f"/traces/{made.pk}/?rule=fifo").content.decode()
    assert "booked as gap" in page
    assert "1,282,000" in page


def test_tags_show_with_who_says_so_and_escaped(traced, lead, pack, shared, signed_in) -> None:
    import_tagpack(actor=lead, path=pack)
    made = traced()
    page = signed_in(lead).get(f"/traces/{made.pk}/").content.decode()
    assert "Wallet of a witness" in page
    assert "A trainer" in page
    assert "Swap &lt;b&gt;Ltd" in page
    assert "Swap <b>" not in page
    assert "Wallet of a witness" in made.results.get(rule="fifo").svg


def test_real_packs_and_sanctions_lists_come_in_once(lead, in_agency, shared, tmp_path, signed_in) -> None:
    ofac = import_tagpack(actor=lead, path=shared / "chain/tagpack_ofac.yaml")
    about = {"currency": "BTC", "label": "OFAC SDN", "source": "US Treasury"}
    listed = import_address_list(actor=lead, path=shared / "chain/ofac_XBT.txt", **about)
    assert (ofac.count, listed.count) == (572, 435)
    both = Tag.objects.filter(address="123WBUDmSJv4GctdVEz6Qq6z8nXSKrJ4KX")
    assert {each.label for each in both} == {"Asset listed under US Treasury OFAC Sanctions List", "OFAC SDN"}
    assert both[0].confidence == "authority_data"
    with pytest.raises(PackThere):
        import_address_list(actor=lead, path=shared / "chain/ofac_XBT.txt", **about)
    with pytest.raises(NoLabel):
        import_address_list(actor=lead, path=shared / "chain/ofac_ETH.txt", currency="ETH", label="", source="")
    assert "435" in signed_in(lead).get("/traces/chains/").content.decode()


def test_tags_by_the_form(lead, home, in_agency, shared, signed_in) -> None:
    client = signed_in(lead)
    with (shared / "chain/tagpack_twitter_hack_scam.yaml").open("rb") as upload:
        assert client.post("/traces/tags/import/", {"file": upload}).status_code == 302
    with (shared / "chain/ofac_TRX.txt").open("rb") as upload:
        answer = client.post("/traces/tags/import/", {"file": upload})
    assert (answer.status_code, b"W805" in answer.content) == (400, True)
    assert TagPack.objects.get().count == 3


def test_tags_of_another_agency_do_not_show(traced, pack, other_agency, person, lead, signed_in) -> None:
    import_tagpack(actor=person("investigator", at=other_agency), path=pack)
    page = signed_in(lead).get(f"/traces/{traced().pk}/").content.decode()
    assert "Wallet of a witness" not in page


def test_a_trace_may_stop_at_tagged_services(traced, lead, pack) -> None:
    import_tagpack(actor=lead, path=pack)
    whole = traced("181:1/0").results.get(rule="fifo")
    stopped = traced("170:1/1", at_services=True).results.get(rule="fifo")
    assert whole.totals["stopped"] == 0
    assert stopped.totals["stopped"] == 1_000_000_000
    assert stopped.totals["claims"] == stopped.totals["held"] + stopped.totals["stopped"]
    assert stopped.recipe["parameters"]["stops"]["services"] == ["1DUDsfc23Dv9sPMEk5RsrtfzCw5ofi5sVW"]


def test_blocks_of_an_exercise_meet_no_real_case(
    lead, in_agency, case, exercise_agency, person, home, shared, signed_in
) -> None:
    source = shared / "chain/btc-main-227835.raw"
    made_up = load_chain(actor=person("trainer", at=exercise_agency), source=source, name="Exercise")
    assert "Exercise" not in signed_in(lead).get("/traces/chains/").content.decode()
    with pytest.raises(ChainMayNotMeet):
        start_trace(actor=lead, case=case, chain=made_up, seed="227835:0", rules=["fifo"])
    real = load_chain(actor=lead, source=source, name="Real")
    assert real != made_up
    assert len(stores()) == 2


def test_the_page_shows_each_rule_and_exports(traced, lead, signed_in) -> None:
    made = traced(rules=["fifo", "poison"])
    client = signed_in(lead)
    page = client.get(f"/traces/{made.pk}/?rule=fifo").content.decode()
    assert "5,000,000,000" in page
    assert "Keep as a finding" in page
    reach = client.get(f"/traces/{made.pk}/?rule=poison").content.decode()
    assert "Keep as a finding" not in reach  # its amounts do not add up, and the page does not say that they do
    answer = client.get(f"/traces/{made.pk}/fifo.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))
    assert len(rows) == 14
    assert sum(int(row["traced_satoshi"]) for row in rows if row["state"] == "held") == 5_000_000_000
    assert LogLine.objects.filter(action="trace.exported").count() == 1
    assert client.get(f"/traces/{made.pk}/nonsense.csv").status_code == 404


def test_many_outputs_are_paged(traced, lead, signed_in, monkeypatch) -> None:
    monkeypatch.setattr("amparo.web.traces.views.traces.ROWS", 5)
    page = signed_in(lead).get(f"/traces/{traced().pk}/?rule=haircut&page=3").content.decode()
    assert "Page 3 of 3" in page
    assert "?rule=haircut&amp;page=2" in page


def test_a_trace_by_the_form(lead, case, chain, signed_in, at_once) -> None:
    client = signed_in(lead)
    address = f"/traces/case/{case.pk}/new/"
    assert client.get(address).status_code == 200
    fields = {"chain": str(chain.pk), "seed": "9:0", "rules": ["fifo", "haircut"], "at_services": "on"}
    with at_once():
        assert client.post(address, fields).status_code == 302
    made = Trace.objects.get()
    assert (made.number, made.results.count(), made.at_services) == ("T1", 2, True)
    assert "T1" in client.get(f"/traces/case/{case.pk}/").content.decode()
    assert client.post(address, {**fields, "seed": "1:99"}).status_code == 400
    assert client.post(address, {**fields, "rules": []}).status_code == 400


def test_who_is_not_in_the_case_sees_no_trace(traced, person, other_agency, signed_in) -> None:
    made = traced()
    for stranger in (person("investigator"), person("investigator", at=other_agency)):
        client = signed_in(stranger)
        for page in (f"/traces/{made.pk}/", f"/traces/{made.pk}/fifo.csv", f"/traces/case/{made.case_id}/"):
            assert client.get(page).status_code == 404


def test_a_trace_killed_between_two_rules_goes_on(lead, case, chain, at_once, monkeypatch) -> None:
    class Killed(BaseException):
        pass

    real, seen = Run.commit, []

    def commit(self: Run, **fields: object) -> None:
        seen.append(fields["cursor"])
        if len(seen) == 2:
            raise Killed
        real(self, **fields)

    monkeypatch.setattr(Run, "commit", commit)
    with at_once():
        made = start_trace(actor=lead, case=case, chain=chain, seed="9:0", rules=["fifo", "haircut", "lifo"])
    assert [each.rule for each in made.results.all()] == ["fifo"]
    Job.objects.update(lease_until="2026-01-01T00:00:00Z")
    with at_once():
        take_up_stale_jobs()
    assert [each.rule for each in made.results.all()] == ["fifo", "haircut", "lifo"]
    assert LogLine.objects.filter(action="trace.done").count() == 1


def test_a_case_of_another_agency_may_use_the_same_real_blocks(chain, other_agency, person, at_once) -> None:
    from django_scopes import scope

    stranger = person("investigator", at=other_agency)
    with scope(agency=other_agency), at_once():
        terms = {"kind": "consent", "reference": "1", "issuer": "x", "valid_from": date(2026, 1, 1)}
        case = open_case(actor=stranger, title="t", authorisation={**terms, "data_kinds": ["financial"]})
        made = start_trace(actor=stranger, case=case, chain=chain, seed="9:0", rules=["fifo"])
    with scope(agency=other_agency):
        assert made.results.count() == 1


def test_the_picture_speaks_the_readers_language(traced) -> None:
    found = traced("9:0").results.get(rule="fifo")
    with translation.override("en"):
        assert picture_of(found) == found.svg
    with translation.override("ar"):
        drawn = picture_of(found)
    assert "غير منفق" in drawn
    assert "unspent" not in drawn
    assert "passed on" not in drawn


def test_a_stored_result_reads_back_to_the_same_digest(traced) -> None:
    found = traced("9:0").results.get(rule="fifo")
    assert Computed.from_dict(found.result, inputs=found.recipe["inputs"]).digest == found.recipe["output"]
