"""Chinese and English through gettext: English is the source text, ``locale/zh`` holds the Chinese."""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Literal

Language = Literal["zh", "en"]

_LOCALE = Path(__file__).parent / "locale"
_current: list[Language] = []
_spoken: ContextVar[Language | None] = ContextVar("spoken", default=None)


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    return gettext.translation("chainmend", _LOCALE, languages=[language], fallback=True)


def system_language() -> Language:
    """Language of the terminal: CHAINMEND_LANGUAGE first, then LC_ALL, LC_MESSAGES, LANG.

    Examples
    --------
    >>> system_language() in ("zh", "en")
    True
    """
    for name in ("CHAINMEND_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def set_language(language: Language) -> None:
    """Make `language` the one that messages are written in from now on."""
    _current[:] = [language]


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Write messages in `language` inside the block, in this thread or task alone.

    Examples
    --------
    >>> before = language()
    >>> with speaking("zh"):
    ...     language()
    'zh'
    >>> language() == before
    True
    """
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> Language:
    """Return the language messages are written in."""
    return _spoken.get() or (_current[0] if _current else system_language())


def _(text: str) -> str:
    """Return `text` in the current language."""
    return _catalogue(language()).gettext(text) if text else ""


def both(text: str, /, **values: Any) -> tuple[str, str]:
    """Return `text` filled with `values` in Chinese and in English.

    A value may be a pair (Chinese, English), of which each text takes its own.

    Examples
    --------
    >>> both("{name} has nobody", name=("光刻机", "Lithography"))[1]
    'Lithography has nobody'
    """

    def fill(lang: Language, index: int) -> str:
        chosen = {k: v[index] if isinstance(v, tuple) else v for k, v in values.items()}
        return _catalogue(lang).gettext(text).format(**chosen)

    return fill("zh", 0), fill("en", 1)
