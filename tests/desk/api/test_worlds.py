"""Nor can who has a program, or looks at firms, targets and pulls, reckon the share of the one supplier back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from chainmend.desk import scans
from chainmend.desk.atlas.reading import purchases
from chainmend.workflow import Role

from ..worklist.test_bands import BLIND, LESS, MORE, read, segment, world  # noqa: F401  (two are fixtures)
from .conftest import Programs


def pages(segment: str, cluster: str) -> list[str]:  # noqa: F811
    view = scans.current()
    assert view is not None
    bought = purchases(view)
    assert bought is not None
    own = bought.filter(bought["segment_id"] == segment)
    sellers = own["supplier_id"].unique().sort().to_list()[:4]
    buyers = own["buyer_id"].unique().sort().to_list()[:2]
    return [
        "/firms/", "/our-firm/", "/targets/", "/targets/export/", "/placements/",
        *(f"/firms/{f}/" for f in (*sellers, *buyers)),
        *(f"/chains/{cluster}/?pull_firm={f}" for f in sellers), f"/chains/{cluster}/?mode=pull",
        *(f"/chains/{cluster}/?pull_origin={o}" for o in ("JPN", "USA", "DEU", "上海市")),
    ]  # fmt: skip


def asked(programs: Programs, role: Role, path: str, **query: Any) -> str:
    text = programs[role].raw(path, **query).content.decode()
    return re.sub(r'"(hash|at|scanned|moved|finished|started|asked)": ?"[^"]*"', "", text)


def test_nobody_without_the_right_tells_the_two_worlds_apart_by_program(
    world: Callable[[float], Any],  # noqa: F811
    programs: Programs,
    clients: dict[Role, Client],
) -> None:
    seen: list[dict[tuple[str, str], str]] = []
    for share in (LESS, MORE):
        with world(share) as entries:
            of, cluster = entries[0].segment_id, entries[0].cluster_id
            found = {}
            for role in (*BLIND, "analyst"):
                for address in pages(of, cluster):
                    found[role, address] = read(clients[role], address)
                for path in (
                    "/entries",
                    f"/segments/{of}",
                    "/clusters",
                    "/chains",
                    f"/chains/{entries[0].chain_id}",
                ):
                    found[role, path] = asked(programs, role, path)
                for entry in entries:
                    found[role, entry.pk] = asked(programs, role, f"/entries/{entry.pk}")
                for query in ({"order": "loss"}, {"q": of}, {"changed": "true"}):
                    found[role, str(query)] = asked(programs, role, "/entries", **query)
            seen.append(found)
    apart = [key for key, text in seen[0].items() if text != seen[1][key]]
    assert [key for key in apart if key[0] != "analyst"] == []
    known = {what for role, what in apart if role == "analyst"}
    assert {"/entries", f"/segments/{of}"} <= known
