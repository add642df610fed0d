"""What is taken in, and what is refused without a trace."""

from __future__ import annotations

import datetime as dt
import stat
import zipfile
from collections.abc import Callable
from io import BytesIO

import polars as pl
import pytest
from django.test import Client

from chainmend.desk.accounts.models import User
from chainmend.desk.home import Home
from chainmend.desk.scans import content, upload
from chainmend.desk.scans.models import Dataset
from chainmend.desk.scans.upload import incoming, mount, receive
from chainmend.errors import ChainmendError, DeskError
from chainmend.workflow import Role

from .conftest import ABOUT, FIRMS, sent, workbook, zipped


@pytest.fixture
def analyst(people: dict[Role, User], home: Home) -> User:
    return people["analyst"]


def test_single_files_become_a_dataset(analyst: User, home: Home) -> None:
    kept = receive([sent("firms.csv", FIRMS)], analyst, city="示例市", date=dt.date(2025, 12, 31))
    assert (kept.city, kept.date, kept.synthetic, kept.added_by) == (
        "示例市",
        dt.date(2025, 12, 31),
        False,
        analyst,
    )
    table = kept.report["tables"][0]
    assert (table["table"], table["read"], table["kept"], table["rejected"]) == ("firms", 3, 2, 1)
    assert sorted(p.name for p in home.datasets.iterdir()) == [kept.folder]
    assert (kept.path / "quarantine" / "firms.csv").is_file()


@pytest.mark.parametrize("top", ["", "示例/"])
def test_a_zip_becomes_a_dataset(analyst: User, top: str) -> None:
    sheet = BytesIO()
    pl.DataFrame({"firm_id": ["A1"], "product": ["gear"]}).write_parquet(sheet)
    pack = zipped(
        (f"{top}firms.csv", FIRMS),
        (f"{top}products.parquet", sheet.getvalue()),
        (f"{top}dataset.yaml", ABOUT),
        (f"{top}.DS_Store", b"x"),
        (f"{top}quarantine/firms.csv", "old"),
    )
    kept = receive([sent("city.zip", pack)], analyst)
    assert kept.synthetic
    assert {t["table"] for t in kept.report["tables"]} >= {"firms", "products"}


def test_a_workbook_becomes_a_dataset(analyst: User) -> None:
    kept = receive([sent("企业.xlsx", workbook())], analyst, city="示例市", date=dt.date(2025, 12, 31))
    assert [t["kept"] for t in kept.report["tables"]] == [1]


def test_other_tables_are_kept_of_another_dataset(analyst: User, keep: Callable[..., Dataset]) -> None:
    base = keep()
    kept = receive(
        [sent("institutes.csv", "institute_id,name\nI1,Institute\n")],
        analyst,
        base=base,
        date=dt.date(2026, 3, 31),
    )
    assert kept.date == dt.date(2026, 3, 31)
    assert kept.synthetic  # made-up data stay made up
    assert {t["table"] for t in kept.report["tables"]} == {"firms", "institutes"}


ELF = b"\x7fELF\x02\x01\x01" + b"\x00" * 60
LINK = zipfile.ZipInfo("firms.csv")
LINK.external_attr = (stat.S_IFLNK | 0o777) << 16


def linked() -> bytes:
    room = BytesIO()
    with zipfile.ZipFile(room, "w") as archive:
        archive.writestr(LINK, "/etc/passwd")
    return room.getvalue()


REFUSED: dict[str, tuple[str, str | bytes]] = {
    "a program": ("firms.exe", ELF),
    "a program named as a table": ("firms.csv", ELF),
    "a script named as a table": ("firms.csv", "#!/bin/sh\nrm -rf /\n"),
    "a page named as a table": ("firms.csv", "\ufeff <script>alert(1)</script>"),
    "a Windows program named as a table": ("firms.csv", b"MZ\x90\x00\x03"),
    "text of two bytes a letter": ("firms.csv", FIRMS.encode("utf-16")),
    "bytes of no text": ("firms.csv", b"firm_id\n\xff\xff\xff\xfe"),
    "text named as Parquet": ("firms.parquet", FIRMS),
    "a Parquet file cut short": ("firms.parquet", b"PAR1PAR1"),
    "text named as a workbook": ("firms.xlsx", FIRMS),
    "a zip named as a workbook": ("firms.xlsx", zipped(("firms.csv", FIRMS))),
    "a workbook with macros": ("firms.xlsx", workbook(("xl/vbaProject.bin", b"x"))),
    "a workbook with an object": ("firms.xlsx", workbook(("xl/embeddings/a.bin", b"x"))),
    "a workbook of the old kind": ("firms.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    "a page": ("index.html", "<h1>x</h1>"),
    "a drawing": ("mark.svg", "<svg/>"),
    "text named as a zip": ("city.zip", FIRMS),
    "a way up": ("city.zip", zipped(("../firms.csv", FIRMS))),
    "a way from the root": ("city.zip", zipped(("/tmp/firms.csv", FIRMS))),
    "a way of Windows": ("city.zip", zipped(("c:\\firms.csv", FIRMS))),
    "a link": ("city.zip", linked()),
    "folders in folders": ("city.zip", zipped(("a/b/firms.csv", FIRMS))),
    "a program in a zip": ("city.zip", zipped(("firms.csv", FIRMS), ("run.sh", "#!/bin/sh"))),
    "a zip in a zip": ("city.zip", zipped(("more.zip", zipped(("firms.csv", FIRMS))))),
    "an empty zip": ("city.zip", zipped()),
    "two of one name": ("city.zip", zipped(("firms.csv", FIRMS), ("FIRMS.csv", FIRMS))),
    "a bomb": ("city.zip", zipped(("firms.csv", b"0" * 4_000_000))),
    "a bomb in a workbook": ("firms.xlsx", workbook(("xl/big.xml", b"0" * 4_000_000))),
    "a description of nothing": ("dataset.yaml", "- a\n- b\n"),
    "no YAML": ("dataset.yaml", "a: [\n"),
    "an empty file": ("firms.csv", ""),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_is_refused_leaves_no_trace(analyst: User, home: Home, fault: str) -> None:
    name, what = REFUSED[fault]
    with pytest.raises(ChainmendError) as told:
        receive([sent(name, what)], analyst, city="示例市", date=dt.date(2025, 12, 31))
    assert str(told.value)
    assert list(home.datasets.iterdir()) == []
    assert not Dataset.objects.exists()


def test_too_much_is_refused(analyst: User, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "MOST_BYTES", 50)
    with pytest.raises(DeskError, match="more than 50 bytes"):
        receive([sent("firms.csv", FIRMS)], analyst)
    monkeypatch.undo()
    monkeypatch.setattr(content, "MOST_UNPACKED", 60)
    for file in (sent("firms.csv", FIRMS), sent("city.zip", zipped(("firms.csv", FIRMS)))):
        with pytest.raises(DeskError, match="more than 60 bytes when unpacked"):
            receive([file], analyst)
    monkeypatch.undo()
    monkeypatch.setattr(upload, "MOST_FILES", 1)
    with pytest.raises(DeskError, match="more than 1 files"):
        receive([sent("firms.csv", FIRMS), sent("products.csv", "firm_id,product\n")], analyst)
    monkeypatch.undo()
    monkeypatch.setattr(content, "MOST_MEMBERS", 1)
    with pytest.raises(DeskError, match="more than 1 files"):
        receive([sent("city.zip", zipped(("firms.csv", FIRMS), ("dataset.yaml", ABOUT)))], analyst)
    assert list(home.datasets.iterdir()) == []


def test_a_zip_whose_sizes_lie_is_refused(analyst: User, home: Home) -> None:
    pack = bytearray(zipped(("firms.csv", FIRMS), ("dataset.yaml", ABOUT)))
    at = pack.find(b"PK\x01\x02")
    pack[at + 24 : at + 28] = (10).to_bytes(4, "little")  # the size that the directory tells
    with pytest.raises(ChainmendError):
        receive([sent("city.zip", bytes(pack))], analyst)
    assert list(home.datasets.iterdir()) == []


def test_a_locked_zip_is_refused(analyst: User) -> None:
    pack = bytearray(zipped(("firms.csv", FIRMS)))
    at = pack.find(b"PK\x01\x02")
    pack[at + 8] |= 1
    with pytest.raises(DeskError, match="locked with a password"):
        receive([sent("city.zip", bytes(pack))], analyst)


def test_somebody_must_say_whose_data_they_are(analyst: User) -> None:
    with pytest.raises(DeskError, match="of which city and day"):
        receive([sent("firms.csv", FIRMS)], analyst)


def test_the_same_data_are_taken_once(analyst: User) -> None:
    pack = zipped(("firms.csv", FIRMS), ("dataset.yaml", ABOUT))
    receive([sent("city.zip", pack)], analyst)
    with pytest.raises(DeskError, match="here already"):
        receive([sent("again.zip", pack)], analyst)
    assert Dataset.objects.count() == 1


def test_names_of_chinese_zips_are_read(analyst: User) -> None:
    pack = zipped(("AAAA.csv", FIRMS), ("dataset.yaml", ABOUT))
    kept = receive([sent("city.zip", pack.replace(b"AAAA", "企业".encode("gb18030")))], analyst)
    assert kept.report["tables"][0]["files"] == ["企业.csv"]


def put(home: Home, name: str = "big-2025") -> None:
    folder = home.incoming / name
    (folder / "old").mkdir(parents=True)
    (folder / "firms.csv").write_text(FIRMS, "utf-8")
    (folder / "dataset.yaml").write_text(ABOUT, "utf-8")


def test_a_folder_on_the_machine_is_taken_in_and_stays_where_it_is(analyst: User, home: Home) -> None:
    assert incoming() == []
    put(home)
    assert incoming() == ["big-2025"]
    kept = mount("big-2025", analyst)
    assert (kept.city, kept.added_by, kept.report["tables"][0]["kept"]) == ("示例市", analyst, 2)
    assert sorted(p.name for p in (home.incoming / "big-2025").iterdir()) == [
        "dataset.yaml",
        "firms.csv",
        "old",
    ]
    with pytest.raises(DeskError, match="here already"):
        mount("big-2025", analyst)
    assert len(list(home.datasets.iterdir())) == 1


@pytest.mark.parametrize("name", ["", "..", "../datasets", "nothing", "/etc"])
def test_only_what_is_listed_is_taken_in(name: str, analyst: User, home: Home) -> None:
    put(home)
    with pytest.raises(DeskError, match="big-2025"):
        mount(name, analyst)
    assert not list(home.datasets.iterdir())


def test_a_folder_with_another_kind_of_file_is_refused_whole(analyst: User, home: Home) -> None:
    put(home)
    (home.incoming / "big-2025" / "run.sh").write_text("rm", "utf-8")
    with pytest.raises(DeskError, match="another kind"):
        mount("big-2025", analyst)
    assert not list(home.datasets.iterdir())


def test_the_upload_page_lists_the_folders(analyst: User, home: Home, clients: dict[Role, Client]) -> None:
    put(home)
    assert "big-2025" in clients["analyst"].get("/data/upload/").content.decode()
    answer = clients["analyst"].post("/data/incoming/", {"name": "big-2025"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/data/{Dataset.objects.get().pk}/")
    assert clients["analyst"].post("/data/incoming/", {"name": "big-2025"}).status_code == 422
    assert clients["auditor"].post("/data/incoming/", {"name": "big-2025"}).status_code == 404
