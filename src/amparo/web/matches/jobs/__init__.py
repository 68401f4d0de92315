"""Jobs: read a list in, scan an exhibit, match a later list against what was scanned."""

from amparo.web.matches.jobs import imports, retro, scans, unknown

__all__ = ["imports", "retro", "scans", "unknown"]
