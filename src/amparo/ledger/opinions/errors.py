"""Errors of graphs from commercial tools: L65x."""

from amparo.base import AmparoError, WrongUse, gettext_noop


class NotAGraph(AmparoError):
    code = "L650"
    sentence = gettext_noop("%(file)s is no graph that can be read: %(why)s.")
    advice = gettext_noop("Export it as CSV of edges, JSON or GraphML. Nothing was stored.")


class GraphTooLarge(AmparoError):
    code = "L651"
    sentence = gettext_noop("%(file)s is larger than %(limit)s.")
    advice = gettext_noop("Export a part of the graph.")


class GraphNeedsTool(WrongUse):
    code = "L652"
    sentence = gettext_noop("An opinion needs the %(fact)s of the tool that gave it.")
    advice = gettext_noop("Name the tool, its version and the day of the export: the court will ask.")
