"""The rules, one file each; importing this package registers them all.

A rule is a pure function ``(Segment, SegmentFacts, Facts, Thresholds) -> Hit | NotChecked | None`` under
``@register("rule", ...)``; a package that registers its own rule before a scan is heard like a built-in one.
"""

from chainmend.gaps.rules import missing, outside_dependent, single_source, weak

__all__ = ["missing", "outside_dependent", "single_source", "weak"]
