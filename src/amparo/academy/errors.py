"""What can go wrong in the academy."""

from amparo.base import AmparoError, gettext_noop


class FolderNotEmpty(AmparoError):
    code = "Y001"
    sentence = gettext_noop("The folder %(folder)s is not empty.")
    advice = gettext_noop("Give an empty or a new folder: a world is never mixed with other files.")
    exit_code = 2
