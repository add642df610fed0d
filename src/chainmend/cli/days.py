"""What ``chainmend stress --days`` adds: when each segment stops, when it is back, and what was lost until then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chainmend.cli.losses import amount, more, sector_name
from chainmend.i18n import _, language
from chainmend.names import percent

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from chainmend.chain.model import Catalogue
    from chainmend.cli.output import Output
    from chainmend.fragility.path import CityPath, Course

_NEAR = 0.01  # within one per cent of normal counts as normal
_SAMPLES = 10


def path_json(path: CityPath, limit: int) -> dict[str, Any]:
    """The time path for machines; the series of clusters and segments are cut to `limit` as the tables are."""
    course = path.course
    return {
        "days": course.days,
        "stock_days": course.stock,
        "stop_days": course.stop,
        "recovery": course.recovery,
        "below": course.below,
        "notes": [*_assumptions(course)],
        "interval": list(path.interval) if path.interval else None,
        "city": _series(path, "city", 0)[0],
        "by_cluster": _series(path, "cluster_id", limit),
        "by_segment": _series(path, "sector", limit),
    }


def _series(path: CityPath, what: str, limit: int) -> list[dict[str, Any]]:
    series = path.of(what)
    daily = dict(zip(series.labels, series.relative.T.tolist(), strict=True))
    frame = path.by(what)
    rows = (frame.head(limit) if limit else frame).to_dicts()
    return [{**row, "daily": daily[row[what]]} for row in rows]


def tell_path(output: Output, chains: Catalogue, path: CityPath, limit: int, currency: str) -> None:
    """Print the time path: assumptions, the city, clusters and segments."""
    output.say()
    output.say(_("Day by day"), style="bold")
    for note in _assumptions(path.course):
        output.say(f"- {note}")
    _city(output, path, currency)
    clusters = {c.id: c.name[language()] for c in chains.clusters}
    _table(
        output, path, _("Days by cluster"), _("cluster"), "cluster_id", limit,
        lambda c: clusters[c] if c else _("on no cluster"), currency,
    )  # fmt: skip
    _table(
        output,
        path,
        _("Days by segment"),
        _("segment"),
        "sector",
        limit,
        lambda s: sector_name(chains, s),
        currency,
    )


def _assumptions(course: Course) -> list[str]:
    if course.stop is None:
        lasts = _("assumed: the stop goes on to the last day")
    elif course.recovery:
        lasts = _("assumed: the stop lasts {n} days, then capacity comes back within {m} days").format(
            n=course.stop, m=course.recovery
        )
    else:
        lasts = _("assumed: the stop lasts {n} days, then all capacity is back").format(n=course.stop)
    return [
        lasts,
        _("day 0 is the first day of the stop"),
        _("assumed: every firm holds {n:g} days of every input and refills within as many").format(
            n=course.stock
        ),
        _(
            "another model than the cascade above: stocks put losses off, other suppliers stand in only as far as "
            "they have capacity left; the losses need not agree"
        ),
    ]


def _city(output: Output, path: CityPath, currency: str) -> None:
    city = path.by("city").row(0, named=True)
    course = path.course
    if city["recovery_day"] == 0:
        output.say(_("The city stays within 1 % of its normal output on every day."))
    else:
        back = (
            _("It is not back to normal within {n} days.").format(n=course.days)
            if city["recovery_day"] is None
            else _("It is back to normal on day {n}.").format(n=city["recovery_day"])
        )
        output.say(
            _("The city makes least on day {n}: {share} of its normal output. {back}").format(
                n=city["lowest_day"], share=f"{city['lowest']:.1%}", back=back
            )
        )
    output.say(
        _("Lost in {days} days: {n} days of the city's output, {money}.").format(
            days=course.days, n=f"{city['days_lost']:.2f}", money=amount(city["lost"], currency)
        )
    )
    if path.interval:
        output.say(
            _("Mean of the drawn networks; nine of ten of them lose between {low} and {high} days.").format(
                low=f"{path.interval[0]:.2f}", high=f"{path.interval[1]:.2f}"
            )
        )
    share = path.of("city").relative[:, 0]
    every = max(1, -(-course.days // _SAMPLES))
    days = range(0, course.days, every)
    output.table(
        _("Output of the city, share of normal"),
        (_("day"), *(str(day) for day in days)),
        [("", *(f"{share[day]:.1%}" for day in days))],
        right=range(1, len(days) + 1),
    )


def _table(
    output: Output,
    path: CityPath,
    title: str,
    what: str,
    column: str,
    limit: int,
    name: Callable[[Any], str],
    currency: str,
) -> None:
    frame: pl.DataFrame = path.by(column)
    rows = frame.filter(frame["lowest"] < 1 - _NEAR)
    shown = rows.head(limit) if limit else rows
    if rows.is_empty():
        output.say(title, style="bold")
    else:
        _rows(output, path, title, what, column, shown, name, currency)
    more(output, rows.height - shown.height)
    if frame.height > rows.height:
        output.say(_("within 1 % of normal on every day: {n}").format(n=f"{frame.height - rows.height:,}"))


def _rows(
    output: Output,
    path: CityPath,
    title: str,
    what: str,
    column: str,
    shown: pl.DataFrame,
    name: Callable[[Any], str],
    currency: str,
) -> None:
    output.table(
        title,
        (
            what,
            _("lowest"),
            _("on day"),
            _("below {share} on day").format(share=percent(path.course.below)),
            _("back on day"),
            _("days of output lost"),
            _("lost"),
        ),
        [
            (
                name(r[column]),
                f"{r['lowest']:.1%}",
                str(r["lowest_day"]),
                _("never") if r["stop_day"] is None else str(r["stop_day"]),
                _("not yet") if r["recovery_day"] is None else str(r["recovery_day"]),
                f"{r['days_lost']:.1f}",
                amount(r["lost"], currency),
            )
            for r in shown.iter_rows(named=True)
        ],
        right=(1, 2, 3, 4, 5, 6),
    )
