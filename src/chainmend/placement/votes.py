"""What speaks for a firm on a segment: products, the catalogue's own word, the industry code, the business scope.

Each function gives votes: firm_id, segment_id, vote, why (JSON), basis.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from chainmend.chain.scope import bare_code
from chainmend.placement.text import TRADED, clauses, plain

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.placement.terms import TermIndex

_FORM = re.compile(
    r"(股份|集团)?(有限)?(责任)?公司$"
    r"|[\s,]+(ag|gmbh|gmbh & co\. kg|kg|se|sa|s\.a\.|srl|s\.r\.l\.|spa|s\.p\.a\.|sas|bv|b\.v\.|nv|n\.v\.|ab|a/s|oy|plc"
    r"|ltd\.?|limited|llc|inc\.?|corp\.?|co\., ltd\.?)$"
)
_bare = pl.col("industry_code").str.replace_all(r"^\s*[A-Z]|[.\s]", "")  # as `bare_code` does with one
CODE_SEGMENTS = 3
"""A code of more segments than these cannot tell them apart."""
_NAMED = 0.5
_TRADED = 1 / 3
"""Goods bought to be sold again count a third: most of their price is the work of others."""
_HEARD = 0.02
"""Products that make up less than this share of a firm's sales do not place it alone."""
_HEARD_AFAR = 0.5
"""The same for a firm whose industry code is of a division that no segment has: a bank, an estate agent."""
AGAINST = 1.0
"""Products of segments place a firm alone from this multiple of its products of trades that no chain has."""
_ALONE = 5.0
"""The same where the business scope as well speaks of trades that no chain has, and of no segment."""
ELSEWHERE = 0.05
"""From this share of a firm's products of trades no chain has the business scope is not heard."""
_VOTE = {
    "firm_id": pl.String,
    "segment_id": pl.String,
    "vote": pl.Float64,
    "why": pl.String,
    "basis": pl.String,
}


def by_code(firms: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Votes of the industry code; `near` is how many segments have it."""
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


def by_product(dataset: Dataset, firms: pl.DataFrame, catalogue: Catalogue, index: TermIndex) -> pl.DataFrame:
    """Votes of products by the terms in their names, or by their HS codes where no term is known."""
    share = _shares(dataset, firms)
    names = share["product"].unique().sort().to_list()
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
    worth = pl.when(pl.col("product").str.contains(TRADED)).then(_TRADED).otherwise(1.0)
    by_term = share.join(matched, on="product").select(
        "firm_id",
        "segment_id",
        vote=pl.col("share") * pl.col("part") * worth,
        why=_why(product="product", term="term"),
    )
    silent = share.join(matched.select("product").unique(), on="product", how="anti").filter(
        pl.col("hs").is_not_null()
    )
    return pl.concat([by_term, _by_hs(silent, catalogue)]).with_columns(basis=pl.lit("product"))


def _shares(dataset: Dataset, firms: pl.DataFrame) -> pl.DataFrame:
    """Products of these firms with their shares, of unknown ones the mean of the firm's."""
    table = dataset.table("products").join(firms.select("firm_id"), on="firm_id", how="semi")
    equal = 1.0 / pl.len().over("firm_id")
    return table.with_columns(
        share=pl.col("share").fill_null(pl.col("share").mean().over("firm_id").fill_null(equal))
    ).filter(pl.col("share") > 0)


def elsewhere(dataset: Dataset, firms: pl.DataFrame, index: TermIndex) -> pl.DataFrame:
    """Products of trades no chain has that name no segment: firm_id, elsewhere (their share), only.

    `only` says whether the business scope speaks of such trades and of no segment either.
    """
    share = _shares(dataset, firms)
    read = {name: index.read(name) for name in share["product"].unique().sort().to_list()}
    far = [name for name, (matches, words) in read.items() if words and not matches]
    ours = share.filter(pl.col("product").is_in(far))
    found = ours.group_by("firm_id").agg(elsewhere=pl.col("share").sum().round(9))
    many = found.filter(pl.col("elsewhere") * _ALONE >= _HEARD)
    scopes = firms.select("firm_id", "scope_text").join(many, on="firm_id", how="semi").drop_nulls()
    only = [firm for firm, scope in scopes.iter_rows() if _only_elsewhere(scope, index)]
    return found.with_columns(only=pl.col("firm_id").is_in(only))


def _only_elsewhere(scope: str, index: TermIndex) -> bool:
    elsewhere = 0
    for clause in clauses(scope):
        matches, words = index.read(clause)
        if matches:
            return False
        elsewhere += words
    return elsewhere > 0


def together(votes: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Votes of one chain support each other: one that stands alone among those of other chains counts half."""
    chains = pl.DataFrame(
        [(s.id, s.chain_id) for s in catalogue.segments.values()],
        schema={"segment_id": pl.String, "chain_id": pl.String},
        orient="row",
    )
    beside = pl.col("vote").sum().over("firm_id", "chain_id") / pl.col("vote").sum().over("firm_id")
    near = votes.join(chains, on="segment_id")
    return near.with_columns(vote=pl.col("vote") * (1 + beside.round(9)) / 2).drop("chain_id")


def weighty(
    votes: pl.DataFrame, by_code: pl.DataFrame, afar: list[str], elsewhere: pl.DataFrame
) -> pl.DataFrame:
    """Votes of the firms of which enough is heard, or whose code agrees with one of the segments."""
    agreed = votes.join(by_code, on=["firm_id", "segment_id"], how="semi")["firm_id"].unique().to_list()
    heard = pl.col("vote").sum().over("firm_id").round(9)
    needed = pl.when(pl.col("firm_id").is_in(afar)).then(_HEARD_AFAR).otherwise(_HEARD)
    against = pl.when("only").then(_ALONE).otherwise(AGAINST) * pl.col("elsewhere")
    needed = pl.max_horizontal(needed, against.fill_null(0.0))
    told = votes.join(elsewhere, on="firm_id", how="left")
    return told.filter((heard >= needed) | pl.col("firm_id").is_in(agreed)).drop("elsewhere", "only")


def afar(firms: pl.DataFrame, catalogue: Catalogue) -> list[str]:
    """Firms whose industry code is of a division (its first two digits) that no segment has."""
    divisions = {bare_code(code)[:2] for s in catalogue.segments.values() for code in s.codes}
    known = firms.select("firm_id", "industry_code").drop_nulls() if divisions else firms.clear()
    codes = known["industry_code"].unique().to_list()
    far = [code for code in codes if bare_code(code) and bare_code(code)[:2] not in divisions]
    return known.filter(pl.col("industry_code").is_in(far))["firm_id"].to_list()


def by_name(firms: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Votes of the catalogue for the firms it names as typical of a segment."""
    pairs = [(_short(name), s.id, plain(name)) for s in catalogue.segments.values() for name in s.firms]
    number = Counter(short for short, _segment, _name in pairs)
    named = pl.DataFrame(
        [
            (short, s, _NAMED / number[short], json.dumps({"named": name}, ensure_ascii=False), "named")
            for short, s, name in pairs
        ],
        schema=["short", *list(_VOTE)[1:]],
        orient="row",
    ).cast({"short": pl.String, **{k: v for k, v in _VOTE.items() if k != "firm_id"}})
    names = firms["name"].unique().sort()
    known = pl.DataFrame(
        {"name": names, "short": [_short(n) for n in names]}, schema_overrides={"short": pl.String}
    )
    return firms.join(known, on="name").join(named, on="short").select(*_VOTE)


def _short(name: str) -> str:
    """A firm's name without its legal form, which some registers and catalogues write and others do not."""
    return _FORM.sub("", plain(name))


def _by_hs(products: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    pairs = [(hs, s.id) for s in catalogue.segments.values() for hs in s.hs]
    number = Counter(hs for hs, _segment in pairs)
    codes = pl.DataFrame(
        [(hs, s, 1.0 / number[hs]) for hs, s in pairs if number[hs] <= CODE_SEGMENTS],
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


def by_text(firms: pl.DataFrame, index: TermIndex) -> pl.DataFrame:
    """Votes of the clauses of business scopes that do not speak more of trades no chain has."""
    rows = []
    for firm, text in firms.select("firm_id", "scope_text").drop_nulls().sort("firm_id").iter_rows():
        told = [(clause, *index.read(clause)) for clause in clauses(text)]
        if sum(words for _c, _m, words in told) > sum(len(matches) for _c, matches, _w in told):
            continue
        named = [(clause, matches) for clause, matches, _words in told if matches]
        for place, (clause, matches) in enumerate(named, start=1):  # a firm says its main business first
            rows += [
                (
                    firm,
                    m.segment_id,
                    1.0 / len(matches) / place,
                    json.dumps({"text": clause[:80], "term": m.term}, ensure_ascii=False),
                    "text",
                )
                for m in matches
            ]
    return pl.DataFrame(rows, schema=_VOTE, orient="row")
