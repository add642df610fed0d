"""What a scan did to the standing list, as commands print it: each change with how long it held and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chainmend.cli.scan import event_name, kind_name
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from chainmend.cli.output import Output


def because(text: str, why: str) -> str:
    """A text with the reason on a line of its own; the text alone where there is none."""
    return text + "\n" + _("because: {why}").format(why=why) if why else text


def change_table(output: Output, title: str, events: Sequence[Mapping[str, Any]]) -> None:
    """Print the events of a list that changed something."""

    def points(value: float | None) -> str:
        return "" if value is None else f"{value:.0f}"

    output.table(
        title,
        (_("change"), _("before"), _("after"), _("kind"), _("held"), _("what")),
        [
            (
                event_name(e["event"]),
                points(e["severity_before"]),
                points(e["severity_after"]),
                kind_name(e["kind"]),
                _("{k} of {n} scans").format(k=e["held"], n=e["of"]),
                because(e[f"summary_{language()}"], e[f"because_{language()}"]),
            )
            for e in events
            if e["event"] != "unchanged"
        ],
        right=(1, 2),
    )
