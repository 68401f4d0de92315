"""Write a court bundle: check first, write beside the place, check again, sign last, move into place at the end."""

import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from amparo.bundle.bag import digest_file, sign_bag, write, write_bag
from amparo.bundle.checks import check_content, check_signer, completeness
from amparo.bundle.content import BundleContent, CompletenessRow, KeyFacts, State
from amparo.bundle.errors import ContentWrong, IncludedFileWrong, PlaceTaken
from amparo.bundle.files import copy_files, write_custody, write_facts, write_findings
from amparo.bundle.html import html_report
from amparo.bundle.index import index_page
from amparo.bundle.pdf import pdf_report
from amparo.bundle.readme import readme
from amparo.bundle.render import Translate
from amparo.bundle.verification import verify
from amparo.bundle.view import ReportFacts, report_view
from amparo.bundle.words import own_translate
from amparo.custody import SigningKey

VERIFIER: Final = Path(__file__).with_name("verifier") / "verify.py"
ATTACHED: Final = ("findings.json", "completeness.json", "custody.jsonl")
ATTACH_LIMIT: Final = 32 << 20  # bytes; a longer custody log stands in the bundle but not in the PDF too


class BundleReport(NamedTuple):
    """Where the bundle stands, and the SHA-256 of its tag manifest: the digest that stands for all of it."""

    path: Path
    digest: str


def build_bundle(
    content: BundleContent, out: Path, signer: SigningKey, *, at: datetime, translate: Translate = own_translate
) -> BundleReport:
    """Write and sign the bundle in the new folder `out`. Same content and `at`: same bytes.

    Raises an error of errors.py for whatever does not fit; then nothing stands at `out`.
    """
    if at.tzinfo is None:
        raise ContentWrong(why="the time of issue has no zone")
    if out.exists():
        raise PlaceTaken(path=out)
    check_content(content)
    work = _Work(content, completeness(content), signer, check_signer(content, signer.id, at), at, translate)
    out.parent.mkdir(parents=True, exist_ok=True)
    root = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        digest = _write(root, work)
        root.rename(out)
    except BaseException:
        shutil.rmtree(root)
        raise
    return BundleReport(out, digest)


class _Work(NamedTuple):
    """What every step of the writing needs; all of it checked."""

    content: BundleContent
    rows: tuple[CompletenessRow, ...]
    signer: SigningKey
    facts: KeyFacts
    at: datetime
    translate: Translate


def _write(root: Path, work: _Work) -> str:
    data = root / "data"
    data.mkdir()
    copy_files(data, work.content, work.rows)
    write_findings(data, work.content, work.translate)
    write_facts(data, work.content, work.rows, work.at)
    logs = write_custody(data, work.content, work.signer, work.at)
    verifier = digest_file(VERIFIER).sha256
    _write_reports(data, work.content, ReportFacts(work.at, work.facts, verifier, work.rows, logs), work.translate)
    shutil.copyfile(VERIFIER, root / "verify.py")
    write(root / "README.txt", readme(work.translate, verifier, work.facts.id, exercise=work.content.exercise))
    write_bag(root, work.content, work.at)
    _check_written(data, work.rows)
    digest = sign_bag(root, work.signer, work.facts, work.at)
    _check_whole(root)
    return digest


def _write_reports(data: Path, content: BundleContent, facts: ReportFacts, translate: Translate) -> None:
    attach = [name for name in ATTACHED if (data / name).stat().st_size <= ATTACH_LIMIT]
    for language in content.languages:
        view = report_view(content, facts, language, translate)
        write(data / f"report.{language}.html", html_report(view, content.pictures))
        (data / f"report.{language}.pdf").write_bytes(pdf_report(view, data, attach, facts.at))
    write(data / "report.html", index_page(content.languages, content.case_ref, translate))


def _check_written(data: Path, rows: tuple[CompletenessRow, ...]) -> None:
    """Look once more at what really stands on the disk: nothing is signed on trust."""
    for row in rows:
        if row.path is None:
            continue
        path = data / row.path
        if not path.is_file() or path.stat().st_size == 0:
            raise IncludedFileWrong(ref=row.ref, path=row.path, why="is missing or empty on the disk")
        if row.state is State.INCLUDED and digest_file(path) != (row.size, row.sha256):
            raise IncludedFileWrong(ref=row.ref, path=row.path, why="differs on the disk")


def _check_whole(root: Path) -> None:
    report = verify(root)
    if report.exit_code != 0:
        raise ContentWrong(why=report.sentence)
