"""WSGI entries: `amparo.web.wsgi:portal` and `amparo.web.wsgi:desk`, one process each."""

import os
from typing import Any


def _application(settings: str) -> Any:
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def __getattr__(name: str) -> Any:
    """Built on first use: importing this module must not choose between the two."""
    if name in {"portal", "desk"}:
        return _application(f"amparo.web.settings.{name}")
    raise AttributeError(name)
