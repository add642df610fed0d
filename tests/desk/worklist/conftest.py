"""Entries in any state, without a scan."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from chainmend.desk.accounts.models import User
from chainmend.desk.worklist import record
from chainmend.desk.worklist.models import Entry
from chainmend.workflow import Role

MakeEntry = Callable[..., Entry]


@pytest.fixture
def make_entry(people: dict[Role, User]) -> MakeEntry:
    """Make an entry as a scan opened it, then put to the state asked for, with the record to match."""

    def make(number: int = 1, state: str = "detected", **values: Any) -> Entry:
        now = timezone.now()
        given: dict[str, Any] = {
            "kind": "single_source", "cluster_id": "integrated-circuits", "chain_id": "ic", "segment_id": "ic.eda",
            "severity": 48.0, "criticality": 0.25, "exposure": 0.9, "recovery": None, "severity_low": 40.0,
            "severity_high": 60.0, "summary_zh": "示例甲占九成", "summary_en": "Firm A has 90% of purchases",
            "opened": dt.date(2026, 1, 1), "moved": now, "version": 1,
            "standing": {"evidence": json.dumps({"facts": {"top_share": 0.9, "density": 0.3}, "rows": []})},
        }  # fmt: skip
        entry = Entry.objects.create(
            pk=f"E{number:012d}", finding_id=f"F{number:012d}", state=state, **given | values
        )
        record.append(entry, "opened", scan_id="S1", data={"severity_after": entry.severity}, at=now)
        return entry

    return make
