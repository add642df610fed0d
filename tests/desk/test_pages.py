"""Every page that a role reaches by following links: headers, language, marks, and that no link of two firms leaks."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from babel.messages.pofile import read_po
from django.contrib.staticfiles import finders
from django.http import HttpResponse

from chainmend.desk.accounts.models import Organisation, User
from chainmend.desk.visibility import start_page

from .conftest import Whole
from .html import Element, read
from .matrix import COLUMNS, named, rows

FEW, MANY = 3, 12
"""Pages of one kind that are looked at; many of roles that may not know of supply links."""
LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "nobody": ("zh", "en"), "analyst": ("zh", "en"), "promoter": ("zh",), "scientist": ("en",), "district": ("zh",),
    "leader": ("zh", "en"), "chief": ("en",), "auditor": ("en",), "admin": ("zh", "en"),
}  # fmt: skip
KNOW_LINKS, KNOW_FIRMS = ("analyst", "auditor"), ("promoter", "district")
HAN = re.compile(r"[\u4e00-\u9fff]+")
WORDS = re.compile(r"[A-Za-z][A-Za-z'-]+(?:[ ,;:]+[A-Za-z'-]{2,})+")


@dataclass(frozen=True)
class Page:
    """What a role was answered in a language."""

    role: str
    language: str
    path: str
    answer: HttpResponse

    @cached_property
    def text(self) -> str:
        return self.answer.content.decode()

    @cached_property
    def tree(self) -> Element:
        return read(self.text)

    def __str__(self) -> str:
        return f"{self.path} ({self.role}, {self.language})"


def crawl(whole: Whole, role: str, language: str) -> Iterator[Page]:
    """Yield the pages that a role reaches from its first page and from the lines of the matrix."""
    client = whole.client(role, language)
    first = start_page(whole.people[role]) if role in whole.people else "/login/"  # type: ignore[index]
    told = [r.path(whole.things) for r in rows() if r.answers[role][0] == 200]
    left, seen, kinds = deque([first, *told]), set[str](), Counter[str]()
    most = FEW if role in KNOW_LINKS else MANY
    while left:
        path = left.popleft()
        if path in seen or (path not in told and kinds[named(path)] >= most):
            continue
        seen.add(path)
        kinds[named(path)] += 1
        answer = client.get(path)
        if answer.status_code in (301, 302):
            left.append(urljoin(path, answer.headers["Location"]))
        assert answer.status_code in (200, 302), (
            f"{role} is led to {path}, which answers {answer.status_code}"
        )
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            page = Page(role, language, path, answer)
            yield page
            links = (urljoin(path, a.attrs["href"]) for a in page.tree.all("a") if "href" in a.attrs)
            left.extend(link.partition("#")[0] for link in links if not link.startswith("#"))


@pytest.fixture(scope="module")
def _pages() -> dict[tuple[str, str], list[Page]]:
    return {}


@pytest.fixture
def pages(whole: Whole, _pages: dict[tuple[str, str], list[Page]]) -> list[Page]:
    """Every page of every role, asked for once."""
    for role in COLUMNS:
        for language in LANGUAGES[role]:
            if (role, language) not in _pages:
                _pages[role, language] = list(crawl(whole, role, language))
    return [p for found in _pages.values() for p in found]


def test_roles_reach_the_pages_of_their_rail(pages: list[Page]) -> None:
    kinds = {role: {named(p.path) for p in pages if p.role == role} for role in COLUMNS}
    assert {"atlas:cockpit", "atlas:chain", "atlas:segment", "worklist:list", "worklist:entry"} <= kinds[
        "chief"
    ]
    assert {"scans:data", "scans:run", "scans:rejected", "worklist:record"} <= kinds["auditor"]
    assert kinds["nobody"] == {"accounts:login"}
    assert not any(k.startswith(("worklist", "atlas", "scans")) for k in kinds["admin"])


def test_every_page_keeps_the_headers(pages: list[Page]) -> None:
    for page in pages:
        headers = page.answer.headers
        policy = dict(
            p.strip().split(" ", 1) for p in headers["Content-Security-Policy"].split(";") if p.strip()
        )
        assert policy["default-src"] == policy["frame-ancestors"] == policy["object-src"] == "'none'", str(
            page
        )
        assert {v for k, v in policy.items() if k.endswith("-src")} <= {"'none'", "'self'"}, str(page)
        assert headers["X-Content-Type-Options"] == "nosniff", str(page)
        assert headers["Referrer-Policy"] == "same-origin", str(page)
        assert headers["X-Frame-Options"] == "DENY", str(page)
        assert "no-store" in headers["Cache-Control"], str(page)
        assert {"private", "max-age=0"} & set(re.split(", *", headers["Cache-Control"])), str(page)
        assert headers["Content-Language"] == {"zh": "zh-CN", "en": "en"}[page.language], str(page)


def test_nothing_comes_from_outside_and_nothing_stands_inside(pages: list[Page]) -> None:
    sheets = set()
    for page in pages:
        for element in page.tree.walk():
            inside = [a for a in element.attrs if a == "style" or re.fullmatch(r"on\w+", a)]
            assert not inside, f"{page}: {element.tag} has {inside}"
            assert element.tag not in ("style", "base", "iframe", "object", "embed"), (
                f"{page}: <{element.tag}>"
            )
            for name in (
                "href",
                "src",
                "action",
                "formaction",
                "srcset",
                "poster",
                "xlink:href",
                "hx-get",
                "hx-post",
            ):
                parts = urlsplit(element.attrs.get(name, ""))
                assert parts[:2] == ("", ""), f"{page}: {name}={element.attrs.get(name)}"
            if element.tag == "script":
                assert element.attrs.get("src", "").startswith("/static/"), (
                    f"{page}: a script inside the page"
                )
            if element.tag == "link":
                sheets.add(element.attrs["href"].removeprefix("/static/"))
    assert len(sheets) >= 4
    for sheet in sheets:
        found = finders.find(sheet)
        assert found, sheet
        text = Path(str(found)).read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|url\(\s*['\"]?//|@import", text), sheet


def test_marks_of_a_page_are_its_own_and_everything_has_a_name(pages: list[Page]) -> None:
    for page in pages:
        ids = Counter(e.attrs["id"] for e in page.tree.walk() if "id" in e.attrs)
        assert [i for i, n in ids.items() if n > 1] == [], str(page)
        labels = {e.attrs["for"] for e in page.tree.all("label") if "for" in e.attrs and e.text}
        for element in page.tree.walk():
            named_by = element.attrs.get("aria-labelledby", "").split()
            assert set(named_by) <= set(ids), f"{page}: aria-labelledby {named_by}"
            assert set(element.attrs.get("aria-describedby", "").split()) <= set(ids), (
                f"{page}: {element.attrs}"
            )
            name = element.attrs.get("aria-label", "").strip() or named_by
            if element.tag in ("input", "select", "textarea"):
                hidden = element.attrs.get("type") in ("hidden", "submit", "button")
                inside = any(e.tag == "label" and e.text for e in element.above())
                assert hidden or name or inside or element.attrs.get("id") in labels, (
                    f"{page}: {element.attrs}"
                )
            if element.tag == "img":
                assert "alt" in element.attrs, f"{page}: {element.attrs}"
            if element.tag == "svg" and element.attrs.get("aria-hidden") != "true":
                titled = any(e.tag == "title" and e.text for e in element.parts if isinstance(e, Element))
                assert name or titled, f"{page}: a picture without a name: {element.attrs}"
            if element.tag in ("a", "button", "summary"):
                spoken = element.text or any(e.attrs.get("aria-label") for e in element.walk())
                assert spoken or name, f"{page}: {element.tag} without a name: {element.attrs}"


def test_every_page_has_one_headline_and_its_language(pages: list[Page]) -> None:
    for page in pages:
        root = next(page.tree.all("html"), None)
        if root is None:
            continue  # a part of a page that is asked for by itself
        assert root.attrs["lang"] == {"zh": "zh-CN", "en": "en"}[page.language], str(page)
        assert len(list(page.tree.all("h1"))) == len(list(page.tree.all("main"))) == 1, str(page)
        assert next(page.tree.all("h1")).text, str(page)
        assert next(page.tree.all("title")).text, str(page)


def data_names(whole: Whole) -> re.Pattern[str]:
    """Names that have no translation: of firms, institutes, places and organisations, as the data write them."""
    from chainmend.desk import scans

    view = scans.current()
    assert view is not None
    tables = view.dataset.tables
    names = {
        str(value)
        for table, columns in (
            ("firms", ("name", "city", "district", "province")),
            ("products", ("product",)),
            ("institutes", ("name", "city")),
            ("statistics", ("subject", "universe", "source")),
        )
        for column in columns
        for value in tables[table][column].drop_nulls().unique()
    }  # fmt: skip
    names |= {view.city, "示", "Firm"} | set(Organisation.objects.values_list("name", flat=True))
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))


def test_english_pages_hold_no_chinese_but_names_of_the_data(whole: Whole, pages: list[Page]) -> None:
    names = data_names(whole)
    wrong = set()
    for page in (p for p in pages if p.language == "en"):
        for element, text in page.tree.said():
            around = (element, *element.above())
            if not any(e.attrs.get("lang") == "zh-CN" for e in around) and HAN.search(names.sub("", text)):
                wrong.add(f"{named(page.path)}: {text[:120]}")
    assert not wrong, "\n" + "\n".join(sorted(wrong))


@pytest.fixture(scope="module")
def english(root: Path) -> tuple[set[str], list[str]]:
    """Texts that have a Chinese one, and the pieces of those with places for values."""
    texts, pieces = set(), []
    for part in sorted((root / "src/chainmend/locale/zh").glob("*.po")):
        with part.open("rb") as handle:
            for message in read_po(handle, locale="zh"):
                text = str(message.id)
                if not text or text == message.string:
                    continue
                texts.add(text)
                pieces += [p.strip() for p in re.split(r"\{\w*\}|%\(\w+\)s", text) if WORDS.search(p)]
    return texts, pieces


def test_chinese_pages_hold_no_english_that_has_a_chinese_text(
    pages: list[Page], english: tuple[set[str], list[str]]
) -> None:
    texts, pieces = english
    spoken = set(User.objects.values_list("username", flat=True))
    lines = {
        (named(page.path), text)
        for page in pages
        if page.language == "zh"
        for element, text in page.tree.said()
        if re.search("[A-Za-z]{3}", text)
        and not any(e.tag == "code" or e.attrs.get("lang") == "en" for e in (element, *element.above()))
    }
    wrong = {
        f"{name}: {text[:120]}"
        for name, text in lines
        if (text in texts and text not in spoken) or (WORDS.search(text) and any(p in text for p in pieces))
    }
    assert not wrong, "\n" + "\n".join(sorted(wrong))


class Links:
    """Which firm sells to which, and how names of firms are found in a text."""

    def __init__(self) -> None:
        import ahocorasick

        from chainmend.desk import scans

        view = scans.current()
        assert view is not None
        links = view.dataset.table("supply_links").select("supplier_id", "buyer_id").unique()
        self.pairs = {frozenset(pair) for pair in links.iter_rows()}
        self._names = ahocorasick.Automaton()
        for id, name in view.dataset.firms.select("firm_id", "name").iter_rows():
            for word in filter(None, (id, name)):
                self._names.add_word(word, id)
        self._names.make_automaton()

    def firms(self, text: str) -> set[str]:
        """Ids of the firms that a text names."""
        return {id for _end, id in self._names.iter_long(text)}

    def told(self, firms: set[str], about: set[str] | None = None) -> set[frozenset[str]]:
        """Pairs of a seller and a buyer among firms; of which one is in `about` where that is given."""
        return {p for p in self.pairs if p <= firms and (about is None or p & about)}


BLOCKS = ("tr", "li", "p", "h1", "h2", "h3", "h4", "dd", "dt", "option", "summary", "title", "a")


def leaks(tree: Element, role: str, links: Links) -> set[frozenset[str]]:
    """Pairs that a page tells a role.

    Those in one line of it, those with a firm that the page is about, and, for a role that sees no firms, any two that
    stand on it anywhere but among the candidates of remedies, which are named to who decides and say nothing of links.
    """

    def firms(*elements: Element) -> set[str]:
        return links.firms(" \n ".join(t for element in elements for _e, t in element.said()))

    told = set[frozenset[str]]()
    for element in tree.walk():
        if element.tag in BLOCKS:
            told |= links.told(firms(element))
    told |= links.told(firms(tree), about=firms(*tree.all("h1", "title")))
    if role in KNOW_FIRMS:
        return told
    named = Counter(f for e, t in tree.said() if not _candidate(e) for f in links.firms(t))
    return told | links.told(set(named))


def _candidate(element: Element) -> bool:
    return any({"cand", "cands"} & set(e.attrs.get("class", "").split()) for e in (element, *element.above()))


def test_no_page_tells_who_sells_to_whom(pages: list[Page]) -> None:
    links = Links()
    assert len(links.pairs) > 100
    wrong = [
        f"{page}: {sorted(map(sorted, found))[:3]}"
        for page in pages
        if page.role not in KNOW_LINKS and (found := leaks(page.tree, page.role, links))
    ]
    assert not wrong, "\n" + "\n".join(wrong[:20])


def test_who_sees_no_firms_reads_no_name_of_one_but_of_candidates_and_its_own(
    whole: Whole, pages: list[Page]
) -> None:
    links = Links()
    wrong = set()
    for page in (p for p in pages if p.role not in (*KNOW_LINKS, *KNOW_FIRMS)):
        own = {whole.people["leader"].organisation.firm_id}
        for element, text in page.tree.said():
            if not _candidate(element) and links.firms(text) - own:
                wrong.add(f"{named(page.path)} ({page.role}): {text[:120]}")
    assert not wrong, "\n" + "\n".join(sorted(wrong))


def test_no_file_tells_who_sells_to_whom(whole: Whole, pages: list[Page]) -> None:
    links, files = Links(), 0
    for role in (r for r in COLUMNS if r not in KNOW_LINKS):
        client = whole.client(role)
        for row in (r for r in rows() if r.answers[role][0] == 200):
            answer = client.get(row.path(whole.things))
            if not answer.headers["Content-Type"].startswith("text/html"):
                text, files = answer.content.decode(errors="replace"), files + 1
                for part in text.splitlines() if role in KNOW_FIRMS else [text]:
                    assert not links.told(links.firms(part)), f"{row.address} ({role})"
    assert files >= 8


def test_no_sentence_tells_the_share_of_one_firm(whole: Whole, pages: list[Page]) -> None:
    links = Links()
    wrong = {
        f"{named(page.path)} ({page.role}): {text[:120]}"
        for page in pages
        if page.role not in KNOW_LINKS
        for _element, text in page.tree.said()
        if re.search(r"\d ?%", text) and links.firms(text)
    }
    assert not wrong, "\n" + "\n".join(sorted(wrong))


@pytest.mark.parametrize(
    ("page", "who"),
    [
        ("<p>{a} sells to {b}</p>", {"promoter", "district", "chief"}),
        ("<table><tr><td>{a}</td><td>{b}</td></tr></table>", {"promoter", "district", "chief"}),
        ('<a data-name="{a}"><span title="{b}">1</span></a>', {"promoter", "district", "chief"}),
        ("<h1>{a}</h1><ul><li>{b}</li></ul>", {"promoter", "district", "chief"}),
        ("<ul><li>{a}</li><li>{b}</li></ul>", {"chief"}),
        ('<ol class="cands"><li>{a}</li><li>{b}</li></ol>', set()),
        ("<p>{a}</p>", set()),
    ],
)
def test_the_search_for_links_finds_them_where_they_may_stand(page: str, who: set[str], whole: Whole) -> None:
    links = Links()
    a, b = sorted(min(links.pairs, key=sorted))
    tree = read(page.format(a=a, b=b))
    assert {r for r in ("promoter", "district", "chief") if leaks(tree, r, links)} == who
