"""The path of the money: from a wallet in a citizen's report, and from a victim's bank, to proofs for the court."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.journeys.books import the_bank_leads_to_the_cash
from tests.journeys.installation import Installation
from tests.journeys.looking import english_in, look_at, newest_of_each
from tests.journeys.pages import DESK, PHONE, Citizen, Officer

from amparo.bundle.proofs import Wrong, check_proof

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

#: Paid 16 times in the first blocks of Bitcoin, and spent together with one other address.
WALLET = "1AbHNFdKJeVL8FRZyRZoiTzG9VCmzLrtvm"
#: Paid 15.01 BTC out of it.
REACHED = "1ACHpxEQg9hWgqFiBGu6r6g7Bgbtgrsr4p"
AUTHORITY = {"kind": "complaint", "reference": "C-9/2026", "issuer": "The victim", "valid_from": "2026-01-01"}


@pytest.fixture
def watched(own_installation: Installation) -> Path:
    """Where this journey keeps the pages it saw."""
    place = own_installation.home.parent / f"seen-money-{own_installation.home.name}"
    place.mkdir()
    return place


def test_the_path_of_the_money(
    browser: Browser,
    own_installation: Installation,
    shared: Path,
    watched: Path,
    pictures: Path,
    axe: str,
    tmp_path: Path,
) -> None:
    a_citizen_names_a_wallet(Citizen(browser, watched, own_installation))
    lead = Officer(browser, watched, own_installation, "lead")
    case = a_case_is_opened(lead)
    chain = blocks_and_entities(lead, shared)
    tags_are_kept(lead, tmp_path)
    trace = the_wallet_is_followed(lead, case)
    the_picture_is_worked_on(lead, trace, pictures)
    whom_to_ask(lead, trace, pictures)
    addresses_say_why_they_are_joined(lead, chain, pictures)
    peels_and_ways(lead, chain, pictures)
    it_is_kept_as_a_finding(lead, trace)
    accounts = the_bank_leads_to_the_cash(lead, case, tmp_path, pictures)
    it_is_kept_as_a_finding(lead, accounts)
    proofs_hold_and_a_changed_one_does_not(a_bundle_is_built(lead, case, tmp_path), tmp_path)
    nobody_else_sees_it(browser, watched, own_installation, lead)
    the_same_pages_in_arabic(lead, pictures)
    the_pages_are_fit_for_everybody(browser, axe, watched, own_installation)


def a_citizen_names_a_wallet(citizen: Citizen) -> None:
    citizen.go("/en/report/")
    citizen.follow('button[value="sextortion"]')
    citizen.answer("https://social.example/profile/annika_1998")
    citizen.answer(f"I had to pay in Bitcoin to {WALLET}")
    while not citizen.page.locator('button[value="send"]').count():
        citizen.skip()
    citizen.follow('button[value="send"]')


def a_case_is_opened(officer: Officer) -> str:
    """By the officer who opens the sealed report; the wallet in it is a sighting at once. Returns the case's key."""
    page = officer.page
    officer.sign_in()
    officer.go("/reports/")
    officer.follow(page.locator("table tbody tr").first.locator("a").first)
    report = page.url
    officer.press("Open the reading room")
    page.fill('[name="passphrase"]', officer.installation.notes["passphrase"]["lead"])
    officer.follow('main form button[type="submit"]')
    page.goto(report)
    officer.press("Open a case")
    page.fill('[name="title"]', "The paid wallet")
    page.select_option('[name="kind"]', AUTHORITY["kind"])
    for name in ("reference", "issuer", "valid_from"):
        page.fill(f'[name="{name}"]', AUTHORITY[name])
    for box in page.locator('[name="data_kinds"]').all():
        box.check()
    officer.press("Open the case")
    officer.go("/cases/")
    officer.follow(page.locator("table tbody th a").first)
    return page.url.split("/cases/")[1].strip("/")


def blocks_and_entities(officer: Officer, shared: Path) -> str:
    """Load the first blocks and join their addresses. Returns the address of the chain's page."""
    page = officer.page
    officer.go("/traces/chains/load/")
    page.set_input_files('[name="file"]', shared / "chain" / "blk00TEST00.dat")
    page.fill('[name="name"]', "First blocks")
    officer.press("Load the blocks")
    officer.wait_for_job()
    officer.go("/traces/chains/")
    officer.follow(page.locator("table tbody th a").first)
    chain = page.url.removeprefix(officer.base)
    officer.press("Join addresses into entities")
    officer.wait_for_job()
    officer.go(chain)
    assert "4,571 addresses" in officer.text()
    return chain


def tags_are_kept(officer: Officer, place: Path) -> None:
    """A pack names an exchange on the way of the money; the unit makes a tag of its own, that waits for a colleague."""
    pack = place / "pack.yaml"
    pack.write_text(
        "title: Known services\ncreator: The national bank\nsource: https://tags.example/\nlastmod: 2024-02-26\n"
        f"currency: BTC\ntags:\n- address: {REACHED}\n  label: Exchange in the capital\n  category: exchange\n"
        "  confidence: service_data\n"
    )
    page = officer.page
    officer.go("/traces/tags/import/")
    page.set_input_files('[name="file"]', pack)
    officer.press("Import the tags")
    officer.go("/traces/chains/")
    assert "Known services" in officer.text()
    officer.go("/traces/tags/own/")
    for name, text in (("address", WALLET), ("label", "Wallet the victim paid"), ("source", "Report of the victim")):
        page.fill(f'[name="{name}"]', text)
    officer.press("Keep the tag")
    assert "waits for a colleague" in officer.text()


def the_wallet_is_followed(officer: Officer, case: str) -> str:
    """From the sighting, by two rules; each accounts for every satoshi. Returns the address of the trace."""
    page = officer.page
    officer.wait_for(f"/sightings/case/{case}/?kind=btc", WALLET)
    officer.follow(page.locator("tr", has_text=WALLET).locator("th a"))
    officer.press("Follow the money")
    assert page.input_value('[name="seed"]').strip() == WALLET
    for rule in ("fifo", "haircut"):
        page.check(f'[name="rules"][value="{rule}"]')
    page.fill('[name="question"]', "Where did the payments go?")
    officer.press("Start the trace")
    officer.wait_for_job()
    officer.go(f"/traces/case/{case}/")
    officer.follow(page.locator("table tbody th a").first)
    trace = page.url.removeprefix(officer.base)
    side_by_side = page.locator("section", has=page.locator("#compare"))
    assert side_by_side.locator("tbody tr").count() == 2
    for rule in ("fifo", "haircut"):
        officer.go(f"{trace}?rule={rule}")
        cells = page.locator("#sum ~ div td:nth-child(2)").all_inner_texts()
        claims, *parts = (int(re.sub(r"[^0-9]", "", cell)) for cell in cells)
        assert claims == sum(parts) > 0
    assert "Exchange in the capital" in officer.text()
    return trace


def the_picture_is_worked_on(officer: Officer, trace: str, pictures: Path) -> None:
    """Everything is drawn, larger; a step is highlighted and noted. All of it without JavaScript."""
    page = officer.page
    officer.go(f"{trace}?rule=fifo")
    officer.picture(pictures, "tracing-trace")
    picture = page.locator("figure.picture svg")
    width = int(picture.get_attribute("width") or 0)
    officer.press("Draw everything")
    officer.press("Larger")
    assert "whole=1" in page.url
    assert int(picture.get_attribute("width") or 0) > width
    keys = [each.get_attribute("value") or "" for each in page.locator("#mark-keys option").all()]
    for key, note, button in ((keys[0], "", "Highlight"), (keys[-1], "Ask the exchange of this", "Add the note")):
        if not page.locator("details[open] #mark-key").count():
            page.locator("summary", has_text="Marks and notes").click()
        page.fill("#mark-key", key)
        page.fill("#mark-text", note)
        officer.press(button)
    drawn = page.inner_text("figure.picture")
    assert "marked by hand" in drawn
    assert "Ask the exchange of this" in " ".join(drawn.split())
    officer.picture(pictures, "tracing-marks")


def whom_to_ask(officer: Officer, trace: str, pictures: Path) -> None:
    page = officer.page
    officer.go(f"{trace}?rule=fifo")
    officer.press("Whom to ask")
    text = officer.text()
    assert "Exchange in the capital" in text
    assert REACHED in text
    officer.picture(pictures, "tracing-worklist")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    assert REACHED in download.value.path().read_text(encoding="utf-8-sig")


def addresses_say_why_they_are_joined(officer: Officer, chain: str, pictures: Path) -> None:
    page = officer.page
    officer.go(chain)
    officer.picture(pictures, "tracing-chain")
    page.fill('[name="q"]', WALLET)
    officer.press("Look up")
    assert "inferred together with others: 2 addresses" in officer.text()
    officer.picture(pictures, "tracing-address")
    officer.follow(page.locator(".facts a", has_text="inferred together"))
    assert "Joined by same-key" in officer.text()  # it was paid in two forms: by its key, and by the key's hash
    officer.go(chain)
    largest = page.locator("section", has=page.locator("#entities")).locator('tbody a[href*="/entity/"]').first
    officer.follow(largest)
    entity = page.url.removeprefix(officer.base)
    officer.follow(page.get_by_role("link", name="Why joined").last)
    assert "first made one entity of the two" in officer.text()
    officer.picture(pictures, "tracing-entity")
    officer.go(entity)
    page.check('[name="heuristic"][value="co-spend"]')
    officer.press("See what is left")
    assert "It falls into 44 parts, 44 of them single addresses." in officer.text()
    officer.picture(pictures, "tracing-what-if")


def peels_and_ways(officer: Officer, chain: str, pictures: Path) -> None:
    page = officer.page
    officer.go(chain)
    page.fill('[name="q"]', "170:1")
    officer.press("Look up")
    officer.picture(pictures, "tracing-transaction")
    officer.press("Peel chain")
    officer.picture(pictures, "tracing-peel")
    officer.go(f"{chain}path/")
    page.fill('[name="from"]', "9:0")
    page.fill('[name="to"]', "170:1")
    officer.press("Find ways")
    assert "The shortest way" in officer.text()
    officer.picture(pictures, "tracing-way")


def it_is_kept_as_a_finding(officer: Officer, trace: str) -> None:
    officer.go(f"{trace}?rule=fifo")
    officer.press("Keep as a finding")
    assert "followed from" in officer.text()


def a_bundle_is_built(officer: Officer, case: str, place: Path) -> Path:
    officer.go(f"/court/case/{case}/bundle/")
    officer.press("Build and sign the bundle")
    officer.wait_for_job()
    officer.go(f"/court/case/{case}/")
    officer.follow(officer.page.locator('a[href*="/court/bundles/"]').first)
    assert "unchanged" in officer.text()
    with officer.page.expect_download() as download:
        officer.page.get_by_role("link", name="Download the bundle").click()
    target = place / "bundle.zip"
    download.value.save_as(target)
    return target


def proofs_hold_and_a_changed_one_does_not(bundle: Path, place: Path) -> None:
    """By the verifier that stands in the bundle, run as the defence would: Python alone, nothing of ours installed."""
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(place / "bundle")
    (root,) = (place / "bundle").iterdir()
    good = stand_alone(root)
    assert good.returncode == 0, good.stdout + good.stderr
    proofs = sorted((root / "data" / "proofs").glob("*.json"))
    assert len(proofs) >= 13
    assert f"All {len(proofs)} merkle proofs hold" in good.stdout
    value = json.loads(proofs[0].read_text())
    a_branch_is_changed(value)
    with pytest.raises(Wrong, match="does not lead to the root in its header"):
        check_proof(f"data/proofs/{proofs[0].name}", value)
    proofs[0].write_text(json.dumps(value))
    wrong = stand_alone(root)
    assert wrong.returncode == 1
    assert proofs[0].name in wrong.stdout


def a_branch_is_changed(value: dict[str, Any]) -> None:
    first, *others = value["siblings"]
    value["siblings"] = [first[2:] + first[:2], *others]


def stand_alone(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(root / "verify.py"), str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def nobody_else_sees_it(browser: Browser, watched: Path, installation: Installation, officer: Officer) -> None:
    """The officer of another agency finds nothing of the case; blocks are public and shared."""
    abroad = Officer(browser, watched, installation, "abroad")
    abroad.sign_in()
    own = {path for path in officer.visited if KEYED.search(path) and not path.startswith("/traces/chains/")}
    assert len(own) > 15
    for path in sorted(own):
        assert abroad.page.request.get(abroad.base + path).status in {404, 405}, path


def the_same_pages_in_arabic(officer: Officer, pictures: Path) -> None:
    """Every page about money once more, from right to left."""
    visited = [path for path in dict.fromkeys(officer.visited) if path.startswith("/traces/")]
    officer.name = "desk-lead-ar"
    officer.page.locator("details.who-menu summary").click()
    officer.page.select_option("#desk-language", "ar")
    menu = officer.page.locator("details.who-menu form", has=officer.page.locator("#desk-language"))
    officer.follow(menu.locator("button"))
    for path in visited:
        if officer.go(path) != 405:  # the address of a form that was only posted to
            assert officer.page.get_attribute("html", "dir") == "rtl"
        if re.fullmatch(r"/traces/[0-9a-f-]{36}/[?]rule=fifo", path):
            officer.picture(pictures, "tracing-ar-trace")


def the_pages_are_fit_for_everybody(browser: Browser, axe: str, watched: Path, installation: Installation) -> None:
    """No axe violation, nothing wider than a desk's or a telephone's screen, no English sentence on an Arabic page."""
    pages = [page for page in sorted(watched.glob("desk-*.html")) if is_about_money(page)]
    arabic = [page for page in pages if "-ar-" in page.name]
    different = newest_of_each(pages)
    assert len(different) > 35
    problems = look_at(browser, axe, [page for page in different if page not in arabic], installation.desk, DESK)
    problems += look_at(browser, axe, different, installation.desk, PHONE)
    assert problems == [], "\n".join(problems)
    assert sorted(set().union(*(english_in(page) for page in arabic))) == []


def is_about_money(page: Path) -> bool:
    """Whether more than the entry in the menu leads to traces: other journeys look at the other pages."""
    return page.read_text(encoding="utf-8").count('"/traces/') > 1


KEYED = re.compile(r"^[^?]*/[0-9a-f]{8}-[0-9a-f]{4}-")
