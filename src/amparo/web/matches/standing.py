"""Whether a hit counts: what the list's source took back, what this unit thinks of its entry, the negative bank.

Asked by scans, by tips and by the look-up interface, so that one entry means the same everywhere.
"""

from amparo.media import Entry
from amparo.web.accounts.models import Agency
from amparo.web.matches.models import ListOpinion, entry_key
from amparo.web.matches.negative import negative_sha256s


def why_not(entry: Entry, signal: str, *, opinion: str | None, harmless: bool) -> str | None:
    """Return why a hit does not count (a key of common.skips.WORDS), or None. `harmless`: its bytes are in the bank."""
    if entry.status == "withdrawn":
        return "withdrawn-by-source"
    if opinion == ListOpinion.Opinion.WITHDRAWN:
        return "withdrawn-entry"
    return "negative-bank" if harmless and signal == "pdq" else None


class Standing:
    """One agency's view, read once for a whole job."""

    def __init__(self, agency: Agency) -> None:
        gone = ListOpinion.objects.filter(agency=agency, current=True, opinion=ListOpinion.Opinion.WITHDRAWN)
        self._gone = frozenset(gone.values_list("list_name", "key"))
        self._harmless = negative_sha256s(agency)

    def against(self, list_name: str, entry: Entry, signal: str, sha256: str) -> str | None:
        """As `why_not`; `list_name` without its version, `sha256` of the bytes that were compared, "" if unknown."""
        withdrawn = (list_name, entry_key(entry.digests)) in self._gone
        opinion = ListOpinion.Opinion.WITHDRAWN if withdrawn else None
        return why_not(entry, signal, opinion=opinion, harmless=sha256 in self._harmless)
