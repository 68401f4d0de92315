"""What can be wrong with a file of labels."""

from amparo.base import AmparoError, gettext_noop


class NoLabelSet(AmparoError):
    code = "M014"
    sentence = gettext_noop("The label file %(file)s cannot be used: %(why)s.")
    advice = gettext_noop("Correct it, or remove it to use the sets that come with Amparo; the docs show the form.")
    exit_code = 2
