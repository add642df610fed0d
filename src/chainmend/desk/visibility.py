"""Who sees and may do what: the one place where the desk decides it.

Pages and the API ask `may` and `need` for actions, and begin every query of entries at `visible_entries`. Figures that
could tell of one firm pass `suppress` of `chainmend.desk.suppression`; those of entries pass `chainmend.desk.figures`.

What confidential existence means: an action that a role may not do at all, and an entry or firm that it may not see,
answer 404, as if they were not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, get_args

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from chainmend.desk.accounts.models import User
from chainmend.errors import DeskError
from chainmend.i18n import _
from chainmend.workflow import Role

if TYPE_CHECKING:
    from chainmend.desk.worklist.models import Entry

Action = Literal[
    "see_map",
    "see_entries",
    "see_entry",
    "see_work",
    "see_firms",
    "see_firm",
    "see_links",
    "see_exact_figures",
    "see_scans",
    "see_data",
    "see_placements",
    "see_needs",
    "see_technology",
    "see_targets",
    "comment",
    "run_scan",
    "change_data",
    "review_placements",
    "assign",
    "remind",
    "report_need",
    "judge_needs",
    "verify_evidence",
    "keep_talks",
    "export_list",
    "export_record",
    "use_api",
    "manage_accounts",
]
ACTIONS: tuple[Action, ...] = get_args(Action)

_CITY: frozenset[Role] = frozenset({"analyst", "promoter", "scientist", "district", "chief", "auditor"})
ALLOWED: Mapping[Action, frozenset[Role]] = {
    "see_map": _CITY | {"leader"},
    "see_entries": _CITY | {"leader"},
    "see_entry": _CITY | {"leader"},
    "see_work": _CITY - {"auditor"} | {"leader"},
    "see_firms": frozenset({"analyst", "promoter", "district", "auditor"}),
    "see_firm": frozenset({"analyst", "promoter", "district", "auditor", "leader"}),
    "see_links": frozenset({"analyst", "auditor"}),
    "see_exact_figures": frozenset({"analyst", "auditor"}),
    "see_scans": frozenset({"analyst", "auditor"}),
    "see_data": frozenset({"analyst", "auditor"}),
    "see_placements": frozenset({"analyst", "auditor"}),
    "see_needs": frozenset({"analyst", "chief", "auditor", "leader"}),
    "see_technology": frozenset({"analyst", "scientist", "chief", "auditor"}),
    "see_targets": frozenset({"analyst", "promoter", "chief", "auditor"}),
    "comment": _CITY - {"auditor"} | {"leader"},
    "run_scan": frozenset({"analyst"}),
    "change_data": frozenset({"analyst"}),
    "review_placements": frozenset({"analyst"}),
    "assign": frozenset({"analyst"}),
    "remind": frozenset({"analyst", "chief"}),
    "report_need": frozenset({"leader"}),
    "judge_needs": frozenset({"analyst"}),
    "verify_evidence": frozenset({"leader"}),
    "keep_talks": frozenset({"promoter"}),
    "export_list": _CITY,
    "export_record": frozenset({"auditor"}),
    "use_api": _CITY | {"leader"},
    "manage_accounts": frozenset({"admin"}),
}
"""Action -> roles that may do it; nobody else may."""

P = ParamSpec("P")
_START: Mapping[Role, str] = {
    "promoter": "worklist:work",
    "scientist": "worklist:work",
    "district": "worklist:work",
    "leader": "worklist:work",
    "admin": "accounts:people",
}


def may(user: Any, action: Action, obj: Any = None) -> bool:
    """Return whether a person may do something, on `obj` where one is given.

    Parameters
    ----------
    user
        Who asks; somebody who is not logged in may nothing.
    action
        One of `ACTIONS`.
    obj
        An entry (must be among `visible_entries`), or a firm as a mapping with `firm_id` and `district` (a district
        officer sees those of the district, a chain leader their own). Other objects are not looked at.

    Raises
    ------
    DeskError
        If there is no such action.
    """
    if action not in ALLOWED:
        raise DeskError(
            _("the action {name}").format(name=action), expected=_("some of: {names}").format(names=ACTIONS)
        )
    if not isinstance(user, User) or not user.is_active or user.what not in ALLOWED[action]:
        return False
    if obj is None:
        return True
    if isinstance(obj, Mapping):
        return _firm_is_open(user, obj)
    from chainmend.desk.worklist.models import Entry

    return visible_entries(user).filter(pk=obj.pk).exists() if isinstance(obj, Entry) else True


def _firm_is_open(user: User, firm: Mapping[str, Any]) -> bool:
    if user.what == "district":
        return bool(user.district) and firm.get("district") == user.district
    if user.what == "leader":
        return bool(user.organisation.firm_id) and firm.get("firm_id") == user.organisation.firm_id
    return True


def may_name_candidates(user: Any, remedy: str) -> bool:
    """Return whether a person may know who could mend a gap with a remedy: technology, or firms outside the city."""
    return may(user, "see_technology" if remedy == "develop" else "see_targets")


def visible_entries(user: User) -> QuerySet[Entry]:
    """Return the entries a person may see; every query of entries begins here.

    A district officer sees those of the district and those assigned to it; a chain leader or institute those that name
    it: of its own firm, assigned to it, or it was asked to take part in. An administrator sees none.
    """
    from chainmend.desk.worklist.models import Entry

    every = Entry.objects.all()
    if not may(user, "see_entries"):
        return every.none()
    home = user.organisation
    if user.what == "district":
        own = Q(owner=home)
        return every.filter(own | Q(district=home.district) if home.district else own)
    if user.what == "leader":
        named = Q(owner=home) | Q(
            pk__in=Entry.parties.through.objects.filter(organisation=home).values("entry")
        )
        return every.filter(named | Q(firm_id=home.firm_id) if home.firm_id else named)
    return every


def need(
    action: Action,
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponse]], Callable[Concatenate[HttpRequest, P], HttpResponse]
]:
    """Let a view answer only who may do `action`; to everybody else the page is not there.

    Raises
    ------
    DeskError
        If there is no such action.
    """
    if action not in ALLOWED:
        raise DeskError(
            _("the action {name}").format(name=action), expected=_("some of: {names}").format(names=ACTIONS)
        )

    def around(
        view: Callable[Concatenate[HttpRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def asked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not may(request.user, action):
                raise Http404
            return view(request, *args, **kwargs)

        return asked

    return around


def of(request: HttpRequest) -> User:
    """Return who asks; in a view behind `need` there is always somebody.

    Raises
    ------
    Http404
        If nobody is logged in.
    """
    if isinstance(request.user, User):
        return request.user
    raise Http404


def start_page(user: User) -> str:
    """Return the address of the first page of a person's role."""
    return reverse(_START.get(user.what, "atlas:cockpit"))
