"""Errors of traces (L32x to L39x)."""

from amparo.base import AmparoError, gettext_noop


class LinksDamaged(AmparoError):
    code = "L320"
    sentence = gettext_noop("The store's links do not fit together at transaction %(tx)s.")
    advice = gettext_noop("Verify the store, and load the blocks again if a file differs.")


class AmountTooLarge(AmparoError):
    code = "L321"
    sentence = gettext_noop("The amounts of transaction %(tx)s are too large to be counted exactly (2^63 or more).")
    advice = gettext_noop("No such amount can exist on this chain: check where the blocks come from.")


class NoWayBack(AmparoError):
    code = "L322"
    sentence = gettext_noop("The rule “%(rule)s” has no way back: where traced satoshis go depends on the seeds.")
    advice = gettext_noop("Trace back by fifo, lifo, haircut or poison, or trace forward from the seeds by this rule.")
    exit_code = 2


class FeeHasNoWayBack(AmparoError):
    code = "L323"
    sentence = gettext_noop("With the fee policy “%(fee)s” the rule “%(rule)s” has no way back in whole intervals.")
    advice = gettext_noop("Choose the fee policy last or first.")
    exit_code = 2


class NothingPaid(AmparoError):
    code = "L324"
    sentence = gettext_noop("No loaded output pays to %(address)s.")
    advice = gettext_noop("Check the address, or load more blocks.")
    exit_code = 2


class TooManyOutputs(AmparoError):
    code = "L325"
    sentence = gettext_noop("%(name)s stands for %(outputs)s outputs; at most %(limit)s can be taken at once.")
    advice = gettext_noop("Name the outputs or transactions that matter.")
    exit_code = 2


class NotAPeel(AmparoError):
    code = "L326"
    sentence = gettext_noop("No loaded transaction spends %(output)s, so there is no chain to follow.")
    advice = gettext_noop("Start from an output that was spent.")
    exit_code = 2


class WrongPin(AmparoError):
    code = "L327"
    sentence = gettext_noop("The pinned output %(output)s is not an output of any transaction on the chain followed.")
    advice = gettext_noop("Pin outputs of transactions that the chain reaches.")
    exit_code = 2
