"""A cluster or a chain as an SVG: stages as columns, segments as boxes, what goes into what as lines.

Solid lines are essential, dashed ones substitutable, so that a grey print says the same as the screen. What comes from
segments outside the picture, or goes there, is a short stub with their number. No script and no font is fetched.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal

from chainmend.chain.columns import Grid, grid
from chainmend.chain.layout import Layout, Spot, layout
from chainmend.chain.lettering import width, wrap
from chainmend.chain.strokes import Frame, lines, number, stub
from chainmend.errors import CatalogueError
from chainmend.i18n import _, both

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue, Cluster, Text

Languages = Literal["both", "zh", "en"]

_WIDTH, _MARGIN = 1440.0, 28.0
_BOX, _GUTTER = 170.0, 46.0  # widest box, narrowest space between two columns
_COLUMNS, _PAD, _LANE, _GAP = 8, 8.0, 6.0, 13.0
_ZH, _EN, _STAGE, _SMALL = (12.5, 15.5), (10.0, 12.0), (13.0, 16.0), (10.5, 12.5)  # size and line height
_INK, _INK2, _LINE = "#14211d", "#3f4e49", "#b7c3be"
_STYLE = (
    'text{font-family:"PingFang SC","Noto Sans SC","Noto Sans CJK SC","Microsoft YaHei",Arial,sans-serif;fill:#14211d}'
    ".s{fill:#3f4e49}.t{font-weight:700}path{fill:none}.e{stroke:#3f4e49;stroke-width:1.2;opacity:.8}"
    ".u{stroke:#76857f;stroke-width:1;stroke-dasharray:3.5 3}"
    ".b{fill:#fff;stroke:#557c70;stroke-width:1.2}.o{fill:#eaefec;stroke:#76857f}.p{fill:#fff;stroke:#3f4e49}"
    ".a{fill:#3f4e49}.k{stroke:#14211d;stroke-width:1.5}"
)


@dataclass(frozen=True)
class _Head:
    """A heading from `left` to `right` and its lines of text."""

    band: int
    left: float
    right: float
    lines: tuple[tuple[str, tuple[float, float]], ...]


@dataclass(frozen=True)
class _Box:
    """The lines of text of one box, each with its size, and its height."""

    lines: tuple[tuple[str, tuple[float, float]], ...]
    height: float


def draw_cluster(
    catalogue: Catalogue,
    cluster: str,
    *,
    chain: str | None = None,
    outside: bool = False,
    languages: Languages = "both",
) -> str:
    """SVG of a cluster, or of one of its chains.

    Parameters
    ----------
    cluster, chain
        Ids; all chains of the cluster by default.
    outside
        Draw the other clusters that go into it or use it as boxes, instead of stubs with a number.
    languages
        Names in both languages, Chinese first, or in one.

    Raises
    ------
    CatalogueError
        If there is no such cluster or chain, or it has no segments.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> draw_cluster(load_catalogue("hangzhou-296x"), "embodied-intelligence")[:5]
    '<svg '
    """
    found = next((c for c in catalogue.clusters if c.id == cluster), None)
    chains = {c.id: c for c in found.chains if c.segments} if found else {}
    if found is None or not chains or chain not in (None, *chains):
        with_segments = [c.id for c in catalogue.clusters if any(x.segments for x in c.chains)]
        raise CatalogueError(
            _("nothing to draw in {id}").format(id=chain if chains else cluster),
            expected=_("one of: {ids}").format(ids=", ".join(chains or with_segments)),
        )
    ids = [s.id for c in chains.values() if chain in (None, c.id) for s in c.segments]
    most = _COLUMNS - 2 * outside
    shown = grid(catalogue, ids, outside=outside, most=most)
    frame = _frame(shown.columns)
    names = {id: s.name for id, s in catalogue.segments.items()} | {
        f"{side}{c.id}": c.name for c in catalogue.clusters for side in "<>"
    }
    boxes = {id: _box(names[id], languages, frame.box) for id in shown.place}
    heads = _heads(shown, frame, languages)
    plan = layout(
        catalogue,
        ids,
        outside=outside,
        most=most,
        sizes={id: box.height for id, box in boxes.items()},
        gap=_GAP,
        lane=_LANE,
        band_gap=_headroom(heads) + 50,
    )
    top = 84 + _headroom(heads) + (22 if len(plan.tops) > 1 else 0)
    end = top + plan.tops[-1] + plan.heights[-1]
    legend, height = _legend(plan, end + 34, languages)
    name = " ".join(text for text, _face in _named(found.name.pair, languages))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(_WIDTH)} {number(height)}"'
        f' width="{number(_WIDTH)}" height="{number(height)}" role="img" aria-label="{escape(name)}">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{number(_WIDTH)}" height="{number(height)}" fill="#fff"/>',
        *_title(
            found,
            chains[chain].name if chain and len(chains) > 1 else None,
            _counts(catalogue, ids),
            languages,
        ),
        *_headings(catalogue, plan, heads, top, languages),
        *lines(plan, frame, top),
        *(_segment(catalogue, plan, boxes[id], plan.spots[id], frame, top) for id in sorted(boxes)),
        *_stubs(catalogue, plan, frame, top),
        *legend,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _frame(columns: int) -> Frame:
    room = _WIDTH - 2 * _MARGIN
    box = min(_BOX, (room - (columns - 1) * _GUTTER) / columns)
    pitch = (room - box) / (columns - 1) if columns > 1 else 0.0
    return Frame(tuple(_MARGIN + n * pitch for n in range(columns)), box)


def _named(pair: tuple[str, str], languages: Languages) -> list[tuple[str, tuple[float, float]]]:
    """The names to show, the first large."""
    if languages == "both":
        return [(pair[0], _ZH), (pair[1], _EN)]
    return [(pair[0] if languages == "zh" else pair[1], _ZH)]


def _box(name: Text, languages: Languages, box: float) -> _Box:
    room = box - 2 * _PAD
    said = []
    for text, (size, step) in _named(name.pair, languages):
        found = wrap(text, size, room)
        fits = min(1.0, room / max(width(line, size) for line in found))  # a single word may be too long
        said += [(line, (size * fits, step)) for line in found]
    return _Box(tuple(said), sum(face[1] for _line, face in said) + 2 * _PAD - 2)


def _text(x: float, y: float, text: str, size: float, kind: str = "") -> str:
    extra = f' class="{kind}"' if kind else ""
    said = escape(text, quote=False)
    return f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}"{extra}>{said}</text>'


def _say(text: str, languages: Languages, **values: object) -> str:
    """A text of ours in the languages of the picture."""
    zh, en = both(text, **values)
    return f"{zh} {en}" if languages == "both" else zh if languages == "zh" else en


def _counts(catalogue: Catalogue, ids: list[str]) -> tuple[int, int, int]:
    """Segments, dependences among them, and those that lead from or to a segment outside."""
    chosen = set(ids)
    ends = [
        (d.source in chosen) + (d.target in chosen) for d in catalogue.dependences if d.kind != "irrelevant"
    ]
    return len(chosen), ends.count(2), ends.count(1)


def _title(
    cluster: Cluster, chain: Text | None, counts: tuple[int, int, int], languages: Languages
) -> Iterable[str]:
    """Name of the cluster, of the chain if it is one, how surely the name is known, and how much there is."""
    shown, inside, across = counts
    x = _MARGIN
    names = [cluster.name, *([chain] if chain else [])]
    for n, (text, _face) in enumerate(part for name in names for part in _named(name.pair, languages)):
        size = 16 if n else 24
        yield _text(x, 36, text, size, "s" if n else "t")
        x += width(text, size) + 14
    words = {
        "confirmed": "name confirmed by the city",
        "stated": "name stated by a source of the city",
        "unofficial": "name unofficial, to be confirmed",
        "open": "open slot",
    }
    yield _status(cluster.status, _MARGIN + 6, 57)
    counted = _say(
        "segments: {n}, dependences: {m} inside, {k} with the outside", languages, n=shown, m=inside, k=across
    )
    yield _text(_MARGIN + 18, 62, f"{_say(words[cluster.status], languages)}  ·  {counted}", 12.5, "s")


def _status(status: str, x: float, y: float) -> str:
    """Full dot confirmed, half dot stated, dotted ring unofficial, plain ring open."""
    dots = ' stroke-dasharray="2 2"' if status == "unofficial" else ""
    at = f'cx="{number(x)}" cy="{number(y)}" r="5" fill="{_INK2 if status == "confirmed" else "#fff"}"'
    mark = f'<circle {at} stroke="{_INK2}" stroke-width="1.5"{dots}/>'
    if status == "stated":
        mark += f'<path d="M{number(x)} {number(y - 5)}a5 5 0 0 0 0 10z" style="fill:{_INK2}"/>'
    return mark


def _heads(shown: Grid, frame: Frame, languages: Languages) -> list[_Head]:
    """Stages over the columns they take, and what stands before and after them."""
    outer = [(0, 0, 0, both("from other clusters"))] if shown.left else []
    end = shown.columns - 1
    outer += [(0, end, end, both("to other clusters"))] if shown.right else []
    found = []
    for band, first, last, pair in [
        *((h.band, h.first, h.last, h.name.pair) for h in shown.headings),
        *outer,
    ]:
        left, right = frame.lefts[first], frame.lefts[last] + frame.box
        texts = zip(_named(pair, languages), (_STAGE, _SMALL), strict=False)
        said = tuple((line, face) for (text, _f), face in texts for line in wrap(text, face[0], right - left))
        found.append(_Head(band, left, right, said))
    return found


def _headings(
    catalogue: Catalogue, plan: Layout, heads: list[_Head], top: float, languages: Languages
) -> Iterable[str]:
    """Rule and name of each stage; the name of each chain where there are several."""
    room = _headroom(heads)
    for band, start in enumerate(plan.tops):
        if len(plan.tops) > 1:
            name = catalogue.chains[plan.grid.bands[band]].name
            text = " ".join(text for text, _face in _named(name.pair, languages))
            yield _text(_MARGIN, top + start - room - 10, text, 15, "t")
    for head in heads:
        y = top + plan.tops[head.band] - room
        rule = f'x1="{number(head.left)}" x2="{number(head.right)}" y1="{number(y)}" y2="{number(y)}"'
        yield f'<line {rule} stroke="{_INK}" stroke-width="1.6"/>'
        y += 4
        for line, (size, step) in head.lines:
            y += step
            yield _text(head.left, y, line, size, "t" if size == _STAGE[0] else "s")


def _headroom(heads: list[_Head]) -> float:
    """Space from the rule of the stages to the first box."""
    return max(sum(face[1] for _line, face in head.lines) for head in heads) + 26


def _segment(catalogue: Catalogue, plan: Layout, box: _Box, spot: Spot, frame: Frame, top: float) -> str:
    x, y = frame.lefts[spot.column], top + spot.y - spot.size / 2
    outer = spot.id in plan.grid.left | plan.grid.right
    segment = catalogue.segments.get(spot.id)
    said = f"{segment.id}: {segment.what.zh} {segment.what.en}" if segment else spot.id[1:]
    title = escape(said, quote=False)
    parts = [
        f"<g><title>{title}</title>"
        f'<rect class="{"o" if outer else "b"}" x="{number(x)}" y="{number(y)}" width="{number(frame.box)}"'
        f' height="{number(spot.size)}" rx="3"/>'
    ]
    y += _PAD - 3
    for line, (size, step) in box.lines:
        y += step
        parts.append(_text(x + _PAD, y - 1, line, size, "" if step == _ZH[1] else "s"))
    return "".join([*parts, "</g>"])


def _stubs(catalogue: Catalogue, plan: Layout, frame: Frame, top: float) -> Iterable[str]:
    """How many segments outside the picture go into a segment, or take from it, at its upper corners."""
    counts: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    shown = plan.spots
    for d in catalogue.dependences if not (plan.grid.left or plan.grid.right) else ():
        if d.kind != "irrelevant" and (d.target in shown) != (d.source in shown):
            counts[(-1, d.target) if d.target in shown else (1, d.source)][d.kind] += 1
    for (side, id), found in sorted(counts.items()):
        spot = shown[id]
        x = frame.lefts[spot.column] + (frame.box if side > 0 else 0.0)
        yield stub(x, top + spot.y - spot.size / 2, side, sum(found.values()), found["essential"] > 0)


def _legend(plan: Layout, y: float, languages: Languages) -> tuple[list[str], float]:
    """What the marks mean, on as many lines as it takes, and where the picture ends."""
    at = f'y1="{number(y - 22)}" y2="{number(y - 22)}"'
    parts = [f'<line x1="{number(_MARGIN)}" x2="{number(_WIDTH - _MARGIN)}" {at} stroke="{_LINE}"/>']
    marks = [
        ('<path class="e" d="M0 -4h34"/>', 34, "essential input"),
        ('<path class="u" d="M0 -4h34"/>', 34, "substitutable input"),
    ]
    if not plan.grid.left and not plan.grid.right:
        marks += [
            (stub(17, -4, -1, 3, True), 26, "inputs from other clusters"),
            (stub(9, -4, 1, 3, True), 26, "segments of other clusters that use it"),
        ]
    if any(link.back for link in plan.links):
        marks.insert(2, ('<path class="k" d="M0 -4l7 -4m-7 4l7 4"/>', 8, "goes to an earlier stage"))
    x = _MARGIN
    for mark, long, text in marks:
        said = _say(text, languages)
        taken = long + 8 + width(said, 12)
        if x + taken > _WIDTH - _MARGIN:
            x, y = _MARGIN, y + 22
        said = _text(long + 8, 0, said, 12, "s")
        parts.append(f'<g transform="translate({number(x)} {number(y)})">{mark}{said}</g>')
        x += taken + 26
    return parts, y + 22
