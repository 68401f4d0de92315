"""Looking at what the journey saw: axe violations, width, words left untranslated. JavaScript is on here."""

import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from playwright.sync_api import Browser, Route

LOCALE = Path(__file__).resolve().parents[2] / "src" / "amparo" / "web" / "locale"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async rules => {
  const found = await axe.run(document, {runOnly: rules});
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return {wide, rules: found.passes.length,
          violations: found.violations.map(v => ({id: v.id, nodes: v.nodes.slice(0, 3).map(n => n.html)}))};
}"""


def look_at(browser: Browser, axe: str, pages: list[Path], base: str, viewport: dict[str, int]) -> list[str]:
    """Load each kept page at its own server's address and return what is wrong with it, in words."""
    context = browser.new_context(viewport=viewport, bypass_csp=True)
    page = context.new_page()
    problems: list[str] = []
    for kept in pages:
        page.route(f"{base}/kept", _serve(kept))
        page.goto(f"{base}/kept", wait_until="load")
        page.unroute(f"{base}/kept")
        page.evaluate(axe)
        found: dict[str, Any] = page.evaluate(RUN, RULES)
        assert found["rules"] > 5, f"axe looked at nothing on {kept.name}"
        problems += [f"{kept.name}: {each['id']} {json.dumps(each['nodes'])[:300]}" for each in found["violations"]]
        if found["wide"] > 0:
            problems.append(f"{kept.name}: {found['wide']} px wider than the screen of {viewport['width']} px")
    context.close()
    return problems


def english_in(kept: Path) -> set[str]:
    """Our own English sentences (those of the message catalogue) that stand on a page in another language."""
    text = kept.read_text(encoding="utf-8")
    text = re.sub(r"<(a|strong)[^>]* lang=[^>]*>[^<]*</\1>", " ", text)  # a language's own name
    text = re.sub(r"<(script|style|svg|option|code|pre|bdi)\b.*?</\1>", " ", text, flags=re.S)
    shown = {re.sub(r"\s+", " ", html.unescape(part)).strip() for part in re.findall(r">([^<]+)<", text)}
    return {f"{sentence}" for sentence in shown & _own_sentences() if len(sentence) > 3}


def newest_of_each(pages: list[Path]) -> list[Path]:
    """The last page that was seen of each title and language: a page waited for is kept once."""
    found = {}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        title = re.search(r"<title>(.*?)</title>", text, re.S)
        found[("-ar-" in page.name, title.group(1) if title else page.name)] = page
    return sorted(found.values())


@cache
def _own_sentences() -> frozenset[str]:
    """Source sentences whose translation differs, so that "Amparo" or "SHA-256" does not count."""
    with (LOCALE / "ar" / "LC_MESSAGES" / "django.po").open("rb") as stream:
        catalogue = read_po(stream)
    words = {str(each.id) for each in catalogue if each.id and isinstance(each.id, str) and each.string != each.id}
    return frozenset(word for word in words if re.search(r"[a-z]{3}", word) and "%(" not in word)


def _serve(kept: Path) -> Any:
    body = re.sub(r'<meta http-equiv="refresh"[^>]*>', "", kept.read_text(encoding="utf-8"))

    def answer(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html; charset=utf-8", body=body)

    return answer
