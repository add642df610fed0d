"""The list as a person asked for it: filters, views, order, page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet

from chainmend.desk.figures import Loss, order_of, step
from chainmend.desk.visibility import may, visible_entries
from chainmend.desk.worklist.changes import WAYS, changed, since
from chainmend.desk.worklist.colours import COLOURS, condition
from chainmend.desk.worklist.models import Entry, Event, Mention
from chainmend.desk.worklist.reminders import waits_for
from chainmend.workflow import STATES

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans.models import ScanRun

PAGE = 50
VIEWS = ("all", *COLOURS, "verify", "mine", "closed")
DONE = ("closed", "rejected")
FILTERS = ("cluster", "kind", "state", "gap", "remedy", "owner")
_FIELDS = {"cluster": "cluster_id", "gap": "gap_class", "owner": "owner_id"}
_ORDERS = {
    "severity": None,
    "loss": None,
    "due": F("due").asc(nulls_last=True),
    "moved": F("moved").asc(),
    "segment": F("segment_id").asc(),
    "priority": F("priority").asc(nulls_last=True),
}
ORDERS = tuple(_ORDERS)


@dataclass(frozen=True)
class Asked:
    """What a person asked for.

    Attributes
    ----------
    view
        One of `VIEWS`.
    chosen
        Filter -> value; only those chosen.
    order
        One of `ORDERS`.
    text
        What to look for; empty for everything.
    since
        The earlier scan to compare with; None for the whole record of scans.
    changed
        What scans did since, to which entries are asked for: ``any`` or one of `changes.WAYS`; empty for all entries.
    page
        Number of the page, as the address has it.
    """

    view: str
    chosen: Mapping[str, str]
    order: str
    text: str
    since: ScanRun | None
    changed: str
    page: str

    @classmethod
    def of(cls, query: Mapping[str, str], runs: list[ScanRun]) -> Asked:
        """Read the query of an address; what it does not know is left out."""
        view, order = query.get("view", "all"), query.get("order", "severity")
        chosen = {n: query[n].strip() for n in FILTERS if query.get(n, "").strip()}
        if not chosen.get("owner", "0").isdecimal():
            del chosen["owner"]
        if chosen.get("state", STATES[0]) not in STATES:
            del chosen["state"]
        by_id = {str(r.pk): r for r in runs}
        return cls(
            view if view in VIEWS else "all",
            chosen,
            order if order in _ORDERS else "severity",
            query.get("q", "").strip()[:80],
            by_id.get(query.get("since", ""), runs[0] if runs else None),
            _way(query.get("changed", "")),
            query.get("page", "1"),
        )


def _way(text: str) -> str:
    return "any" if text == "1" else text if text in (*WAYS, "any") else ""


@dataclass(frozen=True)
class Listed:
    """A page of the list with what stands above it.

    Attributes
    ----------
    page
        The entries.
    counts
        View -> how many entries it has under the filters.
    loss
        Loss avoided over the entries of the filters that are open, each segment once, in the currency a year; the sum
        of bands for who sees no exact figures. None where not known.
    """

    page: Page[Entry]
    counts: Mapping[str, int]
    loss: Loss | None


def listed(asked: Asked, user: User, catalogue: Catalogue | None) -> Listed:
    """Return what a person asked for, among what they may see."""
    found = _filtered(asked, user, catalogue)
    views = {name: view(name, user) for name in VIEWS}
    counted: dict[str, Any] = {
        f"n_{name}": Count("pk", filter=rule, distinct=True) for name, rule in views.items()
    }
    counts = found.aggregate(**counted)
    page = Paginator(matching(asked, user, catalogue), PAGE).get_page(asked.page)
    return Listed(
        page, {name: counts[f"n_{name}"] for name in VIEWS}, _loss(found, may(user, "see_exact_figures"))
    )


def matching(asked: Asked, user: User, catalogue: Catalogue | None) -> QuerySet[Entry]:
    """Return every entry a person asked for, among what they may see, in the order asked for."""
    found = _filtered(asked, user, catalogue).filter(_in_view(asked, user))
    by = _ORDERS[asked.order]
    if by is None:
        by = F(order_of(asked.order, may(user, "see_exact_figures"))).desc(nulls_last=True)
    return found.order_by(by, "id").select_related("owner")


def _in_view(asked: Asked, user: User) -> Q:
    """What was closed is no more among the open ones, yet is what a reader asks for who asks what was closed."""
    return Q() if asked.changed == "closed" and asked.view == "all" else view(asked.view, user)


def view(name: str, user: User) -> Q:
    """Return the condition of a view of the list."""
    if name in COLOURS:
        return condition(name)
    if name == "verify":
        return Q(state="to_verify")
    if name == "closed":
        return Q(state__in=DONE)
    if name == "mine":
        return waits_for(user) | Q(
            pk__in=Mention.objects.filter(person=user, seen=False).values("event__entry")
        )
    return ~Q(state__in=DONE)


def _filtered(asked: Asked, user: User, catalogue: Catalogue | None) -> QuerySet[Entry]:
    found = visible_entries(user).filter(**{_FIELDS.get(n, n): v for n, v in asked.chosen.items()})
    if asked.text:
        found = found.filter(_search(asked.text, user, catalogue))
    if asked.changed == "any":
        return found.filter(pk__in=Event.objects.filter(since(asked.since)).values("entry"))
    if asked.changed:
        return found.filter(pk__in=changed(found, asked.since, asked.changed))
    return found


def _search(text: str, user: User, catalogue: Catalogue | None) -> Q:
    """Entries whose id or segment has the text; summaries name firms, which not everybody may look for."""
    low = text.casefold()
    named = [
        s.id
        for s in (catalogue.segments.values() if catalogue else ())
        if low in s.name.zh.casefold() or low in s.name.en.casefold()
    ]
    rule = Q(pk__icontains=text) | Q(segment_id__in=named) | Q(segment_id__icontains=text)
    if may(user, "see_exact_figures"):
        rule |= Q(summary_zh__icontains=text) | Q(summary_en__icontains=text)
    return rule


def _loss(found: QuerySet[Entry], exact: bool) -> Loss | None:
    rows = found.exclude(state__in=DONE).exclude(loss=None).order_by()
    once = {r[0]: r[1:] for r in rows.values_list("segment_id", "loss", "loss_low", "loss_high")}
    if not once:
        return None
    if not exact:  # of bands, so that the sums of two lists do not give away what is in one of them alone
        bands = [step(value or 0.0) for value, _low, _high in once.values()]
        return Loss(None, sum(b[0] for b in bands), sum(b[1] for b in bands))
    return Loss(
        sum(r[0] or 0.0 for r in once.values()),
        sum(r[1] or 0.0 for r in once.values()),
        sum(r[2] or 0.0 for r in once.values()),
    )
