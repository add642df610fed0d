"""Firms on segments: votes of products, code and scope text become weights that sum to one over a firm.

What is trusted, and how far:

1. a person's correction (``overrides``) stands alone;
2. products name segments by their terms (or HS codes); each counts with its share, goods bought to be sold with a third
   of it, and a vote that stands alone among those of other chains with half of its own. Where the firm's industry
   code is among a segment's codes the vote counts double and the confidence rises: the code decides between segments
   that products alone would leave open. Where all that can be read is under 2 % of the sales and no code
   agrees, the products say nothing: a line of a register is not yet a business. Where the code is of a division
   that no segment of the catalogue has (banks, real estate), half of the sales must be read. Products of trades
   that no chain has speak against the others: where they are the greater part, and no code agrees, nothing is placed;
   where the business scope speaks of nothing else either, a sixth of the products is enough;
3. a firm that the catalogue itself names as typical of a segment has half a vote there, divided over the segments
   that name it;
4. the industry code alone places a firm that lists no product we know, if at most three segments have that code:
   a code of many segments cannot tell them apart;
5. the business scope is heard last, where nothing else speaks, a clause the less the later it stands, and with less
   confidence where products were listed; not where it, or a twentieth of the products, speaks of trades that no chain
   has.

Votes are summed in whole billionths, so that the result does not depend on the order of rows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.chain.scope import same_system
from chainmend.errors import DatasetError
from chainmend.i18n import _
from chainmend.placement import votes
from chainmend.placement.terms import TermIndex

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset

_PARTS = 1e9
_CONFIDENCE = {"product": 0.7, "named": 0.6, "code": 0.5, "text": 0.4, "agreed": 0.2}
NOWHERE = "none"
SCHEMA = {
    "firm_id": pl.String,
    "segment_id": pl.String,
    "weight": pl.Float64,
    "confidence": pl.Float64,
    "basis": pl.String,
    "evidence": pl.String,
}


def place(dataset: Dataset, catalogue: Catalogue) -> pl.DataFrame:
    """Place the firms of `dataset` on the segments of `catalogue`.

    Returns
    -------
    polars.DataFrame
        Sorted by firm_id, segment_id: weight (sums to one over a firm), confidence 0..1, basis (override, product,
        named, code or text), evidence (JSON: which product, term, code or clause). A firm without evidence has no row.

    Raises
    ------
    DatasetError
        If a correction names a segment that the catalogue does not have.
    """
    index = TermIndex(catalogue)
    corrected = _overrides(dataset, catalogue)
    free = dataset.table("firms").select("firm_id", "name", "industry_code", "scope_text")
    if not same_system(dataset, catalogue):  # codes of another system say nothing here
        free = free.with_columns(industry_code=pl.lit(None, pl.String))
    if dataset.has("overrides"):
        free = free.join(dataset.table("overrides").select("firm_id"), on="firm_id", how="anti")
    coded = votes.by_code(free, catalogue)
    told = pl.concat([votes.by_product(dataset, free, catalogue, index), votes.by_name(free, catalogue)])
    told = votes.together(told, catalogue)
    far = votes.afar(free, catalogue)
    other = votes.elsewhere(dataset, free, index)
    products = _settle(votes.weighty(told, coded, far, other), coded)
    rest = free.join(products.select("firm_id").unique(), on="firm_id", how="anti")
    code = _settle(
        coded.filter(pl.col("near") <= votes.CODE_SEGMENTS)
        .join(rest, on="firm_id", how="semi")
        .with_columns(basis=pl.lit("code")),
        None,
    )
    rest = rest.join(code.select("firm_id").unique(), on="firm_id", how="anti")
    away = other.filter(pl.col("elsewhere") >= votes.ELSEWHERE)["firm_id"].to_list()
    rest = rest.filter(~pl.col("firm_id").is_in([*far, *away]))
    listed = set(dataset.table("products")["firm_id"].unique().to_list())
    read = _settle(votes.by_text(rest, index), coded).with_columns(
        confidence=pl.when(pl.col("firm_id").is_in(listed))
        .then(pl.col("confidence") / 2)
        .otherwise("confidence")
    )
    parts = [corrected, *(p.select(*SCHEMA) for p in (products, code, read))]
    return pl.concat(parts).sort("firm_id", "segment_id")


def _overrides(dataset: Dataset, catalogue: Catalogue) -> pl.DataFrame:
    table = dataset.table("overrides").sort("firm_id", "segment_id")
    unknown = table.filter(~pl.col("segment_id").is_in([*catalogue.segments, NOWHERE]))
    if unknown.height:
        firm, segment = unknown.row(0)[:2]
        raise DatasetError(
            _("a correction places {firm} on the unknown segment {segment}").format(
                firm=firm, segment=segment
            ),
            expected=_("a segment of the catalogue {id}, or none").format(id=catalogue.id),
            where="overrides",
            do=_("see `chainmend catalogue show` for the ids"),
        )
    kept = table.filter(
        (pl.col("segment_id") != NOWHERE) & (pl.col("weight").is_null() | (pl.col("weight") > 0))
    )
    share = pl.col("weight").fill_null(pl.col("weight").mean().over("firm_id").fill_null(1.0))
    told = pl.struct("by", pl.col("date").cast(pl.String), "note").struct.json_encode()
    return kept.select(
        "firm_id",
        "segment_id",
        weight=share / share.sum().over("firm_id"),
        confidence=pl.lit(1.0),
        basis=pl.lit("override"),
        evidence=told,
    )


def _settle(given: pl.DataFrame, by_code: pl.DataFrame | None) -> pl.DataFrame:
    """Votes to weights, confidence and evidence."""
    if by_code is None:
        told = given.with_columns(agreed=pl.lit(value=False))
    else:
        codes = by_code.select("firm_id", "segment_id", agreed=pl.lit(value=True))
        told = given.join(codes, on=["firm_id", "segment_id"], how="left").with_columns(
            pl.col("agreed").fill_null(value=False)
        )
    parts = (pl.col("vote") * pl.when("agreed").then(2.0).otherwise(1.0) * _PARTS).round().cast(pl.Int64)
    summed = (
        told.with_columns(parts=parts, known=(pl.col("vote") * _PARTS).round().cast(pl.Int64))
        .group_by("firm_id", "segment_id")
        .agg(
            pl.col("parts").sum(),
            pl.col("known").sum(),
            pl.col("agreed").any(),
            pl.col("why").unique().sort().head(5),
            pl.col("basis").max(),  # products before the catalogue's word
        )
        .filter(pl.col("parts") > 0)
    )
    total = pl.col("parts").sum().over("firm_id")
    heard = (pl.col("known").sum().over("firm_id") / _PARTS).clip(0, 1)
    base = pl.col("basis").replace_strict(_CONFIDENCE, return_dtype=pl.Float64)
    sure = base + _CONFIDENCE["agreed"] * pl.col("agreed").cast(pl.Float64)
    alone = pl.when(pl.col("basis") == "code").then(1.0 / pl.len().over("firm_id")).otherwise(1.0)
    read = pl.when(pl.col("basis") == "product").then(0.5 + 0.5 * (2 * heard).clip(0, 1)).otherwise(1.0)
    return summed.with_columns(
        weight=pl.col("parts") / total,
        confidence=(sure * alone * read).round(6),  # less sure where most of a firm's sales could not be read
        evidence=pl.lit("[") + pl.col("why").list.join(",") + "]",
    ).select(*SCHEMA)


def explain(dataset: Dataset, catalogue: Catalogue, firm: str) -> dict[str, Any]:
    """Where one firm (by id or name) is placed and why, and which of its products name no segment.

    Raises
    ------
    DatasetError
        If no firm has that id or name; the message names similar ones.
    """
    from dataclasses import replace
    from difflib import get_close_matches

    firms = dataset.tables["firms"]
    found = firms.filter((pl.col("firm_id") == firm) | (pl.col("name") == firm))
    if found.is_empty():
        near = [n for n in firms["name"].to_list() if firm and firm in n][:5] or get_close_matches(
            firm, firms["name"], 5
        )
        raise DatasetError(
            _("no firm {firm}").format(firm=firm),
            expected=_("the id or the full name of a firm"),
            do=_("similar names: {names}").format(names=", ".join(near)) if near else None,
        )
    row = found.row(0, named=True)
    one = pl.col("firm_id") == row["firm_id"]
    names = ("firms", "products", "overrides")
    tables = {n: dataset.tables[n].filter(one) for n in names if n in dataset.tables}
    rows = place(replace(dataset, tables=tables), catalogue).sort("weight", descending=True).to_dicts()
    products = tables["products"]["product"].to_list() if "products" in tables else []
    index = TermIndex(catalogue)
    return {
        "firm_id": row["firm_id"],
        "name": row["name"],
        "industry_code": row["industry_code"],
        "placements": [
            r | {"name": catalogue.segments[r["segment_id"]].name.pair, "evidence": json.loads(r["evidence"])}
            for r in rows
        ],
        "corrected": bool(dataset.has("overrides") and tables["overrides"].height),
        "silent_products": [p for p in products if not index.find(p)],
    }
