"""All commands in one application; built when it is run, so that help is in the language asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

import typer

from chainmend import __version__
from chainmend.i18n import _

COMMANDS = (
    "demo",
    "check",
    "place",
    "scan",
    "diff",
    "stress",
    "esri",
    "value",
    "remedy",
    "position",
    "indicators",
    "list_",
    "catalogue",
    "import_",
    "pilot",
    "desk",
)


def _version(value: bool) -> None:
    if value:
        sys.stdout.write(f"chainmend {__version__}\n")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=_("print the version and end"))
    ] = False,
) -> None:
    """The options that stand before a command; --version ends the program in its callback."""


def build() -> Callable[..., Any]:
    """Return the whole command line; its help is in the language that is current now."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        epilog=_("--lang zh or --lang en, anywhere on the line, chooses the language."),
    )
    about = _("Finds missing and fragile segments of a city's manufacturing chains and keeps the mend-list.")
    app.callback(help=about)(_root)
    for name in COMMANDS:
        import_module(f"chainmend.cli.{name}").add(app)
    return typer.main.get_command(app)
