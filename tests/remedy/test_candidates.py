"""What all remedies have in common: a limit only cuts, several segments at once are as one after another."""

from __future__ import annotations

import json

import polars as pl
import pytest
from tests.gaps.city import weights
from tests.remedy.small import context, dataset, talks

from chainmend.chain.catalogue import load_catalogue
from chainmend.demo import make_city
from chainmend.gaps.facts import segment_facts
from chainmend.placement.assign import place
from chainmend.remedy.candidates import SCHEMA, candidates, for_segments
from chainmend.remedy.context import Context
from chainmend.settings import Settings
from chainmend.tables import empty

KINDS = ("attract", "develop", "ally", "stock")


@pytest.fixture(scope="module")
def demo() -> Context:
    """A made-up city, some of whose firms (a local one too) are in talks."""
    data, catalogue, settings = make_city(firms=400, seed=3).now, load_catalogue("hangzhou-296x"), Settings()
    placed = place(data, catalogue)
    every = placed["firm_id"].unique().sort().gather_every(5)
    rows = [talks(f, segment="any") for f in every]
    table = pl.DataFrame(rows, schema=empty("talks").schema)
    data = type(data)(data.place, data.date, {**data.tables, "talks": table}, synthetic=True)
    facts = segment_facts(data, catalogue, placed, settings.thresholds)
    return Context(data, catalogue, placed, facts, settings)


@pytest.mark.parametrize("kind", KINDS)
def test_a_limit_only_cuts(demo: Context, kind: str) -> None:
    segments = sorted(demo.present["segment_id"].unique())[:40]
    everyone = for_segments(kind, segments, demo)
    assert everyone.height > 0
    for limit in (0, 1, 3):
        cut = everyone.filter(pl.col("rank").is_null() | (pl.col("rank") <= limit))
        assert for_segments(kind, segments, demo, limit).equals(cut)


@pytest.mark.parametrize("kind", KINDS)
def test_several_segments_are_as_one_after_another(demo: Context, kind: str) -> None:
    segments = sorted(demo.present["segment_id"].unique())[:6]
    together = for_segments(kind, segments, demo, 2)
    alone = pl.concat([for_segments(kind, [s], demo, 2) for s in segments])
    assert together.equals(alone)


@pytest.mark.parametrize("kind", KINDS)
def test_scores_and_parts_lie_in_0_to_1_and_every_row_has_a_reason(demo: Context, kind: str) -> None:
    segments = sorted(demo.present["segment_id"].unique())[:40]
    frame = for_segments(kind, segments, demo)
    assert frame["score"].is_between(0, 1).all()
    for row in frame.iter_rows(named=True):
        assert row["zh"]
        assert row["en"][0].isupper() or not row["en"][0].isalpha()
        assert all(v is None or 0 <= v <= 1 for v in json.loads(row["parts"]).values())
    ids = {*demo.talks["firm_id"]}
    assert (
        frame.filter(pl.col("candidate_id").is_in(sorted(ids)))["rank"].null_count()
        == frame.filter(pl.col("candidate_id").is_in(sorted(ids))).height
    )


def test_no_segment_no_rows() -> None:
    assert for_segments("attract", [], context()).is_empty()
    assert for_segments("attract", [], context()).schema == pl.Schema(SCHEMA)


def test_a_city_without_any_firm_on_a_segment() -> None:
    made = context(dataset(links=None), on={})
    assert weights({}).is_empty()
    for kind in KINDS:
        assert candidates(kind, "etcher", made).is_empty()
