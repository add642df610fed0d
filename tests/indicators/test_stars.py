"""Stars of clusters: counted again region by region."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.indicators.few_firms import HOME, city_of

from chainmend.indicators.specialisation import location_quotient
from chainmend.indicators.stars import cluster_stars, stars


@given(hnp.arrays(np.float64, (20, 3), elements=st.integers(0, 30).map(float)).filter(np.any))
def test_at_most_a_tenth_of_the_regions_has_a_star_of_size_or_focus(x: np.ndarray) -> None:
    found = stars(x)
    q = location_quotient(x)
    assert (found.specialisation == (q >= 2)).all()
    for c in range(3):
        for stars_, value in ((found.size, x), (found.focus, x / np.maximum(x.sum(axis=1), 1)[:, None])):
            as_large = (value[:, c][:, None] <= value[:, c]).sum(axis=1)
            assert (stars_[:, c] == ((as_large <= 2) & (value[:, c] > 0))).all()
    assert set(np.unique(found.count)) <= {0, 1, 2, 3}


def test_nobody_is_in_the_largest_tenth_of_nine_regions() -> None:
    x = np.arange(1.0, 10)[:, None]
    assert not stars(x).size.any()
    assert stars(np.arange(1.0, 11)[:, None]).size.sum() == 1


def test_registered_stars_need_ten_regions() -> None:
    others = [{"city": f"{n:02}市", "segment": "ic.ip-cores", "output": 10.0} for n in range(9)]
    home = {"city": HOME, "segment": "ic.eda", "output": 5.0}
    found = {r.subject: r for r in cluster_stars(city_of([home, *others]))}
    assert found["ic.eda"].value == 3
    assert found["ic.eda"].note == (
        "专业化星、规模星、聚焦星",
        "star of specialisation, star of size, star of focus",
    )
    assert found["ic.ip-cores"].value == 0
    few = next(iter(cluster_stars(city_of([home, *others[1:]]))))
    assert few.value is None
    assert few.note is not None
    assert few.note[1] == "needs firms of at least ten regions; there are 9"
