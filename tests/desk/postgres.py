"""A PostgreSQL to throw away, for tests that skip where it is not installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from benchmarks.desking.cluster import Cluster, cluster, programs


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A cluster that runs, one for all tests; every test that leaves tables in it makes a database of its own."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: initdb and postgres, and for root a user postgres")
    with cluster() as made:
        yield made
