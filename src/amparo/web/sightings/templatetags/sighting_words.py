"""Template filters: kinds and validity of observables in the reader's words."""

from django import template

from amparo.web.sightings import words

register = template.Library()
register.filter("kind_words", words.kind_words)
register.filter("validity_words", words.validity_words)
