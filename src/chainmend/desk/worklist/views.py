"""Pages of the mend-list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chainmend.desk.visibility import need, of, visible_entries


@need("see_entries")
def entries(request: HttpRequest) -> HttpResponse:
    """The list, as far as the person may see it."""
    return render(request, "worklist/list.html", {"entries": visible_entries(of(request))})
