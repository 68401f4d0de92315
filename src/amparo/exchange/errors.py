"""Why a referral is not sealed or not opened."""

from amparo.base import AmparoError, gettext_noop


class NotAnIdentity(AmparoError):
    code = "X001"
    sentence = gettext_noop("This is not an age X25519 key: %(why)s.")
    advice = gettext_noop("Recipients begin with age1, identities with AGE-SECRET-KEY-1. Copy the key again.")
    exit_code = 2


class NotForUs(AmparoError):
    code = "X002"
    sentence = gettext_noop("This file was not sealed for your agency's key, or its beginning was changed.")
    advice = gettext_noop("Ask the sender which key they used, and to send the file again.")


class AlteredReferral(AmparoError):
    code = "X003"
    sentence = gettext_noop("This referral was changed or cut on its way: %(why)s.")
    advice = gettext_noop("Nothing was taken in. Ask the sender to send the file again.")


class UnknownSender(AmparoError):
    code = "X004"
    sentence = gettext_noop("The referral is signed with the key %(key_id)s, which is no partner of yours.")
    advice = gettext_noop("Compare the key with the partner by telephone or in person; add it only then.")


class ReplayedReferral(AmparoError):
    code = "X005"
    sentence = gettext_noop("This referral was already taken in (%(digest)s).")
    advice = gettext_noop("Open the case that it became; nothing was taken in twice.")


class ReferralTooLarge(AmparoError):
    code = "X006"
    sentence = gettext_noop("The referral holds more than %(limit)s bytes or %(files)s files.")
    advice = gettext_noop("Raise the limit if you expect so much from this partner, or ask for smaller parts.")


class ContentRefused(AmparoError):
    code = "X007"
    sentence = gettext_noop("The content cannot be part of a referral: %(why)s.")
    advice = gettext_noop("Correct the named part; nothing was written.")


class PlaceTaken(AmparoError):
    code = "X008"
    sentence = gettext_noop("There is already something at %(path)s.")
    advice = gettext_noop("Choose another place; nothing is written over.")
    exit_code = 2
