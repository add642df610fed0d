"""``chainmend diff``: what changed between two scans, which fact moved, and because of which rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chainmend.cli.changes import because
from chainmend.cli.output import Output
from chainmend.cli.scan import event_name, kind_name
from chainmend.i18n import _, language
from chainmend.names import CURRENCY


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(
        "diff",
        help=_("Say what changed from one scan to another, which fact moved, and because of which rows."),
    )(diff)


def diff(
    a: Annotated[Path, typer.Argument(help=_("folder of the earlier scan"))],
    b: Annotated[Path, typer.Argument(help=_("folder of the later scan"))],
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Compare two scans."""
    import chainmend.gaps.rules  # noqa: F401  (registers the names of the rules)
    from chainmend.errors import ScanError
    from chainmend.explaining import explain
    from chainmend.scanning import load_scan

    before, after = load_scan(a), load_scan(b)
    cities = [s.manifest["city"] for s in (before, after)]
    if cities[0] != cities[1]:
        raise ScanError(
            _("a scan of {a} and one of {b}").format(a=cities[0], b=cities[1]),
            expected=_("two scans of one city"),
            where=f"{a}, {b}",
        )
    changes = explain(before, after)
    output = Output(json=json)
    synthetic = bool(before.manifest["synthetic"] or after.manifest["synthetic"])
    currencies = [s.manifest.get("currency", CURRENCY) for s in (before, after)]  # older scans do not say
    output.emit(
        {"a": before.id, "b": after.id, "synthetic": synthetic, "currency": currencies, "changes": changes}
    )
    dates = {"a": before.manifest["date"], "b": after.manifest["date"]}
    if synthetic:
        output.say(_("made-up data"))
    shown = [c for c in changes if c["event"] != "unchanged"]
    output.table(
        _("From {a} to {b}").format(**dates),
        (_("change"), _("kind"), _("severity"), _("what"), _("facts that moved")),
        [
            (
                event_name(c["event"]),
                kind_name(c["kind"]),
                _points(c["severity_before"]) + " → " + _points(c["severity_after"]),
                because(c),
                _("; ").join(_moved(c["moved"], *currencies)),
            )
            for c in shown
        ],
    )
    same = len(changes) - len(shown)
    output.say(_("{n} findings are unchanged").format(n=same))


def _moved(facts: list[dict[str, Any]], before: str, after: str) -> list[str]:
    """The facts whose printed values differ, by their names in the current language; money with its currency."""
    from chainmend.gaps.wording import label, value

    here = 0 if language() == "zh" else 1
    shown = [
        (
            label(m["fact"])[here],
            value(m["fact"], m["before"], before)[here],
            value(m["fact"], m["after"], after)[here],
        )
        for m in facts
        if m["fact"] != "year"  # of the data, which is told above
    ]
    return [f"{name} {a} → {b}" for name, a, b in shown if a != b][:4]


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"
