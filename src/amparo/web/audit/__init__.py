"""Audit: one hash-chained engine for all logs (agency, case custody, intake). Knows persons as plain ids."""
