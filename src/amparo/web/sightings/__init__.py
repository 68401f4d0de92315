"""Sightings: where in a case's exhibits and reports an observable stands, byte by byte."""
