"""Pages, one module a subject."""

from amparo.web.traces.views import chains, entities, own_tags, tags, traces

__all__ = ["chains", "entities", "own_tags", "tags", "traces"]
