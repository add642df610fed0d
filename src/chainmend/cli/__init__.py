"""The command line: ``chainmend COMMAND``; one module a command, loaded light so that ``--help`` is quick.

Exit codes: 0 done; 1 done, and what was asked to be clean is not (``--strict``); 2 wrong usage or unusable input;
130 interrupted.
"""

from __future__ import annotations

import sys

from chainmend.i18n import _, language, set_language


def _take_language(arguments: list[str]) -> list[str]:
    """Take ``--lang zh|en`` out of `arguments`, wherever it stands, so that help texts are in that language."""
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        value = next(words, "") if word == "--lang" else word.removeprefix("--lang=")
        if word != "--lang" and not word.startswith("--lang="):
            rest.append(word)
        elif value == "zh":
            set_language("zh")
        elif value == "en":
            set_language("en")
        else:
            message = _("--lang is {value}; expected: zh or en").format(value=value or _("empty"))
            sys.stderr.write(message + "\n")
            raise SystemExit(2)
    return rest


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit."""
    from chainmend.errors import ChainmendError

    rest = _take_language(list(sys.argv[1:] if arguments is None else arguments))
    set_language(language())
    import typer

    from chainmend.cli.app import build

    try:
        code = build()(rest, prog_name="chainmend", standalone_mode=False)
    except ChainmendError as error:
        sys.stderr.write(_("error: {message}").format(message=error) + "\n")
        code = 2
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename and error.strerror else error
        sys.stderr.write(_("error: {message}").format(message=what) + "\n")
        code = 2
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except Exception as error:
        if not hasattr(
            error, "show"
        ):  # wrong usage knows how to show itself; anything else is a fault of ours
            raise
        error.show()
        code = 2
    if code == 130:
        sys.stderr.write(_("interrupted; nothing half-written was left") + "\n")
    raise SystemExit(code or 0)
