"""``chainmend desk``: the web application on which a city works on its mend-list."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chainmend.cli.output import Output
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.desk.demo import DemoLogin
    from chainmend.desk.home import Home

PORT = 8296
_FOLDER = Path("chainmend-desk")
_NEEDED = (
    "django",
    "axes",
    "csp",
    "dj_database_url",
    "django_htmx",
    "django_tasks_db",
    "granian",
    "whitenoise",
)

HomeOption = Annotated[Path, typer.Option("--home", help=_("folder that keeps everything of the desk"))]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database-url", help=_("another database than the file of the home, such as postgres://...")
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))]


def add(app: typer.Typer) -> None:
    """Add the command and those below it to the application."""
    desk = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
    desk.callback(
        help=_("Start the desk: pages, scans in the background and their schedule, until it is ended.")
    )(run)
    desk.command(
        "init", help=_("Make the folder and the tables; with --demo also a city and people to log in as.")
    )(init)
    desk.command("verify", help=_("Walk the record of the list and name the first place that was changed."))(
        verify
    )
    desk.command("password", help=_("Give a person a new first password, where no administrator can."))(
        password
    )
    app.add_typer(desk, name="desk")


def run(
    context: typer.Context,
    home: HomeOption = _FOLDER,
    database_url: DatabaseOption = None,
    host: Annotated[
        str, typer.Option("--host", help=_("address to listen on; only this machine by default"))
    ] = ("127.0.0.1"),
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help=_("port to listen on"))] = PORT,
) -> None:
    """Start everything on one machine and watch over it."""
    if context.invoked_subcommand is not None:
        return
    made = _ready(home, database_url, wait=True)
    output = Output()
    output.say(_("Its data are in {folder}.").format(folder=made.folder))
    from chainmend.desk.accounts.first import code

    if (first := code()) is not None:
        told = _("Nobody has an account yet. Make the first at {address} with the code {code}")
        output.say(told.format(address=_address(host, port), code=first), style="bold")
    _serve(output, made, host, port)


def _serve(output: Output, home: Home, host: str, port: int) -> None:
    from chainmend.desk.running import hold
    from chainmend.desk.serve import serve

    held = hold(home.folder, _address(host, port))
    output.say(_("The desk is at {address}; Ctrl+C ends it.").format(address=_address(host, port)))
    if serve(host, port, held=(held,)):
        raise typer.Exit(1)


def _address(host: str, port: int) -> str:
    return f"http://{'localhost' if host == '127.0.0.1' else host}:{port}/"


def show_demo(output: Output, home: Path, made: Sequence[tuple[Path, Path]], *, serve: bool) -> None:
    """Make a desk of the datasets and scans that the demo wrote, say who may log in, and run it where asked to.

    Parameters
    ----------
    made
        Folders of a dataset and of its scan, in the order of time.
    serve
        False where nobody sits at a terminal: it then only says how to start it.
    """
    ready = _ready(home, None)
    from chainmend.desk.demo import adopt, fill_with

    _logins(output, fill_with([adopt(dataset, scan, ready) for dataset, scan in made]))
    if serve:
        _serve(output, ready, "127.0.0.1", PORT)
        return
    output.say(_("Start it with: {command}").format(command=f"chainmend desk --home {home}"))
    output.say(_("It is then at {address}").format(address=_address("127.0.0.1", PORT)))


def _logins(output: Output, logins: Sequence[DemoLogin]) -> None:
    output.table(
        _("Log-ins of the demo"),
        (_("log-in name"), _("password"), _("role"), _("organisation")),
        [(login.username, login.password, login.role, login.organisation) for login in logins],
    )


def init(
    home: HomeOption = _FOLDER,
    database_url: DatabaseOption = None,
    demo: Annotated[
        bool, typer.Option("--demo", help=_("fill it with a made-up city and people of every role"))
    ] = (False),
    firms: Annotated[int, typer.Option("--firms", min=1, help=_("number of made-up firms"))] = 3000,
    catalogue: Annotated[
        str | None,
        typer.Option("--catalogue", help=_("folder of a catalogue of your own, which is copied to the home")),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make the folder and the tables, and a demo where it is asked for."""
    if demo and catalogue:
        raise _both_given()
    made = _ready(home, database_url)
    output = Output(json=json)
    told: dict[str, object] = {"home": str(made.folder)}
    if catalogue:
        from chainmend.desk.scans.catalogues import choose

        told["catalogue"] = choose(catalogue, made).id
    if demo:
        from chainmend.desk.demo import fill

        with output.progress(total=6) as step:
            logins = fill(firms=firms, say=step)
        told |= {"synthetic": True, "logins": [vars(login) for login in logins]}
        _logins(output, logins)
        output.say(_("Made-up data: it stands for no firm and no city."), style="bold")
    output.emit(told)
    output.say(_("Start it with: {command}").format(command=f"chainmend desk --home {home}"))


def _both_given() -> Exception:
    from chainmend.errors import DeskError

    return DeskError(
        _("--demo with --catalogue"),
        expected=_("one of them: the made-up city is of the shipped catalogue"),
        do=_("leave out --demo, then upload data of your city"),
    )


def verify(
    home: HomeOption = _FOLDER,
    database_url: DatabaseOption = None,
    holds: Annotated[
        str | None,
        typer.Option("--holds", help=_("hash that was written down earlier and must still be in the record")),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Prove that nobody changed the record, or say where somebody did; exit code 1 then."""
    _there(home)
    _ready(home, database_url)
    from chainmend.desk.worklist import record

    count, broken = record.verify()
    number, last = record.head()
    kept = record.holds(holds.strip().lower()) if holds else None
    output = Output(json=json)
    told = {"events": count, "broken": None if broken is None else vars(broken), "head": last}
    output.emit(told | ({"holds": kept} if holds else {}))
    if broken is not None:
        output.say(
            _("{count} events hold; at event {number} the record was changed: {why}").format(
                count=count, number=broken.number, why=_whys()[broken.why]
            ),
            style="bold",
        )
        raise typer.Exit(1)
    output.say(_("{count} events, each follows on the one before: the record is whole.").format(count=count))
    output.say(
        _("Event {number} has the hash {hash}; keep it outside the desk.").format(number=number, hash=last)
    )
    if holds and kept is None:
        output.say(
            _("The hash given is not in the record: events were taken away or replaced."), style="bold"
        )
        raise typer.Exit(1)
    if holds:
        output.say(
            _("The hash given is that of event {number}: nothing up to it was changed.").format(number=kept)
        )


def password(
    username: Annotated[str, typer.Argument(help=_("log-in name"))],
    home: HomeOption = _FOLDER,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Give a person a new first password, which they change when they log in."""
    _there(home)
    _ready(home, database_url)
    from chainmend.desk.accounts.forms import new_first_password
    from chainmend.desk.accounts.models import User
    from chainmend.errors import DeskError

    person = User.objects.filter(username=username).first()
    if person is None:
        raise DeskError(
            _("no log-in name {name}").format(name=username),
            expected=_("one of the accounts of this desk"),
            where=str(home),
        )
    given = new_first_password(person)
    person.save()
    output = Output(json=json)
    output.emit({"username": username, "password": given})
    output.say(_("{name}: {password}").format(name=username, password=given), style="bold")
    output.say(_("It is shown only now, and is changed at the next log-in."))


def _whys() -> Mapping[str, str]:
    return {
        "content": _("its content is not what its hash was made of"),
        "before": _("it does not follow on the one before"),
        "number": _("an event is missing"),
        "copy": _("a column says something else than its content"),
        "file": _("a file that was attached is gone or is another"),
        "entry": _("an entry says something else than its last event"),
    }


def lacking() -> list[str]:
    """Return what the desk needs and is not installed."""
    return [name for name in _NEEDED if find_spec(name) is None]


def _there(home: Path) -> None:
    from chainmend.desk.home import Home
    from chainmend.errors import DeskError

    if not Home(home).secret_file.is_file():
        raise DeskError(
            _("there is no desk"),
            where=str(home),
            do=_("name its folder with --home, or make one with `chainmend desk init`"),
        )


def _ready(home: Path, database_url: str | None, *, wait: bool = False) -> Home:
    """Make the home, tell Django of it and bring its tables up to date; `wait` for a database that starts itself."""
    from chainmend.desk.home import DATABASE_VARIABLE, HOME_VARIABLE, Home
    from chainmend.errors import DeskError

    if lacking():
        raise DeskError(
            _("not installed: {names}").format(names=", ".join(lacking())),
            expected=_("what the desk needs"),
            do=_("install it with: {command}").format(command="pip install 'chainmend[desk]'"),
        )
    made = Home(home.absolute()).prepare()
    os.environ[HOME_VARIABLE] = str(made.folder)
    if database_url:
        os.environ[DATABASE_VARIABLE] = database_url
    from chainmend.desk.start import WAIT, start

    start(WAIT if wait else 0.0)
    return made
