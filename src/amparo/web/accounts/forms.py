"""Forms of the administrator: a new colleague, their roles, an API token."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amparo.web.accounts.models import Agency, ApiToken, Person
from amparo.web.accounts.roles import EXERCISE_ROLES, PERMISSIONS, ROLE_NAMES


def role_choices(agency: Agency) -> list[tuple[str, str]]:
    """The roles an administrator of this agency can give; the overseer's seat is not among them."""
    return [
        (role, gettext(name))
        for role, name in ROLE_NAMES.items()
        if role != "overseer" and (agency.is_exercise or role not in EXERCISE_ROLES)
    ]


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(label=_("Roles"), widget=forms.CheckboxSelectMultiple, choices=[])

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = role_choices(agency)


class NewPersonForm(RolesForm):
    username = forms.CharField(label=_("Username"), max_length=150)
    password = forms.CharField(
        label=_("First password"), widget=forms.PasswordInput, help_text=_("At least 12 signs. They change it later.")
    )
    field_order = ["username", "password", "roles"]

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"])
        return self.cleaned_data["password"]


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What the token is for"), max_length=80)
    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=[
            (ApiToken.Purpose.INTERNAL, _("A tool of our own")),
            (ApiToken.Purpose.PARTNER, _("Look-up by a partner agency")),
            (ApiToken.Purpose.HOTLINE, _("Look-up by a hotline")),
        ],
    )
    scopes = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple, choices=[])

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(name, gettext(PERMISSIONS[name])) for name in sorted(person.permissions)]
