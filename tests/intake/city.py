"""Small datasets on disk, for the tests of the intake."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

YAML = "city: 杭州市\nprovince: 浙江省\ncountry: CHN\ndate: 2025-12-31\n"
FIRMS = """firm_id,name,industry_code,country,province,city,district,output,status,leader
f1,杭州甲半导体有限公司,3973,CHN,浙江省,杭州市,滨江区,1200000,active,true
f2,杭州乙食品有限公司,0131,CHN,浙江省,杭州市,余杭区,800000,active,false
f3,苏州丙材料有限公司,3985,CHN,江苏省,苏州市,,500000,active,false
"""


def write(folder: Path, files: Mapping[str, str | bytes], yaml: str = YAML) -> Path:
    """Write `files` (text as UTF-8) and a dataset.yaml into `folder`; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    if yaml:
        (folder / "dataset.yaml").write_text(yaml, encoding="utf-8")
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)
    return folder


def sheet(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """Write `rows` as the only sheet of an Excel file."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if cell is not None:
                page.write(r, c, cell)
    book.close()


def quarantined(folder: Path, table: str) -> list[dict[str, str]]:
    """Return the rejected rows of `table` as written in the dataset's quarantine folder."""
    text = (folder / "quarantine" / f"{table}.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))
