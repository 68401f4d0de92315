"""Matches: hash lists with a purpose, scans of exhibits, and the review that people do."""
