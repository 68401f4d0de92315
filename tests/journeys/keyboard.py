"""The review grid by keys alone, with JavaScript on, as an officer with three hundred items does it."""

from playwright.sync_api import Browser
from tests.journeys.pages import DESK, Officer


def judge_by_keys(browser: Browser, officer: Officer, case: str, state: str = "all") -> str:
    """Choose a category and confirm the first card by keys; try the other keys too. Returns what the desk said."""
    context = browser.new_context(viewport=DESK, storage_state=officer.context.storage_state())
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{officer.base}/matches/case/{case}/?state={state}")
    cards = page.locator("[data-review-card]")
    page.keyboard.press("?")
    assert page.locator("#keys-help").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#keys-help").is_hidden()
    page.keyboard.press("j")
    assert page.locator("[data-review-card].here").count() == 1
    page.keyboard.press("ArrowRight")
    page.keyboard.press("k")
    assert cards.first.get_attribute("class") == "review-card here"
    page.keyboard.press("r")
    assert page.evaluate("document.activeElement.name") == "reason"
    page.keyboard.type("y1")  # in a field, keys are letters
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    chosen = cards.first.locator('select[name="category"]')
    assert chosen.input_value() == chosen.locator('option[data-digit="1"]').get_attribute("value")
    with page.expect_navigation():
        page.keyboard.press("y")
    said = page.inner_text("main")
    assert problems == []
    context.close()
    return said


def reveal_by_keys(browser: Browser, officer: Officer, case: str) -> None:
    """Open the first confirmed picture by keys: the reason is asked for, and the picture comes small and once."""
    context = browser.new_context(viewport=DESK, storage_state=officer.context.storage_state())
    page = context.new_page()
    page.goto(f"{officer.base}/matches/case/{case}/?state=confirmed")
    assert page.locator("article img").count() == 0  # restricted: no blurred picture either
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.keyboard.type("To describe it to the court")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    shown = page.locator("figure img")
    assert shown.evaluate("each => each.naturalWidth") in range(1, 257)
    context.close()
