"""Found an installation: folders, keys, database, the first agency and its first two persons."""

import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from amparo.base import utc_now
from amparo.cli.certificates import own_certificate
from amparo.cli.django_ import start_django
from amparo.cli.errors import AlreadyThere

if TYPE_CHECKING:
    from amparo.web.accounts.models import Agency, Person


class Wish(NamedTuple):
    """What the unit wants: `country` is an ISO 3166 code, usernames are for the two founding persons."""

    agency: str
    country: str
    administrator: str
    supervisor: str
    hosts: tuple[str, ...]
    https: bool
    tls: str | None = None  # "self": a certificate of our own


class SignIn(NamedTuple):
    """A founding person's way in, shown once."""

    username: str
    role: str
    password: str
    totp_secret: str
    totp_url: str


class Founded(NamedTuple):
    home: Path
    sign_ins: tuple[SignIn, ...]
    passphrase: str  # the supervisor's, for the reading room
    recovery_words: str
    fingerprint: str
    certificate: str | None  # fingerprint of our own TLS certificate


def found(wish: Wish) -> Founded:
    """Make the installation in AMPARO_HOME, which must hold nothing. It appears whole or not at all.

    Raises AlreadyThere, also where AMPARO_DATABASE_URL names a database with an agency in it.
    """
    from amparo.web.common.home import FOLDERS, folder, home

    where = home()
    if where.exists() and any(where.iterdir()):
        raise AlreadyThere(home=where)
    partial = where.with_name(f".{where.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)  # of an attempt that was cut off: nothing in it was ever in use
    partial.mkdir(mode=0o700, parents=True)
    os.environ["AMPARO_HOME"] = str(partial)
    try:
        for name in FOLDERS:
            folder(name)
        founded = _fill(wish, where)
        if where.exists():
            where.rmdir()
        partial.rename(where)
    finally:
        os.environ["AMPARO_HOME"] = str(where)
        shutil.rmtree(partial, ignore_errors=True)
    return founded


def _fill(wish: Wish, where: Path) -> Founded:
    """Make database, agency and config.toml in AMPARO_HOME, which will be renamed to `where`."""
    from amparo.web.common.home import home

    start_django()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", interactive=False, verbosity=0)
    founded = _found_agency(wish, where)
    _write_config(home() / "config.toml", wish)
    connections.close_all()
    if wish.tls is None:
        return founded
    return founded._replace(certificate=own_certificate(home() / "keys", _hosts(wish), utc_now()).fingerprint)


def _hosts(wish: Wish) -> tuple[str, ...]:
    return ("127.0.0.1", "localhost", "[::1]", *wish.hosts)


def _found_agency(wish: Wish, where: Path) -> Founded:
    from django.db import transaction
    from django_scopes import scope

    from amparo.web.accounts.actions import add_agency
    from amparo.web.accounts.models import Agency
    from amparo.web.audit.actors import SYSTEM
    from amparo.web.reports.keys import make_agency_keys

    if Agency.objects.exists():
        raise AlreadyThere(home="AMPARO_DATABASE_URL")
    with transaction.atomic():
        agency = add_agency(
            actor=SYSTEM, slug=_slug(wish.agency), name=wish.agency, country=wish.country.upper(),
            languages=["en", "es", "fr", "ar", "pt", "sw"],
        )  # fmt: skip
        _, admin = _found_person(agency, wish.administrator, "administrator")
        lead, supervisor = _found_person(agency, wish.supervisor, "supervisor")
        with scope(agency=agency):
            ceremony = make_agency_keys(agency, first=lead)
    return Founded(where, (admin, supervisor), ceremony.passphrase, ceremony.recovery_words, ceremony.fingerprint, None)


def _found_person(agency: "Agency", username: str, role: str) -> "tuple[Person, SignIn]":
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    from amparo.web.accounts.actions import found_person
    from amparo.web.audit.actors import SYSTEM

    password, secret = secrets.token_urlsafe(15), generate_totp_secret()
    person = found_person(actor=SYSTEM, agency=agency, username=username, password=password, roles=[role])
    TOTP.activate(person, secret)
    url = get_adapter().build_totp_url(person, secret)
    return person, SignIn(username, role, password, secret, url)


def _write_config(path: Path, wish: Wish) -> None:
    """Write what the installation's administrator may change."""
    hosts = ", ".join(f'"{host}"' for host in _hosts(wish))
    lines = [
        "# Amparo's installation. docs/reference/configuration.md says what can stand here.",
        f"hosts = [{hosts}]",
        f"https = {'true' if wish.https or wish.tls else 'false'}",
        *([f'tls = "{wish.tls}"'] if wish.tls else []),
        f'portal_agency = "{_slug(wish.agency)}"',
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o600)


def _slug(name: str) -> str:
    from django.utils.text import slugify

    return slugify(name)[:40] or "unit"


def as_row(founded: Founded) -> dict[str, Any]:
    """Return what `init --json` prints: secrets included, once."""
    return {
        "home": str(founded.home),
        "sign_ins": [each._asdict() for each in founded.sign_ins],
        "passphrase": founded.passphrase,
        "recovery_words": founded.recovery_words,
        "fingerprint": founded.fingerprint,
        "certificate": founded.certificate,
    }
