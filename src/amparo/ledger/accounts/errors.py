"""Errors of account ledgers, L5xx: their sources, stores and traces."""

from amparo.base import AmparoError, OutsideWorld, gettext_noop


class NoAccountStore(OutsideWorld):
    code = "L500"
    sentence = gettext_noop("%(store)s is no store of account ledgers.")
    advice = gettext_noop("Give the folder that the load made; load the sources again if it is damaged.")


class AccountStoreVersion(AmparoError):
    code = "L501"
    sentence = gettext_noop("%(store)s was written in the form %(found)s; this version reads %(known)s.")
    advice = gettext_noop("Load the sources again with this version.")


class AccountStoreDamaged(AmparoError):
    code = "L502"
    sentence = gettext_noop("%(file)s of the store %(store)s is missing or not as it was written.")
    advice = gettext_noop("Load the sources again; trace nothing on this store.")


class SamePosition(AmparoError):
    code = "L503"
    sentence = gettext_noop("Two transfers of %(ledger)s claim the place %(position)s: %(first)s and %(second)s.")
    advice = gettext_noop("The source was read twice or is damaged. Nothing was stored.")


class BadTransfer(AmparoError):
    code = "L504"
    sentence = gettext_noop("The transfer at %(position)s of %(ledger)s (%(source)s) cannot be: %(why)s.")
    advice = gettext_noop("The source is damaged or was read wrongly. Nothing was stored.")


class TwoOpenings(AmparoError):
    code = "L505"
    sentence = gettext_noop(
        "%(ledger)s has two opening balances of %(account)s in %(asset)s: %(first)s and %(second)s."
    )
    advice = gettext_noop("Check which of the two sources covers the beginning. Nothing was stored.")


class BalanceMismatch(AmparoError):
    code = "L506"
    sentence = gettext_noop(
        "The balance of %(account)s in %(asset)s at %(position)s of %(ledger)s is %(said)s by %(source)s, "
        "but its lines add up to %(computed)s."
    )
    advice = gettext_noop(
        "A line is missing, doubled or wrong up to that place. Trace nothing over it before it is found."
    )


class AccountStoreNotWritten(OutsideWorld):
    code = "L507"
    sentence = gettext_noop("The store %(store)s could not be written: %(why)s.")
    advice = gettext_noop("Check that the disk has room and that you may write there.")


class UnknownLedgerPlace(AmparoError):
    code = "L508"
    sentence = gettext_noop("The loaded ledgers hold no transfer at %(place)s.")
    advice = gettext_noop("Load the ledger it stands in, or check the reference.")
    exit_code = 2


class UnknownBlock(AmparoError):
    code = "L509"
    sentence = gettext_noop("%(ledger)s holds no block %(height)s with the hash %(hash)s.")
    advice = gettext_noop("Load the chain again from its source.")


class LedgerTwice(AmparoError):
    code = "L520"
    sentence = gettext_noop("Two of the stores given hold the ledger %(ledger)s.")
    advice = gettext_noop("Give each ledger once; merge the two loads into one store first.")
    exit_code = 2


class NoAccountSeeds(AmparoError):
    code = "L521"
    sentence = gettext_noop("A trace needs at least one transfer to start from; the seeds given name none.")
    advice = gettext_noop("Name a transfer, or an account and a time from which on its transfers count.")
    exit_code = 2


class TransferClaimedTwice(AmparoError):
    code = "L522"
    sentence = gettext_noop("The transfer %(transfer)s is named by two seeds with different amounts.")
    advice = gettext_noop("Give one amount for it.")
    exit_code = 2


class TransferClaimOutOfRange(AmparoError):
    code = "L523"
    sentence = gettext_noop("The claim of %(amount)s on the transfer %(transfer)s must be between 1 and %(value)s.")
    advice = gettext_noop("Claim at most what was moved.")
    exit_code = 2


class AmbiguousTransferClaim(AmparoError):
    code = "L524"
    sentence = gettext_noop(
        "Other traced money travels with the transfer %(transfer)s, of which only a part is claimed."
    )
    advice = gettext_noop("Claim it whole, or follow by a rule that keeps an order.")
    exit_code = 2


class AccountsNotConserved(AmparoError):
    code = "L525"
    sentence = gettext_noop(
        "The trace does not add up in %(asset)s of %(ledger)s: %(claims)s came in, %(found)s are accounted for."
    )
    advice = gettext_noop("This is a fault of the program. Do not use the trace; report it with this code.")


class PoisonNeedsStop(AmparoError):
    code = "L526"
    sentence = gettext_noop("Poison on accounts reaches nearly everything: it needs a limit of hops or a last date.")
    advice = gettext_noop("Set a limit of hops or a last date, or choose another rule.")
    exit_code = 2


class UnknownFeePlace(AmparoError):
    code = "L527"
    sentence = gettext_noop("A fee on accounts is taken first or last in its transaction, not “%(fee)s”.")
    advice = gettext_noop("Choose first or last.")
    exit_code = 2


class BalanceNotKnown(AmparoError):
    code = "L528"
    sentence = gettext_noop("The balance of %(account)s in %(asset)s is not known, so it cannot be claimed.")
    advice = gettext_noop("Load its opening balance, or claim transfers instead.")
    exit_code = 2


class JoinTooLarge(AmparoError):
    code = "L530"
    sentence = gettext_noop("The joins of the transfer %(transfer)s add up to %(joined)s; it moved %(value)s.")
    advice = gettext_noop("Two joins claim the same money: keep the one that is right.")


class JoinOrder(AmparoError):
    code = "L531"
    sentence = gettext_noop("The join from %(out)s to %(into)s would let money arrive before it left.")
    advice = gettext_noop("The join is wrong, or the order of the lines in a source is.")


class RuleNotBackward(AmparoError):
    code = "L532"
    sentence = gettext_noop("The rule %(rule)s cannot be followed backward: its order depends on what is traced.")
    advice = gettext_noop("Choose fifo, lifo, haircut or poison, or trace forward from the suspected source.")
    exit_code = 2


class UnknownOpeningPolicy(AmparoError):
    code = "L533"
    sentence = gettext_noop("An unknown opening balance is a gap or the least possible one, not “%(policy)s”.")
    advice = gettext_noop("Choose gap or least.")
    exit_code = 2


class NodeLate(OutsideWorld):
    code = "L540"
    sentence = gettext_noop("The node at %(node)s did not answer %(method)s in %(seconds)s seconds, %(tries)s times.")
    advice = gettext_noop("Check that the node runs and can be reached; what was loaded is kept, so load again later.")


class NodeUnreachable(OutsideWorld):
    code = "L541"
    sentence = gettext_noop("The node at %(node)s cannot be reached for %(method)s: %(why)s.")
    advice = gettext_noop("Check the address and the network; what was loaded is kept, so load again later.")


class NodeWrong(OutsideWorld):
    code = "L542"
    sentence = gettext_noop("The node at %(node)s gave an answer to %(method)s that cannot be used: %(why)s.")
    advice = gettext_noop("Nothing of this answer was stored. Check which software answers there, or use another node.")


class NodeRefused(OutsideWorld):
    code = "L543"
    sentence = gettext_noop("The node at %(node)s refused %(method)s: %(why)s.")
    advice = gettext_noop("The node must offer this call; for internal transfers it must keep traces.")


class OtherChain(OutsideWorld):
    code = "L544"
    sentence = gettext_noop("The node at %(node)s is of chain %(found)s; chain %(wanted)s is wanted.")
    advice = gettext_noop("Give a node of the right chain, or load this one under its own name.")


class ChainMoved(OutsideWorld):
    code = "L545"
    sentence = gettext_noop("Block %(height)s does not follow block %(before)s: the chain changed while it was read.")
    advice = gettext_noop("Load again: the part that changed will be read anew.")


class NoCommonBlock(OutsideWorld):
    code = "L546"
    sentence = gettext_noop("None of the blocks of %(ledger)s that are loaded is on the node's chain any more.")
    advice = gettext_noop("Check that it is the right node, then load into a new store.")


class BadTronRow(AmparoError):
    code = "L550"
    sentence = gettext_noop("%(file)s cannot be read at %(place)s: %(why)s.")
    advice = gettext_noop("Export the transfers again; nothing was stored.")


class ExplorerPage(OutsideWorld):
    code = "L551"
    sentence = gettext_noop("%(site)s gave a page that cannot be used: %(why)s.")
    advice = gettext_noop("What was read is kept; go on later from the same place.")
