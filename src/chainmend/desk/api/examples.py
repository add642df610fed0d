"""Examples of the description; each has the shape of its answer, which a test proves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ABOUT = {
    "scan": "20260630-3f2a9c",
    "scanned": "2026-07-01T02:10:33Z",
    "data_to": "2026-06-30",
    "city": "示例市",
    "synthetic": True,
}
_LOSS = {"value": None, "low": 100000000.0, "high": 200000000.0, "currency": "CNY", "withheld": True}
_SEVERITY = {
    "value": None,
    "low": 60.0,
    "high": 70.0,
    "withheld": True,
    "criticality": {"value": None, "level": "high", "withheld": True},
    "exposure": {"value": None, "level": "very_high", "withheld": True},
    "recovery": {"value": None, "level": "high", "withheld": True},
}
_NAME = {"zh": "电子设计自动化软件", "en": "EDA software"}
_LINE: dict[str, Any] = {
    "id": "E0123456789ab",
    "headline": "EDA software: one supplier has over 80% of local purchases",
    "kind": "single_source",
    "kind_name": "Single source",
    "cluster": "integrated-circuits",
    "chain": "ic",
    "segment": "ic.eda",
    "segment_name": "EDA software",
    "place": "Integrated circuits · Design",
    "state": "mending",
    "state_name": "Mending",
    "step": "in_talks",
    "step_name": "in talks",
    "gap": "national",
    "remedy": "attract",
    "remedy_name": "Attract",
    "owner": {"id": 3, "name": "市投促局"},
    "due": "2026-09-30",
    "flag": {"colour": "none", "words": "2026-09-30"},
    "priority": 1,
    "severity": _SEVERITY,
    "loss_avoided": _LOSS,
    "opened": "2025-12-31",
    "moved": "2026-07-02T01:00:00Z",
    "change": {"sign": "▲", "words": "worse"},
}  # fmt: skip
_FACT = {
    "id": "self_sufficiency",
    "name": "share bought here",
    "value": 0.24,
    "unit": "share",
    "currency": None,
    "threshold": 0.3,
    "side": None,
    "withheld": False,
}
_SHARE = {
    "id": "top_share",
    "name": "share of the largest supplier",
    "value": None,
    "unit": "share",
    "currency": None,
    "threshold": 0.8,
    "side": "over 80%",
    "withheld": True,
}
_OUTPUT = {
    "id": "output",
    "name": "output of the segment here",
    "value": None,
    "unit": "money",
    "currency": "CNY",
    "threshold": None,
    "side": None,
    "withheld": True,
}
_CHIPS = {"zh": "集成电路", "en": "Integrated circuits"}
_CHAIN = {
    "id": "ic",
    "name": _CHIPS,
    "cluster": "integrated-circuits",
    "segments": 17,
}
_SEGMENT: dict[str, Any] = {
    "id": "ic.eda",
    "name": _NAME,
    "stage": "design",
    "state": "single",
    "state_name": "Single source",
    "facts": [_OUTPUT, _FACT],
    "inputs": [{"segment": "ai.compute", "kind": "substitutable"}],
}
_WITHHELD = {"value": None, "currency": "CNY", "withheld": True}
_RUN: dict[str, Any] = {
    "number": 2,
    "state": "done",
    "scan": "20260630-3f2a9c",
    "city": "示例市",
    "data_to": "2026-06-30",
    "synthetic": True,
    "asked": "2026-07-01T02:09:58Z",
    "asked_by": None,
    "by_schedule": True,
    "started": "2026-07-01T02:09:59Z",
    "finished": "2026-07-01T02:10:33Z",
    "instead_of": None,
    "error": None,
}

ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "entries": {
        "about": _ABOUT,
        "page": 1,
        "pages": 1,
        "total": 1,
        "counts": {"all": 1, "red": 0, "yellow": 0, "blue": 0, "verify": 0, "mine": 0, "closed": 0},
        "loss_avoided": _LOSS,
        "entries": [_LINE],
    },
    "entry": {
        "about": _ABOUT,
        "entry": {
            **_LINE,
            "why": ["EDA software: one supplier has over 80% of local purchases."],
            "way": [
                {
                    "state": "detected",
                    "name": "Detected",
                    "day": "2025-12-31",
                    "note": None,
                    "reached": "done",
                }
            ],
            "facts": [_FACT, _SHARE],
            "sources": [],
            "proposal": {
                "remedy": "attract",
                "remedy_name": "Attract",
                "lead": "Bureau of investment promotion",
                "why": "the nearest firm is elsewhere in the country",
                "months": 18,
                "candidates": [],
            },
            "severities": [],
            "not_checked": [],
            "reminded": 0,
            "timeline": [
                {
                    "number": 4211,
                    "at": "2026-07-01T02:10:33Z",
                    "by": "scan",
                    "action": "worsened",
                    "title": "Worsened",
                    "lines": ["Held in 2 of the last 2 scans."],
                    "file": False,
                    "hash": "9f3c…1a",
                }
            ],
        },
    },
    "clusters": {
        "about": _ABOUT,
        "clusters": [
            {
                "id": "integrated-circuits",
                "name": _CHIPS,
                "tier": "hundred-billion",
                "status": "confirmed",
                "output": {"value": 53200000000.0, "currency": "CNY", "withheld": False},
                "segments": 17,
                "chains": ["ic"],
            }
        ],
    },
    "chains": {"about": _ABOUT, "chains": [_CHAIN]},
    "chain": {
        "about": _ABOUT,
        "chain": _CHAIN,
        "stages": [{"id": "design", "name": {"zh": "设计", "en": "Design"}}],
        "segments": [_SEGMENT],
    },
    "segment": {
        "about": _ABOUT,
        "segment": {
            **_SEGMENT,
            "what": {"zh": "芯片设计所用的软件", "en": "Software that chips are designed with"},
            "cluster": "integrated-circuits",
            "chain": "ic",
            "outputs": [{"segment": "ic.design", "kind": "essential"}],
            "groups": [
                {
                    "title": "What is bought",
                    "scope": ["supply links", "2025", "buyers in the city"],
                    "facts": [_FACT],
                }
            ],
            "findings": [
                {
                    "entry": "E0123456789ab",
                    "kind": "single_source",
                    "kind_name": "Single source",
                    "headline": "EDA software: one supplier has over 80% of local purchases",
                    "severity": _SEVERITY,
                }
            ],
            "firms": None,
            "suppliers": {
                "total": _WITHHELD,
                "places": [
                    {
                        "name": "in the city",
                        "suppliers": {"value": None, "withheld": True},
                        "amount": _WITHHELD,
                        "share": {"value": None, "withheld": True},
                        "largest": [],
                    }
                ],
            },
            "remedies": [],
            "worth": None,
            "history": [
                {
                    "scan": "20260630-3f2a9c",
                    "data_to": "2026-06-30",
                    "state": "single",
                    "firms": {"value": 4, "withheld": False},
                    "low": 60.0,
                    "high": 70.0,
                }
            ],
            "not_checked": [],
        },
    },
    "runs": {"about": _ABOUT, "page": 1, "pages": 1, "total": 1, "scans": [_RUN]},
    "run": {
        "about": _ABOUT,
        "run": {
            **_RUN,
            "manifest": {"scan_id": "20260630-3f2a9c", "chainmend": "0.1.0"},
            "changes": 412,
            "not_checked": [
                {
                    "rule": "distress",
                    "segment": None,
                    "tables": "sales",
                    "reason": "the data have no monthly sales",
                }
            ],
        },
    },
    "record": {
        "about": _ABOUT,
        "record": {"events": 4211, "hash": "9f3c" + "0" * 58 + "1a", "at": "2026-07-02T01:00:00Z"},
    },
    "me": {
        "about": _ABOUT,
        "me": {
            "username": "touzi",
            "name": "示例投促",
            "role": "promoter",
            "role_name": "Promotion officer",
            "organisation": "市投促局",
            "district": None,
            "may": ["see_map", "see_entries", "use_api"],
        },
    },
}
"""Operation -> an answer."""

PARAMETERS: Mapping[str, tuple[object, str]] = {
    "entry.id": ("E0123456789ab", "Id of the entry."),
    "chain.id": ("ic", "Id of the chain."),
    "segment.id": ("ic.eda", "Id of the segment."),
    "run.number": (2, "Number of the scan."),
}
"""Operation and parameter of its address -> an example, and what it is."""


def _problem(
    status: int, came: str, expected: str | None, do: str | None, *fields: dict[str, str]
) -> dict[str, Any]:
    return {"status": status, "came": came, "expected": expected, "do": do, "fields": list(fields)}


PROBLEMS: Mapping[str, Mapping[str, Any]] = {
    "401": _problem(
        401, "no token, or one that is not valid", "the header Authorization: Bearer and a token that lives",
        "make a token on the page Access by program",
    ),
    "404": _problem(
        404, "There is nothing here for you", "an address and an id of the description",
        "read the description at /api/v1/openapi.json",
    ),
    "422": _problem(
        422, "a parameter that cannot be read", None, "correct the parameters named",
        {"where": "page", "came": "x", "expected": "a whole number"},
    ),
    "429": _problem(
        429, "too many wrong tokens from this address", None, "wait, then send a token that lives"
    ),
}  # fmt: skip
"""Status -> a problem."""
