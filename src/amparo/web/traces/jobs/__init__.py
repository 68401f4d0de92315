"""Handlers of long work: loads and traces."""

from amparo.web.traces.jobs.loads import run_load
from amparo.web.traces.jobs.traces import run_trace

__all__ = ["run_load", "run_trace"]
