"""Handlers of long work: loads, books, entities and traces."""

from amparo.web.traces.jobs.books import run_book
from amparo.web.traces.jobs.entities import run_entities
from amparo.web.traces.jobs.joins import run_joins
from amparo.web.traces.jobs.loads import run_append, run_load
from amparo.web.traces.jobs.traces import run_trace

__all__ = ["run_append", "run_book", "run_entities", "run_joins", "run_load", "run_trace"]
