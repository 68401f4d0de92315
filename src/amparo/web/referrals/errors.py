"""What can go wrong between agencies, beyond what the exchange engine says itself."""

from amparo.base import AmparoError, gettext_noop


class NothingToRefer(AmparoError):
    code = "Z101"
    sentence = gettext_noop("Case %(case)s has no signed bundle, so there is nothing to refer.")
    advice = gettext_noop("Build a court bundle first: it is what the partner receives.")


class ExerciseWall(AmparoError):
    code = "Z102"
    sentence = gettext_noop("An exercise and a real case never meet: this referral crosses that wall.")
    advice = gettext_noop("Send exercises to exercise agencies only, real cases to real ones only.")


class PartnerKeyWrong(AmparoError):
    code = "Z103"
    sentence = gettext_noop("The partner's keys cannot be used: %(why)s.")
    advice = gettext_noop("Copy both lines from the partner's own card page again.")


class CaseThere(AmparoError):
    code = "Z104"
    sentence = gettext_noop("A case was opened from this referral before.")
    advice = gettext_noop("Ask a member of that case to add you.")
