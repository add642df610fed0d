"""Every message is in English and in Chinese, with the same values in it."""

from __future__ import annotations

import pytest

from chainmend import i18n
from chainmend.i18n import _, both, language, set_language, speaking, system_language

VARIABLES = ("CHAINMEND_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_CN"}, "zh"),
        ({"CHAINMEND_LANGUAGE": "ZH", "LC_ALL": "C"}, "zh"),
    ],
)
def test_language_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert system_language() == expected


def test_the_chosen_language_wins_over_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_current", [])
    monkeypatch.setenv("CHAINMEND_LANGUAGE", "zh")
    assert language() == "zh"
    set_language("en")
    assert language() == "en"


def test_a_text_without_translation_stays_as_it_is() -> None:
    set_language("zh")
    assert _("nobody translated this {x}") == "nobody translated this {x}"
    assert _("") == ""


def test_both_fills_each_language_with_its_own_value() -> None:
    zh, en = both("nobody translated {name}: {n}", name=("光刻机", "Lithography"), n=3)
    assert zh == "nobody translated 光刻机: 3"
    assert en == "nobody translated Lithography: 3"


def test_both_leaves_the_current_language_alone() -> None:
    set_language("zh")
    both("anything")
    assert language() == "zh"


def test_speaking_holds_inside_its_block_and_in_its_thread_alone() -> None:
    import threading

    heard: list[str] = []
    with speaking("zh"):
        thread = threading.Thread(target=lambda: heard.append(language()))
        thread.start()
        thread.join()
        heard.append(language())
    assert [*heard, language()] == ["en", "zh", "en"]
