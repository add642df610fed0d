"""Which of China's imports come from few places, for how long, and how fast that list changes.

Customs of UN Comtrade by product and origin, 2003 to 2023; not in this repository. Run as a module, this prints the
tables of docs/trials/china-imports.md: ``python -m tests.indicators.test_china_imports SHARED``.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from chainmend.indicators.criteria import Criterion
from chainmend.indicators.dependence import Churn, churn, persistence
from chainmend.indicators.origins import import_origins, reverse_dependence
from chainmend.names import country_name, percent

FIRST, LAST, CUT = 2003, 2023, 0.4
NO_PRODUCT = "999999"  # commodities not specified according to kind
OWN = "China"
CHIPS = ("854231", "854233", "854239")
CODES = {
    "Australia": "AUS", "Brazil": "BRA", "Cambodia": "KHM", "France": "FRA", "Indonesia": "IDN", "Japan": "JPN",
    "Malaysia": "MYS", "Mexico": "MEX", "Myanmar": "MMR", "Other Asia, nes": "TWN", "Rep. of Korea": "KOR",
    "Russian Federation": "RUS", "South Africa": "ZAF", "USA": "USA", "Viet Nam": "VNM",
}  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """What is found, with one year's test and with two of three.

    Attributes
    ----------
    origins
        Result of `import_origins` for China.
    held
        Product -> year -> whether the HHI is above its cut.
    lasting
        Product -> year -> whether it was in two of the three years that end there.
    goods
        Product -> what it is.
    reverse
        Result of `reverse_dependence` on China.
    """

    origins: pl.DataFrame
    held: dict[str, dict[int, bool]]
    lasting: dict[str, dict[int, bool | None]]
    goods: dict[str, str]
    reverse: pl.DataFrame

    def churn(self, *, lasting: bool) -> tuple[Churn, ...]:
        """Changes of the list from year to year."""
        verdicts = self.lasting if lasting else self.held
        years = range(FIRST, LAST + 1)
        return churn({y: {p: by_year.get(y) for p, by_year in verdicts.items()} for y in years})


def imports(shared: Path) -> pl.DataFrame:
    """importer, product, year, origin, value of all importers of the source."""
    table = pl.read_parquet(shared / "data" / "hs6_import_origins" / "hs6_imports_by_origin.parquet")
    return table.filter(pl.col("year").is_between(FIRST, LAST) & (pl.col("hs6") != NO_PRODUCT)).select(
        "importer", "origin", pl.col("year").cast(pl.Int64), product="hs6", value="value_usd"
    )


@cache
def trial(shared: Path) -> Trial:
    """Compute everything with the functions of the product."""
    table = imports(shared)
    origins = import_origins(table.filter(pl.col("importer") == OWN), OWN)
    criteria: dict[str, dict[int, list[Criterion]]] = defaultdict(dict)
    for product, year, hhi in origins.select("product", "year", "import_hhi").iter_rows():
        criteria[product][year] = [Criterion("import_hhi", hhi, CUT)]
    names = pl.read_csv(
        shared / "data" / "hs6_import_origins" / "hs6_descriptions.csv.gz", infer_schema=False
    )
    return Trial(
        origins,
        {p: {y: bool(c[0].holds) for y, c in by_year.items()} for p, by_year in criteria.items()},
        {p: persistence(by_year) for p, by_year in criteria.items()},
        {hs: text.split(",")[0].split(" (")[0].split(" not bearing")[0] for hs, text in names.iter_rows()},
        reverse_dependence(table, OWN),
    )


# --- the same once more, in the plainest way, with nothing of the product


def plainly(shared: Path) -> tuple[dict[tuple[str, int], float], dict[int, set[str]], dict[int, set[str]]]:
    """(product, year) -> HHI; year -> products above the cut; year -> those above it in two of three years."""
    amounts: dict[tuple[str, int], list[float]] = defaultdict(list)
    for importer, origin, year, product, value in imports(shared).iter_rows():
        if importer == "China" != origin:
            amounts[product, year].append(value)
    hhi = {key: sum(v**2 for v in values) / sum(values) ** 2 for key, values in amounts.items()}
    high = {y: {p for (p, year), h in hhi.items() if year == y and h > 0.4} for y in range(2003, 2024)}
    twice = {
        y: {p for p in set().union(*high.values()) if sum(p in high.get(y - k, set()) for k in range(3)) >= 2}
        for y in high
    }
    return hhi, high, twice


def test_concentration_and_persistence_are_those_of_the_plain_way(shared: Path) -> None:
    found = trial(shared)
    hhi, high, twice = plainly(shared)
    assert found.origins.height == len(hhi) == 887
    for product, year, value in found.origins.select("product", "year", "import_hhi").iter_rows():
        assert value == pytest.approx(hhi[product, year], rel=1e-9)
    for year in range(FIRST, LAST + 1):
        assert {p for p, held in found.held.items() if held.get(year)} == high[year]
        lasting = {p for p, verdicts in found.lasting.items() if verdicts.get(year)}
        in_use = {p for p, verdicts in found.lasting.items() if year in verdicts}
        assert lasting == twice[year] & in_use  # a code no longer in use keeps no verdict


def test_churn_is_that_of_the_plain_way(shared: Path) -> None:
    found = trial(shared)
    hhi, high, _twice = plainly(shared)
    for step in found.churn(lasting=False):
        both_years = {p for p, y in hhi if y == step.year} & {p for p, y in hhi if y == step.since}
        old, new = high[step.since] & both_years, high[step.year] & both_years
        assert (set(step.entered), set(step.left), step.compared) == (new - old, old - new, len(both_years))
        assert step.rate == pytest.approx(len(old ^ new) / len(old | new))


def test_two_of_three_years_make_a_steadier_list(shared: Path) -> None:
    found = trial(shared)
    once, lasting = (rate(found, lasting=x) for x in (False, True))
    assert lasting < 0.6 * once


def test_chips_come_from_several_places_and_soya_from_few(shared: Path) -> None:
    found = trial(shared)
    chips = [found.lasting[hs] for hs in CHIPS]
    assert not any(verdict for by_year in chips for verdict in by_year.values())
    assert found.lasting["120190"][LAST] is True
    assert found.lasting["270900"][LAST] is False  # crude oil
    assert found.lasting["120100"].get(LAST) is None  # the code of soya until 2011


def test_re_imports_as_an_origin_would_change_verdicts(shared: Path) -> None:
    changed, pairs = re_imports(shared)
    assert pairs == 887
    assert changed > 0


def test_the_page_shows_what_is_computed(shared: Path, root: Path) -> None:
    page = (root / "docs" / "trials" / "china-imports.md").read_text("utf-8")
    for block in tables(shared):
        assert block in page, "older than the data or the code: put in what the module prints"


def rate(found: Trial, *, lasting: bool) -> float:
    """Mean churn over the years in which both lists can be compared."""
    rates = [c.rate for c in found.churn(lasting=lasting) if c.year >= FIRST + 3]
    return sum(rates) / len(rates)


def re_imports(shared: Path) -> tuple[int, int]:
    """Verdicts of one year that would differ if China were an origin of its own imports; all verdicts."""
    table = imports(shared).filter(pl.col("importer") == OWN)
    both = import_origins(table, OWN).join(import_origins(table, "nobody"), on=["product", "year"])
    return both.filter((pl.col("import_hhi") > CUT) != (pl.col("import_hhi_right") > CUT)).height, both.height


def place(name: str) -> str:
    """A place of the source, in Chinese as it is written in China and in English."""
    if name == "Areas, nes":
        return "未列明 not specified"
    return " ".join(country_name(CODES[name]))


def tables(shared: Path) -> list[str]:
    """The tables and sentences of the page."""
    found = trial(shared)
    return [_summary(shared, found), _products(found), _churns(found), _reverse(found)]


def _summary(shared: Path, found: Trial) -> str:
    last = [p for p, verdicts in found.lasting.items() if verdicts.get(LAST)]
    ever = [p for p, verdicts in found.lasting.items() if any(verdicts.values())]
    judged = [p for p, verdicts in found.lasting.items() if verdicts.get(LAST) is not None]
    changed, pairs = re_imports(shared)
    return (
        f"- codes: {len(found.held)}, of them judged in {LAST}: {len(judged)}\n"
        f"- dependent in {LAST} (two of three years): {len(last)}; in any year: {len(ever)}\n"
        f"- verdicts of one code in one year: {pairs}; with re-imports as an origin {changed} would differ\n"
        f"- largest share of re-imports in the imports of a code, {FIRST}-{LAST}: {_largest_re_imports(shared)}\n"
        f"- mean churn {FIRST + 3}-{LAST}: {rate(found, lasting=False):.2f} by one year's test, "
        f"{rate(found, lasting=True):.2f} by two of three years\n"
        f"- integrated circuits in {LAST}, never dependent: {_chips(found)}"
    )


def _largest_re_imports(shared: Path) -> str:
    value = pl.col("value")
    shares = (
        imports(shared)
        .filter(pl.col("importer") == OWN)
        .group_by("product")
        .agg(share=value.filter(pl.col("origin") == OWN).sum() / value.sum())
        .sort("share", descending=True)
    )
    product, share = shares.row(0)
    return f"{percent(share)} ({product})"


def _chips(found: Trial) -> str:
    rows = found.origins.filter(pl.col("product").is_in(CHIPS) & (pl.col("year") == LAST))
    return "; ".join(
        f"{r['product']} HHI {r['import_hhi']:.2f}, {percent(r['top_origin_share'])} from {place(r['top_origin'])}"
        for r in rows.iter_rows(named=True)
    )


def _products(found: Trial) -> str:
    lines = [
        "| HS code | goods | years judged | HHI > 0.4 | dependent | last year | then | HHI | largest origin |",
        "|---|---|---:|---:|---:|---:|---|---:|---|",
    ]
    latest = {r["product"]: r for r in found.origins.sort("year").iter_rows(named=True)}
    count = {p: sum(v is True for v in verdicts.values()) for p, verdicts in found.lasting.items()}
    for product in sorted((p for p in count if count[p]), key=lambda p: (-count[p], p)):
        row, held = latest[product], found.held[product]
        verdict = "dependent" if found.lasting[product][row["year"]] else "no longer"
        lines.append(
            f"| {product} | {found.goods[product]} | {len(held)} | {sum(held.values())} | {count[product]} "
            f"| {row['year']} | {verdict} | {row['import_hhi']:.2f} "
            f"| {place(row['top_origin'])} {percent(row['top_origin_share'])} |"
        )
    return "\n".join(lines)


def _churns(found: Trial) -> str:
    lines = [
        "| year | compared | one year: on the list | entered | left | churn "
        "| two of three: on the list | entered | left | churn |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for once, lasting in zip(found.churn(lasting=False), found.churn(lasting=True), strict=True):
        if once.year < FIRST + 3:
            continue
        cells = [f"{once.year} | {once.compared}"]
        for c in (once, lasting):
            listed, entered, left = (len(x) for x in (c.stayed + c.entered, c.entered, c.left))
            cells.append(f"{listed} | {entered} | {left} | {c.rate:.2f}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _reverse(found: Trial) -> str:
    last = found.reverse.filter(pl.col("year") == LAST)
    depends = last.filter(pl.col("depends")).sort("imports", descending=True)
    lines = [
        f"Of {last.height} pairs of an importer and a code in {LAST}, {depends.height} depend on China; the largest:",
        "",
        "| importer | HS code | goods | imports, bn USD | from China | HHI |",
        "|---|---|---|---:|---:|---:|",
    ]
    for r in depends.head(8).iter_rows(named=True):
        goods = found.goods.get(r["product"], "")
        lines.append(
            f"| {place(r['importer'])} | {r['product']} | {goods} | {r['imports'] / 1e9:.1f} "
            f"| {percent(r['share'])} | {r['import_hhi']:.2f} |"
        )
    return "\n".join(lines)


def main(shared: Path) -> None:
    """Print the tables of the page."""
    print("\n\n".join(tables(shared)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
