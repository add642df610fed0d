"""Whether the record holds what people were told it holds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .reporting import Outcome

if TYPE_CHECKING:
    from .working import Work


def outcome(work: Sequence[Work], before: int, verified: Mapping[str, Any]) -> Outcome:
    """Compare the events after the first `before` with the marks of the moves that were taken and refused."""
    from chainmend.desk.worklist.models import Event

    found: Counter[str] = Counter()
    new = 0
    for content in Event.objects.filter(number__gt=before).values_list("content", flat=True).iterator():
        note = json.loads(content)["data"].get("note", "")
        found[note.removeprefix("load ")] += 1
        new += 1
    accepted = [mark for one in work for mark in one.accepted]
    refused = [mark for one in work for mark in one.refused]
    lost = [m for m in accepted if not found[m]]
    lost += ["events that nobody was told of"] * abs(new - len(accepted))
    return Outcome(
        new, lost, [m for m, n in found.items() if n > 1], [m for m in refused if found[m]], verified
    )
