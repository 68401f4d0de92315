"""What can go wrong between an exhibit and its items."""

from amparo.base import AmparoError, gettext_noop


class CannotOpen(AmparoError):
    code = "E101"
    sentence = gettext_noop("%(name)s cannot be opened: %(why)s.")
    advice = gettext_noop("Check that the file is there, that it is complete, and that it may be read.")
    exit_code = 3


class ImageBroken(AmparoError):
    code = "E110"
    sentence = gettext_noop("The disk image %(name)s cannot be read: %(why)s.")
    advice = gettext_noop("Copy it again from its source and compare the digests of all its files.")


class ImagePartMissing(AmparoError):
    code = "E111"
    sentence = gettext_noop("Of %(name)s, %(readable)s bytes can be read; byte %(offset)s is in the missing part.")
    advice = gettext_noop("Copy all files of the image again from their source; the list of problems says which ones.")


class ChunkDamaged(AmparoError):
    code = "E112"
    sentence = gettext_noop("Bytes %(start)s to %(end)s of the disk image %(name)s are damaged: %(why)s.")
    advice = gettext_noop("Copy the image again from its source. What lies outside these bytes can still be read.")


class FormatNotRead(AmparoError):
    code = "E113"
    sentence = gettext_noop("%(name)s is %(what)s, which is not read here.")
    advice = gettext_noop("Convert it to a raw or E01 image with the tool that made it, and keep the original too.")


class ResumePointMissing(AmparoError):
    code = "E120"
    sentence = gettext_noop("The item %(path)s, after which to go on, is not in this exhibit.")
    advice = gettext_noop("Start the work on this exhibit from its beginning.")


class ExhibitAltered(AmparoError):
    code = "E201"
    sentence = gettext_noop("The file hashes to %(received)s, but its receipt says %(declared)s.")
    advice = gettext_noop("Copy the file again from its source; nothing was stored.")


class DiskFull(AmparoError):
    code = "E202"
    sentence = gettext_noop("The disk is full after %(written)s bytes; nothing was stored.")
    advice = gettext_noop("Make room on the disk of the exhibit store, then deposit again.")
    exit_code = 3


class StoreDamaged(AmparoError):
    code = "E203"
    sentence = gettext_noop("The stored file %(sha256)s now hashes to %(found)s.")
    advice = gettext_noop("Do not use this exhibit. Restore it from the backup and tell the head of the unit.")


class NotInStore(AmparoError):
    code = "E204"
    sentence = gettext_noop("There is no stored file %(sha256)s.")
    advice = gettext_noop("Restore it from the backup; the custody log says when it was deposited.")


class CatalogueBroken(AmparoError):
    code = "E301"
    sentence = gettext_noop("The catalogue %(name)s cannot be read: %(why)s.")
    advice = gettext_noop("Make the catalogue again from the exhibit; nothing in it is lost.")
