"""Filters that templates of every room may use."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html

from amparo.web.common.skips import in_words

register = template.Library()
#: `{{ reason|skip_words }}`: why something was not read, in the reader's words.
register.filter("skip_words", in_words)


@register.filter
def at(mapping: Mapping[str, Any], key: str) -> Any:
    """`{{ tags|at:address }}`: what stands in a mapping under a key, or nothing."""
    return mapping.get(key, ())


@register.filter
def isolated(number: object) -> str:
    """`{{ case.number|isolated }}`: "2026-0042" in its own order inside a line that runs from right to left."""
    return format_html('<bdi dir="ltr">{}</bdi>', number)
