"""Jobs: read a list in, scan an exhibit."""

from amparo.web.matches.jobs import imports, scans

__all__ = ["imports", "scans"]
