"""Draw every part of the design system into plain HTML pages, to be looked at and tested without a database.

python tools/gallery.py FOLDER      writes portal-en.html, portal-ar.html, desk-en.html, ... and the static files
"""

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "src" / "amparo" / "web"
LANGUAGES = [
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("ar", "العربية"),
    ("pt", "Português"),
    ("sw", "Kiswahili"),
]
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def configure() -> None:
    """Set up Django's template engine alone: no database, no apps of ours."""
    import django
    from django.conf import settings

    settings.configure(
        INSTALLED_APPS=["django.contrib.staticfiles", "django.contrib.humanize", "django.forms"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [WEB / "templates", ROOT / "tools" / "gallery"],
                "APP_DIRS": True,
                "OPTIONS": {
                    "builtins": ["django.templatetags.i18n"],
                    "libraries": {"amparo": "amparo.web.common.templatetags.amparo"},
                },
            }
        ],
        FORM_RENDERER="django.forms.renderers.TemplatesSetting",
        LANGUAGES=LANGUAGES,
        LOCALE_PATHS=[WEB / "locale"],
        STATIC_URL="/static/",
        ROOT_URLCONF=__name__,
        SECRET_KEY="gallery",
        USE_TZ=True,
        TIME_ZONE="UTC",
    )
    django.setup()


urlpatterns: list[Any] = []


def example_form() -> Any:
    """A form with one field of each sort, bound to wrong input."""
    from django import forms

    class Example(forms.Form):
        url = forms.CharField(label="Address of the page", help_text="Copy it from the top of the browser.")
        words = forms.CharField(label="What happened?", widget=forms.Textarea, required=False)
        age = forms.ChoiceField(
            label="How old is the person?",
            choices=[("c", "Under 13"), ("t", "13 to 17"), ("a", "18 or older")],
            widget=forms.RadioSelect,
        )
        purpose = forms.ChoiceField(label="Purpose", choices=[("k", "Known abuse material"), ("g", "Known good")])
        sure = forms.BooleanField(label="I have read what happens next")

    return Example({"words": "They want money.", "purpose": "k"})


class Agency:
    def __init__(self, name: str, kind: str) -> None:
        self.name, self.kind = name, kind


class Job:
    """A running job as the templates see it."""

    state, done, total, unit, rate, seconds_left = "running", 48_211, 120_000, "items", 812.4, 88
    skipped = {"decoder limit reached": 3, "unreadable sector": 1}
    skipped_total, is_over, error, error_code = 4, False, "", ""


class Someone:
    is_authenticated = True

    def get_full_name(self) -> str:
        return "Amina Diallo"

    def get_username(self) -> str:
        return "amina"


def portal_context(language: str) -> dict[str, Any]:
    return {
        "agency_name": "National Cyber Unit",
        "emergency_numbers": [{"number": "112", "label": "Police"}, {"number": "116", "label": "Child helpline"}],
        "languages": [
            {"code": code, "name": name, "url": f"portal-{code}.html", "current": code == language}
            for code, name in LANGUAGES
        ],
        "help_url": "#help",
        "return_url": "#return",
        "form": example_form(),
    }


def desk_context(kind: str) -> dict[str, Any]:
    from django.contrib.messages.storage.base import Message
    from django.core.paginator import Paginator

    names = ["Reports", "Cases", "Exhibits", "Matches", "Traces", "Findings", "Bundles", "Referrals", "Classroom"]
    return {
        "agency": Agency("National Cyber Unit", kind),
        "desk_nav": [(f"#{name}", name, name == "Cases") for name in names],
        "reading_room": {"open": kind == "exercise", "until": NOON, "url": "#room"},
        "request": {"user": Someone()},
        "person_roles": ["investigator", "supervisor"],
        "messages": [Message(25, "The exhibit is sealed."), Message(30, "Two lines of the list could not be read.")],
        "form": example_form(),
        "job": Job(),
        "page": Paginator(range(300), 50).page(2),
        "level_names": ["observed", "derived", "inferred", "opinion"],
        **object_context(),
    }


def object_context() -> dict[str, Any]:
    """What the page of one object shows."""
    return {
        "states": [{"label": "open", "tone": "lead"}, {"label": "child may be in danger", "tone": "danger"}],
        "actions": [
            {"label": "Add an exhibit", "url": "#e"},
            {"label": "Edit", "url": "#d", "tone": "second", "key": "e"},
        ],
        "facts": [
            ("Opened", "24 Nov 2026, 14:05 UTC+3"),
            ("Authorisation", "Court order 17/2026"),
            ("Prosecutor", None),
        ],
        "history": [
            {"time": NOON, "who": "Amina Diallo", "sentence": "Exhibit EX3 was sealed.", "seal": DIGEST},
            {"time": NOON, "who": "", "sentence": "The case was opened from report 2026-0042."},
        ],
        "recipe": {
            "tool": "amparo.media.scan",
            "version": "0.1.0",
            "parameters": {"distance": 31},
            "inputs": [DIGEST],
            "output": DIGEST,
        },
        "said": {
            "sentence": "The file hashes to 9f86…, but its receipt says a1b2….",
            "advice": "Copy the file again from its source; nothing was stored.",
            "code": "E201",
        },
    }


def pages() -> dict[str, str]:
    """Return file name -> HTML of every gallery page."""
    from django.template.loader import render_to_string
    from django.utils import translation

    made = {}
    for code, _name in LANGUAGES:
        with translation.override(code):
            for page in ("start", "form", "receipt"):
                made[f"portal-{page}-{code}.html"] = render_to_string(
                    f"gallery/portal_{page}.html", portal_context(code)
                )
    for code in ("en", "ar"):
        with translation.override(code):
            made[f"desk-object-{code}.html"] = render_to_string("gallery/desk_object.html", desk_context("exercise"))
            made[f"desk-queue-{code}.html"] = render_to_string("gallery/desk_queue.html", desk_context("real"))
            made[f"entrance-{code}.html"] = render_to_string("gallery/entrance.html", desk_context("real"))
    return made


def write(folder: Path) -> None:
    """Write the pages and the static files they load into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(WEB / "static", folder / "static", dirs_exist_ok=True)
    for name, html in pages().items():
        (folder / name).write_text(html.replace('"/static/', '"static/'), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    configure()
    write(Path(sys.argv[1]))
