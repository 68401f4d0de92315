"""Errors of reports: W401 stands in `sealing`."""

from amparo.base import AmparoError, gettext_noop


class NoKeys(AmparoError):
    code = "W402"
    sentence = gettext_noop("%(agency)s has no keys to seal reports with.")
    advice = gettext_noop("An administrator makes them on the server with: amparo init.")


class KeySwapped(AmparoError):
    code = "W403"
    sentence = gettext_noop("The key of %(agency)s in the database is not the one that was made at installation.")
    advice = gettext_noop("Take no reports until an administrator has found out why; compare with the backup.")


class WrongPassphrase(AmparoError):
    code = "W404"
    sentence = gettext_noop("The passphrase does not open your key.")
    advice = gettext_noop(
        "Check the five words. If they are lost, a colleague with an open room can give you new ones."
    )


class RoomClosed(AmparoError):
    code = "W405"
    sentence = gettext_noop("The reading room is closed.")
    advice = gettext_noop("Open it with your passphrase, then read on.")


class NotAReader(AmparoError):
    code = "W406"
    sentence = gettext_noop("%(username)s has no key to the reading room.")
    advice = gettext_noop("A colleague with an open reading room can give one.")


class SentTooOften(AmparoError):
    code = "W407"
    sentence = gettext_noop("This report was already sent, and it has %(codes)s codes.")
    advice = gettext_noop("Nothing is lost. Use one of the codes you were given, or begin a new report.")


class NothingSaid(AmparoError):
    code = "W408"
    sentence = gettext_noop("The report is empty.")
    advice = gettext_noop("Answer at least one question.")


class AnswersWrong(AmparoError):
    code = "W409"
    sentence = gettext_noop("These answers cannot be taken: %(questions)s.")
    advice = gettext_noop("Put them right and send the report again.")


class StateDoesNotFollow(AmparoError):
    code = "W410"
    sentence = gettext_noop("A report that is “%(before)s” cannot become “%(after)s”.")
    advice = gettext_noop("Choose one of the states that are offered.")


class MessageDoesNotFit(AmparoError):
    code = "W411"
    sentence = gettext_noop("The message has %(length)s signs; up to %(limit)s fit, and it must not be empty.")
    advice = gettext_noop("Shorten it, or send it in two parts.")


class NotForThisPerson(AmparoError):
    code = "W412"
    sentence = gettext_noop("%(username)s cannot be given a key to the reading room.")
    advice = gettext_noop("Choose an active colleague of your agency whose role may read reports.")


class RecoveryRefused(AmparoError):
    code = "W413"
    sentence = gettext_noop("These words are not the recovery key of %(agency)s.")
    advice = gettext_noop("Check each word against the paper: there are 17.")
