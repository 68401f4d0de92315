"""Audit: one hash-chained engine for all logs (agency, case custody, intake). Knows actors and agencies as plain ids."""
