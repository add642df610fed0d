"""Firms on segments: votes of products, code and scope text become weights that sum to one over a firm.

What is trusted, and how far:

1. a person's correction (``overrides``) stands alone;
2. products name segments by their terms (or HS codes); each counts with its share. Where the firm's industry code is
   among a segment's codes the vote counts double and the confidence rises: the code decides between segments that
   products alone would leave open;
3. a firm that the catalogue itself names as typical of a segment has half a vote there, divided over the segments
   that name it;
4. the industry code alone places a firm that lists no product we know, if at most three segments have that code:
   a code of many segments cannot tell them apart;
5. the business scope is heard last, where nothing else speaks, and with less confidence where products were listed.

Votes are summed in whole billionths, so that the result does not depend on the order of rows.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.chain.scope import bare_code, same_system
from chainmend.errors import DatasetError
from chainmend.i18n import _
from chainmend.placement.terms import TermIndex
from chainmend.placement.text import clauses, plain

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset

_PARTS = 1e9
_FORM = re.compile(
    r"(股份|集团)?(有限)?(责任)?公司$"
    r"|[\s,]+(ag|gmbh|gmbh & co\. kg|kg|se|sa|s\.a\.|srl|s\.r\.l\.|spa|s\.p\.a\.|sas|bv|b\.v\.|nv|n\.v\.|ab|a/s|oy|plc"
    r"|ltd\.?|limited|llc|inc\.?|corp\.?|co\., ltd\.?)$"
)
_bare = pl.col("industry_code").str.replace_all(r"^\s*[A-Z]|[.\s]", "")  # as `bare_code` does with one
_CODE_SEGMENTS = 3
_CONFIDENCE = {"product": 0.7, "named": 0.6, "code": 0.5, "text": 0.4, "agreed": 0.2}
_NAMED = 0.5
NOWHERE = "none"
SCHEMA = {
    "firm_id": pl.String,
    "segment_id": pl.String,
    "weight": pl.Float64,
    "confidence": pl.Float64,
    "basis": pl.String,
    "evidence": pl.String,
}
_VOTE = {
    "firm_id": pl.String,
    "segment_id": pl.String,
    "vote": pl.Float64,
    "why": pl.String,
    "basis": pl.String,
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
    by_code = _by_code(free, catalogue)
    votes = pl.concat([_by_product(dataset, free, catalogue, index), _by_name(free, catalogue)])
    products = _settle(votes, by_code)
    rest = free.join(products.select("firm_id").unique(), on="firm_id", how="anti")
    code = _settle(
        by_code.filter(pl.col("near") <= _CODE_SEGMENTS)
        .join(rest, on="firm_id", how="semi")
        .with_columns(basis=pl.lit("code")),
        None,
    )
    rest = rest.join(code.select("firm_id").unique(), on="firm_id", how="anti")
    listed = set(dataset.table("products")["firm_id"].unique().to_list())
    told = _settle(_by_text(rest, index), by_code).with_columns(
        confidence=pl.when(pl.col("firm_id").is_in(listed))
        .then(pl.col("confidence") / 2)
        .otherwise("confidence")
    )
    parts = [corrected, *(p.select(*SCHEMA) for p in (products, code, told))]
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


def _by_code(firms: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """firm_id, segment_id, vote, why, near: how many segments have the firm's code."""
    told = [(bare_code(code), s.id) for s in catalogue.segments.values() for code in s.codes]
    # class 3250 is all of group 325, and what a workbook makes of 32.50 is 32.5
    pairs = told + [(code[:3], s) for code, s in told if len(code) == 4 and code.endswith("0")]
    number = Counter(code for code, _segment in pairs)
    codes = pl.DataFrame(
        [(c, s, number[c]) for c, s in pairs],
        schema={"bare": pl.String, "segment_id": pl.String, "near": pl.Int64},
        orient="row",
    )
    return (
        firms.select("firm_id", "industry_code", bare=_bare)
        .drop_nulls()
        .join(codes, on="bare")
        .select(
            "firm_id", "segment_id", vote=1.0 / pl.col("near"), why=_why(code="industry_code"), near="near"
        )
    )


def _why(**columns: str) -> pl.Expr:
    return pl.struct(pl.col(c).alias(name) for name, c in columns.items()).struct.json_encode()


def _by_product(
    dataset: Dataset, firms: pl.DataFrame, catalogue: Catalogue, index: TermIndex
) -> pl.DataFrame:
    table = dataset.table("products").join(firms.select("firm_id"), on="firm_id", how="semi")
    names = table["product"].unique().sort().to_list()
    found = [
        (name, m.segment_id, m.term, 1.0 / len(matches))
        for name, matches in ((name, index.find(name)) for name in names)
        for m in matches
    ]
    matched = pl.DataFrame(
        found,
        schema={"product": pl.String, "segment_id": pl.String, "term": pl.String, "part": pl.Float64},
        orient="row",
    )
    equal = 1.0 / pl.len().over("firm_id")
    share = table.with_columns(
        share=pl.col("share").fill_null(pl.col("share").mean().over("firm_id").fill_null(equal))
    ).filter(pl.col("share") > 0)
    by_term = share.join(matched, on="product").select(
        "firm_id",
        "segment_id",
        vote=pl.col("share") * pl.col("part"),
        why=_why(product="product", term="term"),
    )
    silent = share.join(matched.select("product").unique(), on="product", how="anti").filter(
        pl.col("hs").is_not_null()
    )
    return pl.concat([by_term, _by_hs(silent, catalogue)]).with_columns(basis=pl.lit("product"))


def _by_name(firms: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Votes of the catalogue for the firms it names as typical of a segment."""
    pairs = [(plain(name), s.id) for s in catalogue.segments.values() for name in s.firms]
    number = Counter(name for name, _segment in pairs)
    named = pl.DataFrame(
        [(n, s, _NAMED / number[n], json.dumps({"named": n}, ensure_ascii=False), "named") for n, s in pairs],
        schema=["plain", *list(_VOTE)[1:]],
        orient="row",
    ).cast({"plain": pl.String, **{k: v for k, v in _VOTE.items() if k != "firm_id"}})
    names = firms["name"].unique().sort()
    known = pl.DataFrame(
        {"name": names, "plain": [_short(n) for n in names]}, schema_overrides={"plain": pl.String}
    )
    return firms.join(known, on="name").join(named, on="plain").select(*_VOTE)


def _short(name: str) -> str:
    """A firm's name without its legal form, as catalogues write it."""
    return _FORM.sub("", plain(name))


def _by_hs(products: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    pairs = [(hs, s.id) for s in catalogue.segments.values() for hs in s.hs]
    number = Counter(hs for hs, _segment in pairs)
    codes = pl.DataFrame(
        [(hs, s, 1.0 / number[hs]) for hs, s in pairs if number[hs] <= _CODE_SEGMENTS],
        schema={"hs6": pl.String, "segment_id": pl.String, "part": pl.Float64},
        orient="row",
    )
    return (
        products.with_columns(hs6=pl.col("hs").str.slice(0, 6))
        .join(codes, on="hs6")
        .select(
            "firm_id",
            "segment_id",
            vote=pl.col("share") * pl.col("part"),
            why=_why(product="product", hs="hs"),
        )
    )


def _by_text(firms: pl.DataFrame, index: TermIndex) -> pl.DataFrame:
    rows = []
    for firm, text in firms.select("firm_id", "scope_text").drop_nulls().sort("firm_id").iter_rows():
        for clause in clauses(text):
            matches = index.find(clause)
            rows += [
                (
                    firm,
                    m.segment_id,
                    1.0 / len(matches),
                    json.dumps({"text": clause[:80], "term": m.term}, ensure_ascii=False),
                    "text",
                )
                for m in matches
            ]
    return pl.DataFrame(rows, schema=_VOTE, orient="row")


def _settle(votes: pl.DataFrame, by_code: pl.DataFrame | None) -> pl.DataFrame:
    """Votes to weights, confidence and evidence."""
    if by_code is None:
        told = votes.with_columns(agreed=pl.lit(value=False))
    else:
        codes = by_code.select("firm_id", "segment_id", agreed=pl.lit(value=True))
        told = votes.join(codes, on=["firm_id", "segment_id"], how="left").with_columns(
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
