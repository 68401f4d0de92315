"""Pages, one module a subject."""

from amparo.web.traces.views import books, chains, entities, joins, own_tags, tags, traces, worklist

__all__ = ["books", "chains", "entities", "joins", "own_tags", "tags", "traces", "worklist"]
