"""What can go wrong in this room, in words for the person who meets it."""

from amparo.base import AmparoError, gettext_noop


class BlobUnreadable(AmparoError):
    code = "M001"
    sentence = gettext_noop("%(name)s could not be read to its end: %(why)s.")
    advice = gettext_noop("Check the disk or container it comes from, then try this file again.")
    exit_code = 3


class NoPreview(AmparoError):
    code = "M002"
    sentence = gettext_noop("There is no preview of %(name)s: %(reason)s.")
    advice = gettext_noop("Work with its digests and its place in the exhibit instead.")


class NotAHashList(AmparoError):
    code = "M010"
    sentence = gettext_noop("This is not a hash list that Amparo can read: %(why)s.")
    advice = gettext_noop(
        "Check that it is the whole file, in one of the forms that the documentation names; the first line of a CSV "
        "file must name its columns (md5, sha1, sha256, pdq)."
    )
    exit_code = 2


class IndexDamaged(AmparoError):
    code = "M020"
    sentence = gettext_noop("The file %(file)s of a hash list index is damaged: %(why)s.")
    advice = gettext_noop(
        "Nothing was matched with this list. `amparo lists check FOLDER --rebuild` may make the file again; "
        "else import the list again."
    )


class IndexExists(AmparoError):
    code = "M021"
    sentence = gettext_noop("There is a hash list index at %(folder)s already.")
    advice = gettext_noop("An index never changes; give the new one a folder of its own.")
    exit_code = 2


class TooManyEntries(AmparoError):
    code = "M022"
    sentence = gettext_noop("One index holds at most %(limit)s entries.")
    advice = gettext_noop("Split the list and import its parts.")


class SignaturesDamaged(AmparoError):
    code = "M070"
    sentence = gettext_noop("The file %(file)s of what a scan saw is damaged: %(why)s.")
    advice = gettext_noop("Scan the exhibit again; nothing was matched with this one.")
