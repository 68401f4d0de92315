"""Why a bundle is not written, not signed, or cannot be read."""

from amparo.base import AmparoError, gettext_noop


class UnsafeName(AmparoError):
    code = "B001"
    sentence = gettext_noop("The name %(name)s cannot stand in a bundle: %(why)s.")
    advice = gettext_noop("Name included files by exhibit number and digest, for example exhibits/EX1/<sha256>.jpg.")


class CitedItemMissing(AmparoError):
    code = "B002"
    sentence = gettext_noop("%(cited_by)s cites %(ref)s, but the completeness list says nothing about it.")
    advice = gettext_noop("Include the item, or withhold it with a ground; the bundle is not signed before that.")


class IncludedFileWrong(AmparoError):
    code = "B003"
    sentence = gettext_noop("The item %(ref)s is listed as included in %(path)s, but the file %(why)s.")
    advice = gettext_noop("Check the exhibit's digest, then build the bundle again; it was not signed.")


class RestrictedLeak(AmparoError):
    code = "B004"
    sentence = gettext_noop("Restricted material would leave the unit: %(what)s.")
    advice = gettext_noop("Only its digest and a placeholder may stand in a bundle. Withhold the item.")


class CustodyBroken(AmparoError):
    code = "B005"
    sentence = gettext_noop("The custody log %(log)s does not hold at event %(seq)s: %(why)s.")
    advice = gettext_noop("Do not continue: find out who changed the log, and restore it from a backup.")


class SignerUnknown(AmparoError):
    code = "B006"
    sentence = gettext_noop("The signing key %(key_id)s is not a valid key of this bundle: %(why)s.")
    advice = gettext_noop("List the key with its holder, role and dates, or sign with a key that is valid now.")


class ContentWrong(AmparoError):
    code = "B007"
    sentence = gettext_noop("The bundle's content does not fit together: %(why)s.")
    advice = gettext_noop("Correct the named part and build the bundle again; nothing was written.")


class PictureUnsafe(AmparoError):
    code = "B008"
    sentence = gettext_noop("The picture %(name)s may not stand in a bundle: it holds %(what)s.")
    advice = gettext_noop("Draw it with shapes and text only; pictures load nothing and run nothing.")


class PlaceTaken(AmparoError):
    code = "B009"
    sentence = gettext_noop("There is already something at %(path)s.")
    advice = gettext_noop("Choose another place; a bundle is never written over.")
    exit_code = 2


class ReportNotDrawn(AmparoError):
    code = "B010"
    sentence = gettext_noop("The PDF report (%(language)s) could not be made: %(why)s.")
    advice = gettext_noop("Nothing was signed. Give your administrator this message.")


class NotABundle(AmparoError):
    code = "B020"
    sentence = gettext_noop("%(path)s is not a bundle that can be read: %(why)s.")
    advice = gettext_noop("Choose the bundle's folder, or its zip file as it was received.")
    exit_code = 2


class InputNotGiven(AmparoError):
    code = "B021"
    sentence = gettext_noop("The recipe needs its input %(name)s, which was not given.")
    advice = gettext_noop("Give the file or folder with the digest that the recipe names.")
    exit_code = 2
