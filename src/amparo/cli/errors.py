"""What can go wrong with an installation, as its administrator reads it."""

from amparo.base import AmparoError, gettext_noop


class NoInstallation(AmparoError):
    code = "Z001"
    sentence = gettext_noop("There is no installation in %(home)s.")
    advice = gettext_noop("Make one with “amparo init”, or set AMPARO_HOME to the folder it lives in.")
    exit_code = 2


class AlreadyThere(AmparoError):
    code = "Z002"
    sentence = gettext_noop("There is an installation in %(home)s already; nothing was changed.")
    advice = gettext_noop("Start it with “amparo serve”, or set AMPARO_HOME to another folder.")
    exit_code = 2


class NeedsUpgrade(AmparoError):
    code = "Z003"
    sentence = gettext_noop("The database in %(home)s is of an older version: %(count)s changes are waiting.")
    advice = gettext_noop("Run “amparo upgrade”: it makes a backup first.")
    exit_code = 2


class BackupBroken(AmparoError):
    code = "Z004"
    sentence = gettext_noop("The backup %(file)s is not whole: %(why)s. Nothing was restored.")
    advice = gettext_noop("Use another copy of this backup.")


class PartMissing(AmparoError):
    code = "Z005"
    sentence = gettext_noop("The program %(program)s is not on this machine.")
    advice = gettext_noop("Install it: apt-get install %(package)s.")
    exit_code = 3


class PortTaken(AmparoError):
    code = "Z006"
    sentence = gettext_noop("Port %(port)s of %(host)s is in use already.")
    advice = gettext_noop("Stop the other program, or choose another port with --portal-port and --desk-port.")
    exit_code = 3


class DoesNotStart(AmparoError):
    code = "Z007"
    sentence = gettext_noop("The %(part)s stopped %(count)s times within a minute and was not started again.")
    advice = gettext_noop("Read its last lines above; the other parts were stopped too.")
    exit_code = 3


class NoSuchCase(AmparoError):
    code = "Z008"
    sentence = gettext_noop("There is no case %(case)s that %(username)s may work on.")
    advice = gettext_noop("Give the case's number as the desk shows it, and the name of a member of that case.")
    exit_code = 2


class NoDatabase(AmparoError):
    code = "Z009"
    sentence = gettext_noop("The backup holds a PostgreSQL database (%(file)s), but none is named to put it into.")
    advice = gettext_noop("Set AMPARO_DATABASE_URL to an empty database and try again.")
    exit_code = 2


class NotAJoin(AmparoError):
    code = "Z010"
    sentence = gettext_noop("Line %(line)s of %(file)s holds no join or decision (%(why)s).")
    advice = gettext_noop("Give the file that “amparo ledger joins” wrote, as it was written.")
    exit_code = 2


class UnknownJoin(AmparoError):
    code = "Z011"
    sentence = gettext_noop("%(file)s holds no proposal %(id)s; nothing was accepted.")
    advice = gettext_noop("Take the ids from the first column of “amparo ledger joins propose” over the same books.")
    exit_code = 2


class NothingAccepted(AmparoError):
    code = "Z012"
    sentence = gettext_noop("No proposal was named, so nothing was accepted.")
    advice = gettext_noop("Name proposals with --id, or with --ids and a file that holds one id a line.")
    exit_code = 2
