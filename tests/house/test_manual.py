"""The manual cannot drift: every command stands in it as it is, links lead somewhere, the README's map is whole."""

import re
from pathlib import Path

import commands
import pytest
from source import ROOT, SOURCE

PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def test_commands_are_current() -> None:
    assert commands.PAGE.read_text(encoding="utf-8") == commands.page(), "run `make errors`"


def test_every_command_takes_json() -> None:
    listed = dict(commands.commands())
    leaves = [name for name in listed if not any(other.startswith(name + " ") for other in listed)]
    assert len(leaves) >= 11
    for name in leaves:
        assert "--json" in listed[name], name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), target


def test_the_manual_names_every_page() -> None:
    docs = ROOT / "docs"
    index = (docs / "README.md").read_text(encoding="utf-8")
    pages = [page.relative_to(docs).as_posix() for page in docs.glob("*/*.md") if page.parent.name != "decisions"]
    assert len(pages) >= 16
    for page in [*pages, "decisions/README.md"]:
        assert f"]({page})" in index, f"docs/README.md has no link to {page}"


def test_newcomers_map_names_every_room() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rooms = [path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()]
    apps = [path.name for path in (SOURCE / "web").iterdir() if (path / "apps.py").exists()]
    for name in [*rooms, *apps]:
        assert re.search(rf"`{name}/?`", readme), f"README.md has no line for {name}"
