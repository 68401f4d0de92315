"""Why a merkle proof cannot be made, or does not hold."""

from amparo.base import AmparoError, gettext_noop


class NoRawBlocks(AmparoError):
    code = "L901"
    sentence = gettext_noop("No merkle proof is kept for this: %(source)s holds no raw blocks.")
    advice = gettext_noop("Load the same blocks from a node's block files, and make the proofs from those.")


class BlockNotThere(AmparoError):
    code = "L902"
    sentence = gettext_noop("The file %(file)s, from which block %(block)s was loaded, does not hold it any more.")
    advice = gettext_noop("Bring back the files that the store was loaded from; their digests stand in its manifest.")


class TreeForgeable(AmparoError):
    code = "L903"
    sentence = gettext_noop("Block %(block)s pairs two equal digests, so that its merkle tree proves nothing.")
    advice = gettext_noop("No valid block does this: find out where the file comes from.")


class TransactionForgeable(AmparoError):
    code = "L904"
    sentence = gettext_noop(
        "Transaction %(txid)s has 64 bytes, as many as two digests: a proof could be forged for it."
    )
    advice = gettext_noop("Show the whole block in place of a proof.")


class ProofBroken(AmparoError):
    code = "L905"
    sentence = gettext_noop("The merkle proof of %(txid)s does not hold: it %(why)s.")
    advice = gettext_noop("Make the proof again from the block; if it fails again, the block was changed.")
