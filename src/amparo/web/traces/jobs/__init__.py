"""Handlers of long work: loads, entities and traces."""

from amparo.web.traces.jobs.entities import run_entities
from amparo.web.traces.jobs.loads import run_load
from amparo.web.traces.jobs.traces import run_trace

__all__ = ["run_entities", "run_load", "run_trace"]
