"""Write the pages that come from the code and the catalogue: rules, remedies, sources, settings, tables, clusters.

``python docs/generate.py`` writes them; ``pages()`` and ``cluster_pages()`` give them as text, which a test compares
with what is there.
"""

from __future__ import annotations

import inspect
import json
import os
import pkgutil
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from chainmend import gaps, intake, remedy
from chainmend.chain.catalogue import load_catalogue
from chainmend.chain.drawing import draw_cluster
from chainmend.i18n import both
from chainmend.indicators.measure import registered
from chainmend.registry import Entry, Kind, entries
from chainmend.settings import Settings
from chainmend.settings_remedies import Order
from chainmend.tables import REQUIRED, TABLES
from chainmend.workflow import SCANS, STATES, TAKES, TRANSITIONS, action_name, state_name

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue, Chain, Cluster, Difficulty, Segment, Stage, Text

HERE = Path(__file__).parent / "reference"
CLUSTERS = HERE.with_name("clusters")
CATALOGUE = "hangzhou-296x"
NOTE = "<!-- Written by docs/generate.py from the code; changes made here are lost. -->\n\n"


def _load(package: Any) -> None:
    """Import every module below `package`, so that each registers what it holds."""
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)


def _prose(docstring: str | None) -> str:
    """A docstring as Markdown: double backticks become single ones, definition lists get their colon."""
    text = inspect.cleandoc(docstring or "").replace("``", "`")
    return re.sub(r"^(`\w+`)\n {4}", r"\1\n:   ", text, flags=re.M)


def _module(entry: Entry) -> Any:
    return inspect.getmodule(entry.function)


def _thresholds(entry: Entry) -> list[str]:
    """Settings of the group `thresholds` that the entry's module reads from its argument `t`."""
    known = type(Settings().thresholds).model_fields
    read = set(re.findall(r"\bt\.(\w+)", inspect.getsource(_module(entry))))
    return [name for name in known if name in read]


def _entry(entry: Entry) -> str:
    zh, en = entry.name
    lines = [f"## {en} {zh}", "", f"`{entry.id}`: {entry.doc}", ""]
    body = _prose(_module(entry).__doc__)
    rest = body.partition("\n\n")[2]
    if rest:
        lines += [rest, ""]
    if entry.needs:
        lines.append(f"- Tables it looks at: {', '.join(f'`{n}`' for n in entry.needs)}")
    thresholds = _thresholds(entry) if entry.kind == "rule" else []
    if thresholds:
        links = ", ".join(f"[`{n}`](settings.md#thresholds)" for n in thresholds)
        lines.append(f"- Thresholds: {links}")
    if entry.reference:
        lines.append(f"- Reference: {entry.reference}")
    return "\n".join(lines) + "\n"


def _indicator(entry: Entry) -> str:
    """An indicator: what it says, in which unit, from which tables, by which reference."""
    zh, en = entry.name
    text = inspect.cleandoc(entry.function.__doc__ or "").partition("\n\nExamples\n---")[0]
    lines = [f"## {en} {zh}", "", f"`{entry.id}`: {_prose(text)}", ""]
    lines.append(f"- Unit: {entry.unit if entry.unit != '1' else 'a pure number'}")
    lines.append(f"- Tables it needs: {', '.join(f'`{n}`' for n in entry.needs)}")
    if entry.resample:
        lines.append("- Interval: by drawing firms anew (`--interval`)")
    if entry.reference:
        lines.append(f"- Reference: {entry.reference}")
    return "\n".join(lines) + "\n"


def indicators_page() -> str:
    """Every registered indicator, by the module it lives in."""
    parts = [
        NOTE + "# Indicators",
        "What `chainmend indicators` computes. Every reading carries its unit, its scope, the tables it is from and how"
        " old the figures are; what is unknown stays unknown and says why. The functions behind take arrays and are"
        " used as a library: `from chainmend.indicators.specialisation import location_quotient`.",
    ]
    by_module: dict[str, list[Entry]] = {}
    for entry in registered():
        by_module.setdefault(_module(entry).__name__, []).append(entry)
    for name in sorted(by_module):
        title, _, rest = _prose(import_module(name).__doc__).partition("\n\n")
        parts.append(f"---\n\n*`{name}`* {title}" + (f"\n\n{rest}" if rest else ""))
        parts += [_indicator(entry) for entry in by_module[name]]
    return "\n\n".join(parts).rstrip() + "\n"


def _registered(kind: Kind, title: str, opening: str) -> str:
    return NOTE + f"# {title}\n\n{opening}\n\n" + "\n".join(_entry(e) for e in entries(kind))


def _bounds(metadata: list[Any]) -> str:
    """Range of a setting as it is written in the code: `>= 0`, `<= 1`."""
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    found = [
        f"{sign} {getattr(m, name)}" for m in metadata for name, sign in signs.items() if hasattr(m, name)
    ]
    return ", ".join(found)


def _default(value: Any) -> str:
    """A default in one cell; what is a table of its own stands on the page of remedies."""
    if isinstance(value, dict) and all(isinstance(v, int | float | str) for v in value.values()):
        return ", ".join(f"{key} {v}" for key, v in value.items())
    return "[table](remedies.md)" if isinstance(value, dict | tuple) else str(value)


def settings_page() -> str:
    """Every group of settings with default, range and meaning."""
    parts = [
        NOTE + "# Settings",
        "A YAML file given with `--settings`, or a variable such as `CHAINMEND_THRESHOLDS__TOP_SHARE=0.7`. A value"
        " out of its range and an unknown name are refused. A scan's manifest keeps the settings it ran with.",
    ]
    defaults = Settings()
    for name in type(defaults).model_fields:
        group = getattr(defaults, name)
        if not isinstance(group, BaseModel):
            continue
        rows = ["| setting | default | range | meaning |", "|---|---|---|---|"]
        for key, field in type(group).model_fields.items():
            rows.append(
                f"| `{key}` | {_default(field.default)} | {_bounds(field.metadata)} | {field.description or ''} |"
            )
        parts += [f"## {name}", _prose(type(group).__doc__), "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def _order(number: int, row: Order) -> str:
    """One row of the table of first remedies."""
    complex_ = "" if row.complex is None else "yes" if row.complex else "no"
    cells = (
        str(number),
        ", ".join(row.kinds),
        ", ".join(row.nearest),
        "" if row.readiness_most is None else str(row.readiness_most),
        "" if row.density_least is None else str(row.density_least),
        complex_,
        f"**{row.first}**",
        ", ".join(row.also),
        "<br>".join(row.why),
    )
    return f"| {' | '.join(cells)} |"


def remedies_page() -> str:
    """Every remedy with its parts, the table that says which comes first, and who leads."""
    chosen = Settings().remedies
    head = [
        "| row | kind of finding | nearest firm outside the city | readiness at most | density at least |"
        " more complex than the city | first | also | why |",
        "|---:|---|---|---:|---:|---|---|---|---|",
    ]
    rows = [_order(number, row) for number, row in enumerate(chosen.order, 1)]
    leads = ["| remedy | department | its id |", "|---|---|---|"]
    leads += [f"| {kind} | {' '.join(chosen.departments[d])} | `{d}` |" for kind, d in chosen.leads.items()]
    page = _registered(
        "remedy",
        "Remedies",
        "What can be done about a finding, and who or what is proposed for it. Every part of a score is 0..1 on an"
        " anchor of the [settings](settings.md#remedies); a part that is unknown is left out, named, and the weights of"
        " the others count for it. [The guide](../remedies.md) has examples.",
    )
    order = [
        "## Which remedy comes first",
        "The first row whose conditions all hold; an empty cell is no condition. What is unknown (such as a density"
        " without other cities) meets no condition.",
        "\n".join([*head, *rows]),
        "## Who leads",
        "\n".join(leads),
        "Both tables, the weights and the anchors are settings of the group `remedies`; a row of `order` is written"
        f" with the names {', '.join(f'`{name}`' for name in Order.model_fields)}.",
    ]
    return page.rstrip() + "\n\n" + "\n\n".join(order) + "\n"


def tables_page() -> str:
    """Every table contract with its columns."""
    parts = [
        NOTE + "# Tables",
        "Money is in the currency of the dataset, shares are in 0..1, codes are text. A file may leave out any"
        " column that may be empty."
        f" Only {', '.join(f'`{n}`' for n in REQUIRED)} is required; a scan says what the others would have told it.",
    ]
    for name, contract in TABLES.items():
        rows = ["| column | type | key | may be empty |", "|---|---|---|---|"]
        for key, column in contract.columns().items():
            primary = "yes" if column.primary_key else ""
            rows.append(f"| `{key}` | {column.dtype} | {primary} | {'yes' if column.nullable else ''} |")
        parts += [f"## {name}", _prose(contract.__doc__), "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def workflow_page() -> str:
    """The life of an entry: who moves it from where to where, and what scans do."""
    rows = ["| action | in state | to | roles | must be given |", "|---|---|---|---|---|"]
    for t in TRANSITIONS.values():
        sources = ", ".join(map(_state, t.sources))
        target = _state(t.target) if t.target else "stays"
        roles = ", ".join(t.roles) + (", where it is in charge" if t.holder else "")
        given = ", ".join(t.required)
        rows.append(
            f"| {_named(action_name(t.action))} `{t.action}` | {sources} | {target} | {roles} | {given} |"
        )
    scans = ["| a scan says | in state | to |", "|---|---|---|"]
    for s in SCANS.values():
        sources = "every other" if len(s.sources) == len(STATES) - 1 else ", ".join(map(_state, s.sources))
        scans.append(f"| {_named(action_name(s.event))} | {sources or 'new'} | {_state(s.target or '')} |")
    takes = ["| role | takes entries with the remedy |", "|---|---|"]
    takes += [f"| {role} | {', '.join(remedies)} |" for role, remedies in TAKES.items()]
    return "\n\n".join([
        NOTE + "# The life of an entry",
        "**Only a scan closes an entry**: when its finding is gone for two scans in a row. No line of the first table"
        " leads to closed. Every move is an event of the record, which is only added to; each event holds the hash of"
        " the one before, and `chainmend desk verify` finds the first that was changed.",
        "## What people do",
        "\n".join(rows),
        "## What scans do",
        "\n".join(scans),
        "## Who takes what",
        "\n".join(takes),
    ]) + "\n"  # fmt: skip


def api_description() -> str:
    """The description of the desk's API, as the desk gives it to programs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chainmend.desk.project.settings")
    import django

    django.setup()
    from chainmend.desk.api.description import described

    return json.dumps(described(), ensure_ascii=False, indent=1) + "\n"


def _named(pair: tuple[str, str]) -> str:
    return f"{pair[1]} {pair[0]}"


def _state(state: str) -> str:
    return _named(state_name(state))


def pages() -> dict[str, str]:
    """File name -> text of every generated page."""
    _load(gaps)
    _load(intake)
    _load(remedy)
    return {
        "rules.md": _registered(
            "rule",
            "Rules",
            "A rule looks at one segment in one scan. When it fires, the finding carries the numbers, the thresholds"
            " and the rows behind them; when a table it needs is missing, the scan says that it was not checked.",
        ),
        "sources.md": _registered(
            "source", "Sources", "What `chainmend import` reads and turns into a dataset."
        ),
        "remedies.md": remedies_page(),
        "indicators.md": indicators_page(),
        "settings.md": settings_page(),
        "tables.md": tables_page(),
        "workflow.md": workflow_page(),
        "openapi.json": api_description(),
    }


def _both(text: Text) -> str:
    return f"{text.zh} {text.en}"


def _cell(text: str) -> str:
    """Text of a table cell, in which a bar would begin the next one."""
    return text.replace("|", "\\|").replace("\n", " ")


def _words(text: str) -> str:
    """A word of ours in both languages."""
    return " ".join(both(text))


def _standing(cluster: Cluster) -> tuple[str, str]:
    """Tier and status of a name in words."""
    tiers = {"trillion": "trillion class", "hundred-billion": "hundred-billion class", "future": "future"}
    return _words(tiers[cluster.tier]), _words(cluster.status)


def _drawn(catalogue: Catalogue) -> list[Cluster]:
    """Clusters that have segments, in catalogue order."""
    return [c for c in catalogue.clusters if any(chain.segments for chain in c.chains)]


def _difficulty(difficulty: Difficulty) -> str:
    parts = []
    if difficulty.readiness is not None:
        parts.append(f"{difficulty.readiness} / 9")
    if difficulty.concentration is not None:
        parts.append(f"HHI {difficulty.concentration:g} ({difficulty.source})")
    if difficulty.reason:
        parts += [difficulty.reason.zh, difficulty.reason.en]
    return "<br>".join(_cell(p) for p in parts)


def _input(catalogue: Catalogue, here: str, source: str) -> str:
    """Link to the row of a segment, on this page or on that of its cluster."""
    segment = catalogue.segments[source]
    page = "" if segment.cluster_id == here else f"{segment.cluster_id}.md"
    return f"[{segment.name.zh}]({page}#{source})"


def _row(catalogue: Catalogue, segment: Segment) -> str:
    inputs = []
    for kind in ("essential", "substitutable", "irrelevant"):
        links = [_input(catalogue, segment.cluster_id, d.source) for d in segment.inputs if d.kind == kind]
        if links:
            inputs.append(f"{both(kind)[0]}：{'、'.join(links)}")
    cells = (
        f'<a id="{segment.id}"></a>**{segment.name.zh}**<br>{segment.name.en}<br>`{segment.id}`',
        f"{_cell(segment.what.zh)}<br>{_cell(segment.what.en)}",
        "<br>".join(segment.codes),
        "<br>".join(segment.hs),
        _difficulty(segment.difficulty),
        "<br>".join(inputs),
    )
    return f"| {' | '.join(cells)} |"


def _stage(catalogue: Catalogue, chain: Chain, stage: Stage) -> str:
    rows = [_row(catalogue, s) for s in chain.segments if s.stage == stage.id]
    head = [
        f"| 环节 segment | 是什么 what it is | {catalogue.code_system} | HS | 难度 difficulty | 投入 inputs |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([f"### {_both(stage.name)}", "", *head, *rows])


def _scope(catalogue: Catalogue, cluster: Cluster) -> list[str]:
    names = dict(catalogue.codes)
    note = [cluster.scope_note.zh, cluster.scope_note.en] if cluster.scope_note else []
    rows = [f"| {c.code} | {_cell(_both(names[c.code]))} | {c.share:g} |" for c in cluster.codes]
    head = [f"| {catalogue.code_system} | 名称 name | 计入比例 share |", "|---|---|---:|"]
    return ["## 口径 Scope", *note, *(["\n".join([*head, *rows])] if rows else [])]


def _cluster_page(catalogue: Catalogue, cluster: Cluster) -> str:
    """One cluster: its name and how surely it is known, its picture, its scope, its segments by stage."""
    tier, status = _standing(cluster)
    facts = [f"- 层级 tier: {tier}", f"- 名称状态 status of the name: {status} (`{cluster.status}`)"]
    if cluster.aliases:
        facts.append(f"- 又称 also: {'、'.join(cluster.aliases)}")
    parts = [
        f"---\nhide: [toc]\n---\n{NOTE}# {_both(cluster.name)}",
        "\n".join(facts),
        f"[![{_both(cluster.name)}]({cluster.id}.svg)]({cluster.id}.svg)",
        "点图看原尺寸。Click the picture for its full size.",
        *_scope(catalogue, cluster),
    ]
    for chain in cluster.chains:
        parts.append(f"## {_both(chain.name)}")
        parts += [_stage(catalogue, chain, stage) for stage in chain.stages]
    if cluster.sources:
        parts.append("## 来源 Sources")
        parts.append("\n".join(f"- `{key}`: {citation}" for key, citation in cluster.sources))
    return "\n\n".join(parts) + "\n"


def _overview(catalogue: Catalogue) -> str:
    rows = [
        "| 集群 cluster | 层级 tier | 状态 status | 环节 segments | 投入 inputs |",
        "|---|---|---|---:|---:|",
    ]
    for c in catalogue.clusters:
        segments = [s for chain in c.chains for s in chain.segments]
        name = f"[{_both(c.name)}]({c.id}.md)" if segments else _both(c.name)
        inputs = sum(len(s.inputs) for s in segments)
        rows.append(f"| {name} | {' | '.join(_standing(c))} | {len(segments) or ''} | {inputs or ''} |")
    opening = (
        f"The catalogue `{catalogue.id}`, version {catalogue.version}, codes of {catalogue.code_system}. Every name"
        " stands beside how surely it is known; [Writing a catalogue](../catalogue.md#how-surely-a-name-is-known) says"
        " what the words mean. In each picture stages run from left to right; a solid line is an essential input, a"
        " dashed one a substitutable input. `chainmend catalogue draw` draws the clusters of your own catalogue."
    )
    return "\n\n".join([f"{NOTE}# {_both(catalogue.name)}", opening, "\n".join(rows)]) + "\n"


def cluster_pages() -> dict[str, str]:
    """File name -> text of the page and the picture of every cluster with segments, and of the overview."""
    catalogue = load_catalogue(CATALOGUE)
    found = {"index.md": _overview(catalogue)}
    for cluster in _drawn(catalogue):
        found[f"{cluster.id}.md"] = _cluster_page(catalogue, cluster)
        found[f"{cluster.id}.svg"] = draw_cluster(catalogue, cluster.id)
    return found


if __name__ == "__main__":
    for folder, texts in ((HERE, pages()), (CLUSTERS, cluster_pages())):
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
