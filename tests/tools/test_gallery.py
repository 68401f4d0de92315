"""The gallery in a real browser: nothing wider than the screen, no axe violation, both modes, right to left."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REQUIRED = frozenset(filter(None, os.environ.get("AMPARO_REQUIRE", "").replace(" ", "").split(",")))
ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(os.environ.get("AMPARO_AXE", ROOT / "node_modules" / "axe-core" / "axe.min.js"))
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
RULES = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21aa", "wcag22aa", "best-practice"]
LANGUAGES = ["en", "es", "fr", "ar", "pt", "sw"]
PORTAL = [f"portal-{page}-{code}" for page in ("start", "form", "receipt") for code in LANGUAGES]
DESK = [f"{page}-{code}" for page in ("desk-object", "desk-queue", "entrance") for code in ("en", "ar")]

pytestmark = pytest.mark.browser


def need(part: str, present: bool) -> None:
    if not present:
        (pytest.fail if part in REQUIRED else pytest.skip)(f"{part} is not on this machine")


@pytest.fixture(scope="module")
def gallery(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("gallery")
    # A process of its own: the gallery sets up Django's settings in its own way.
    subprocess.run([sys.executable, str(ROOT / "tools" / "gallery.py"), str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def browser(playwright_chromium):
    need("chromium", CHROMIUM.exists())
    started = playwright_chromium.launch(executable_path=str(CHROMIUM), headless=True, args=ARGUMENTS)
    yield started
    started.close()


def too_wide(browser, page_file: Path, width: int) -> int:
    context = browser.new_context(viewport={"width": width, "height": 700})
    page = context.new_page()
    page.goto(page_file.as_uri())
    over = page.evaluate("document.documentElement.scrollWidth") - width
    context.close()
    return over


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_page_is_wider_than_the_screen(browser, gallery, width):
    over = {name: too_wide(browser, gallery / f"{name}.html", width) for name in PORTAL + DESK}
    assert {name: by for name, by in over.items() if by > 0} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, gallery, scheme):
    need("axe", AXE.exists())
    found = {}
    context = browser.new_context(viewport={"width": 360, "height": 700}, color_scheme=scheme)
    for name in ["portal-start-en", "portal-start-ar", "portal-form-en", "portal-receipt-ar", *DESK]:
        page = context.new_page()
        page.goto((gallery / f"{name}.html").as_uri())
        page.evaluate(AXE.read_text(encoding="utf-8"))
        # On the desk 4.5:1 is the goal; the stricter AAA rules are the portal's.
        rules = RULES if name.startswith("portal") else [rule for rule in RULES if rule != "wcag2aaa"]
        result = page.evaluate("rules => axe.run(document, {runOnly: rules})", rules)
        assert len(result["passes"]) > 15
        found |= {(name, each["id"]): [node["html"][:120] for node in each["nodes"]] for each in result["violations"]}
        page.close()
    context.close()
    assert found == {}


@pytest.mark.parametrize("name", PORTAL)
def test_a_portal_page_with_all_it_loads_stays_small(gallery, name):
    """At most 20 KB as sent (gzip): a cheap phone on a slow network waits for every one of them."""
    html = (gallery / f"{name}.html").read_text(encoding="utf-8")
    loaded = [gallery / path for path in re.findall(r'(?:href|src)="(static/[^"]+)"', html)]
    assert len(loaded) >= 4
    sent = sum(len(gzip.compress(data)) for data in [html.encode(), *(path.read_bytes() for path in loaded)])
    assert sent <= 20_000


def test_escape_twice_leaves_the_page_and_once_does_not(browser, gallery):
    page = browser.new_page()
    page.route("https://**", lambda route: route.fulfill(body="elsewhere", content_type="text/plain"))
    page.goto((gallery / "portal-start-en.html").as_uri())
    page.keyboard.press("Escape")
    page.wait_for_timeout(100)
    assert page.url.startswith("file:")
    page.keyboard.press("Escape")
    page.wait_for_url("https://**")
    assert page.evaluate("history.length") == 2
    page.close()


def test_keys_move_over_the_rows_and_show_their_list(browser, gallery):
    page = browser.new_page()
    page.goto((gallery / "desk-queue-en.html").as_uri())
    assert page.locator("#keys-help").is_hidden()
    page.keyboard.press("?")
    assert page.locator("#keys-help").is_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator("tr.here").inner_text().count("2026-0041") == 1
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "2026-0042"
    page.keyboard.press("Enter")
    page.wait_for_url("**#1")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.close()


def test_the_focused_part_is_always_marked(browser, gallery):
    page = browser.new_page(java_script_enabled=True)
    page.goto((gallery / "portal-form-en.html").as_uri())
    widths = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        widths.add(page.evaluate("getComputedStyle(document.activeElement).outlineWidth"))
    assert widths == {"3px"}
    page.close()
