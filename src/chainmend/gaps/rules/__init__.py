"""The rules, one file each; importing this package registers them all.

A rule is a pure function ``(Segment, SegmentFacts, Facts, Thresholds) -> Hit | tuple of Hit | NotChecked | None`` under
``@register("rule", ...)``; a package that registers its own rule before a scan is heard like a built-in one.
"""

from chainmend.gaps.rules import (
    clustered_risk,
    declining,
    distress,
    fragile_segment,
    missing,
    outside_dependent,
    reported,
    single_source,
    systemic,
    technology,
    weak,
)

__all__ = [
    "clustered_risk",
    "declining",
    "distress",
    "fragile_segment",
    "missing",
    "outside_dependent",
    "reported",
    "single_source",
    "systemic",
    "technology",
    "weak",
]
