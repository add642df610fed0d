"""Forms of accounts."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from chainmend.desk import scans
from chainmend.desk.accounts.models import Organisation, User

_FIRST_PASSWORD_BYTES = 12
_SOME = 8
_TIES = (
    ("district", "firms", "district"),
    ("firm_id", "firms", "firm_id"),
    ("institute_id", "institutes", "institute_id"),
)
"""Field -> table and column of the dataset that know its values."""


def new_first_password(person: User) -> str:
    """Give a person a password that they must change at the next log-in, and return it; the caller saves."""
    password = secrets.token_urlsafe(_FIRST_PASSWORD_BYTES)
    person.set_password(password)
    person.must_change_password = True
    return password


class LoginForm(AuthenticationForm):
    """Name and password."""

    error_messages = {
        "invalid_login": _("This name and password do not go together. Check both and try once more."),
        "inactive": _("This account is closed. Ask an administrator."),
    }


class OrganisationForm(forms.ModelForm[Organisation]):
    """An organisation; what ties it to the data is held against those of the last scan, where there is one."""

    class Meta:
        model = Organisation
        fields = ("name", "name_en", "district", "firm_id", "institute_id")

    def clean(self) -> dict[str, Any]:
        """Refuse a district, firm or institute that the data do not know: its people would see nothing."""
        given = super().clean() or self.cleaned_data
        view = scans.current()
        for name, table, column in _TIES if view else ():
            value = given.get(name)
            if not value or name not in self.changed_data or view is None:
                continue
            known = view.dataset.table(table)[column].drop_nulls().unique().sort()
            if value not in known:
                some = ", ".join(known.head(_SOME))
                self.add_error(name, _("The data do not know it. They know, for example: %s") % some)
        return given


class PersonForm(forms.ModelForm[User]):
    """A person; a new one, or one whose password is set anew, gets a first password that is shown once."""

    new_password = forms.BooleanField(label=_("give a new first password"), required=False)
    first_password: str | None = None

    class Meta:
        model = User
        fields = ("username", "name", "email", "role", "organisation", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["new_password"]

    def save(self, commit: bool = True) -> User:
        """Save the person; `first_password` is then the password given, if one was."""
        person = super().save(commit=False)
        if person.pk is None or self.cleaned_data.get("new_password"):
            self.first_password = new_first_password(person)
        if commit:
            person.save()
        return person
