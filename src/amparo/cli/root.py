"""The root of the command line: the list of commands, in the order of the work."""

import sys
from io import TextIOWrapper

import click

from amparo import __version__
from amparo.cli.bundle import bundle
from amparo.cli.exhibit import exhibit
from amparo.cli.hash_ import hash_
from amparo.cli.installation import backup, init, restore, serve, upgrade
from amparo.cli.ledger import ledger
from amparo.cli.lists import lists
from amparo.cli.media import media
from amparo.cli.observables import observables
from amparo.cli.scan import scan


class InOrder(click.Group):
    """Lists commands as they were added, not by alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="amparo")
def amparo() -> None:
    """Amparo: from a citizen's report to a bundle a court can check.

    Work on files needs no installation: hash, scan, media, observables, ledger, bundle. A unit's installation lives in
    one folder, AMPARO_HOME (./var/home if unset): init, serve, backup, restore, upgrade, exhibit.

    Every command takes --json (one object a line). Exit codes: 0 fine, 1 a check failed (or something was skipped,
    with --strict), 2 wrong use, 3 a file, disk or service outside Amparo failed.
    """


for command in (hash_, scan, lists, media, observables, ledger, bundle, exhibit, init, serve, backup, restore, upgrade):
    amparo.add_command(command)


def main() -> None:
    """Entry of the console script. Names of files may be any bytes, so output never fails on a sign."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    amparo(prog_name="amparo")
