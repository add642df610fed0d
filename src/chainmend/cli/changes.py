"""What a scan did to the standing list, as commands print it: each change with how long it held and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chainmend.cli.scan import event_name, kind_name
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from chainmend.cli.output import Output


def because(event: Mapping[str, Any]) -> str:
    """The sentence of an event with the reason on a line of its own.

    A finding that is new says itself what is the matter; that nothing else is known is told of changed ones only.
    """
    text, why = str(event[f"summary_{language()}"]), event[f"because_{language()}"]
    plain = event["event"] == "opened" and all(b["cause"] == "unknown" for b in event["because"])
    return text if plain or not why else text + "\n" + _("because: {why}").format(why=why)


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
                because(e),
            )
            for e in events
            if e["event"] != "unchanged"
        ],
        right=(1, 2),
    )
