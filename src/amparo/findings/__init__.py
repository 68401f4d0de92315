"""Finding: one claim a court can read, with its level, its recipe, its known error, and what speaks against it."""

from amparo.findings.finding import Finding, Level, Statement
from amparo.findings.templates import TEMPLATES, FindingTemplate

__all__ = ["TEMPLATES", "Finding", "FindingTemplate", "Level", "Statement"]
