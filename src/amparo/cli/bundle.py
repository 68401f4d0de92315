"""`amparo bundle verify`: does a court bundle hold exactly what was signed?"""

from pathlib import Path

import click

from amparo.cli.teller import Teller, telling


@click.group("bundle")
def bundle() -> None:
    """Check court bundles."""


@bundle.command("verify")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--key", metavar="FINGERPRINT", help="The unit's key as it published it (16 signs): another key fails.")
@telling
def verify(teller: Teller, path: Path, key: str | None) -> None:
    """Check the bundle at PATH (a folder or a zip): signature, every file, custody log, completeness.

    Exit code 0: unchanged since it was signed. 1: changed, and the item is named. 2: it cannot be checked. The same
    check runs without Amparo: python3 verify.py PATH.

        amparo bundle verify case-2026-0042.zip
    """
    from amparo.bundle import verify as verify_bundle

    report = verify_bundle(path, expected_key=key)
    teller.code = report.exit_code
    problems = [f"  {problem.file}: {problem.what}" for problem in report.problems]
    teller.row(report.as_dict(), "\n".join([report.sentence, *problems]))
