"""Logging in and out, one's own password, the language, and the accounts of others."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from chainmend.desk.accounts.first import wanted
from chainmend.desk.accounts.forms import LoginForm, OrganisationForm, PersonForm
from chainmend.desk.accounts.models import LoginRecord, Organisation, User
from chainmend.desk.project.middleware import CODES
from chainmend.desk.visibility import need, start_page
from chainmend.i18n import _

_RECENT = 200


class Login(LoginView):
    """The page that everybody sees first."""

    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Lead to the page of the first account where nobody has one."""
        if request.method == "GET" and wanted():
            return redirect("accounts:first")
        return super().dispatch(request, *args, **kwargs)

    def get_success_url(self) -> str:
        """Lead to the page that was asked for, but not to the start of another role."""
        wanted = super().get_success_url()
        return self.get_default_redirect_url() if wanted == "/" else wanted

    def get_default_redirect_url(self) -> str:
        """Lead to the first page that the role may see."""
        user = self.request.user
        return start_page(user) if isinstance(user, User) else reverse("accounts:login")


class Password(PasswordChangeView):
    """One's own password."""

    template_name = "accounts/password.html"
    success_url = reverse_lazy("atlas:cockpit")

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the password and say so."""
        response = super().form_valid(form)
        user = form.user
        user.must_change_password = False
        user.save(update_fields=["must_change_password"])
        messages.success(self.request, _("Your password is changed."))
        response["Location"] = start_page(user)
        return response


@login_not_required
def locked(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """Say that there were too many tries."""
    return render(request, "accounts/locked.html", status=429)


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Take the language that the switch names and go back."""
    said, back = request.POST.get("language", ""), request.POST.get("next", "/")
    if said not in CODES:
        raise Http404
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    request.session["language"] = said
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        said,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@need("manage_accounts")
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who has an account, the organisations, the last log-ins."""
    return render(
        request,
        "accounts/people.html",
        {
            "people": User.objects.select_related("organisation"),
            "organisations": Organisation.objects.annotate(count=Count("people")),
            "log": LoginRecord.objects.all()[:_RECENT],
        },
    )


@need("manage_accounts")
def person(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add or change one account; a first password is shown once, here."""
    found = get_object_or_404(User, pk=pk) if pk is not None else None
    form = PersonForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        if form.first_password:
            return render(
                request, "accounts/first_password.html", {"person": saved, "password": form.first_password}
            )
        messages.success(request, _("{name} is saved.").format(name=saved.name))
        return redirect("accounts:people")
    return render(request, "accounts/form.html", {"form": form, "found": found, "kind": "person"})


@need("manage_accounts")
def organisation(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add or change an organisation."""
    found = get_object_or_404(Organisation, pk=pk) if pk is not None else None
    form = OrganisationForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        messages.success(request, _("{name} is saved.").format(name=form.save().name))
        return redirect("accounts:people")
    return render(request, "accounts/form.html", {"form": form, "found": found, "kind": "organisation"})
