"""What can go wrong with chains, tags and traces, beyond what the ledger engine says itself."""

from amparo.base import AmparoError, gettext_noop


class PackThere(AmparoError):
    code = "W801"
    sentence = gettext_noop("This file of tags was imported before, as “%(title)s”.")
    advice = gettext_noop("Nothing to do: its tags show already.")


class NoRule(AmparoError):
    code = "W802"
    sentence = gettext_noop("Choose at least one rule.")
    advice = gettext_noop("Two rules side by side show how far the answer depends on the rule.")


class ChainMayNotMeet(AmparoError):
    """The exercise wall."""

    code = "W804"
    sentence = gettext_noop("The blocks “%(name)s” were loaded in an exercise; a real case cannot use them.")
    advice = gettext_noop("Load the blocks from your own node or file.")


class NoLabel(AmparoError):
    code = "W805"
    sentence = gettext_noop("A list of addresses needs a label, a currency and who published it.")
    advice = gettext_noop("Fill in the three fields; a TagPack brings them itself.")


class NotPaidHere(AmparoError):
    code = "W803"
    sentence = gettext_noop("No output in the loaded blocks pays %(address)s.")
    advice = gettext_noop("Check the address, or load the blocks in which it was paid.")
