"""One decorator keeps what is registered, once an id, and finds it again."""

from __future__ import annotations

import pytest

from chainmend import registry
from chainmend.errors import RegistryError
from chainmend.registry import entries, get, register


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_entries", {})
    return


def test_registered_function_is_returned_unchanged_and_found() -> None:
    @register("rule", "missing", name=("缺失", "Missing"), reference="here", needs=("firms", "products"))
    def rule(x: int) -> int:
        """Say one more.

        And not more.
        """
        return x + 1

    entry = get("rule", "missing")
    assert rule(1) == 2
    assert entry.function is rule
    assert (entry.name, entry.reference, entry.needs) == (("缺失", "Missing"), "here", ("firms", "products"))
    assert entry.doc == "Say one more."


def test_entries_come_in_order_of_id_and_of_one_kind() -> None:
    for kind, id in (("rule", "b"), ("source", "a"), ("rule", "a")):

        @register(kind, id, name=("", ""))  # type: ignore[arg-type]
        def anything() -> None: ...

    assert [e.id for e in entries("rule")] == ["a", "b"]
    assert [e.id for e in entries("source")] == ["a"]


def test_an_id_is_taken_once_a_kind() -> None:
    register("rule", "x", name=("", ""))(test_an_id_is_taken_once_a_kind)
    register("source", "x", name=("", ""))(test_entries_come_in_order_of_id_and_of_one_kind)
    with pytest.raises(RegistryError, match="rule x is registered twice"):
        register("rule", "x", name=("", ""))(test_entries_come_in_order_of_id_and_of_one_kind)


def test_a_module_loaded_again_may_register_again() -> None:
    for _ in range(2):

        @register("rule", "x", name=("", ""))
        def again() -> None: ...

    assert len(entries("rule")) == 1


def test_unknown_id_names_those_that_exist() -> None:
    register("rule", "weak", name=("", ""))(len)
    with pytest.raises(RegistryError, match=r"unknown rule week; expected: one of: weak"):
        get("rule", "week")


def test_a_function_without_docstring_has_an_empty_doc() -> None:
    register("rule", "bare", name=("", ""))(lambda: None)
    assert get("rule", "bare").doc == ""
