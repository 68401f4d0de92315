"""Pages, one module a subject."""

from amparo.web.traces.views import chains, own_tags, tags, traces

__all__ = ["chains", "own_tags", "tags", "traces"]
