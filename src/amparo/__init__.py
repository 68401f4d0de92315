"""Amparo: open, self-hosted software for a national cybercrime and child-protection unit."""

__version__ = "0.1.0"
