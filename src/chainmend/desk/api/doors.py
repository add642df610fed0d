"""The API, and the one way into it: a door names its address, the action it needs, and the shape of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.http import Http404, HttpRequest
from ninja import NinjaAPI
from ninja.errors import Throttled, ValidationError
from ninja.renderers import JSONRenderer
from ninja.security import HttpBearer
from pydantic import BaseModel

from chainmend.desk.accounts.models import User
from chainmend.desk.api import tokens
from chainmend.desk.api.errors import Problem, answer_errors
from chainmend.desk.visibility import Action, may

View = TypeVar("View", bound=Callable[..., Any])

DESCRIPTION = """What the desk knows, for programs, to read alone. Every answer is what pages show to the same person:
entries of others are not there, and figures that could tell of one firm are withheld.

Every answer says in `about` from which scan it is, to which day the data go, of which city, and whether they are
made up. Dates are of ISO 8601, times in UTC. Money is in the currency beside it, a year; shares are 0..1. A figure
that is withheld is null with `withheld` true; one that nobody knows is null with `withheld` false. Who may not see
exact figures gets them with the digits that pages show. Texts are Chinese, or English where `Accept-Language` begins
with `en`.

Make a token on the page "Access by program" of the desk and send it as `Authorization: Bearer …`."""


class Readable(JSONRenderer):
    """JSON in which Chinese is Chinese."""

    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False}


api = NinjaAPI(
    title="Chainmend desk",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    openapi_url=None,
    urls_namespace="v1",
    renderer=Readable(),
)
answer_errors(api)


class Token(HttpBearer):
    """Lets in who shows a good token, or reads in the browser where they are logged in, and may do the action.

    What a role may not do is not there for it, and an unknown parameter is refused: a filter with a slip in its name
    would answer with everything.
    """

    openapi_description = "A token of the page Access by program; it reads what its owner may see."

    def __init__(self, action: Action, names: frozenset[str]) -> None:
        self.action, self.names = action, names
        super().__init__()

    def __call__(self, request: HttpRequest) -> User | None:
        """Return who asks.

        Raises
        ------
        Http404
            If their role may not do the action.
        ValidationError
            If a parameter has a name that the door does not know.
        """
        user = super().__call__(request) if "Authorization" in request.headers else _in_browser(request)
        if user is None:
            return None
        if not (may(user, "use_api") and may(user, self.action)):
            raise Http404
        unknown = sorted(set(request.GET) - self.names)
        if unknown:
            known = ", ".join(sorted(self.names)) or "—"
            raise ValidationError(
                [{"type": "name", "loc": ("query", n), "msg": known, "ctx": {}} for n in unknown]
            )
        return user

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """Return the owner of a good token.

        Raises
        ------
        Throttled
            If too many wrong ones came from the address.
        """
        found = tokens.find(token.strip())
        if found is not None and tokens.good(found):
            tokens.touch(found)
            return found.owner
        wait = tokens.refuse(found, request)
        if wait is not None:
            raise Throttled(wait)
        return None


def _in_browser(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def who(request: HttpRequest) -> User:
    """Return who asks, behind a door."""
    user: User = request.auth  # type: ignore[attr-defined]
    return user


def door(
    path: str,
    action: Action,
    answer: type[BaseModel],
    *,
    tag: str,
    query: type[BaseModel] | None = None,
) -> Callable[[View], View]:
    """Let a function answer at an address of the API; its docstring is the description.

    Parameters
    ----------
    path
        Below ``/api/v1``.
    action
        What a person must be allowed to do; to everybody else nothing is there.
    answer
        The shape of the answer.
    tag
        Under which heading the description has it.
    query
        The parameters behind the question mark, None for none.
    """
    names = frozenset(query.model_fields if query is not None else ())

    def around(view: View) -> View:
        title, _blank, _rest = (view.__doc__ or "").partition("\n")
        api.get(
            path,
            auth=Token(action, names),
            response={200: answer, 401: Problem, 404: Problem, 422: Problem, 429: Problem},
            operation_id=view.__name__,
            summary=title.rstrip("."),
            tags=[tag],
            by_alias=True,
        )(view)
        return view

    return around
