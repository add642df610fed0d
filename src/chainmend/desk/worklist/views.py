"""Pages of the mend-list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from chainmend.desk import scans
from chainmend.desk.figures import figures
from chainmend.desk.visibility import may, need, of, visible_entries
from chainmend.desk.worklist import services, sheet, words
from chainmend.desk.worklist.changes import WAYS, changes, content, earlier, way_name
from chainmend.desk.worklist.colours import flag
from chainmend.desk.worklist.days import unit_of
from chainmend.desk.worklist.forms import forms_of, owners
from chainmend.desk.worklist.given import remedy_name, said
from chainmend.desk.worklist.listing import FILTERS, ORDERS, VIEWS, Asked, listed
from chainmend.desk.worklist.models import Entry, Mention
from chainmend.desk.worklist.talk import attach, comment, stored
from chainmend.errors import ChainmendError
from chainmend.i18n import _, language
from chainmend.names import CURRENCY
from chainmend.workflow import REMEDIES, STATES, moves, state_name, step_name

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans.view import ScanView

_BACK = {"work": "worklist:work", "verify": "worklist:verify"}
"""Pages that have forms of moves: a move made there leads back to them."""


@need("see_entries")
@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """The list, as far as the person may see it, as they asked for it."""
    user, view, runs = of(request), scans.current(), earlier()
    catalogue = view.catalogue if view else None
    asked = Asked.of(request.GET.dict(), runs)
    found = listed(asked, user, catalogue)
    exact = may(user, "see_exact_figures")
    told = changes([e.pk for e in found.page], asked.since, exact)
    rows = [
        {
            "entry": e,
            "figures": figures(e, exact),
            "remind": _may_remind(e, user),
            "segment": words.segment_name(catalogue, e.segment_id),
            "place": words.place_name(catalogue, e),
            "gap": words.gap_name(e.gap_class),
            "remedy": remedy_name(e.remedy) or "—",
            "state": _state(e),
            "change": told.get(e.pk),
        }
        for e in found.page
    ]
    highest = max((loss.high for e in found.page if (loss := figures(e, exact).loss)), default=0.0)
    chain = _chain(asked, view)
    page: dict[str, Any] = {
        "asked": asked, "found": found, "rows": rows, "top": highest, "runs": runs,
        "views": [(n, _view_name(n), found.counts[n]) for n in VIEWS],
        "filters": _filters(asked, view, user), "orders": [(o, _order_name(o)) for o in ORDERS],
        "strips": chain, "query": _query(request), "assign": may(user, "assign"),
        "owners": owners(), "remedies": [(r, remedy_name(r)) for r in REMEDIES],
        "ways": [(w, way_name(w)) for w in ("any", *WAYS)], "exact": exact,
        "unit": _unit(view, exact), "unit_year": _("{unit} a year").format(unit=_money(view)),
        "synthetic": bool(view and view.synthetic), "needs": may(user, "report_need"),
        "export": may(user, "export_list"),
    }  # fmt: skip
    return render(request, "worklist/list.html", page)


def _may_remind(entry: Entry, user: User) -> bool:
    """Whether the row of an overdue entry has a button that reminds whom it is with."""
    return flag(entry).colour == "red" and any(t.action == "remind" for t in moves(user.what, entry.state))


def _unit(view: ScanView | None, exact: bool) -> str:
    """The unit of a column of losses, and what their bars are."""
    return (_("{unit} a year · 95%") if exact else _("{unit} a year · band")).format(unit=_money(view))


def _money(view: ScanView | None) -> str:
    return unit_of(view.scan.manifest.get("currency", CURRENCY) if view else CURRENCY)


def _state(entry: Entry) -> str:
    step = f" · {said(step_name(entry.step))}" if entry.state == "mending" and entry.step else ""
    return said(state_name(entry.state)) + step


def _chain(asked: Asked, view: Any) -> list[dict[str, Any]]:
    """The strip of each chain of the cluster that was chosen."""
    cluster = asked.chosen.get("cluster")
    chains = (
        [c for c in view.catalogue.chains.values() if c.cluster_id == cluster] if view and cluster else []
    )
    return [{"name": c.name[language()], "stages": sheet.segment_states(view, c.id)} for c in chains]


def _query(request: HttpRequest) -> str:
    kept = request.GET.copy()
    kept.pop("page", None)
    return kept.urlencode()


def _view_name(name: str) -> str:
    return {
        "all": _("Open"),
        "red": _("Overdue"),
        "yellow": _("Behind"),
        "blue": _("Due in 14 days"),
        "verify": said(state_name("to_verify")),
        "mine": _("Waiting for me"),
        "closed": _("Closed or not listed"),
    }[name]


def _order_name(name: str) -> str:
    return {
        "severity": _("gravest first"),
        "loss": _("most loss avoided first"),
        "due": _("due first"),
        "moved": _("longest without movement first"),
        "segment": _("by segment"),
        "priority": _("by priority of the chief"),
    }[name]


def _filters(asked: Asked, view: Any, user: Any) -> list[dict[str, Any]]:
    """What can be chosen: each filter with its name and choices that the person's entries have."""
    seen = visible_entries(user).order_by()

    def have(column: str) -> list[Any]:
        return sorted(v for v in seen.values_list(column, flat=True).distinct() if v)

    clusters = view.catalogue.cluster_names if view else {}
    known = dict(owners())
    choices: dict[str, tuple[str, list[tuple[str, str]]]] = {
        "cluster": (
            _("All clusters"),
            [(c, clusters.get(c, {}).get(language(), c)) for c in have("cluster_id")],
        ),
        "kind": (_("All findings"), [(k, words.kind_name(k)) for k in have("kind")]),
        "state": (_("All states"), [(s, said(state_name(s))) for s in STATES]),
        "gap": (_("All gaps"), [(g, words.gap_name(g)) for g in have("gap_class")]),
        "remedy": (_("All remedies"), [(r, remedy_name(r)) for r in REMEDIES]),
        "owner": (_("All in charge"), [(str(o), known.get(str(o), str(o))) for o in have("owner_id")]),
    }
    return [
        {"name": n, "all": choices[n][0], "choices": choices[n][1], "chosen": asked.chosen.get(n, "")}
        for n in FILTERS
    ]


@need("assign")
@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Assign the entries that were ticked; each by itself, so that one that somebody moved stops no other."""
    user, done = of(request), 0
    for ticked in request.POST.getlist("entry")[:200]:
        pk, _colon, version = ticked.partition(":")
        try:
            services.move(pk, "assign", user, request.POST.dict(), _number(version))
            done += 1
        except ChainmendError as error:
            messages.error(request, str(error))
    if done:
        messages.success(request, _("{n} assigned.").format(n=done))
    return redirect(f"{_list()}?{request.POST.get('query', '')}")


def _list() -> str:
    return reverse("worklist:list")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else -1


@need("see_entry")
@require_safe
def entry(request: HttpRequest, pk: str) -> HttpResponse:
    """One entry: why it is listed, the evidence, how to mend it, what happened, what comes next."""
    return _shown(request, pk)


def _shown(request: HttpRequest, pk: str, status: int = 200) -> HttpResponse:
    user, view = of(request), scans.current()
    found = visible_entries(user).filter(pk=pk).select_related("owner").first()
    if found is None:
        raise Http404
    unseen = Mention.objects.filter(person=user, event__entry=found, seen=False)
    if unseen.exists():  # who only reads waits for nobody who writes
        unseen.update(seen=True)
    events = list(found.events.select_related("user__organisation").order_by("number"))
    catalogue, exact = view.catalogue if view else None, may(user, "see_exact_figures")
    told, currency = figures(found, exact), view.scan.manifest.get("currency", CURRENCY) if view else CURRENCY
    page = {
        "entry": found, "headline": words.headline(found, user, catalogue), "state": _state(found),
        "segment": words.segment_name(catalogue, found.segment_id), "place": words.place_name(catalogue, found),
        "gap": words.gap_name(found.gap_class), "way": sheet.way(found, events),
        "why": sheet.why_listed(found, user, view), "facts": sheet.facts(found, user, view, currency),
        "figures": told, "exact": exact,
        "verdicts": sheet.verdicts(events, user), "sources": may(user, "see_data"),
        "suppliers": sheet.suppliers(found, user), "proposal": sheet.proposal(found, user, view),
        "history": sheet.severities(events, user), "told": list(sheet.timeline(events, user)),
        "stages": sheet.segment_states(view, found.chain_id),
        "blind": sheet.not_checked(view, found), "forms": forms_of(found, user), "remedy": remedy_name(found.remedy),
        "behind": flag(found).colour == "yellow",
        "reminded": sum(e.action == "remind" for e in events), "comments": may(user, "comment"),
        "unit": _unit(view, exact), "synthetic": bool(view and view.synthetic),
        "top": told.loss.high if told.loss else 0,
    }  # fmt: skip
    return render(request, "worklist/entry.html", page, status=status)


@need("see_entry")
@require_POST
def move(request: HttpRequest, pk: str) -> HttpResponse:
    """Do what a person decided; who was second is told who was first, and sees the entry as it is now."""
    user, back = of(request), _BACK.get(request.POST.get("back", ""))
    if not visible_entries(user).filter(pk=pk).exists():
        raise Http404
    try:
        services.move(
            pk,
            request.POST.get("action", ""),
            user,
            request.POST.dict(),
            _number(request.POST.get("version", "")),
        )
    except ChainmendError as error:
        messages.error(request, str(error))
        if back:
            return redirect(back)
        return _shown(request, pk, status=409 if isinstance(error, services.StaleEntry) else 422)
    messages.success(request, _("Done, and written to the record."))
    return redirect(back) if back else redirect("worklist:entry", pk=pk)


@need("remind")
@require_POST
def remind(request: HttpRequest, pk: str) -> HttpResponse:
    """Remind whom an entry is with, from a row of a list; a second time on a day is refused."""
    user = of(request)
    if not visible_entries(user).filter(pk=pk).exists():
        raise Http404
    try:
        event = services.move(pk, "remind", user, {}, _number(request.POST.get("version", "")))
        messages.success(request, _("{who} is reminded.").format(who=event.entry.owner))
    except ChainmendError as error:
        messages.error(request, str(error))
    if request.POST.get("back") in _BACK:
        return redirect(_BACK[request.POST["back"]])
    return redirect(f"{_list()}?{request.POST.get('query', '')}")


@need("comment")
@require_POST
def talk(request: HttpRequest, pk: str) -> HttpResponse:
    """Keep a comment or a file."""
    user = of(request)
    if not visible_entries(user).filter(pk=pk).exists():
        raise Http404
    try:
        if request.POST.get("text", "").strip():
            comment(pk, user, request.POST["text"])
        else:
            attach(pk, user, request.FILES.get("file"))
    except ChainmendError as error:
        messages.error(request, str(error))
        return _shown(request, pk, status=422)
    return redirect("worklist:entry", pk=pk)


@need("see_entry")
@require_safe
def file(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """An attached file, as a download whatever it is."""
    user = of(request)
    found = visible_entries(user).filter(pk=pk).first()
    event = found.events.filter(number=number).select_related("user").first() if found else None
    if event is None or not sheet.readable_file(event, user):
        raise Http404
    data = content(event)
    path = stored(data["sha256"])
    if not path.is_file():
        raise Http404
    response = HttpResponse(path.read_bytes(), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, data["name"]) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
