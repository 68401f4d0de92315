"""`amparo exhibit deposit`: folders and images that a browser can't send, handed in on the server itself."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from amparo.cli import django_
from amparo.cli.errors import NoSuchCase
from amparo.cli.teller import Teller, telling

if TYPE_CHECKING:
    from amparo.web.accounts.models import Person
    from amparo.web.cases.models import Case


@click.group("exhibit")
def exhibit() -> None:
    """Deposit exhibits into a case of this installation."""


@exhibit.command("deposit")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--case", "number", required=True, metavar="REF", help="The case's number, as in 2026-0042.")
@click.option("--as", "username", required=True, help="Username of the officer who hands it in, a member of that case.")
@click.option("--label", default="", help="What it is, for people [default: the file's name].")
@telling
def deposit(teller: Teller, path: Path, number: str, username: str, label: str) -> None:
    """Deposit PATH as one exhibit: a folder, a file, or the first segment of an image (the others are beside it).

    Every byte is hashed while it is read, and stored once, write-protected. Checking and cataloguing are then done by
    the worker (amparo serve). The act is recorded under the officer's name.

        amparo exhibit deposit laptop.E01 --case 2026-0042 --as r.diaz
    """
    django_.open_installation()
    from django_scopes import scope

    from amparo.web.exhibits.actions import deposit_path

    person = _person(number, username)
    with scope(agency=person.agency), teller.progress("depositing") as progress:
        case = _case(person, number)
        made = deposit_path(actor=person, case=case, path=path.absolute(), label=label, progress=progress)
    row = {
        "exhibit": made.number,
        "case": case.number,
        "sha256": made.sha256,
        "size": made.size,
        "kind": made.kind,
        "state": made.state,
        "problems": made.problems,
    }
    teller.row(row, f"{made.number} of case {case.number}: {made.size} bytes, sha256 {made.sha256}, {made.state}")


def _person(number: str, username: str) -> "Person":
    from amparo.web.accounts.models import Person

    person = Person.objects.filter(username=username, is_active=True).select_related("agency").first()
    if person is None:
        raise NoSuchCase(case=number, username=username)
    return person


def _case(person: "Person", number: str) -> "Case":
    from amparo.web.cases.scope import cases_of

    case = cases_of(person).filter(number=number).first()
    if case is None:
        raise NoSuchCase(case=number, username=person.username)
    return case
