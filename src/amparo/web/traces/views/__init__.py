"""Pages, one module a subject."""

from amparo.web.traces.views import chains, tags, traces

__all__ = ["chains", "tags", "traces"]
