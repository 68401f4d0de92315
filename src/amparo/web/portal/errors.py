"""Errors of the portal."""

from amparo.base import AmparoError, gettext_noop


class NoAgency(AmparoError):
    code = "W501"
    sentence = gettext_noop("This service is not set up yet.")
    advice = gettext_noop("An administrator sets it up on the server with: amparo init.")


class TokenExpired(AmparoError):
    code = "W502"
    sentence = gettext_noop("This page was open for too long, so it was closed to protect you.")
    advice = gettext_noop("Nothing was sent. Please begin again.")


class TokenBroken(AmparoError):
    code = "W503"
    sentence = gettext_noop("This page could not be read: a part of it is missing or was changed.")
    advice = gettext_noop("Nothing was sent. Please begin again.")


class FilesRefused(AmparoError):
    code = "W504"
    sentence = gettext_noop("We can't take files or pictures here, so nothing was read or kept.")
    advice = gettext_noop(
        "Tell us in words, and give the address or user name. Please don't send pictures of a child to anybody."
    )


class TooLarge(AmparoError):
    code = "W505"
    sentence = gettext_noop("This is more than can be sent at once, so nothing was read or kept.")
    advice = gettext_noop("Shorten it and send it again; you can write the rest later with your code.")
