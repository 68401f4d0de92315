"""What can go wrong with a typed-in observable."""

from amparo.base import AmparoError, gettext_noop


class NotThisKind(AmparoError):
    code = "O010"
    sentence = gettext_noop("This is not a valid value of the kind %(kind)s.")
    advice = gettext_noop("Compare it with the source sign by sign: one wrong sign is enough to fail its checksum.")
    exit_code = 2
