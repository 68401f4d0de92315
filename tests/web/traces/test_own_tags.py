"""The unit's own tags: made by one, confirmed by another, shown beside those of others, exported once confirmed."""

import io

import pytest

from amparo.ledger.tags import read_tagpack
from amparo.web.audit.models import LogLine
from amparo.web.common.errors import NotAllowed
from amparo.web.traces import actions
from amparo.web.traces.errors import NoGround, NothingReviewed, ReviewedBySelf, WordNotKnown
from amparo.web.traces.models import OwnTag
from amparo.web.traces.tags import conflict_of, service_addresses, tags_of

WALLET = "1DUDsfc23Dv9sPMEk5RsrtfzCw5ofi5sVW"
ABOUT = {"address": WALLET, "currency": "btc", "label": "Swap desk", "source": "Answer of 3 May 2026, file 17"}


@pytest.fixture
def tag(lead, in_agency) -> OwnTag:
    return actions.add_own_tag(actor=lead, **ABOUT, category="exchange", tagged_actor="swapdesk")


@pytest.fixture
def colleague(person):
    return person("investigator", username="colleague")


def test_a_tag_needs_its_ground_and_a_known_word(lead, in_agency, second) -> None:
    with pytest.raises(NoGround):
        actions.add_own_tag(actor=lead, **{**ABOUT, "source": "  "})
    with pytest.raises(WordNotKnown):
        actions.add_own_tag(actor=lead, **ABOUT, confidence="certain")
    with pytest.raises(NotAllowed):
        actions.add_own_tag(actor=second, **ABOUT)
    assert not OwnTag.objects.exists()


def test_only_a_colleague_confirms_and_only_then_it_counts(tag, lead, colleague) -> None:
    with pytest.raises(ReviewedBySelf):
        actions.review_own_tag(actor=lead, tag=tag)
    with pytest.raises(NothingReviewed):
        actions.export_own_tags(actor=lead)
    assert service_addresses() == frozenset()
    actions.review_own_tag(actor=colleague, tag=tag)
    assert service_addresses() == {WALLET}
    actions.withdraw_own_tag(actor=lead, tag=tag)
    assert service_addresses() == frozenset()
    assert tags_of([WALLET]) == {}
    done = LogLine.objects.filter(action__startswith="own-tag").values_list("action", flat=True)
    assert sorted(done) == ["own-tag.made", "own-tag.reviewed", "own-tag.withdrawn"]


def test_it_leaves_as_a_tagpack_that_reads_back(tag, lead, colleague, tmp_path) -> None:
    actions.review_own_tag(actor=colleague, tag=tag)
    path = tmp_path / "ours.yaml"
    path.write_bytes(actions.export_own_tags(actor=lead))
    (read,) = read_tagpack(path).tags
    assert (read.address, read.label, read.currency, read.actor) == (WALLET, "Swap desk", "BTC", "swapdesk")
    assert read.confidence == "forensic_investigation"
    assert "colleague" in (read.context or "")


def test_a_conflict_is_shown_and_nothing_overwritten(tag, lead, tmp_path) -> None:
    pack = tmp_path / "pack.yaml"
    pack.write_text(
        "title: Other\ncreator: Another unit\nsource: https://tags.example/\nlastmod: 2024-02-26\ncurrency: BTC\n"
        f"confidence: ownership\ntags:\n- address: {WALLET}\n  label: Wallet service\n  actor: hotwallet\n"
    )
    actions.import_tagpack(actor=lead, path=pack)
    said = tags_of([WALLET])[WALLET]
    assert [each.label for each in said] == ["Wallet service", "Swap desk"]  # the more confident first
    assert conflict_of(said) == ["hotwallet", "swapdesk"]
    assert conflict_of(said[:1]) == []


def test_the_page_and_the_files(tag, lead, colleague, signed_in, pack) -> None:
    theirs = signed_in(colleague)
    page = theirs.get("/traces/tags/own/").content.decode()
    assert "waits for a colleague" in page
    assert theirs.post(f"/traces/tags/own/{tag.pk}/review/").status_code == 302
    assert "confirmed by colleague" in theirs.get("/traces/tags/own/").content.decode()
    out = theirs.post("/traces/tags/own/export/")
    assert b"Swap desk" in out.content
    kept = actions.import_tagpack(actor=lead, path=pack)
    answer = theirs.get(f"/traces/tags/packs/{kept.pk}/")
    assert io.BytesIO(b"".join(answer)).getvalue() == pack.read_bytes()


def test_another_agency_sees_none(tag, other_agency, person, signed_in) -> None:
    other = signed_in(person("investigator", at=other_agency))
    assert WALLET not in other.get("/traces/tags/own/").content.decode()
    assert other.post(f"/traces/tags/own/{tag.pk}/withdraw/").status_code == 404


def test_an_unconfirmed_tag_says_so_on_the_trace(tag, traced, lead, signed_in) -> None:
    made = traced("170:1/1", rules=["fifo"])
    page = signed_in(lead).get(f"/traces/{made.pk}/").content.decode()
    assert "Swap desk" in page
    assert "not confirmed by a colleague" in page
