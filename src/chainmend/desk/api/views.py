"""The page "Access by program": one's own tokens."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chainmend.desk.api import tokens
from chainmend.desk.visibility import need, of
from chainmend.errors import DeskError
from chainmend.i18n import _

_SHOWN = 50


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(label=gettext_lazy("what it is for"), max_length=60)
    days = forms.IntegerField(
        label=gettext_lazy("days it lives"),
        min_value=1,
        max_value=tokens.LONGEST,
        initial=tokens.DAYS,
        help_text=gettext_lazy("a year at most"),
    )


@need("use_api")
def own(request: HttpRequest) -> HttpResponse:
    """Show one's own tokens; make one, whose text is shown once, in the answer."""
    user, made, status = of(request), None, 200
    form = TokenForm(request.POST or None)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = tokens.make(user, form.cleaned_data["name"], form.cleaned_data["days"], request)
                form, status = TokenForm(), 200
            except DeskError as error:
                form.add_error(None, str(error))
    listed = user.tokens.select_related("owner")[:_SHOWN]
    page = {"form": form, "made": made, "tokens": listed, "address": request.build_absolute_uri("/api/v1/")}
    return render(request, "api/tokens.html", page, status=status)


@need("use_api")
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of one's own tokens."""
    token = of(request).tokens.filter(pk=pk).select_related("owner").first()
    if token is None:
        raise Http404
    tokens.revoke(token, request)
    messages.success(request, _("{name} opens nothing any more.").format(name=token.name))
    return redirect("api:tokens")
