"""Every page as a browser draws it: axe, width on phones, errors, keyboard; and pictures for people to look at.

``CHAINMEND_SCREENSHOTS=FOLDER`` writes a picture of every page in both languages at 1440, 1024 and 390 px.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chainmend.i18n import Language

from ..matrix import known, named
from .conftest import Visit, Visiting

LANGUAGES: tuple[Language, ...] = ("zh", "en")
OFFICE, TABLET, PHONE, SMALLEST = 1440, 1024, 390, 360
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
ALLOWED: Mapping[str, str] = {}
"""Rule of axe -> why what it finds is no fault; nothing so far."""
PAGES: Mapping[str, tuple[str, ...]] = {
    "": ("/login/",),
    "analyst": (
        "/", "/chains/{cluster}/", "/chains/{cluster}/?pull={made}", "/segments/{made}/",
        "/segments/{missing}/", "/list/", "/list/?view=closed&q=nothing", "/list/?cluster={cluster}",
        "/list/{new}/", "/list/{attract}/", "/data/", "/data/upload/", "/data/duty/firms/", "/data/1/",
        "/data/1/rejected/firms/", "/scans/", "/scans/1/", "/scans/schedule/", "/needs/", "/password/",
        "/my-work/", "/firms/", "/firms/{firm}/", "/placements/", "/placements/accuracy/", "/tokens/",
    ),
    "promoter": ("/list/{attract}/", "/targets/", "/my-work/"),
    "leader": ("/list/", "/needs/", "/list/{named}/", "/segments/{made}/", "/verify/", "/our-firm/"),
    "chief": ("/", "/list/{late}/", "/my-work/"),
    "auditor": ("/record/",),
    "admin": ("/people/", "/people/new/", "/people/1/", "/organisations/new/", "/organisations/1/", "/nothing/here/"),
}  # fmt: skip
"""Role -> pages that are looked at."""
OF_SCRIPTS = ("api",)
NO_PAGES = {
    "accounts:first", "firms:decide", "firms:draw", "firms:export", "firms:judge", "firms:segments", "firms:talk",
    "scans:mount", "worklist:judge", "worklist:remind",
    "accounts:logout", "accounts:language", "atlas:chains", "worklist:export", "worklist:assign", "worklist:move",
    "worklist:talk", "worklist:file", "worklist:record_download", "scans:rejected_file", "scans:ask",
    "scans:end_schedule", "scans:progress", "scans:cancel", "scans:manifest",
}  # fmt: skip
"""Addresses that answer with a file, a part of a page, or by leading on, or only while nobody has an account."""


def paths(me: Visit, role: str) -> list[str]:
    """The addresses of a role, with the things they name."""
    return [p.format(**me.desk.entries[me.language]) for p in PAGES[role]]


def wide(me: Visit) -> tuple[int, list[str]]:
    """How far the page reaches beyond the window, and what of it does."""
    found: Any = me.page.evaluate(
        """() => {
          const most = window.innerWidth, over = document.scrollingElement.scrollWidth - most;
          const out = over <= 0 ? [] : [...document.querySelectorAll('body *')].filter(e => {
            const at = e.getBoundingClientRect();
            return at.width && at.right > most + 1;
          }).slice(0, 5).map(e => e.tagName + '.' + (e.getAttribute('class') || '') + ' ' + e.textContent.slice(0, 30));
          return [over, out];
        }"""
    )
    return found[0], found[1]


def picture(me: Visit, role: str, path: str, width: int) -> None:
    """Write a picture where somebody asked for it."""
    folder = os.environ.get("CHAINMEND_SCREENSHOTS")
    if folder:
        name = "".join(c if c.isalnum() else "-" for c in path.strip("/")) or "start"
        file = Path(folder) / f"{role or 'nobody'}-{name}-{me.language}-{width}.png"
        me.page.screenshot(path=file, full_page=True)


@pytest.mark.parametrize("role", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_accessible_and_fit_every_window(role: str, language: Language, visit: Visiting) -> None:
    from axe_playwright_python.sync_playwright import Axe

    me = visit(role, language) if role else visit("chief", language, logged_in=False)
    if not role:
        me.go("/login/").locator(f"button[name=language][value={language}]").click()
    axe, wrong = Axe(), []
    for path in paths(me, role):
        me.expected = {404} if path.startswith("/nothing") else set()
        me.page.set_viewport_size({"width": OFFICE, "height": 900})
        me.go(path)
        assert me.page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]
        for width in (OFFICE, TABLET, PHONE, SMALLEST):
            me.page.set_viewport_size({"width": width, "height": 900})
            over, what = wide(me)
            if over > 0:
                wrong.append(f"{path} at {width} px is {over} px too wide: {what}")
            if width != SMALLEST:
                picture(me, role, path, width)
            if width == (OFFICE if language == "en" else PHONE):
                found = axe.run(me.page, options=AXE).response["violations"]
                wrong += [
                    f"{path} at {width} px: {v['id']}: {v['help']}: {n['html'][:200]} {n['failureSummary'][:300]}"
                    for v in found
                    if v["id"] not in ALLOWED
                    for n in v["nodes"][:3]
                ]
    assert not wrong, "\n".join(wrong)


def test_every_kind_of_page_is_looked_at(visit: Visiting) -> None:
    me = visit("chief", "zh", logged_in=False)
    seen = {named(p) for role in PAGES for p in paths(me, role) if not p.startswith("/nothing")}
    others = {n for n in known() if n.startswith(OF_SCRIPTS)}
    lacking = set(known()) - seen - NO_PAGES - others
    assert not lacking, f"add a page of each to PAGES, or to NO_PAGES if it is none: {sorted(lacking)}"


def reached(me: Visit, most: int = 400) -> list[dict[str, Any]]:
    """Press Tab until the page is through; what has the focus each time, with its place and whether it is seen."""
    places: list[dict[str, Any]] = []
    me.page.evaluate("() => { document.activeElement.blur(); window.scrollTo(0, 0); }")
    for _press in range(most):
        me.page.keyboard.press("Tab")
        at: Any = me.page.evaluate(
            """() => {
              const e = document.activeElement;
              if (!e || e === document.body) { return null; }
              const style = getComputedStyle(e), ring = e.querySelector(':scope > .ring');
              const drawn = ring ? getComputedStyle(ring) : style;
              return {order: e.placeOnPage, text: e.getAttribute('aria-label') || e.textContent.trim(),
                      ring: ring ? drawn.stroke !== 'none' && drawn.opacity !== '0'
                                 : style.outlineStyle !== 'none' && style.outlineWidth !== '0px'};
            }"""
        )
        if at is None:
            break
        places.append(at)
    return places


FOCUSABLE = """() => {
[...document.querySelectorAll('*')].forEach((e, place) => { e.placeOnPage = place; });
return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter(e => e.tabIndex >= 0 && !e.disabled && e.type !== 'hidden' && e.checkVisibility({visibilityProperty: true}))
  .map(e => e.placeOnPage);
}"""
"""What the keyboard has to reach, each by its place among all elements of the page."""


@pytest.mark.parametrize("path", ["/list/", "/chains/{cluster}/"])
def test_the_keyboard_reaches_everything_in_the_order_of_reading(path: str, visit: Visiting) -> None:
    me = visit("analyst", "zh")
    me.go(path.format(**me.desk.entries["zh"]))
    wanted: Any = me.page.evaluate(FOCUSABLE)
    places = reached(me)
    found = [p["order"] for p in places]
    assert len(found) > 60
    assert found == sorted(found)
    assert set(wanted) <= set(found)
    assert [p for p in places if not p["ring"]] == []
