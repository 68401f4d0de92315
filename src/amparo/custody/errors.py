"""What can go wrong with a custody log or a signing key."""

from amparo.base import AmparoError, gettext_noop


class BadLine(AmparoError):
    code = "C001"
    sentence = gettext_noop("Event %(seq)s cannot be written into the custody log: %(why)s.")
    advice = gettext_noop("Nothing was recorded. Correct the named part and record the event again.")


class BadKey(AmparoError):
    code = "C010"
    sentence = gettext_noop("This is not an Ed25519 key: %(why)s.")
    advice = gettext_noop("Choose the key file that Amparo made, or restore it from your backup.")


class LooseKeyFile(AmparoError):
    code = "C011"
    sentence = gettext_noop("Other people on this machine can read the signing key %(path)s (mode %(mode)s).")
    advice = gettext_noop("Set its mode to 0600, then ask yourself who may have copied it.")


class BadProof(AmparoError):
    code = "C020"
    sentence = gettext_noop("There is no place %(index)s in a tree of %(size)s.")
    advice = gettext_noop("Ask for a place between 0 and the size less one.")
    exit_code = 2
