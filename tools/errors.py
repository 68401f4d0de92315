"""Write docs/reference/errors.md: every error a person can meet, from the source itself. `--check`: is it current?

The source is read, not run: an error class is one with `code`, `sentence` and `advice` (or what it inherits).
"""

import ast
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "errors.md"
ROOMS = {
    "A": "base", "F": "findings", "D": "decoders", "O": "observables", "M": "media", "L": "ledger", "E": "evidence",
    "C": "custody", "B": "bundle", "X": "exchange", "Y": "academy", "W": "web", "Z": "command line",
}  # fmt: skip


class Fault(NamedTuple):
    code: str
    name: str
    sentence: str
    advice: str
    place: str


def faults() -> list[Fault]:
    """Return all error classes with a code of their own, by code, then by place."""
    found = []
    for path in sorted((ROOT / "src" / "amparo").rglob("*.py")):
        place = path.relative_to(ROOT / "src").as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                texts = _texts(node)
                if "code" in texts:
                    found.append(
                        Fault(texts["code"], node.name, texts.get("sentence", ""), texts.get("advice", ""), place)
                    )
    return sorted(found, key=lambda fault: (fault.code, fault.place))


def _texts(node: ast.ClassDef) -> dict[str, str]:
    """Return the class attributes that are plain text or `gettext_noop("text")`."""
    texts = {}
    for line in node.body:
        target = (
            line.targets[0]
            if isinstance(line, ast.Assign)
            else line.target
            if isinstance(line, ast.AnnAssign)
            else None
        )
        value = line.value if isinstance(line, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Call) and value.args and getattr(value.func, "id", "") in {"gettext_noop", "_"}:
            value = value.args[0]
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
            texts[target.id] = value.value
    return texts if _is_error(node) else {}


def _is_error(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name | ast.Attribute) for base in node.bases) and any(
        isinstance(line, ast.Assign | ast.AnnAssign) and "code" in ast.dump(line) for line in node.body
    )


def page() -> str:
    """Return the whole page."""
    lines = [
        "# Errors",
        "",
        "Every error that a person can meet: its code, what it says, and what to do. Made from the source by",
        "`make errors`; the letter names the room. `%(name)s` stands for a fact that is filled in.",
        "",
    ]
    listed = faults()
    for letter, room in ROOMS.items():
        here = [fault for fault in listed if fault.code.startswith(letter)]
        if here:
            lines += [f"## {letter}: {room}", "", "| code | what it says | what to do |", "|---|---|---|"]
            lines += [f"| {fault.code} | {_cell(fault.sentence)} | {_cell(fault.advice)} |" for fault in here]
            lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return (text or "(as its general error)").replace("|", "\\|").replace("\n", " ")


def main() -> int:
    wanted = page()
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != wanted:
            print("docs/reference/errors.md is not current: run `make errors`", file=sys.stderr)
            return 1
        return 0
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
