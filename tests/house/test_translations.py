"""The Chinese texts are complete, say the same as the English ones, and are set as an official would set them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po
from build_locale import compile_locale

HAN = r"[\u4e00-\u9fff]"


def literal(node: ast.expr) -> str | None:
    """The text of a string literal, None for anything that is computed."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def messages(source: str) -> Iterator[tuple[int, str | None]]:
    """(line, text) of every `_("...")` and `both("...")`; the text of a conditional counts for each branch."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "both"):
            first = node.args[0]
            branches = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
            for branch in branches:
                yield node.lineno, literal(branch)


def page_messages(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of every `translate` tag and `blocktranslate trimmed` block of a template, as Django looks it up."""
    for match in re.finditer(r"""\{% translate (?:"([^"]*)"|'([^']*)')""", source):
        yield source.count("\n", 0, match.start()) + 1, match[1] or match[2]
    for match in re.finditer(r"\{% blocktranslate\b([^%]*)%\}(.*?)\{% endblocktranslate %\}", source, re.S):
        assert "trimmed" in match[1].split(), f"blocktranslate without trimmed: {match[0]}"
        assert "{%" not in match[2], f"texts have one form in both languages: {match[0]}"
        text = " ".join(filter(None, map(str.strip, match[2].replace("%", "%%").splitlines())))
        yield (
            source.count("\n", 0, match.start()) + 1,
            re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", text),
        )


def on_pages(root: Path) -> dict[str, str]:
    """Every text of the templates that needs a translation -> where it stands."""
    return {
        text: f"{path.relative_to(root)}:{line}"
        for path in sorted((root / "src").rglob("*.html"))
        for line, text in page_messages(path.read_text("utf-8"))
    }


def marked(root: Path) -> dict[str, str]:
    """Every text of the product that needs a translation -> where it stands."""
    return on_pages(root) | {
        text: f"{path.relative_to(root)}:{line}"
        for path in sorted((root / "src").rglob("*.py"))
        for line, text in messages(path.read_text("utf-8"))
        if text
    }


@pytest.fixture(scope="module")
def chinese(root: Path) -> dict[str, str]:
    """English -> Chinese, of all parts."""
    out: dict[str, str] = {}
    for part in sorted((root / "src/chainmend/locale/zh").glob("*.po")):
        with part.open("rb") as handle:
            out |= {
                str(m.id): str(m.string) for m in read_po(handle, locale="zh", abort_invalid=True) if m.id
            }
    return out


def fields(text: str) -> set[str]:
    """Names of the placeholders in a text: `{x}` of the code, `%(x)s` of templates."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None} | set(
        re.findall(r"%\((\w+)\)s", text)
    )


def test_every_message_has_a_chinese_text(root: Path, chinese: dict[str, str]) -> None:
    assert {where: text for text, where in marked(root).items() if not chinese.get(text)} == {}


def test_every_chinese_text_belongs_to_a_message(root: Path, chinese: dict[str, str]) -> None:
    sources = "\n".join(p.read_text("utf-8") for p in sorted((root / "src").rglob("*.py")))
    known = set(marked(root)) | {
        node.value
        for node in ast.walk(ast.parse(sources.replace("from __future__ import annotations", "")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sorted(set(chinese) - known) == []


def test_placeholders_are_the_same_in_both_languages(chinese: dict[str, str]) -> None:
    assert {en: zh for en, zh in chinese.items() if fields(en) != fields(zh)} == {}


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("half-width punctuation after a Chinese character", HAN + r"[,;:?!()](?!//)"),
        ("half-width punctuation before a Chinese character", r"(?<![\w`\"'/{}])[,;:?!()]" + HAN),
        ("an exclamation mark", "[!！]"),
        ("no space between Chinese and a figure", f"{HAN}[0-9]|[0-9]{HAN}"),
        ("no space between Chinese and a Latin word", f"{HAN}[A-Za-z]|[A-Za-z]{HAN}"),
        ("a space inside Chinese text", f"{HAN} +{HAN}"),
        ("a space beside full-width punctuation", r" [，。；：？（）、]|[，。；：？（）、] "),
    ],
)
def test_chinese_is_set_properly(chinese: dict[str, str], fault: str, pattern: str) -> None:
    assert [zh for zh in chinese.values() if re.search(pattern, zh)] == [], fault


def part(folder: Path, name: str, *pairs: tuple[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
    body = "".join(f'\nmsgid "{en}"\nmsgstr "{zh}"\n' for en, zh in pairs)
    (folder / name).write_text(head + body, "utf-8")


def test_parts_are_merged_into_one_file(tmp_path: Path) -> None:
    import gettext

    part(tmp_path / "zh", "a.po", ("one", "一"), ("both", "共有"))
    part(tmp_path / "zh", "b.po", ("two", "二"), ("both", "共有"), ("untranslated", ""))
    with compile_locale(tmp_path / "zh").open("rb") as handle:
        merged = gettext.GNUTranslations(handle)
    assert [merged.gettext(t) for t in ("one", "two", "both", "untranslated")] == [
        "一",
        "二",
        "共有",
        "untranslated",
    ]


def test_two_translations_of_one_text_are_refused(tmp_path: Path) -> None:
    part(tmp_path / "zh", "a.po", ("one", "一"))
    part(tmp_path / "zh", "b.po", ("one", "壹"))
    with pytest.raises(ValueError, match=r"b\.po: 'one' is translated otherwise in a\.po"):
        compile_locale(tmp_path / "zh")


def test_the_search_for_messages_itself() -> None:
    source = "_('a')\nboth('b' 'c', x=1)\n_('d' if x else 'e')\n_(x)\nother('f')"
    assert sorted(messages(source), key=str) == sorted(
        [(1, "a"), (2, "bc"), (3, "d"), (3, "e"), (4, None)], key=str
    )


def test_the_search_for_messages_of_pages_itself() -> None:
    source = (
        "{% translate 'a' %}\n<p title=\"{% translate 'b' %}\">{% translate \"c\" as x %}\n"
        "{% blocktranslate trimmed with n=3 %}\n  {{ n }} of 100%\n  firms\n{% endblocktranslate %}"
    )
    assert list(page_messages(source)) == [(1, "a"), (2, "b"), (2, "c"), (3, "%(n)s of 100%% firms")]
