"""Filters that templates of every room may use."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def at(mapping: Mapping[str, Any], key: str) -> Any:
    """`{{ tags|at:address }}`: what stands in a mapping under a key, or nothing."""
    return mapping.get(key, ())
