"""Errors of the calibration: L8xx."""

from amparo.base import AmparoError, WrongUse, gettext_noop


class EconomyTooSmall(WrongUse):
    code = "L801"
    sentence = gettext_noop("An economy of %(transactions)s transactions is too small; it needs at least %(least)s.")
    advice = gettext_noop("Ask for more transactions; some ten thousand give useful counts.")


class EconomyStuck(AmparoError):
    code = "L802"
    sentence = gettext_noop("The made economy came to a stop at block %(height)s: nobody could pay.")
    advice = gettext_noop("Take another seed or another number of transactions, and report both.")


class NoSuchRate(WrongUse):
    code = "L803"
    sentence = gettext_noop("No heuristic named %(heuristic)s has been measured.")
    advice = gettext_noop("The page of error rates lists the names.")


class BadRates(AmparoError):
    code = "L804"
    sentence = gettext_noop("%(file)s is not a table of error rates: %(why)s.")
    advice = gettext_noop("Make it again with amparo ledger calibrate.")


class SeedTwice(WrongUse):
    code = "L805"
    sentence = gettext_noop("Seed %(seed)s would be learnt from and measured on.")
    advice = gettext_noop("Measure on other seeds than those that were learnt from.")
