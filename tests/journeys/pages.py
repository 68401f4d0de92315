"""People of the journey at their browsers: the citizen without JavaScript on a phone, the officers at the desk."""

import re
import time
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page
from tests.journeys.installation import Installation

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


class Visitor:
    """A browser context with one page; keeps the HTML of what it saw for the checks that need JavaScript."""

    def __init__(self, browser: Browser, seen: Path, name: str, viewport: dict[str, int], base: str) -> None:
        self.context = browser.new_context(viewport=viewport, java_script_enabled=False, accept_downloads=True)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.name, self.base, self.seen, self.count = name, base, seen, 0
        self.requests: list[str] = []
        self.visited: list[str] = []  # paths that were opened
        self.page.on("request", lambda request: self.requests.append(request.url))

    def go(self, path: str) -> int:
        answer = self.page.goto(self.base + path)
        assert answer is not None
        if answer.status == 200:
            self.visited.append(path)
        self.keep()
        return answer.status

    def press(self, label: str) -> None:
        """Press the button or link that reads `label`; a key's letter may stand behind it."""
        name = re.compile(rf"^\s*{re.escape(label)}(\s+\S)?\s*$")
        spot = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
        self.follow(spot.first)

    def follow(self, spot: Locator | str) -> None:
        """Click what leads to another page, and wait until that page is there."""
        with self.page.expect_navigation():
            (self.page.locator(spot).first if isinstance(spot, str) else spot).click()
        self.visited.append(self.page.url.removeprefix(self.base))
        self.keep()

    def text(self) -> str:
        return self.page.inner_text("main")

    def keep(self) -> None:
        """Keep this page's HTML, numbered in the order of the walk; nothing may be wider than the screen."""
        self.count += 1
        (self.seen / f"{self.name}-{self.count:03}.html").write_text(self.page.content(), encoding="utf-8")

    def picture(self, place: Path, name: str) -> None:
        self.page.screenshot(path=place / f"{name}.png", full_page=True)


class Citizen(Visitor):
    def __init__(self, browser: Browser, seen: Path, installation: Installation, language: str = "en") -> None:
        super().__init__(browser, seen, f"portal-{language}", PHONE, installation.portal)
        self.language = language

    def answer(self, text: str) -> None:
        """Fill the one question of the screen, or choose among its answers, and go on."""
        choice = self.page.locator(f'input[type=radio][value="{text}"]')
        if choice.count():
            choice.check()
        else:
            self.page.fill('[name="answer"]', text)
        self.follow('button[value="next"]')

    def skip(self) -> None:
        self.follow('button[value="next"]')


class Officer(Visitor):
    def __init__(self, browser: Browser, seen: Path, installation: Installation, username: str) -> None:
        super().__init__(browser, seen, f"desk-{username}", DESK, installation.desk)
        self.installation, self.username = installation, username

    def sign_in(self) -> None:
        self.go("/account/login/")
        self.page.fill('[name="login"]', self.username)
        self.page.fill('[name="password"]', self.installation.notes["password"])
        self.follow('main button[type="submit"]')
        self.page.fill('[name="code"]', self.installation.code(self.username))
        self.follow('main button[type="submit"]')

    def wait_for_job(self, seconds: int = 180) -> str:
        """On a job's page: look again until the work is over, and return what the page says."""
        assert "/jobs/" in self.page.url, self.page.url
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            text = self.text()
            if re.search(r"\bfinished\b", text):
                self.keep()
                return text
            assert "failed" not in text, text
            time.sleep(0.5)
            self.page.reload()
        raise AssertionError(f"the work is not over after {seconds} s: {self.text()}")

    def wait_for(self, path: str, pattern: str, seconds: int = 180) -> str:
        """Open `path` again and again until its text shows `pattern`."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.page.goto(self.base + path)
            text = self.text()
            if re.search(pattern, text):
                self.keep()
                return text
            time.sleep(0.5)
        raise AssertionError(f"{path} never showed {pattern!r}: {text}")
