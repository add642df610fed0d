"""The list as a person asked for it: filters, views, order, page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet

from chainmend.desk.visibility import may, visible_entries
from chainmend.desk.worklist.changes import since
from chainmend.desk.worklist.colours import COLOURS, condition
from chainmend.desk.worklist.models import Entry, Event, Mention
from chainmend.workflow import STATES, TAKES

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
    "severity": F("severity").desc(nulls_last=True),
    "loss": F("loss").desc(nulls_last=True),
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
        Whether only what scans changed since is asked for.
    page
        Number of the page, as the address has it.
    """

    view: str
    chosen: Mapping[str, str]
    order: str
    text: str
    since: ScanRun | None
    changed: bool
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
            query.get("changed") == "1",
            query.get("page", "1"),
        )


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
        Loss avoided, low, high over the entries of the filters that are open, each segment once, in the currency a
        year; None where not known.
    """

    page: Page[Entry]
    counts: Mapping[str, int]
    loss: tuple[float, float, float] | None


def listed(asked: Asked, user: User, catalogue: Catalogue | None) -> Listed:
    """Return what a person asked for, among what they may see."""
    found = _filtered(asked, user, catalogue)
    views = {name: view(name, user) for name in VIEWS}
    counted: dict[str, Any] = {
        f"n_{name}": Count("pk", filter=rule, distinct=True) for name, rule in views.items()
    }
    counts = found.aggregate(**counted)
    page = Paginator(matching(asked, user, catalogue), PAGE).get_page(asked.page)
    return Listed(page, {name: counts[f"n_{name}"] for name in VIEWS}, _loss(found))


def matching(asked: Asked, user: User, catalogue: Catalogue | None) -> QuerySet[Entry]:
    """Return every entry a person asked for, among what they may see, in the order asked for."""
    found = _filtered(asked, user, catalogue).filter(view(asked.view, user))
    return found.order_by(_ORDERS[asked.order], "id").select_related("owner")


def view(name: str, user: User) -> Q:
    """Return the condition of a view of the list."""
    if name in COLOURS:
        return condition(name)
    if name == "verify":
        return Q(state="to_verify")
    if name == "closed":
        return Q(state__in=DONE)
    if name == "mine":
        return _mine(user)
    return ~Q(state__in=DONE)


def _mine(user: User) -> Q:
    """What waits for a person: their role's next move, or a comment that names them."""
    named = Mention.objects.filter(person=user, seen=False).values("event__entry")
    rule = Q(pk__in=named)
    if user.what == "analyst":
        rule |= Q(state__in=("detected", "under_review", "confirmed", "returned", "relapsed"))
    if user.what in TAKES:
        rule |= Q(owner=user.organisation_id, state__in=("assigned", "mending"))
    if user.what == "chief":
        rule |= condition("red")
    return rule


def _filtered(asked: Asked, user: User, catalogue: Catalogue | None) -> QuerySet[Entry]:
    found = visible_entries(user).filter(**{_FIELDS.get(n, n): v for n, v in asked.chosen.items()})
    if asked.text:
        found = found.filter(_search(asked.text, user, catalogue))
    if asked.changed:
        found = found.filter(pk__in=Event.objects.filter(since(asked.since)).values("entry"))
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


def _loss(found: QuerySet[Entry]) -> tuple[float, float, float] | None:
    rows = found.exclude(state__in=DONE).exclude(loss=None).order_by()
    once = {r[0]: r[1:] for r in rows.values_list("segment_id", "loss", "loss_low", "loss_high")}
    if not once:
        return None
    return (
        sum(r[0] or 0.0 for r in once.values()),
        sum(r[1] or 0.0 for r in once.values()),
        sum(r[2] or 0.0 for r in once.values()),
    )
