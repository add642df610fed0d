"""A desk scans with a catalogue of its own, and pages of a scan keep the one it was made with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from chainmend.chain.catalogue import load_catalogue
from chainmend.desk.accounts.models import User
from chainmend.desk.home import Home
from chainmend.desk.scans import catalogues, current
from chainmend.desk.scans.models import Dataset, ScanRun
from chainmend.desk.scans.runs import ask
from chainmend.errors import CatalogueError, DeskError
from chainmend.workflow import Role

OTHER = "demo-region-nace"


def test_without_one_the_shipped_catalogue_is_scanned_with(home: Home) -> None:
    assert catalogues.keep(home) == load_catalogue("hangzhou-296x")


def test_a_desk_scans_with_its_own(
    quick_home: Home, keep: Callable[..., Dataset], people: dict[Role, User], clients: dict[Role, Client]
) -> None:
    assert catalogues.choose(OTHER, quick_home).id == OTHER
    run = ask(keep(), people["analyst"])
    run.refresh_from_db()
    assert (run.state, run.error) == (ScanRun.DONE, "")
    view = current()
    assert view is not None
    assert view.scan.manifest["catalogue"]["id"] == view.catalogue.id == OTHER
    chain = next(c for c in view.catalogue.clusters if c.chains)
    assert clients["chief"].get(f"/chains/{chain.id}/").status_code == 200
    segment = chain.chains[0].segments[0].id
    assert clients["chief"].get(f"/segments/{segment}/").status_code == 200


def test_a_scan_keeps_the_catalogue_it_was_made_with(home: Home) -> None:
    catalogues.choose(OTHER, home)
    before = catalogues.keep(home)
    head = home.catalogue / "catalogue.yaml"
    version = f"version: {before.version}"
    text = head.read_text("utf-8")
    assert version in text.replace('"', "").replace("'", "")
    head.write_text(text.replace(str(before.version), "9999.1"), "utf-8")
    after = catalogues.keep(home)
    assert (after.version, after.fingerprint != before.fingerprint) == ("9999.1", True)
    assert catalogues.of(home, before.fingerprint).version == before.version
    assert catalogues.of(home, after.fingerprint).version == "9999.1"
    assert sorted(p.name for p in home.catalogues.iterdir()) == sorted(
        [before.fingerprint, after.fingerprint]
    )


def test_what_is_no_catalogue_is_refused_and_a_second_one_too(home: Home, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError):
        catalogues.choose(str(tmp_path), home)
    assert not home.catalogue.exists()
    catalogues.choose(OTHER, home)
    with pytest.raises(DeskError, match="a catalogue already"):
        catalogues.choose("hangzhou-296x", home)
