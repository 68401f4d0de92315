"""What the store's own building refuses: L15x. The older errors of the store stand in `amparo.ledger.errors`."""

from amparo.base import AmparoError, gettext_noop


class AmountOutOfRange(AmparoError):
    code = "L150"
    sentence = gettext_noop("Transaction %(txid)s in block %(block)s has an output of %(value)s, which no chain holds.")
    advice = gettext_noop("The source is damaged or forged. Nothing was stored.")


class BlocksDoNotFollow(AmparoError):
    code = "L151"
    sentence = gettext_noop("Block %(block)s names %(parent)s as the block before it, but %(found)s stands there.")
    advice = gettext_noop("The source gives its blocks in a wrong order or leaves some out. Nothing was stored.")


class GivenDiffers(AmparoError):
    code = "L152"
    sentence = gettext_noop(
        "Transaction %(txid)s in block %(block)s spends %(spent)s: the source says %(said)s, the blocks say %(found)s."
    )
    advice = gettext_noop("One of the two is damaged or forged. Copy both again. Nothing was stored.")


class TooMany(AmparoError):
    code = "L153"
    sentence = gettext_noop("A store holds at most %(limit)s %(what)s.")
    advice = gettext_noop("Load the chain in windows of their own. Nothing was stored.")


class DoesNotConnect(AmparoError):
    code = "L154"
    sentence = gettext_noop("The blocks of %(source)s do not follow those of the store %(store)s (tip %(tip)s).")
    advice = gettext_noop("Add the blocks in between, or load this source into a store of its own.")
    exit_code = 2


class ShorterChain(AmparoError):
    code = "L155"
    sentence = gettext_noop(
        "From block %(fork)s on, the source has %(found)s other blocks, and the store %(store)s has %(held)s."
    )
    advice = gettext_noop("Roll the store back to the fork first if the source is right.")
    exit_code = 2


class StoreBusy(AmparoError):
    code = "L156"
    sentence = gettext_noop("Another process is writing into the store %(store)s.")
    advice = gettext_noop("Wait until it is done, then try again.")


class SourceGone(AmparoError):
    code = "L157"
    sentence = gettext_noop("The bytes of transaction %(txid)s are not where they were: %(file)s, byte %(at)s.")
    advice = gettext_noop("Give the files the store was loaded from; one of them was moved or changed.")
