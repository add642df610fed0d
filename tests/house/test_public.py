"""What `import chainmend` promises is there."""

from __future__ import annotations

from importlib import metadata

import pytest

import chainmend


@pytest.mark.parametrize("name", chainmend.__all__)
def test_public_name_resolves_and_is_documented(name: str) -> None:
    assert getattr(chainmend, name).__doc__


def test_public_names_are_exactly_those_with_a_home() -> None:
    assert sorted(chainmend.__all__) == sorted(chainmend._HOMES)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'skan'"):
        chainmend.skan  # noqa: B018


def test_version_is_that_of_the_package() -> None:
    assert chainmend.__version__ == metadata.version("chainmend")


def test_public_names_stay_what_they_are_after_their_homes_are_imported() -> None:
    from importlib import import_module

    for name, home in chainmend._HOMES.items():
        import_module(home)
        assert getattr(chainmend, name) is getattr(import_module(home), name)
