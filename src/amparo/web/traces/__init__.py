"""Traces: chain windows that were loaded, tags on addresses, and traces by rules that a court chose."""
