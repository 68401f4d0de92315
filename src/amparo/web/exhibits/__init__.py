"""Exhibits: what was seized or handed in, kept write-once, hashed, catalogued, and shown within the authorisation."""
