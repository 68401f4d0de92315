"""Errors of joins between books: L63x."""

from amparo.base import AmparoError, WrongUse, gettext_noop


class TooManyProposals(AmparoError):
    code = "L630"
    sentence = gettext_noop("More than %(limit)s pairs of transfers could be the same money.")
    advice = gettext_noop("Narrow the time window or give fewer books; none is left out silently.")


class DecisionNeeds(WrongUse):
    code = "L631"
    sentence = gettext_noop("A decision about a join needs %(fact)s.")
    advice = gettext_noop("Say who decides and why; both stand in the report.")


class JoinsClash(AmparoError):
    code = "L632"
    sentence = gettext_noop("The accepted joins take %(joined)s units of %(transfer)s, but only %(value)s moved there.")
    advice = gettext_noop("Reject one of them: the same money cannot go on twice.")


class StagesDoNotSettle(AmparoError):
    code = "L633"
    sentence = gettext_noop("Money goes back and forth between the ledgers more than %(rounds)s times.")
    advice = gettext_noop("Trace a part of it, or stop at one of the services in between.")


class CrossingNotConserved(AmparoError):
    code = "L634"
    sentence = gettext_noop("Over the join %(join)s %(left)s units left and %(arrived)s arrived; no result is given.")
    advice = gettext_noop("Report this: it is an error of the program.")


class SeedLeavesTheChain(AmparoError):
    code = "L635"
    sentence = gettext_noop("The seed %(output)s is an output that a join takes off the chain.")
    advice = gettext_noop("Begin at the other end of that join, or leave the join out.")
    exit_code = 2


class BookTooLong(AmparoError):
    code = "L636"
    sentence = gettext_noop("%(ledger)s has more than %(limit)s transfers, too many to look for joins at once.")
    advice = gettext_noop("Load a shorter time of it; none is left out silently.")
