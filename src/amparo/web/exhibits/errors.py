"""What can go wrong with exhibits, each with its code and what to do next."""

from amparo.base import AmparoError, gettext_noop


class ImageProblem(AmparoError):
    """Kept with the exhibit, not raised: one thing the container's own checks found."""

    code = "W601"
    sentence = gettext_noop("The container's own checks found: %(problem)s.")
    advice = gettext_noop("Copy it again from its source; what lies outside the damage can still be read.")


class NotInTheInbox(AmparoError):
    """The name does not exist in this agency's inbox, is a link, or leads out of it: all read the same."""

    code = "W602"
    sentence = gettext_noop("The inbox holds nothing called %(name)s.")
    advice = gettext_noop("Copy the files into the inbox folder of your agency on the server, then reload the page.")


class ItemClosed(AmparoError):
    """The item exists but may not be shown; `why` says which rule closes it."""

    code = "W603"
    sentence = gettext_noop("This item is closed: %(why)s")
    advice = gettext_noop("It stays counted and hashed. What opens it is named on the item's page.")


class NothingToDeposit(AmparoError):
    code = "W604"
    sentence = gettext_noop("There is nothing to deposit: no file was chosen, or it is empty.")
    advice = gettext_noop("Choose one zip, one file, or all segments of one disk image.")


class NoSuchItem(AmparoError):
    code = "W605"
    sentence = gettext_noop("Exhibit %(exhibit)s holds no item at %(path)s.")
    advice = gettext_noop("Open the exhibit's catalogue and choose the item there.")


class NotCataloguedYet(AmparoError):
    code = "W606"
    sentence = gettext_noop("Exhibit %(exhibit)s has no catalogue yet.")
    advice = gettext_noop("Wait until cataloguing has finished, or start it on the exhibit's page.")


class SourceGone(AmparoError):
    """A file that was to be deposited has vanished or cannot be read."""

    code = "W607"
    sentence = gettext_noop("%(name)s cannot be read: %(why)s.")
    advice = gettext_noop("Check the file and who may read it, then deposit it again.")
    exit_code = 3


class CatalogueDiffers(AmparoError):
    """The walk of an exhibit and its catalogue do not name the same items in the same order."""

    code = "W608"
    sentence = gettext_noop("The catalogue of exhibit %(exhibit)s lists %(listed)s where the exhibit holds %(found)s.")
    advice = gettext_noop(
        "Hash the exhibit again. If it is intact, tell your administrator: the catalogue is not to be used."
    )
