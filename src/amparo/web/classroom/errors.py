"""What can go wrong in the classroom."""

from amparo.base import AmparoError, gettext_noop


class RealAgency(AmparoError):
    """The exercise wall, seen from the training side."""

    code = "Z201"
    sentence = gettext_noop("%(agency)s is a real agency: an exercise cannot be started in it.")
    advice = gettext_noop("Start it in an agency of kind exercise; nothing of it can then touch a real case.")
