"""What can go wrong while unwrapping."""

from amparo.base import AmparoError, gettext_noop


class DecodedTooMuch(AmparoError):
    """A stream went on giving bytes after its limit: a decompression bomb, or a very repetitive file."""

    code = "D010"
    sentence = gettext_noop("%(what)s unpacks to more than %(limit)s bytes.")
    advice = gettext_noop("Unpack it by hand on a machine set aside for that, and deposit what is inside.")


class DecodedBroken(AmparoError):
    """A member that was listed cannot be read to its end."""

    code = "D011"
    sentence = gettext_noop("%(what)s cannot be unpacked to its end: %(why)s.")
    advice = gettext_noop("The archive is damaged. Ask for another copy, or read what is before the damage.")
