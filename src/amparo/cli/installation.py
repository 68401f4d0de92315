"""`amparo init | serve | backup | restore | upgrade`: one installation, in the folder AMPARO_HOME."""

from pathlib import Path

import click

from amparo.base import utc_now
from amparo.cli import backups, django_, founding, serving
from amparo.cli.certificates import Certificate, own_certificate
from amparo.cli.teller import Teller, display, telling

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("init", short_help="Make an installation in AMPARO_HOME.")
@click.option("--agency", required=True, help="Name of the unit, as citizens read it.")
@click.option("--country", required=True, metavar="CC", help="Country of the unit (two letters, as in KE).")
@click.option("--administrator", default="admin", show_default=True, help="Username that manages persons.")
@click.option(
    "--supervisor", default="lead", show_default=True, help="Username of the first officer, who reads reports."
)
@click.option(
    "--host", "hosts", multiple=True, help="Name or address that browsers will use; may be given more than once."
)
@click.option("--https", is_flag=True, help="A proxy in front speaks TLS: cookies are for https only.")
@click.option("--tls", type=click.Choice(["self"]), help="Speak TLS without a proxy, with a certificate of our own.")
@telling
def init(teller: Teller, *, hosts: tuple[str, ...], https: bool, tls: str | None, **names: str) -> None:
    """Make an installation in AMPARO_HOME: keys, database, the unit and its first two persons.

    Prints two passwords, two secrets for authenticator apps, the reading-room passphrase and the recovery key. They are
    shown once and kept nowhere: write them down before you close the window.
    """
    wish = founding.Wish(hosts=hosts, https=https, tls=tls, **names)
    founded = founding.found(wish)
    teller.row(founding.as_row(founded), _founded(founded))


def _founded(founded: founding.Founded) -> str:
    lines = [f"Installation: {founded.home}", ""]
    for each in founded.sign_ins:
        lines += [
            f"{each.role}: {each.username}",
            f"  password (change it after the first sign-in): {each.password}",
            f"  secret for the authenticator app: {each.totp_secret}",
            "",
        ]
    lines += [
        "Reading-room passphrase of the supervisor:",
        f"  {founded.passphrase}",
        "Recovery key (on paper, in a safe, away from this machine; without it lost passphrases lose the reports):",
        *(f"  {line}" for line in founded.recovery_words.splitlines()),
        f"Fingerprint of the unit's key: {founded.fingerprint}",
        *([f"Fingerprint of the TLS certificate: {founded.certificate}"] if founded.certificate else []),
        "",
        "None of this is shown again. Next: amparo serve",
    ]
    return "\n".join(lines)


@click.command("serve", short_help="Run portal, desk and worker.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--portal-port", default=8000, show_default=True, help="Port of the citizens' portal.")
@click.option("--desk-port", default=8001, show_default=True, help="Port of the officers' desk.")
@click.option("--workers", default=2, show_default=True, help="Processes for each of the two.")
@telling
def serve(teller: Teller, host: str, portal_port: int, desk_port: int, workers: int) -> None:
    """Run portal, desk and worker until stopped (Ctrl-C or SIGTERM). A part that dies is started again."""
    home = django_.open_installation()
    place = serving.Place(host, portal_port, desk_port, _certificate(home))

    def ready() -> None:
        row = {"portal": place.url(portal_port), "desk": place.url(desk_port)}
        lines = [f"Portal: {row['portal']}", f"Desk:   {row['desk']}"]
        if place.certificate:
            row["certificate"] = place.certificate.fingerprint
            lines.append(f"Certificate (SHA-256): {place.certificate.fingerprint}")
        teller.row(row, "\n".join([*lines, "Stop with Ctrl-C."]))

    serving.serve(place, workers, ready)


def _certificate(home: Path) -> Certificate | None:
    """Return the installation's own certificate if config.toml says `tls = "self"`, renewed when it is nearly over."""
    from django.conf import settings

    from amparo.web.common.home import config

    return own_certificate(home / "keys", settings.ALLOWED_HOSTS, utc_now()) if config().get("tls") == "self" else None


@click.command("backup", short_help="Back up data and keys, apart.")
@click.argument("folder", type=FOLDER)
@telling
def backup(teller: Teller, folder: Path) -> None:
    """Back the installation up into FOLDER, while it runs: one archive of data and one of keys.

    Keep the two apart: together they open everything but the sealed reports. Reports stay sealed in both.
    """
    home = django_.home()
    with teller.progress("backing up") as progress:
        made = backups.back_up(home, folder, utc_now(), progress)
    row = {"data": str(made.data), "keys": str(made.keys), "files": made.files, "bytes": made.bytes}
    teller.row(row, f"Data: {display(made.data)} ({made.files} files)\nKeys: {display(made.keys)}\nKeep the two apart.")


@click.command("restore", short_help="Put a backup into an empty AMPARO_HOME.")
@click.argument("data", type=FILE)
@click.option("--keys", required=True, type=FILE, help="The archive of keys of the same backup.")
@telling
def restore(teller: Teller, data: Path, keys: Path) -> None:
    """Put a backup back into AMPARO_HOME, which must be empty. Everything is checked before it is put in place."""
    from amparo.web.common.home import home

    with teller.progress("restoring") as progress:
        count = backups.restore(data, keys, home(), progress)
    teller.row(
        {"home": str(home()), "files": count}, f"Restored {count} files into {display(home())}. Next: amparo upgrade"
    )


@click.command("upgrade", short_help="Bring the database to this version, after a backup.")
@click.option("--backup-to", type=FOLDER, help="Folder of the backup made first [default: AMPARO_HOME-backups].")
@telling
def upgrade(teller: Teller, backup_to: Path | None) -> None:
    """Bring the database to this version of Amparo. A backup is made first; stop `serve` before."""
    home = django_.home()
    django_.start_django()
    waiting = django_.waiting_migrations()
    if not waiting:
        teller.row({"changes": 0}, "The database is up to date; nothing was changed.")
        return
    made = backups.back_up(home, backup_to or home.with_name(home.name + "-backups"), utc_now())
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    row = {"changes": waiting, "data": str(made.data), "keys": str(made.keys)}
    teller.row(row, f"{waiting} changes made. The state before them: {display(made.data)} and {display(made.keys)}")
