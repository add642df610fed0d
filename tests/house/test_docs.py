"""The generated pages are those the code gives, and every page named in the navigation is there."""

from __future__ import annotations

import re
import sys
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest

PAGES = (
    "rules.md", "indicators.md", "remedies.md", "settings.md", "sources.md", "tables.md", "workflow.md", "openapi.json",
)  # fmt: skip


@pytest.fixture(scope="module")
def generate(root: Path) -> ModuleType:
    spec = util.spec_from_file_location("generate", root / "docs/generate.py")
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    sys.modules["generate"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(generate: ModuleType) -> dict[str, str]:
    found: dict[str, str] = generate.pages()
    return found


@pytest.mark.parametrize("name", PAGES)
def test_page_is_what_the_code_gives(root: Path, pages: dict[str, str], name: str) -> None:
    there = (root / "docs/reference" / name).read_text("utf-8")
    assert there == pages[name], "the page is older than the code: run `make docs` and commit docs/reference"


def test_every_rule_and_source_has_its_entry_with_both_names(pages: dict[str, str]) -> None:
    from chainmend.registry import entries

    for kind, page in (("rule", "rules.md"), ("source", "sources.md")):
        found = entries(kind)  # type: ignore[arg-type]
        assert found
        for entry in found:
            assert f"## {entry.name[1]} {entry.name[0]}\n" in pages[page]
            assert entry.doc, f"{kind} {entry.id} has no first line of documentation"


def test_thresholds_of_a_rule_are_found(pages: dict[str, str]) -> None:
    section = pages["rules.md"].partition("`single_source`:")[2].partition("\n## ")[0]
    assert "`top_share`" in section
    assert "`supplier_hhi`" in section
    assert "`location_quotient`" not in section


def test_every_column_of_every_table_is_listed(pages: dict[str, str]) -> None:
    from chainmend.tables import TABLES

    for name, contract in TABLES.items():
        section = pages["tables.md"].partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert re.findall(r"^\| `(\w+)` \|", section, re.M) == contract.column_names()


@pytest.fixture(scope="module")
def cluster_pages(generate: ModuleType) -> dict[str, str]:
    found: dict[str, str] = generate.cluster_pages()
    return found


def test_cluster_pages_and_pictures_are_what_the_catalogue_gives(
    root: Path, cluster_pages: dict[str, str]
) -> None:
    folder = root / "docs/clusters"
    there = {p.name: p.read_text("utf-8") for p in folder.iterdir()}
    old = [name for name, text in cluster_pages.items() if there.get(name) != text]
    assert old == [], "older than the catalogue: run `python docs/generate.py` and commit docs/clusters"
    assert sorted(set(there) - set(cluster_pages)) == []


def test_every_cluster_has_a_page_in_the_navigation(root: Path, cluster_pages: dict[str, str]) -> None:
    text = (root / "mkdocs.yml").read_text("utf-8")
    pages = [name for name in cluster_pages if name.endswith(".md")]
    assert [name for name in pages if f": clusters/{name}\n" not in text] == []


def test_inputs_lead_to_the_row_of_their_segment(cluster_pages: dict[str, str]) -> None:
    from chainmend.chain.catalogue import load_catalogue

    catalogue = load_catalogue("hangzhou-296x")
    anchors = {name: set(re.findall(r'<a id="([^"]+)">', text)) for name, text in cluster_pages.items()}
    assert sum(map(len, anchors.values())) == len(catalogue.segments)
    links = [
        (page or name, anchor)
        for name, text in cluster_pages.items()
        for page, anchor in re.findall(r"\]\(([a-z-]*(?:\.md)?)#([a-z0-9.-]+\.[a-z0-9.-]+)\)", text)
    ]
    assert len(links) == len(catalogue.dependences)
    assert [link for link in links if link[1] not in anchors[link[0]]] == []


def test_rows_of_a_page_have_as_many_cells_as_their_head(cluster_pages: dict[str, str]) -> None:
    for name, text in cluster_pages.items():
        if name.endswith(".md"):
            for row in re.findall(r"^\| <a id=.*$", text, re.M):
                assert len(re.findall(r"(?<!\\)\|", row)) == 7, name


def test_pages_of_the_navigation_are_there(root: Path) -> None:
    named = re.findall(r": (\S+\.md)$", (root / "mkdocs.yml").read_text("utf-8"), re.M)
    assert named
    assert [n for n in named if not (root / "docs" / n).is_file()] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh.md", "CONTRIBUTING.md"])
def test_links_and_paths_of_the_documents_lead_somewhere(root: Path, name: str) -> None:
    text = (root / name).read_text("utf-8")
    links = [t for t in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in t]
    assert [t for t in links if not (root / t).exists()] == []
