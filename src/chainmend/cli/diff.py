"""``chainmend diff``: what changed between two scans, and which fact moved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chainmend.cli.output import Output
from chainmend.cli.scan import event_name, kind_name
from chainmend.i18n import _, language


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("diff", help=_("Say what changed from one scan to another, and which fact moved."))(diff)


def diff(
    a: Annotated[Path, typer.Argument(help=_("folder of the earlier scan"))],
    b: Annotated[Path, typer.Argument(help=_("folder of the later scan"))],
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Compare two scans."""
    import chainmend.gaps.rules  # noqa: F401  (registers the names of the rules)
    from chainmend.mendlist import diff as compare
    from chainmend.scanning import load_scan

    before, after = load_scan(a), load_scan(b)
    changes = compare(before, after)
    output = Output(json=json)
    synthetic = bool(before.manifest["synthetic"] or after.manifest["synthetic"])
    output.emit({"a": before.id, "b": after.id, "synthetic": synthetic, "changes": changes})
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
                c[f"summary_{language()}"],
                "; ".join(
                    f"{m['fact']} {_value(m['before'])} → {_value(m['after'])}" for m in c["moved"][:4]
                ),
            )
            for c in shown
        ],
    )
    same = len(changes) - len(shown)
    output.say(_("{n} findings are unchanged").format(n=same))


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _value(value: Any) -> str:
    if value is None:
        return _("unknown")
    return (
        f"{value:.4g}"
        if isinstance(value, float) and abs(value) < 1e4
        else f"{value:,.0f}"
        if isinstance(value, float)
        else str(value)
    )
