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


class NoGround(AmparoError):
    code = "W806"
    sentence = gettext_noop("A tag needs an address, its currency, a label and the ground for saying so.")
    advice = gettext_noop("Name the document, answer or observation it rests on. Nothing was kept.")


class WordNotKnown(AmparoError):
    code = "W807"
    sentence = gettext_noop("“%(word)s” is not one of the words for how sure a tag is: %(known)s.")
    advice = gettext_noop("Choose one of them; other units read the same words.")


class ReviewedBySelf(AmparoError):
    code = "W808"
    sentence = gettext_noop("You made this tag yourself, so a colleague has to confirm it.")
    advice = gettext_noop("Ask a second person to look at its ground.")


class NothingReviewed(AmparoError):
    code = "W809"
    sentence = gettext_noop("No tag of the unit was confirmed by a second person yet.")
    advice = gettext_noop("Only confirmed tags leave the unit: have one confirmed first.")


class EmptyMark(AmparoError):
    code = "W810"
    sentence = gettext_noop("There is nothing to mark: the step or the note is missing.")
    advice = gettext_noop("Choose a step of the trace, and write the note.")


class NoStart(AmparoError):
    code = "W811"
    sentence = gettext_noop("Nothing was given to start from.")
    advice = gettext_noop("Give an address, a transaction or an output, one a line.")


class TooManyStarts(AmparoError):
    code = "W812"
    sentence = gettext_noop("%(starts)s starts were given; %(limit)s is the limit of one trace.")
    advice = gettext_noop("Divide them over several traces.")


class NoReason(AmparoError):
    code = "W813"
    sentence = gettext_noop("A reason is missing.")
    advice = gettext_noop("Say in a line why; colleagues and the court read it.")


class NoEntities(AmparoError):
    code = "W814"
    sentence = gettext_noop("Nobody has joined the addresses of “%(name)s” into entities yet.")
    advice = gettext_noop("Start it on the page of these blocks; it takes minutes on a large chain.")


class NoSuchAddress(AmparoError):
    code = "W815"
    sentence = gettext_noop("No loaded block pays %(address)s.")
    advice = gettext_noop("Check the address, or load the blocks in which it was paid.")


class RuleHasNoWayBack(AmparoError):
    code = "W816"
    sentence = gettext_noop("The rule %(rule)s only leads onward.")
    advice = gettext_noop("Choose other rules to trace back: fifo, lifo, haircut or poison.")


class TooLarge(AmparoError):
    code = "W817"
    sentence = gettext_noop("%(name)s is larger than %(limit)s MB.")
    advice = gettext_noop("Read it with the command line, or ask for it in parts.")


class BookNotEmpty(AmparoError):
    code = "W818"
    sentence = gettext_noop("%(book)s holds other kinds of files; transfers on TRON make a book of their own.")
    advice = gettext_noop("Read this file into a new book.")


class FileThere(AmparoError):
    code = "W819"
    sentence = gettext_noop("This file was read into %(book)s already.")
    advice = gettext_noop("Nothing to do: its lines are there.")


class NotReadable(AmparoError):
    code = "W820"
    sentence = gettext_noop("%(name)s is no form of statement that is known here.")
    advice = gettext_noop("Choose what kind of table it is, or ask for CAMT.053, MT940 or CSV.")


class AccountUnknown(AmparoError):
    code = "W821"
    sentence = gettext_noop("No book of this case has the account or transfer %(account)s.")
    advice = gettext_noop("Copy it from the lines of a book, or read the statement it stands in.")


class NoBooks(AmparoError):
    code = "W822"
    sentence = gettext_noop("Case %(case)s has no book of accounts that was read.")
    advice = gettext_noop("Read a statement from an exhibit first.")


class PoisonNeedsLimit(AmparoError):
    code = "W823"
    sentence = gettext_noop("The rule poison reaches every account in the end.")
    advice = gettext_noop("Give a limit of hops or a last day with it.")


class RatesThere(AmparoError):
    code = "W824"
    sentence = gettext_noop("This file of rates was imported before, so “%(name)s” was not added.")
    advice = gettext_noop("Nothing to do: its rates are used already.")


class TokenForOthers(AmparoError):
    code = "W880"
    sentence = gettext_noop("Traces are open to tokens of the unit's own tools only; this one is for: %(purpose)s.")
    advice = gettext_noop("Ask a supervisor for a token whose purpose is a tool of the unit.")


class AskedTooOften(AmparoError):
    code = "W881"
    sentence = gettext_noop("This token has asked about chains and traces %(limit)s times today, as often as it may.")
    advice = gettext_noop("Ask again after midnight UTC.")


class FieldWithoutMeaning(AmparoError):
    code = "W882"
    sentence = gettext_noop("“%(field)s” has no meaning for this kind of trace, so nothing was started.")
    advice = gettext_noop("Leave it out: some questions are for chains only, others for books of accounts only.")
