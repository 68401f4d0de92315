"""The main path, from a citizen's report to a bundle a court can check, walked in a real browser on real input."""

import csv
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.journeys.installation import Installation
from tests.journeys.keyboard import judge_by_keys
from tests.journeys.looking import english_in, look_at
from tests.journeys.pages import DESK, PHONE, Citizen, Officer

from amparo.bundle import VERIFIER

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WALLET = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
COMPLAINT = {
    "kind": "complaint",
    "reference": "C-17/2026",
    "issuer": "The person who reported",
    "valid_from": "2026-01-01",
}


@pytest.fixture(scope="module")
def material(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the unit has on its desk: a zip of photos, and a hash list that knows two of them and one near copy."""
    place = tmp_path_factory.mktemp("material")
    photos = shared / "pdq" / "bridge-mods"
    with zipfile.ZipFile(place / "photos.zip", "w") as archive:
        for photo in ("aaa-orig.jpg", "blur-a-little.jpg", "shrink-a-lot.jpg"):
            archive.write(photos / photo, f"DCIM/{photo}")
    with (shared / "pdq" / "vectors" / "golden-pdqhash-0.2.8.csv").open(newline="") as stream:
        golden = {Path(row["path"]).name: row for row in csv.DictReader(stream)}
    exact = hashlib.sha256((photos / "aaa-orig.jpg").read_bytes()).hexdigest()
    lines = ["sha256,pdq,label,purpose", f"{exact},,A,csam"]
    lines.append(f",{golden['blur-a-lot.jpg']['pdq']},B,csam")
    lines.append("not-a-digest,,C,csam")
    (place / "list.csv").write_text("\n".join(lines) + "\n")
    return place


def test_the_main_path(
    browser: Browser,
    installation: Installation,
    shared: Path,
    material: Path,
    seen: Path,
    pictures: Path,
    axe: str,
) -> None:
    citizen = Citizen(browser, seen, installation)
    code = a_citizen_reports(citizen, pictures)
    officer = Officer(browser, seen, installation, "lead")
    case = an_officer_reads_and_opens_a_case(officer, pictures)
    the_citizen_comes_back(Citizen(browser, seen, installation), code)
    exhibits_are_deposited(officer, case, shared, material, pictures)
    second = known_material_is_found_and_confirmed(officer, browser, seen, case, material, pictures)
    the_money_is_followed(officer, case, shared, pictures)
    bundle = a_bundle_is_built(officer, case, material, pictures)
    the_bundle_can_be_checked(bundle, installation)
    the_judge_reads_only_the_bundle(browser, seen, installation, officer, case)
    the_other_agency_sees_nothing_but_the_referral(browser, seen, installation, officer, second, case, material)
    the_same_pages_in_arabic(browser, seen, installation, officer, pictures)
    everybody_can_use_the_pages(browser, axe, seen, installation)
    nothing_was_left_untranslated(seen)


def a_citizen_reports(citizen: Citizen, pictures: Path) -> str:
    assert citizen.go("/en/") == 200
    citizen.picture(pictures, "portal-start")
    citizen.go("/en/report/")
    citizen.follow('button[value="sextortion"]')
    citizen.answer("https://social.example/profile/annika_1998")
    citizen.answer(f"200 dollars in Bitcoin to {WALLET}")
    citizen.answer("She says she will send my pictures to everyone in my class.")
    citizen.picture(pictures, "portal-question")
    citizen.answer("13-17")
    citizen.answer("yes")
    while not citizen.page.locator('button[value="send"]').count():
        citizen.skip()
    assert WALLET in citizen.text()
    citizen.follow('button[value="send"]')
    code = "".join(citizen.page.locator(".receipt-code span").all_inner_texts())
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{20}", code)
    citizen.picture(pictures, "portal-receipt")
    citizen.page.fill('[name="last_four"]', "0000" if code[-4:] != "0000" else "1111")
    citizen.follow('button[value="done"]')
    assert code[-4:] in citizen.text().replace("\n", "")
    citizen.page.fill('[name="last_four"]', code[-4:].lower())
    citizen.follow('button[value="done"]')
    assert code[-4:] not in citizen.text()
    assert citizen.context.cookies() == []
    assert all(url.startswith(citizen.base) for url in citizen.requests)
    return code


def an_officer_reads_and_opens_a_case(officer: Officer, pictures: Path) -> str:
    officer.sign_in()
    officer.go("/reports/")
    first = officer.page.locator("table tbody tr").first
    assert "possible danger" in first.inner_text()
    officer.picture(pictures, "journey-report-queue")
    officer.follow(first.locator("a").first)
    assert "sealed" in officer.text()
    report = officer.page.url
    officer.press("Open the reading room")
    officer.page.fill('[name="passphrase"]', officer.installation.notes["passphrase"]["lead"])
    officer.follow('main form button[type="submit"]')
    officer.page.goto(report)
    officer.keep()
    text = officer.text()
    assert WALLET in text
    assert "hxxps" in text
    assert "She says she will send my pictures" in text
    officer.page.locator('select[name="template"]').select_option(index=1)
    officer.press("Send this answer")
    officer.page.goto(report)
    officer.press("Open a case")
    officer.page.fill('[name="title"]', "Sextortion of a pupil")
    fill_authorisation(officer)
    officer.press("Open the case")
    assert "/cases/" in officer.page.url or "/reports/" in officer.page.url
    officer.go("/cases/")
    officer.follow(officer.page.locator("table tbody th a").first)
    return officer.page.url.split("/cases/")[1].strip("/")


def fill_authorisation(officer: Officer) -> None:
    page = officer.page
    page.select_option('[name="kind"]', COMPLAINT["kind"])
    for name in ("reference", "issuer", "valid_from"):
        page.fill(f'[name="{name}"]', COMPLAINT[name])
    for box in page.locator('[name="data_kinds"]').all():
        box.check()


def the_citizen_comes_back(citizen: Citizen, code: str) -> None:
    citizen.go("/en/return/")
    citizen.page.fill('[name="code"]', f"{code[:5]}-{code[5:10]} {code[10:15]}-{code[15:]}".lower())
    citizen.follow('main button[type="submit"]')
    assert citizen.page.locator(".messages li").count() == 1
    citizen.page.fill("main textarea", "Thank you. They wrote again today.")
    citizen.follow('button[value="write"]')
    assert "They wrote again today" in citizen.text()
    citizen.go("/en/return/")
    citizen.page.fill('[name="code"]', "00000-00000-00000-00000")
    citizen.follow('main button[type="submit"]')
    assert "Your report" not in citizen.page.inner_text("h1")


def exhibits_are_deposited(officer: Officer, case: str, shared: Path, material: Path, pictures: Path) -> None:
    image = shared / "evidence" / "images" / "nps-2010-emails.E01"
    for label, path in (("Phone, exported photos", material / "photos.zip"), ("Laptop disk", image)):
        officer.go(f"/exhibits/case/{case}/deposit/")
        officer.page.set_input_files('[name="files"]', path)
        officer.page.fill('[name="label"]', label)
        officer.follow('main form button[type="submit"]')
    folder = officer.installation.home / "inbox" / "north" / "notes"
    folder.mkdir(parents=True)
    (folder / "pay.txt").write_text(f"send it to {WALLET} or write to someone@example.org\n")
    number = officer.page.request.get(f"{officer.base}/cases/{case}/")
    ref = re.search(r"\d{4}-\d{4}", number.text())
    assert ref is not None
    done = officer.installation.amparo(
        "exhibit", "deposit", str(folder), "--case", ref.group(), "--as", "lead", "--label", "Notes", "--json"
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout.splitlines()[-1])["sha256"]) == 64
    text = officer.wait_for(f"/exhibits/case/{case}/", r"(?s)EX1.*EX2.*EX3")
    assert "Laptop disk" in text
    officer.wait_for(f"/sightings/case/{case}/?q=someone", r"someone@example\.org")
    assert WALLET in officer.wait_for(f"/sightings/case/{case}/?kind=btc", WALLET)
    officer.wait_for(f"/sightings/case/{case}/?q=textedit", r"textedit\.com")
    officer.go(f"/exhibits/case/{case}/")
    officer.follow(officer.page.locator("tr", has_text="Laptop disk").locator("a").first)
    assert "equal to the hash" in officer.text()
    officer.picture(pictures, "journey-exhibit")


def known_material_is_found_and_confirmed(
    officer: Officer, browser: Browser, seen: Path, case: str, material: Path, pictures: Path
) -> Officer:
    officer.go("/matches/lists/import/")
    page = officer.page
    page.set_input_files('[name="file"]', material / "list.csv")
    page.fill('[name="name"]', "National list")
    page.fill('[name="version"]', "2026-11")
    page.fill('[name="source"]', "The national hotline")
    page.select_option('[name="purpose"]', "csam")
    officer.press("Import the list")
    officer.wait_for_job()
    officer.go("/matches/lists/")
    officer.follow(page.locator("tr", has_text="National list").locator("th a").first)
    assert re.search(r"Entries\s+2", officer.text())
    assert "not-a-digest" in officer.text() or "line 4" in officer.text().lower()
    officer.go(f"/matches/case/{case}/")
    officer.press("Scan EX1")
    page.locator('[name="lists"]').first.check()
    officer.press("Start the scan")
    officer.wait_for_job()
    officer.go(f"/matches/case/{case}/")
    officer.picture(pictures, "journey-matches")
    page.locator("details.members summary").first.click()
    text = officer.text()
    assert "same sha256" in text
    assert re.search(r"PDQ, \d+ of 256 bits differ", text)
    exact = page.locator("details.members li", has_text="aaa-orig").filter(has_text="same sha256")
    officer.follow(exact.get_by_role("link").first)
    officer.picture(pictures, "journey-match-review")
    match = page.url.removeprefix(officer.base)
    officer.press("Confirm the match")
    assert "2 different persons" in officer.text()
    second = Officer(browser, seen, officer.installation, "second")
    second.sign_in()
    assert second.go(match) == 404  # no member of the case yet: it does not exist for them
    officer.go(f"/cases/{case}/members/add/")
    page.fill('[name="username"]', "second")
    officer.press("Add the member")
    second.go(match)
    second.press("Confirm the match")
    assert "restricted" in second.text()
    for reviewer in (officer, second):  # what looks alike is one card: one decision each, by keys
        assert re.search(r"\d+ matches judged", judge_by_keys(browser, reviewer, case))
    officer.go("/matches/decisions/")
    officer.go("/matches/exposures/")
    officer.go("/matches/break/")
    officer.go(f"/matches/case/{case}/unknown/")
    findings = officer.wait_for(f"/court/case/{case}/", "National list")
    assert "has the same sha256 digest as an entry" in findings
    return second


def the_money_is_followed(officer: Officer, case: str, shared: Path, pictures: Path) -> None:
    chain = shared / "chain"
    page = officer.page
    for path, name in (
        (chain / "blk00TEST00.dat", "First blocks"),
        (chain / "btc-main-300025.raw", "Block 300025"),
        (chain / "btc-main-702861.raw", "Block 702861"),
    ):
        officer.go("/traces/chains/load/")
        page.set_input_files('[name="file"]', path)
        page.fill('[name="name"]', name)
        if path.suffix == ".raw":
            page.fill('[name="window"]', name)
        officer.press("Load the blocks")
        if "/jobs/" in page.url:
            officer.wait_for_job()
    for pack in ("tagpack_hacks.yaml", "tagpack_ofac.yaml"):
        officer.go("/traces/tags/import/")
        page.set_input_files('[name="file"]', chain / pack)
        officer.press("Import the tags")
        if "/jobs/" in page.url:
            officer.wait_for_job()
    officer.go(f"/traces/case/{case}/new/")
    page.select_option('[name="chain"]', label="First blocks")
    page.fill('[name="seed"]', "9:0")
    page.fill('[name="question"]', "Where did the first payment go?")
    officer.press("Start the trace")
    officer.wait_for_job()
    officer.go(f"/traces/case/{case}/")
    officer.follow(page.locator("table tbody th a").first)
    assert page.locator("figure.picture svg").count() == 1
    rows = [re.sub(r"[^0-9]", "", cell) for cell in page.locator("#sum ~ div td:nth-child(2)").all_inner_texts()]
    claims, *parts = (int(cell) for cell in rows)
    assert claims == sum(parts) == 5_000_000_000
    a_tag_shows_on_its_address(officer, pictures)
    officer.press("Keep as a finding")
    assert "satoshi followed from 9:0" in officer.text()
    officer.go(f"/traces/case/{case}/new/")
    page.select_option('[name="chain"]', label="Block 300025")
    page.fill('[name="seed"]', "300025:1")
    officer.press("Start the trace")
    officer.wait_for_job()
    officer.go(f"/traces/case/{case}/")
    officer.follow(page.locator("tr", has_text="300025:1").locator("th a").first)
    assert "Only the declared window" in officer.text()
    assert "spend outputs of blocks outside it" in officer.text()


def a_tag_shows_on_its_address(officer: Officer, pictures: Path) -> None:
    """The real packs name no address of these blocks, so a pack of the unit's own names one."""
    page, trace = officer.page, officer.page.url.removeprefix(officer.base)
    address = (
        page.locator("section", has=page.locator("#outs")).locator("tbody tr:last-child td .digest").first.inner_text()
    )
    pack = pictures / "own-pack.yaml"
    pack.write_text(
        "title: Known to the unit\ncreator: Cybercrime Unit North\ntags:\n"
        f"  - address: {address}\n    label: Exchange in the capital\n    source: https://example.org/note\n"
        "    currency: BTC\n    confidence: authority_data\n"
    )
    officer.go("/traces/tags/import/")
    page.set_input_files('[name="file"]', pack)
    officer.press("Import the tags")
    pack.unlink()
    officer.go(trace)
    assert "Exchange in the capital" in page.locator("tr", has_text=address).first.inner_text()
    officer.picture(pictures, "journey-trace")


def a_bundle_is_built(officer: Officer, case: str, material: Path, pictures: Path) -> Path:
    officer.go(f"/court/case/{case}/bundle/")
    officer.press("Build and sign the bundle")
    officer.wait_for_job()
    officer.go(f"/court/case/{case}/")
    officer.follow(officer.page.locator('a[href*="/court/bundles/"]').first)
    officer.picture(pictures, "journey-bundle")
    assert "unchanged" in officer.text()
    with officer.page.expect_download() as download:
        officer.page.get_by_role("link", name="Download the bundle").click()
    target = material / "bundle.zip"
    target.unlink(missing_ok=True)
    download.value.save_as(target)
    return target


def the_bundle_can_be_checked(bundle: Path, installation: Installation) -> None:
    def stand_alone(path: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", str(VERIFIER), str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert installation.amparo("bundle", "verify", str(bundle)).returncode == 0
    good = stand_alone(bundle)
    assert good.returncode == 0, good.stdout + good.stderr
    folder = bundle.with_suffix("")
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    (root,) = folder.iterdir()
    assert (root / "data" / "report.ar.pdf").read_bytes().startswith(b"%PDF-")
    rows = json.loads((root / "data" / "completeness.json").read_text())
    restricted = [row for row in _rows(rows) if row["ground"] == "restricted"]
    assert restricted
    assert all(row["path"] is None for row in restricted)
    altered = root / "data" / "findings.json"
    data = bytearray(altered.read_bytes())
    data[len(data) // 2] ^= 1
    altered.write_bytes(data)
    for result in (stand_alone(root), installation.amparo("bundle", "verify", str(root))):
        assert result.returncode == 1
        assert "findings.json" in result.stdout + result.stderr


def _rows(value: object) -> list[dict[str, object]]:
    if isinstance(value, dict):
        value = next(each for each in value.values() if isinstance(each, list))
    assert isinstance(value, list)
    return value


def the_judge_reads_only_the_bundle(
    browser: Browser, seen: Path, installation: Installation, officer: Officer, case: str
) -> None:
    officer.page.fill('[name="username"]', "judge")
    officer.press("Let them read it")
    judge = Officer(browser, seen, installation, "judge")
    judge.sign_in()
    judge.go("/court/bundles/")
    judge.follow(judge.page.locator("table tbody th a").first)
    assert "unchanged" in judge.text()
    assert judge.go(f"/cases/{case}/") in {403, 404}
    assert judge.go(f"/exhibits/case/{case}/") in {403, 404}


def the_other_agency_sees_nothing_but_the_referral(
    browser: Browser,
    seen: Path,
    installation: Installation,
    officer: Officer,
    second: Officer,
    case: str,
    material: Path,
) -> None:
    abroad = Officer(browser, seen, installation, "abroad")
    abroad.sign_in()
    assert abroad.go(f"/cases/{case}/") == 404
    assert abroad.go(officer.page.url.removeprefix(officer.base)) == 404
    exchange_cards(second, abroad)
    second.go(f"/referrals/case/{case}/")
    second.page.locator('[name="partner"]').select_option(index=1)
    second.press("Seal the referral")
    with second.page.expect_download() as download:
        second.page.locator('a[href*="/download/"]').first.click()
    sealed = material / "referral.age"
    sealed.unlink(missing_ok=True)
    download.value.save_as(sealed)
    assert b"Sextortion" not in sealed.read_bytes()
    abroad.go("/referrals/receive/")
    abroad.page.set_input_files('[name="file"]', sealed)
    abroad.press("Open the sealed file")
    assert "Good" in abroad.text()
    fill_authorisation(abroad)
    abroad.press("Open the case")
    assert "/cases/" in abroad.page.url
    abroad.go("/referrals/receive/")
    abroad.page.set_input_files('[name="file"]', sealed)
    abroad.press("Open the sealed file")
    assert abroad.page.locator(".errors").count() == 1


def exchange_cards(one: Officer, other: Officer) -> None:
    cards = {}
    for each in (one, other):
        each.go("/referrals/")
        cards[each.username] = (each.page.inner_text("#our-recipient"), each.page.inner_text("#our-key"))
    for me, partner in ((one, other), (other, one)):
        me.go("/referrals/partners/add/")
        recipient, key = cards[partner.username]
        for name, value in (
            ("name", f"Unit of {partner.username}"),
            ("recipient", recipient),
            ("verify_key", key),
            ("compared", "Read out over the telephone"),
        ):
            me.page.fill(f'[name="{name}"]', value)
        me.press("Add the partner")


def the_same_pages_in_arabic(
    browser: Browser, seen: Path, installation: Installation, officer: Officer, pictures: Path
) -> None:
    """Arabic runs right to left, on the phone and at the desk."""
    citizen = Citizen(browser, seen, installation, language="ar")
    for path in ("/ar/", "/ar/report/", "/ar/return/", "/ar/privacy/", "/ar/about/", "/ar/help/"):
        assert citizen.go(path) == 200
        assert citizen.page.get_attribute("html", "dir") == "rtl"
    for audience in ("parents", "children"):
        citizen.go(f"/ar/help/{audience}/")
        citizen.follow(citizen.page.locator("main a").first)
    citizen.go("/ar/")
    citizen.picture(pictures, "portal-start-ar")
    visited = list(dict.fromkeys(officer.visited))
    officer.name = "desk-lead-ar"
    officer.page.locator("details.who-menu summary").click()
    officer.page.select_option("#desk-language", "ar")
    officer.follow(
        officer.page.locator("details.who-menu form", has=officer.page.locator("#desk-language")).locator("button")
    )
    for path in visited:
        if officer.go(path) != 405:  # the address of a form that was only posted to
            assert officer.page.get_attribute("html", "dir") == "rtl"
    officer.go("/reports/")
    officer.picture(pictures, "journey-report-queue-ar")


def everybody_can_use_the_pages(browser: Browser, axe: str, seen: Path, installation: Installation) -> None:
    """No axe violation on any page that was seen, and none is wider than the screen it was seen on."""
    portal, desk = sorted(seen.glob("portal-*.html")), sorted(seen.glob("desk-*.html"))
    assert len(portal) > 15
    assert len(desk) > 60
    problems = look_at(browser, axe, portal, installation.portal, PHONE)
    problems += look_at(browser, axe, portal, installation.portal, {"width": 320, "height": 640})
    problems += look_at(browser, axe, desk, installation.desk, DESK)
    assert problems == []


def nothing_was_left_untranslated(seen: Path) -> None:
    """No page in Arabic holds an English sentence of ours."""
    pages = sorted(seen.glob("*-ar-*.html"))
    assert len(pages) > 40
    assert sorted(set().union(*(english_in(page) for page in pages))) == []
