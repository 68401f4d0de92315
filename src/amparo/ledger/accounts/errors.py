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
