"""Settings come from defaults, a file or the environment, and refuse what makes no sense."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from chainmend.errors import SettingsError
from chainmend.settings import Settings, load_settings


def written(folder: Path, text: str) -> Path:
    path = folder / "settings.yaml"
    path.write_text(text, "utf-8")
    return path


def test_defaults_without_a_file() -> None:
    settings = load_settings()
    assert settings == Settings()
    assert (settings.thresholds.top_share, settings.severity.knock_out_anchor) == (0.8, 0.05)
    assert (settings.persistence.k, settings.persistence.n) == (2, 3)


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, "thresholds:\n  top_share: 0.7\n"))
    assert settings.thresholds.top_share == 0.7
    assert settings.thresholds.supplier_hhi == Settings().thresholds.supplier_hhi
    assert settings.severity == Settings().severity


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, "")) == Settings()


def test_the_environment_changes_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINMEND_THRESHOLDS__ORIGIN_HHI", "0.55")
    assert Settings().thresholds.origin_hhi == 0.55


@pytest.mark.parametrize(
    "text",
    [
        "thresholds: {top_share: 1.2}",
        "thresholds: {top_share: -0.1}",
        "thresholds: {top_shares: 0.5}",
        "treshold: {top_share: 0.5}",
        "persistence: {k: 0}",
        "severity: {knock_out_anchor: 0}",
        "thresholds: {years_needed: 4}",
        "thresholds: much",
        "- 1",
        "a: [",
    ],
)
def test_what_makes_no_sense_is_refused_with_the_file(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    assert caught.value.where == str(path)
    assert caught.value.expected


def test_more_years_than_are_looked_at_cannot_be_needed(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="years_needed is 4, years_window 3"):
        load_settings(written(tmp_path, "thresholds: {years_needed: 4}"))
    assert load_settings(written(tmp_path, "thresholds: {years_needed: 4, years_window: 4}"))


def test_a_file_that_is_not_there_or_not_utf8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nothere\.yaml"):
        load_settings(tmp_path / "nothere.yaml")
    (tmp_path / "gb.yaml").write_bytes("阈值: 1".encode("gb18030"))
    with pytest.raises(SettingsError, match=r"gb\.yaml"):
        load_settings(tmp_path / "gb.yaml")


def test_settings_do_not_change_under_a_scan() -> None:
    with pytest.raises(ValidationError):
        Settings().thresholds.top_share = 0.1  # type: ignore[misc]


def test_every_setting_is_explained() -> None:
    for group in Settings.model_fields.values():
        assert group.annotation is not None
        assert group.annotation.__doc__
    thresholds = type(Settings().thresholds)
    assert [n for n, f in thresholds.model_fields.items() if not f.description] == []


def test_no_more_scans_are_asked_for_than_are_looked_back_at(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="k is 4, n 3"):
        load_settings(written(tmp_path, "persistence: {k: 4}"))
    assert load_settings(written(tmp_path, "persistence: {k: 4, n: 4}"))
