"""Write docs/reference/commands.md: every command with its own help text. `--check`: is it current?"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from amparo.cli import amparo

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "commands.md"
HEAD = """# Commands

What `amparo --help` says, for each command. Made from the commands themselves by `make errors`.

| exit code | meaning |
|---|---|
| 0 | fine; what was skipped is counted and said |
| 1 | a check failed, or something was skipped and `--strict` was given |
| 2 | wrong use |
| 3 | a file, disk or service outside Amparo failed |
"""


def commands(
    group: click.Command = amparo, name: str = "amparo", parent: click.Context | None = None
) -> Iterator[tuple[str, str]]:
    """Give (path, help text) of the group and of all below it, in their order, as a terminal shows them."""
    # make_context applies the group's own settings; a bare Context would show what an earlier caller left cached.
    context = group.make_context(name, [], parent, resilient_parsing=True, max_content_width=100, terminal_width=100)
    yield context.command_path, group.get_help(context)
    if isinstance(group, click.Group):
        for below, command in group.commands.items():
            yield from commands(command, below, context)


def page() -> str:
    parts = [f"## {name}\n\n```\n{text}\n```\n" for name, text in commands()]
    return "\n".join([HEAD, *parts])


def main() -> int:
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
            print("docs/reference/commands.md is not current: run `make errors`", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
