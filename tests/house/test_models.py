"""The database's house rules: data of an agency is scoped, logs only grow, no action is without its sentence."""

import ast
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django_scopes import scope, scopes_disabled
from django_scopes.exceptions import ScopeError
from source import Module, calls, modules

from amparo.web.audit.actions import record
from amparo.web.audit.actors import SYSTEM
from amparo.web.audit.catalogue import ACTIONS
from amparo.web.audit.models import LogLine

#: Models whose rows are found without a scope, and why that is right.
UNSCOPED = {
    "common.Job": "stands below agencies: carries plain ids; its page asks for agency and membership",
    "audit.LogHead": "stands below agencies: carries plain ids",
    "audit.LogLine": "stands below agencies: carries plain ids",
    "accounts.Agency": "is what a scope is made of",
    "accounts.Person": "signing in happens before any scope",
    "accounts.RoleGrant": "read to know what a person may, before any scope",
    "accounts.ApiToken": "a token is looked up before its agency is known",
    "accounts.Remembered": "of signing in, before any scope: keyed hashes only",
    "cases.Counter": "numbers only, always asked for with their agency",
    "traces.ChainWindow": "public blocks, the same for every agency; `of` keeps exercises apart",
}


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("amparo.")]


def unscoped() -> Iterator[str]:
    """Models whose rows a query without a scope would give out."""
    for model in ours():
        try:
            with scope():
                str(model._default_manager.all().query)
        except ScopeError:
            continue
        yield model._meta.label


def test_data_of_an_agency_is_asked_for_in_its_scope() -> None:
    assert len(ours()) > 40
    assert sorted(unscoped()) == sorted(UNSCOPED)


@pytest.mark.django_db
def test_a_log_line_is_neither_changed_nor_removed() -> None:
    """By the database itself, whoever asks: the trigger is there on SQLite and on PostgreSQL."""
    agency = apps.get_model("accounts.Agency").objects.create(slug="x", name="X")
    line = record("person.signed-in", actor=SYSTEM, agency_id=agency.pk)
    for change in (
        lambda: LogLine.objects.filter(pk=line.pk).update(line="other"),
        lambda: LogLine.objects.filter(pk=line.pk).delete(),
        lambda: connection.cursor().execute("UPDATE audit_logline SET day = day"),
        lambda: connection.cursor().execute("DELETE FROM audit_logline"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert LogLine.objects.get(pk=line.pk).line == line.line


def declared_names(module: Module) -> dict[str, str]:
    """Constant -> action name, of each `NAME = declare("…", …)` of a module."""
    found = {}
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and list(calls(node, "declare")):
            name = node.value.args[0]
            if isinstance(node.targets[0], ast.Name) and isinstance(name, ast.Constant):
                found[node.targets[0].id] = name.value
    return found


def used_constants(package: str) -> set[str]:
    """Constants that modules of an app, `news.py` itself apart, read: NAME or news.NAME."""
    used = set()
    for module in modules():
        if module.path.startswith(package) and not module.path.endswith(("/news.py", "/catalogue.py")):
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Attribute):
                    used.add(node.attr)
                elif isinstance(node, ast.Name):
                    used.add(node.id)
    return used


def unused_actions() -> Iterator[str]:
    for module in modules():
        if module.path.startswith("web/") and module.path.endswith(("/news.py", "/catalogue.py")):
            package = module.path.rpartition("/")[0] + "/"
            used = used_constants(package)
            for constant, name in declared_names(module).items():
                if constant not in used:
                    yield name


def test_every_declared_action_is_written_somewhere() -> None:
    assert list(unused_actions()) == []


def test_every_action_written_is_declared() -> None:
    """record() takes a constant of news.py, or a name that is declared."""
    constants = {name: value for module in modules() for name, value in declared_names(module).items()}
    assert set(constants.values()) <= set(ACTIONS)
    for module in modules():
        if module.path.startswith("web/"):
            for call in calls(module.tree, "record", "subscribe", "_record", "_note"):
                name = call.args[0] if call.args else None
                if isinstance(name, ast.Constant):
                    assert name.value in ACTIONS, f"{module.path}:{call.lineno}"


def test_every_action_has_a_sentence_and_a_name_that_says_what_it_is_about() -> None:
    assert len(ACTIONS) > 40
    for action in ACTIONS.values():
        assert action.sentence, action
        assert action.name.count(".") == 1, action


def test_the_scope_test_notices_a_plain_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    case = apps.get_model("cases.Case")
    with scopes_disabled():
        assert "cases.Case" not in set(UNSCOPED)
        plain = models.Manager()
        plain.model = case
        monkeypatch.setattr(type(case), "_default_manager", property(lambda cls: plain), raising=False)
    assert "cases.Case" in set(unscoped())
