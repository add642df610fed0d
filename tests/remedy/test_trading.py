"""Sales to the city, ties and growth of firms outside, summed from links by hand."""

from __future__ import annotations

from tests.remedy.small import context, dataset

from chainmend.remedy.trading import SCHEMA, trading


def test_by_hand() -> None:
    """Columns: local buyers, fen sold to them, ties, fen sold the year before and in the last year."""
    links = context().links
    assert links is not None
    assert {r[0]: r[1:] for r in trading(links).rows()} == {
        "near": (1, 150_000_000, 0, 100_000_000, 150_000_000),
        "tokyo": (2, 800_000_000, 0, 800_000_000, 800_000_000),
        "far": (0, 0, 1, 0, 400_000_000),  # the shop buys of R as well
        "shop": (0, 0, 1, 0, 0),  # buys of R
        "small": (0, 0, 1, 0, 0),  # buys of R
    }


def test_without_links() -> None:
    assert context(dataset(links=None)).links is None
    none = context().links
    assert none is not None
    assert trading(none.head(0)).schema == SCHEMA
