"""The description is true: its examples have their shapes, and made-up requests get no other answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from pydantic import BaseModel, TypeAdapter

from chainmend.desk.accounts.models import User
from chainmend.desk.api import tokens
from chainmend.desk.api.description import described
from chainmend.desk.api.doors import api
from chainmend.desk.api.errors import Problem
from chainmend.desk.api.examples import ANSWERS, PARAMETERS, PROBLEMS
from chainmend.desk.demo import Scanned
from chainmend.desk.project.wsgi import application
from chainmend.desk.scans.models import ScanRun
from chainmend.desk.worklist.models import Entry
from chainmend.workflow import Role

from .conftest import Programs, doors

_TRIES = 14


def operations() -> dict[str, dict[str, Any]]:
    return {path: item["get"] for path, item in described()["paths"].items()}


def test_every_door_is_described() -> None:
    hidden = {"/openapi.json", "/{path:rest}"}
    assert {p.removeprefix("/api/v1") for p in operations()} == set(doors()) - hidden
    assert described()["openapi"] == "3.1.0"
    assert described()["components"]["securitySchemes"]["Token"]["scheme"] == "bearer"


def test_every_operation_says_all_that_may_come_back() -> None:
    names = [o["operationId"] for o in operations().values()]
    assert len(set(names)) == len(names)
    assert set(names) == set(ANSWERS)
    for operation in operations().values():
        assert operation["summary"]
        assert operation["description"]
        assert operation["security"] == [{"Token": []}]
        assert set(operation["responses"]) == {"200", "401", "404", "422", "429"}
        for told in operation["responses"].values():
            assert told["description"]
            assert told["content"]["application/json"]["example"]
        for parameter in operation["parameters"]:
            assert parameter["schema"]
    assert {k.partition(".")[0] for k in PARAMETERS} <= set(names)


def test_examples_have_the_shape_of_what_they_are_of() -> None:
    models = {
        operation.operation_id: operation.response_models[200].model_fields["response"].annotation
        for view in api.default_router.path_operations.values()
        for operation in view.operations
        if operation.include_in_schema
    }
    for name, example in ANSWERS.items():
        read = TypeAdapter(models[name]).validate_python(example)
        assert json.loads(TypeAdapter(models[name]).dump_json(read)) == json.loads(json.dumps(example)), name
    for status, example in PROBLEMS.items():
        assert str(Problem.model_validate(example).status) == status


def test_problems_of_the_description_are_those_that_come(programs: Programs) -> None:
    assert programs["chief"].ask("/nothing", 404) == PROBLEMS["404"]
    assert programs["chief"].ask("/entries", 422, page="x") == PROBLEMS["422"]
    programs["chief"].token = "cm_wrong"
    assert programs["chief"].ask("/me", 401) == PROBLEMS["401"]


def test_the_desk_gives_the_description_that_the_documentation_has(programs: Programs, root: Path) -> None:
    given = programs["chief"].raw("/openapi.json").json()  # type: ignore[attr-defined]
    assert given == described()
    assert given == json.loads((root / "docs/reference/openapi.json").read_text("utf-8"))


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A request leaves the test's own connection open, as Django's client sees to."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("role", ["analyst", "leader", "admin"])
def test_made_up_requests_find_no_answer_that_is_not_described(
    role: Role,
    programs: Programs,
    people: dict[Role, User],
    scanned_desk: tuple[Scanned, Scanned],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Schemathesis asks the whole application, as a server runs it; all its checks hold for every answer."""
    monkeypatch.setattr(tokens, "FAILURES", 10**6)  # made-up tokens come without end
    first = Entry.objects.order_by("pk")[:1].get()
    first.parties.add(people["leader"].organisation)
    there = {"entry": first.pk, "run": ScanRun.objects.latest("pk").pk, "chain": "ic", "segment": "ic.eda"}
    whole = {"Authorization": f"Bearer {programs['analyst'].token}"}
    own = {"Authorization": f"Bearer {programs[role].token}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, headers=whole)
    answered, statuses = set(), set()
    for result in schema.get_all_operations():
        operation = result.ok()
        name = operation.definition.raw["operationId"]
        parameter = {"run": "number"}.get(name, "id")
        path = {parameter: there[name]} if name in there else {}
        answer = operation.Case(path_parameters=path).call_and_validate(headers=own)
        if answer.status_code == 200:
            answered.add(name)
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):

            @settings(
                max_examples=_TRIES, derandomize=True, deadline=None, database=None,
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @given(case=operation.as_strategy(generation_mode=mode))
            def hold(case: schemathesis.Case) -> None:
                statuses.add(case.call_and_validate(headers=own).status_code)

            try:
                hold()
            except Unsatisfiable:  # nothing wrong can be sent to an address without parameters
                assert mode is schemathesis.GenerationMode.NEGATIVE
    open_to = {
        "analyst": set(ANSWERS) - {"record"},
        "leader": set(ANSWERS) - {"runs", "run", "record"},
        "admin": set(),
    }
    assert answered == open_to[role]
    assert statuses <= ({401, 404} if role == "admin" else {200, 401, 404, 422})


def test_no_two_shapes_have_one_name() -> None:
    """Ninja would describe both by the last of them."""
    from chainmend.desk.api import about, chains, entries, errors, figures, scans

    shapes = {
        value
        for module in (about, chains, entries, errors, figures, scans)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, BaseModel)
    }
    names = [s.__name__ for s in shapes]
    assert sorted(set(names)) == sorted(names)
