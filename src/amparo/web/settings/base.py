"""What portal, desk and worker share. An installation's own values come from config.toml and the environment."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from amparo.web.common.home import config, home, secret

CONFIG = config()
WEB = Path(__file__).resolve().parents[1]

SECRET_KEY = secret("django.key").hex()
DEBUG = False
ALLOWED_HOSTS = CONFIG.get("hosts", ["127.0.0.1", "localhost", "[::1]"])
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Person"
WSGI_APPLICATION = None


def database(url: str | None) -> dict[str, Any]:
    """Django's settings for AMPARO_DATABASE_URL (postgresql://user:password@host:port/name), or SQLite in the home."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": home() / "amparo.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("AMPARO_DATABASE_URL must start with postgresql://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
    }


DATABASES = {"default": database(os.environ.get("AMPARO_DATABASE_URL") or CONFIG.get("database_url"))}

APPS = [
    "amparo.web.common",
    "amparo.web.audit",
    "amparo.web.accounts",
    "amparo.web.cases",
    "amparo.web.reports",
    "amparo.web.help",
    "amparo.web.portal",
    "amparo.web.exhibits",
    "amparo.web.sightings",
    "amparo.web.matches",
    "amparo.web.traces",
    "amparo.web.tips",
    "amparo.web.court",
    "amparo.web.referrals",
    "amparo.web.classroom",
]
INSTALLED_APPS = [
    # A room that is not built yet is not installed; the house test holds this list and the folders together.
    *[name for name in APPS if (WEB / name.rsplit(".", 1)[1] / "apps.py").exists()],
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.forms",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
]

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
            ]
        },
    }
]

# Forms are drawn by our own templates/django/forms/, the same everywhere.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("es", _("Spanish")),
    ("fr", _("French")),
    ("ar", _("Arabic")),
    ("pt", _("Portuguese")),
    ("sw", _("Swahili")),
]
LOCALE_PATHS = [WEB / "locale"]
USE_I18N = True

STATIC_URL = "/static/"

STATIC_ROOT = WEB / "static"  # served from where they are; nothing is collected
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "script-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# Nothing about a request ever reaches a log: no path, no address, no header. Errors name their place in our code only.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"handlers": [], "propagate": False, "level": "CRITICAL"},
        "django.security": {"handlers": [], "propagate": False, "level": "CRITICAL"},
        "amparo": {"level": "INFO"},
        "django_tasks": {"level": "WARNING"},
    },
}
