"""The door from the command line to the web: the only place that starts Django, and only when a command needs it."""

import os
from pathlib import Path

from amparo.cli.errors import NeedsUpgrade, NoInstallation


def start_django() -> None:
    """Set Django up with the desk's settings over AMPARO_HOME. Files made from here on are this user's alone."""
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amparo.web.settings.desk")
    import django

    django.setup()


def home() -> Path:
    """Return the installation's folder. Raises NoInstallation."""
    from amparo.web.common.home import home as where

    folder = where()
    if not (folder / "config.toml").is_file():
        raise NoInstallation(home=folder)
    return folder


def open_installation() -> Path:
    """Start Django over an installation whose database is up to date, and return its folder."""
    folder = home()
    start_django()
    waiting = waiting_migrations()
    if waiting:
        raise NeedsUpgrade(home=folder, count=waiting)
    return folder


def waiting_migrations() -> int:
    """Return how many changes of the database are not applied yet."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
