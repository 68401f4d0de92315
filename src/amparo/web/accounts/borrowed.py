"""Sentences of Django and allauth that our pages show and that not every language of ours has from them.

Listed here, they stand in our catalogues, which go before theirs; nothing reads this list but tools/messages.py.
"""

from typing import Final

from django.utils.translation import ngettext_lazy

from amparo.base import gettext_noop

SENTENCES: Final = (
    gettext_noop("Code"),
    gettext_noop("Current Password"),
    gettext_noop("Forgot your password?"),
    gettext_noop("Incorrect code."),
    gettext_noop("New Password"),
    gettext_noop("New Password (again)"),
    gettext_noop("Password"),
    gettext_noop("Please type your current password."),
    gettext_noop("The password is too similar to the %(verbose_name)s."),
    gettext_noop("The username and/or password you specified are not correct."),
    gettext_noop("This password is entirely numeric."),
    gettext_noop("This password is too common."),
    gettext_noop("Too many failed login attempts. Try again later."),
    gettext_noop("Use your password"),
    gettext_noop("You must type the same password each time."),
    gettext_noop("Your password can’t be a commonly used password."),
    gettext_noop("Your password can’t be entirely numeric."),
    gettext_noop("Your password can’t be too similar to your other personal information."),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
        "min_length",
    ),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
        "min_length",
    ),
)
