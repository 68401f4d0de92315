"""The path of detection: a tip, a list, a disk; scanned, judged by two officers, proved. In a real browser."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.journeys.installation import Installation
from tests.journeys.keyboard import judge_by_keys, reveal_by_keys
from tests.journeys.looking import english_in, look_at, newest_of_each
from tests.journeys.material import GONE, SERIAL, Material, digest, make_material
from tests.journeys.pages import DESK, PHONE, Officer

from amparo.base import AmparoError
from amparo.bundle import rerun
from amparo.media import Index

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

AUTHORITY = {
    "kind": "complaint",
    "reference": "C-7/2026",
    "issuer": "A parent",
    "valid_from": "2026-01-01",
}


@pytest.fixture(scope="module")
def material(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Material:
    return make_material(shared, tmp_path_factory.mktemp("detection"))


@pytest.fixture
def watched(own_installation: Installation) -> Path:
    """Where this journey keeps the pages it saw."""
    place = own_installation.home.parent / f"seen-{own_installation.home.name}"
    place.mkdir()
    return place


def test_the_path_of_detection(
    browser: Browser, own_installation: Installation, material: Material, watched: Path, pictures: Path, axe: str
) -> None:
    lead = Officer(browser, watched, own_installation, "lead")
    lead.sign_in()
    a_list_is_imported(lead, material.first_list, "2026-10")
    tip = a_tip_comes_in(lead, material, pictures)
    case = the_tip_becomes_a_case(lead, tip, pictures)
    what_nobody_viewed_stays_closed(lead, case)
    a_disk_is_scanned(lead, case, material, pictures)
    second = two_officers_judge_by_keys(lead, browser, watched, case, pictures)
    nobody_has_to_look_again(lead, case, material)
    a_later_list_finds_more(lead, case, material)
    what_no_list_knows_is_grouped(lead, case, pictures)
    restricted_material_goes_nowhere(lead, second, case, material)
    bundle = a_bundle_is_built(lead, case, material.disk.parent)
    the_recipes_give_the_same_again(bundle, own_installation, material)
    the_other_agency_sees_nothing(browser, watched, own_installation, lead)
    the_same_pages_in_arabic(lead, pictures)
    the_pages_are_fit_for_everybody(browser, axe, watched, own_installation)


def a_list_is_imported(officer: Officer, path: Path, version: str) -> str:
    """A VICS-shaped list, by a job. Returns the address of its page."""
    page = officer.page
    officer.go("/matches/lists/import/")
    page.set_input_files('[name="file"]', path)
    for name, text in (
        ("name", "Bridges"),
        ("version", version),
        ("source", "The national hotline"),
        ("licence", "Agreement of 2026"),
    ):
        page.fill(f'[name="{name}"]', text)
    page.select_option('[name="purpose"]', "csam")
    officer.press("Import the list")
    officer.wait_for_job()
    officer.go("/matches/lists/")
    officer.follow(page.locator("tr", has_text=version).locator("th a").first)
    text = officer.text()
    assert "vics-2.0" in text
    assert re.search(r"Entries\s+[23]\b", text)
    assert "Agreement of 2026" in text
    return page.url.removeprefix(officer.base)


def a_tip_comes_in(officer: Officer, material: Material, pictures: Path) -> str:
    """The delivery is read, its files are compared; the urgent one stands first. Returns the tip's address."""
    page = officer.page
    officer.go("/tips/import/")
    page.set_input_files('[name="files"]', material.delivery)
    page.fill('[name="source"]', "The national contact point")
    page.fill('[name="legal_basis"]', "Communications Act, s. 9")
    officer.press("Import the delivery")
    delivery = page.url.removeprefix(officer.base)
    officer.wait_for(delivery, r"Show its tips")
    assert digest(material.delivery) in officer.text()
    officer.go("/tips/deliveries/")
    officer.go("/tips/senders/")
    officer.wait_for("/tips/", r"(?s)Picshare.*Noisy Platform")
    officer.go("/tips/")
    first = page.locator("table tbody tr").first
    assert "possible danger" in first.inner_text()
    assert "known file" in first.inner_text()
    officer.picture(pictures, "detection-queue")
    officer.follow(first.locator("th a"))
    text = officer.text()
    assert "203[.]0[.]113[.]9" in text
    assert "XX-2026-7" in text
    assert "1 file was viewed by nobody" in text
    row = page.locator("tr", has_text="shown.jpg")
    assert "Bridges" in row.inner_text()
    assert page.locator("main img").count() == 0  # no picture of a tip is shown
    officer.picture(pictures, "detection-tip")
    return page.url.removeprefix(officer.base)


def the_tip_becomes_a_case(officer: Officer, tip: str, pictures: Path) -> str:
    page = officer.page
    officer.go(tip)
    officer.press("Take it")
    officer.press("Open a case")
    for name in ("reference", "issuer", "valid_from"):
        page.fill(f'[name="{name}"]', AUTHORITY[name])
    page.select_option('[name="kind"]', AUTHORITY["kind"])
    for box in page.locator('[name="data_kinds"]').all():
        box.check()
    officer.press("Open the case")
    assert "It was taken into this case" in officer.text()
    officer.follow(page.locator('.notice-good a[href*="/cases/"]'))
    case = page.url.split("/cases/")[1].strip("/")
    officer.wait_for(f"/tips/case/{case}/", "EX1")
    officer.wait_for(f"/cases/{case}/", "EX1|exhibit")
    return case


def what_nobody_viewed_stays_closed(officer: Officer, case: str) -> None:
    """The file the platform viewed can be seen; the other is there, with its digest, and closed."""
    page = officer.page
    officer.go(f"/exhibits/case/{case}/")
    officer.follow(page.locator("tr", has_text="EX1").locator("a").first)
    exhibit = page.url.removeprefix(officer.base)
    officer.wait_for(exhibit, r"closed\.jpg")
    for name, is_closed in (("shown.jpg", False), ("closed.jpg", True)):
        officer.go(exhibit)
        officer.follow(page.locator("tr th a", has_text=name).first)
        assert ("nobody looked at it" in officer.text()) is is_closed, name
        assert (page.locator("button", has_text="Take a copy out").count() == 0) is is_closed, name


def a_disk_is_scanned(officer: Officer, case: str, material: Material, pictures: Path) -> None:
    """An E01 image: exact and near copies are found, a deleted one too, and what was not read is said."""
    page = officer.page
    clips = officer.installation.home / "clips.csv"
    made = officer.installation.amparo(
        "media", "video-list", str(material.clips), "--out", str(clips), "--label", "Clip 3"
    )
    assert made.returncode == 0, made.stderr
    a_video_list_is_imported(officer, clips)
    officer.go(f"/exhibits/case/{case}/deposit/")
    page.set_input_files('[name="files"]', material.disk)
    page.fill('[name="label"]', "Camera card")
    officer.follow('main form button[type="submit"]')
    officer.wait_for(f"/exhibits/case/{case}/", r"EX2")
    for number in ("EX1", "EX2"):
        scan(officer, case, number)
    officer.go(f"/matches/case/{case}/")
    scans = page.locator("section", has=page.locator("#scans"))
    officer.follow(scans.locator("tr", has_text="EX1").locator("a").first)
    assert re.search(r"no provider|nobody", officer.text())  # the closed file is counted
    officer.go(f"/matches/case/{case}/")
    officer.follow(scans.locator("tr", has_text="EX2").locator("a").first)
    text = officer.text()
    assert "cut.jpg" in text
    assert re.search(r"Compared\s+1[12]\b", text)
    officer.picture(pictures, "detection-scan")


def a_video_list_is_imported(officer: Officer, path: Path) -> None:
    officer.go("/matches/lists/import/")
    officer.page.set_input_files('[name="file"]', path)
    for name, text in (("name", "Clips"), ("version", "1"), ("source", "This unit")):
        officer.page.fill(f'[name="{name}"]', text)
    officer.page.select_option('[name="purpose"]', "csam")
    officer.press("Import the list")
    officer.wait_for_job()


def two_officers_judge_by_keys(officer: Officer, browser: Browser, watched: Path, case: str, pictures: Path) -> Officer:
    page = officer.page
    officer.go(f"/matches/case/{case}/?state=all")
    for name in ("IMG_0001.jpg", "IMG_0002.jpg", "IMG_0003.jpg", GONE, "clip.mp4", "shown.jpg"):
        assert name in page.content()
    assert "closed.jpg" not in page.content()
    officer.picture(pictures, "detection-review")
    officer.follow(page.locator("article", has_text="clip.mp4").locator("h2 a").first)
    assert "Clip 3" in officer.text()
    officer.picture(pictures, "detection-video")
    officer.go(f"/cases/{case}/members/add/")
    page.fill('[name="username"]', "second")
    officer.press("Add the member")
    second = Officer(browser, watched, officer.installation, "second")
    second.sign_in()
    for reviewer in (officer, second):
        while waiting(reviewer, case):
            assert re.search(r"\d+ match(es)? judged", judge_by_keys(browser, reviewer, case, state="waiting"))
    officer.go(f"/matches/case/{case}/?state=confirmed")
    assert re.search(r"\b[5-9] matches\.", officer.text())
    officer.picture(pictures, "detection-confirmed")
    reveal_by_keys(browser, second, case)
    second.go("/matches/exposures/")
    assert "To describe it to the court" in second.text()
    second.go("/matches/decisions/")
    second.picture(pictures, "detection-decisions")
    second.go("/matches/break/")
    return second


def waiting(officer: Officer, case: str) -> int:
    officer.go(f"/matches/case/{case}/?state=waiting")
    return officer.page.locator("[data-review-card]").count()


def nobody_has_to_look_again(officer: Officer, case: str, material: Material) -> None:
    """The same bytes in another exhibit are restricted at once, and no one has to look."""
    page = officer.page
    officer.go(f"/exhibits/case/{case}/deposit/")
    page.set_input_files('[name="files"]', material.phone)
    page.fill('[name="label"]', "Telephone, sent pictures")
    officer.follow('main form button[type="submit"]')
    scan(officer, case, "EX3")
    officer.go(f"/matches/case/{case}/?state=known")
    assert "nobody has to look again" in officer.text()
    assert "EX3/Sent/IMG_0001.jpg" in officer.text()
    assert "known, confirmed before" in page.locator("article").inner_text()
    assert waiting(officer, case) == 0
    officer.go(f"/matches/case/{case}/?state=known")
    assert page.locator("article img").count() == 0


def scan(officer: Officer, case: str, number: str) -> None:
    officer.wait_for(f"/matches/case/{case}/", f"Scan {number}")
    officer.press(f"Scan {number}")
    officer.press("Start the scan")
    officer.wait_for_job()


def a_later_list_finds_more(officer: Officer, case: str, material: Material) -> None:
    """A new version of the list meets what was scanned before, without the media."""
    page = officer.page
    address = a_list_is_imported(officer, material.second_list, "2026-11")
    store = officer.installation.home / "store"
    away = store.rename(store.with_name("store-away"))  # nothing can be read now
    officer.go(address)
    officer.press("Match against what was scanned before")
    officer.wait_for(f"/matches/case/{case}/?state=disputed", r"(?s)(from what was seen before, finished.*){3}")
    away.rename(store)
    text = officer.wait_for(f"/matches/case/{case}/?state=possible", r"found later")
    assert "q3.jpg" in text
    officer.follow(
        page.locator("section", has=page.locator("#scans"))
        .locator("tr", has_text="from what was seen")
        .locator("a")
        .first
    )
    assert "the media were not read again" in officer.text()


def what_no_list_knows_is_grouped(officer: Officer, case: str, pictures: Path) -> None:
    """Two pictures of one street, by one camera: a lead by numbers, that nobody had to look at."""
    officer.go(f"/matches/case/{case}/unknown/")
    officer.press("Group the unknown pictures")
    if "/jobs/" in officer.page.url:
        officer.wait_for_job()
    text = officer.wait_for(f"/matches/case/{case}/unknown/", SERIAL.lower() + "|" + SERIAL)
    assert re.search(r"Groups that look alike\s+1\b", text)
    officer.picture(pictures, "detection-unknown")
    officer.follow(officer.page.locator("section", has=officer.page.locator("#groups")).locator("a").first)
    officer.wait_for(f"/sightings/case/{case}/?q=0042", "0042")


def restricted_material_goes_nowhere(officer: Officer, second: Officer, case: str, material: Material) -> None:
    """By the browser's own session: no page hands it out, at any address the journey has seen or could guess."""
    page = officer.page
    officer.go(f"/exhibits/case/{case}/")
    officer.follow(page.locator("tr", has_text="Camera card").locator("a").first)
    restricted = page.locator("tr", has_text="restricted item").locator("th a")
    assert restricted.count() >= 5
    officer.follow(restricted.first)
    assert page.locator("button", has_text="Take a copy out").count() == 0
    secret = (material.files / "DCIM" / "IMG_0001.jpg").read_bytes()
    mark = secret[len(secret) // 2 :][:32]
    paths = {re.sub(r"[?#].*", "", path) for path in officer.visited + second.visited}
    pictures = {f"{path}{name}" for path in paths if re.search(r"/matches/[0-9a-f-]{36}/$", path) for name in NAMES}
    assert pictures
    for person in (officer, second):
        for path in sorted(paths | pictures):
            answer = person.page.request.get(person.base + path)
            body = answer.body()
            assert mark not in body, path
            if path in pictures:
                assert not body.startswith(b"\x89PNG"), path


NAMES = ("picture.png", "frame.png?at=0.000", "frame.png?at=1.000")


def a_bundle_is_built(officer: Officer, case: str, place: Path) -> Path:
    findings = officer.wait_for(f"/court/case/{case}/", "Bridges")
    assert "has the same" in findings
    officer.go(f"/court/case/{case}/bundle/")
    officer.press("Build and sign the bundle")
    officer.wait_for_job()
    officer.go(f"/court/case/{case}/")
    officer.follow(officer.page.locator('a[href*="/court/bundles/"]').first)
    assert "unchanged" in officer.text()
    with officer.page.expect_download() as download:
        officer.page.get_by_role("link", name="Download the bundle").click()
    target = place / f"bundle-{officer.installation.home.name}.zip"
    download.value.save_as(target)
    return target


def the_recipes_give_the_same_again(bundle: Path, installation: Installation, material: Material) -> None:
    """Whoever holds files and lists runs each recipe again. Nothing of the restricted files is in the bundle."""
    assert installation.amparo("bundle", "verify", str(bundle)).returncode == 0
    inputs = {digest(path): path for path in material.files.rglob("*") if path.is_file()}
    inputs[digest(material.viewed)] = material.viewed
    inputs |= indexes_below(installation.home)
    done = rerun(bundle, inputs)
    assert len(done) >= 5
    assert [(each.recipe.inputs, each.why) for each in done if not each.same] == []
    with zipfile.ZipFile(bundle) as archive:
        held = b"".join(archive.read(name) for name in archive.namelist())
    for path in material.files.rglob("*.jpg"):
        data = path.read_bytes()
        assert data[len(data) // 2 :][:32] not in held, path.name


def indexes_below(home: Path) -> dict[str, Path]:
    """Digest of each index of this installation -> its folder."""
    found = {}
    for manifest in home.rglob("manifest.json"):
        try:
            found[Index.open(manifest.parent).digest] = manifest.parent
        except AmparoError:
            continue  # another kind of folder with a manifest
    return found


def the_other_agency_sees_nothing(
    browser: Browser, watched: Path, installation: Installation, officer: Officer
) -> None:
    abroad = Officer(browser, watched, installation, "abroad")
    abroad.sign_in()
    keyed = {path for path in officer.visited if re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", path)}
    assert len(keyed) > 15
    for path in sorted(keyed):
        assert abroad.page.request.get(abroad.base + path).status in {404, 405}, path
    abroad.go("/tips/")
    assert "Picshare" not in abroad.text()


def the_same_pages_in_arabic(officer: Officer, pictures: Path) -> None:
    """Every page of the walk once more, from right to left."""
    visited = list(dict.fromkeys(officer.visited))
    officer.name = "desk-lead-ar"
    officer.page.locator("details.who-menu summary").click()
    officer.page.select_option("#desk-language", "ar")
    menu = officer.page.locator("details.who-menu form", has=officer.page.locator("#desk-language"))
    officer.follow(menu.locator("button"))
    for path in visited:
        if officer.go(path) != 405:  # the address of a form that was only posted to
            assert officer.page.get_attribute("html", "dir") == "rtl"
        for name, pattern in SHOWN_IN_ARABIC.items():
            if re.fullmatch(pattern, path):
                officer.picture(pictures, name)


SHOWN_IN_ARABIC = {
    "detection-ar-queue": r"/tips/",
    "detection-ar-tip": r"/tips/[0-9a-f-]{36}/",
    "detection-ar-review": r"/matches/case/[0-9a-f-]{36}/\?state=all",
    "detection-ar-unknown": r"/matches/case/[0-9a-f-]{36}/unknown/",
}


def the_pages_are_fit_for_everybody(browser: Browser, axe: str, watched: Path, installation: Installation) -> None:
    """No axe violation, nothing wider than a desk's or a telephone's screen, no English sentence on an Arabic page."""
    pages = sorted(watched.glob("desk-*.html"))
    arabic = sorted(watched.glob("*-ar-*.html"))
    assert len(pages) > 80
    assert len(arabic) > 25
    different = newest_of_each(pages)
    problems = look_at(browser, axe, different, installation.desk, DESK)
    problems += look_at(browser, axe, [page for page in different if "-ar-" not in page.name], installation.desk, PHONE)
    assert problems == [], "\n".join(problems)
    assert sorted(set().union(*(english_in(page) for page in arabic))) == []
