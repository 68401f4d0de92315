"""What scans saw, kept: where it lies, and the newest of an exhibit."""

from pathlib import Path

from amparo.web.common.home import folder
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches.models import Scan


def seen_folder(scan: Scan) -> Path:
    """Where the signatures of a scan lie, below the folder "catalogues"."""
    return folder("catalogues") / str(scan.exhibit.case.agency_id) / "signatures" / str(scan.pk)


def last_seen(exhibit: Exhibit) -> Scan | None:
    """The newest scan that read the exhibit's media to the end and whose signatures are kept."""
    kept = Scan.objects.filter(exhibit=exhibit, retro_of=None).exclude(signatures_sha256="").exclude(finished=None)
    return kept.select_related("exhibit__case__agency").order_by("-finished").first()
