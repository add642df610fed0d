"""The first account of a desk: made on a page of its own, by who reads the code that the terminal shows."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from chainmend.desk.accounts.models import Organisation, User
from chainmend.desk.visibility import start_page

_CODE_BYTES = 9
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_RULES = lazy(password_validators_help_text_html, str)


def wanted() -> bool:
    """Return whether nobody has an account yet."""
    return not User.objects.exists()


def code() -> str | None:
    """Return the code that the first account is made with, written where it is not there; None once there are people.

    It lies in the home, readable by its owner alone, so that nobody else on the network takes the desk.
    """
    file = _file()
    if not wanted():
        file.unlink(missing_ok=True)
        return None
    if not file.is_file():
        partial = file.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(secrets.token_urlsafe(_CODE_BYTES) + "\n", "utf-8")
        partial.replace(file)
    return file.read_text("utf-8").strip()


def _file() -> Path:
    return Path(settings.DESK_HOME.folder) / "first.code"


class FirstForm(forms.Form):
    """The code, who it is, and a password."""

    code = forms.CharField(label=_("code from the terminal"), max_length=60)
    organisation = forms.CharField(label=_("organisation"), max_length=120)
    name = forms.CharField(label=_("name of the person"), max_length=60)
    username = forms.CharField(label=_("log-in name"), max_length=60)
    password = forms.CharField(
        label=_("password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_RULES(),
    )
    again = forms.CharField(
        label=_("password once more"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean_code(self) -> str:
        """Refuse any code but that of the home."""
        given, right = self.cleaned_data["code"].strip(), code() or ""
        if not right or not secrets.compare_digest(given.encode(), right.encode()):
            raise ValidationError(_("This is not the code that the desk printed when it was started."))
        return str(given)

    def clean(self) -> dict[str, Any]:
        """Hold the password against the rules, and the second against the first."""
        given = super().clean() or {}
        first, second = given.get("password"), given.get("again")
        if first and second and first != second:
            self.add_error("again", _("The two passwords are not the same."))
        elif first:
            person = User(username=given.get("username", ""), name=given.get("name", ""))
            try:
                validate_password(first, person)
            except ValidationError as error:
                self.add_error("password", error)
        return given

    @transaction.atomic
    def save(self) -> User:
        """Make the organisation and its administrator."""
        home = Organisation.objects.create(name=self.cleaned_data["organisation"])
        return User.objects.create_user(
            self.cleaned_data["username"],
            self.cleaned_data["password"],
            name=self.cleaned_data["name"],
            role="admin",
            organisation=home,
            must_change_password=False,
        )


@login_not_required
def first(request: HttpRequest) -> HttpResponse:
    """Make the first administrator; the page is not there once anybody has an account."""
    if not wanted():
        raise Http404
    form = FirstForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = form.save()
        code()  # takes it away
        login(request, person, backend=_BACKEND)
        return redirect(start_page(person))
    status = 422 if form.errors else 200
    return render(request, "accounts/first.html", {"form": form}, status=status)
