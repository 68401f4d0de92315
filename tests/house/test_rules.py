"""House rules that no general linter knows. Each has a case that breaks it, so that no rule can sleep."""

import ast
from collections.abc import Callable, Iterator

import pytest
from source import Module, called, calls, functions, modules

MAX_FUNCTION = 60  # lines
MAX_MODULE = 400
BROAD = {"Exception", "BaseException"}
TRANSLATORS = ("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy")
#: One file that has to be one file: it runs alone, on any Python, in a court.
ONE_FILE = {"bundle/verifier/verify.py"}

#: Places on a picture, measured precision, chances of a made economy: none of these is money.
WITH_SHARES = ("ledger/picture", "ledger/calibrate", "ledger/clusters")
#: Seconds to wait for an answer, and sizes of tables that are made a little too large: no money either.
WITH_SECONDS = (
    *("ledger/nodes", "ledger/accounts/transport", "ledger/accounts/evm/rpc", "ledger/accounts/tron/grid"),
    *("ledger/sources/explorer", "ledger/sources/node", "ledger/store/address_index", "ledger/store/keys"),
)

Rule = Callable[[Module], Iterator[str]]


def long_functions(module: Module) -> Iterator[str]:
    for function in functions(module.tree):
        lines = (function.end_lineno or 0) - function.lineno + 1
        if lines > MAX_FUNCTION:
            yield f"{module.path}:{function.lineno} {function.name} has {lines} lines"


def long_modules(module: Module) -> Iterator[str]:
    lines = module.text.count("\n")
    if lines > MAX_MODULE and module.path not in ONE_FILE:
        yield f"{module.path} has {lines} lines"


def built_sentences(module: Module) -> Iterator[str]:
    """A translatable sentence is one constant text: f-strings, +, % and .format hide it from the catalogue."""
    for call in calls(module.tree, *TRANSLATORS):
        first = call.args[0] if call.args else None
        formatted = isinstance(first, ast.Call) and called(first) == "format"
        if isinstance(first, ast.JoinedStr | ast.BinOp) or formatted:
            yield f"{module.path}:{call.lineno} builds a sentence inside {ast.unparse(call.func)}()"


def floats_in_ledger(module: Module) -> Iterator[str]:
    """Money is an integer in the smallest unit. Pictures may place things with fractions, rates are shares, dice are
    thrown with fractions; amounts may not be fractions."""
    if not module.path.startswith("ledger/") or module.path.startswith(WITH_SHARES + WITH_SECONDS):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"{module.path}:{node.lineno} has the fraction {node.value}"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not _is_path(node):
            yield f"{module.path}:{node.lineno} divides with /: use //"
        if isinstance(node, ast.Name) and node.id == "float":
            yield f"{module.path}:{node.lineno} uses float"


def _is_path(node: ast.BinOp) -> bool:
    """`folder / "name"`, `folder / name`: paths are joined with / too; numbers never meet text or a folder there."""
    words = ast.unparse(node)
    return (
        '"' in words
        or "'" in words
        or any(
            name in words
            for name in ("folder", "path", "partial", "store", "MANIFEST", "root", "home", "source", "generation")
        )
    )


def pickles(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        if any(name.split(".")[0] in {"pickle", "shelve", "marshal", "dill"} for name in names):
            yield f"{module.path}:{node.lineno} imports {names}"


def broad_excepts(module: Module) -> Iterator[str]:
    """`except Exception` and bare `except` hide what was not read. The worker's last line of defence raises again."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ExceptHandler) or (node.type is not None and ast.unparse(node.type) not in BROAD):
            continue
        if not any(isinstance(line, ast.Raise) for line in node.body):
            yield f"{module.path}:{node.lineno} catches everything and does not raise"


def undocumented(module: Module) -> Iterator[str]:
    # Of apps.py and urls.py every Django app has one, and they say nothing but what their names say.
    plain = module.path.endswith(("/apps.py", "/urls.py"))
    if module.text.strip() and not plain and ast.get_docstring(module.tree) is None:
        yield f"{module.path} says nothing about itself"


RULES: dict[Rule, tuple[str, str]] = {
    long_functions: ("x.py", '"""x"""\ndef f():\n' + "    pass\n" * 61),
    long_modules: ("x.py", '"""x"""\n' + "a = 1\n" * 401),
    built_sentences: ("x.py", '"""x"""\n_(f"{name} is there")\n'),
    floats_in_ledger: ("ledger/x.py", '"""x"""\nhalf = amount * 0.5\n'),
    pickles: ("x.py", '"""x"""\nimport pickle\n'),
    broad_excepts: ("x.py", '"""x"""\ntry:\n    f()\nexcept Exception:\n    pass\n'),
    undocumented: ("x.py", "a = 1\n"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_holds(rule: Rule) -> None:
    broken = [sentence for module in modules() for sentence in rule(module)]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_notices_a_break(rule: Rule) -> None:
    path, text = RULES[rule]
    assert list(rule(Module(path, text, ast.parse(text))))


def test_division_of_money_is_noticed() -> None:
    text = '"""x"""\nshare = amount / count\n'
    assert list(floats_in_ledger(Module("ledger/x.py", text, ast.parse(text))))
