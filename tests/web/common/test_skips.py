"""Every reason that an engine gives for passing something over has words: their sources are walked for them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import amparo
from amparo.exchange.tips import PROBLEMS
from amparo.web.common.skips import WORDS

ROOMS = ("decoders", "evidence", "media", "ledger", "exchange")
HOUSE = Path(amparo.__file__).parent
KERNELS = Path(__file__).parents[3] / "native"
REASON = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: What carries a reason: the name that is called -> which of its arguments is it.
CARRIERS = {
    "Skipped": 1, "Problem": 1, "BadLine": 0, "BadCell": 0, "BadAmount": 0,
    "CannotDecode": 0, "CannotRead": 0, "CannotCopy": 0,
}  # fmt: skip
#: Attributes and variables that hold reasons or notes.
HOLDERS = {"stopped", "notes"}
#: The kernel's words for what refuses a whole list: errors, with sentences of their own.
FAULTS = {"not-a-list", "truncated", "utf-8"}


def _texts(node: ast.AST) -> Iterator[str]:
    """The texts below a node; what is only looked up with them, or formatted into a detail, is not meant."""
    keys = {each.slice for each in ast.walk(node) if isinstance(each, ast.Subscript)}
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and each not in keys:
            yield each.value


def _constants(trees: dict[Path, ast.Module]) -> dict[str, set[str]]:
    """Name -> texts that any module or class of the room binds it to."""
    found: dict[str, set[str]] = {}
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    names = target.elts if isinstance(target, ast.Tuple) else [target]
                    values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value] * len(names)
                    for name, value in zip(names, values, strict=False):
                        if isinstance(name, ast.Name) and isinstance(value, ast.Constant):
                            found.setdefault(name.id, set()).update(_texts(value))
    return found


def _reasons(node: ast.expr, constants: dict[str, set[str]]) -> set[str]:
    """The reasons an argument can be: texts in it, and what the constants it names hold."""
    named = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    named |= {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    found = set(_texts(node)).union(*(constants.get(name, set()) for name in named if name.isupper()))
    return {each for each in found if REASON.fullmatch(each)}


def given() -> dict[str, str]:
    """Reason or note -> a file that gives it."""
    trees = {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for room in ROOMS
        for path in sorted((HOUSE / room).rglob("*.py"))
    }
    constants = _constants(trees)
    found: dict[str, str] = {}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            for value in _carried(node):
                found |= dict.fromkeys(_reasons(value, constants), path.name)
    for path in (*sorted(KERNELS.glob("*vics*.cpp")), KERNELS / "json_parser.hpp"):
        found |= dict.fromkeys(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"', path.read_text()), path.name)
    return {reason: name for reason, name in found.items() if reason not in FAULTS}


def _carried(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions at a node that become a reason or a note."""
    if isinstance(node, ast.Call):
        place = CARRIERS.get(getattr(node.func, "id", getattr(node.func, "attr", "")))
        if place is not None and len(node.args) > place:
            yield node.args[place]
    elif isinstance(node, ast.Dict):
        yield from (value for key, value in zip(node.keys, node.values, strict=True) if _is_reason(key))
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            names = [getattr(each, "attr", getattr(each, "id", "")) for each in ast.walk(target)]
            if HOLDERS.intersection(names) and not any(isinstance(each, ast.Dict) for each in ast.walk(node.value)):
                yield node.value


def _is_reason(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and key.value == "reason"


def test_every_reason_has_words() -> None:
    wordless = {reason: name for reason, name in given().items() if reason not in WORDS.keys() | PROBLEMS.keys()}
    assert not wordless, f"say in skips.py what these mean: {wordless}"


def test_the_walk_sees_the_reasons_that_are_known_to_be_there() -> None:
    """By each way a reason is given: argument, constant, member, attribute, note, kernel, dictionary."""
    expected = {
        "known-good", "negative-bank", "too-many-near", "not-a-video", "video-cut-short", "not-enough-usable-frames",
        "unread-video-kind", "no-room-for-copy", "broken-tail", "first-of-several", "inverted-too", "heic",
        "time-limit", "bad-digest", "broken-zip", "special-file", "no-file-system",
        "stale-block", "not-a-record", "unreadable", "decoder-crashed", "video-too-large",
    }  # fmt: skip
    assert expected <= given().keys()
