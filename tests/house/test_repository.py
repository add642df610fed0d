"""What must not be in the repository is not, and what the documents tell one to run is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import click

READMES = ("README.md", "README.zh.md")
TEXT = {".py", ".md", ".toml", ".yml", ".yaml", ".po", ".csv", ".sh", ".cfg", ".txt", ".json", ""}
LEFT_OUT = {".git", ".venv", "site", "build", "dist", "out"}

# Written apart, so that this file does not hold what it forbids.
HOSTS = (
    "py" + "pi.org",
    "python" + "hosted",
    "npmjs" + ".",
    "index" + "-url",
    "mirrors" + ".",
    "files." + "pythonh",
)
PATHS = re.compile(r"(?<![\w./-])/(?:home|root|Users|work|mnt|srv|opt)/\w")
MARKS = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImplemented" + r"Error|xf" + r"ail)\b")


@pytest.fixture(scope="module")
def texts(root: Path) -> dict[str, str]:
    """Path -> content of every text file that is or could be committed."""
    found = {}
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        hidden = any(p in LEFT_OUT or p.endswith("_cache") or p == "__pycache__" for p in parts)
        if not hidden and path.is_file() and path.suffix in TEXT and ".hypothesis" not in parts:
            found[str(path.relative_to(root))] = path.read_text("utf-8", errors="replace")
    return found


def test_no_host_of_a_package_registry(texts: dict[str, str]) -> None:
    assert [(n, h) for n, t in texts.items() for h in HOSTS if h in t] == []


def test_no_path_of_a_machine(texts: dict[str, str]) -> None:
    assert [(n, m.group()) for n, t in texts.items() for m in PATHS.finditer(t)] == []


def test_nothing_is_left_for_later(texts: dict[str, str]) -> None:
    assert [(n, m.group()) for n, t in texts.items() for m in MARKS.finditer(t)] == []


def commands(text: str) -> list[list[str]]:
    """The `make` and `chainmend` commands of a document's shell blocks, as words, without comments."""
    lines = [
        line
        for block in re.findall(r"```(?:sh|console|bash)\n(.*?)```", text, re.S)
        for line in block.splitlines()
    ]
    stripped = [line.removeprefix("$ ").split(" #")[0].split() for line in lines]
    return [words for words in stripped if words and words[0] in ("make", "chainmend")]


@pytest.mark.parametrize("name", READMES)
def test_the_two_commands_stand_at_the_top(root: Path, name: str) -> None:
    text = (root / name).read_text("utf-8")
    assert [w[:2] for w in commands(text)[:2]] == [["make", "demo"], ["make", "test"]]
    assert text.index("make test") < 600


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md", "docs/index.md"])
def test_make_targets_in_documents_exist(root: Path, name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text("utf-8"), re.M))
    wanted = {
        w for words in commands((root / name).read_text("utf-8")) if words[0] == "make" for w in words[1:]
    }
    assert {w for w in wanted if "=" not in w} - targets == set()


def command_tree() -> dict[str, set[str]]:
    """Every command of the program, sub-commands with a space -> its options."""
    from chainmend.cli.app import build

    def walk(command: click.Command, path: str) -> dict[str, set[str]]:
        found = {path: {o for p in command.params for o in (*p.opts, *p.secondary_opts) if o.startswith("-")}}
        for name, sub in getattr(command, "commands", {}).items():
            found |= walk(sub, f"{path} {name}".strip())
        return found

    return walk(build(), "")


@pytest.mark.parametrize("name", [*READMES, "docs/index.md"])
def test_commands_in_documents_exist(root: Path, name: str) -> None:
    tree = command_tree()
    unknown = []
    for words in commands((root / name).read_text("utf-8")):
        if words[0] != "chainmend":
            continue
        path = max((p for p in tree if words[1 : 1 + len(p.split())] == p.split()), key=len)
        options = {w.split("=")[0] for w in words if w.startswith("--")} - {"--lang", "--help"}
        if (not path and "--version" not in words) or options - tree[path] - tree[""]:
            unknown.append(" ".join(words))
    assert unknown == []


def test_both_readmes_show_the_same_commands(root: Path) -> None:
    english, chinese = (commands((root / name).read_text("utf-8")) for name in READMES)
    assert [w[:2] for w in english] == [w[:2] for w in chinese]
