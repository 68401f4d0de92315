"""The database flows to the right like the code: a foreign key never points to a room further right."""

from django.apps import apps
from source import ROOT, SOURCE

from amparo.web.settings.base import APPS

#: From left to right; rooms in one line don't know each other.
ORDER = (
    ("common",),
    ("audit",),
    ("accounts",),
    ("cases",),
    ("reports", "help"),
    ("exhibits", "portal"),
    ("sightings",),
    ("matches", "traces"),
    ("tips",),
    ("court",),
    ("classroom", "referrals"),
)
PLACE = {name: place for place, names in enumerate(ORDER) for name in names}


def ours(model: type) -> bool:
    return model.__module__.startswith("amparo.web.")


def test_foreign_keys_flow_to_the_right() -> None:
    seen = 0
    for model in filter(ours, apps.get_models(include_auto_created=True)):
        for field in model._meta.get_fields():
            target = field.related_model if field.is_relation and not field.auto_created else None
            if target is None or not ours(target):
                continue
            seen += 1
            here, there = model._meta.app_label, target._meta.app_label
            assert here == there or PLACE[there] < PLACE[here], f"{model.__name__}.{field.name} points to {there}"
    assert seen > 40


def test_every_app_is_placed_and_installed() -> None:
    folders = {path.parent.name for path in (SOURCE / "web").glob("*/apps.py")}
    assert folders == {name.rsplit(".", 1)[1] for name in APPS} == set(PLACE)
    assert {config.label for config in apps.get_app_configs() if config.name.startswith("amparo.")} == folders


def test_order_is_the_contracts() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = ", ".join(f'"{" | ".join(names)}"' for names in reversed(ORDER))
    assert f"layers = [{layers}]" in text


def test_migrations_are_whole(db: None) -> None:
    """No model has a change that no migration makes."""
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
