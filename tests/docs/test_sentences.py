"""What the pages for users quote is what the site says: sentences of its errors, and the words on its pages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from attendance.languages import catalogue_path
from tests.docs.pages import DOCS, ROOT, cells

_ROOMS = ("attendance", "face_engine", "website", "run.py")
_VALUE = "…"
_QUOTING = ("troubleshooting.md", "photos.md")
_FOR_USERS = ("teachers.md", "admins.md")


def _sources(ending: str) -> Iterator[Path]:
    for room in _ROOMS:
        path = ROOT / room
        yield from [path] if path.is_file() and path.suffix == ending else sorted(path.rglob(f"*{ending}"))


def _with_dots(template: str) -> str:
    return re.sub(r"%\(\w+\)[srd]", _VALUE, template)


def _texts_of(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else _VALUE for part in node.values)


@cache
def _said() -> frozenset[str]:
    """Every text of the code, with dots for its values."""
    in_code = {text for source in _sources(".py") for text in _texts_of(source)}
    words = re.compile(r"_\(\s*\"((?:[^\"\\]|\\.)*)\"")
    plural = re.compile(r"ngettext\(\s*\"((?:[^\"\\]|\\.)*)\",\s*\"((?:[^\"\\]|\\.)*)\"")
    on_pages: set[str] = set()
    for page in _sources(".html"):
        text = page.read_text()
        on_pages |= set(words.findall(text)) | {one for both in plural.findall(text) for one in both}
    return frozenset(_with_dots(text) for text in in_code | on_pages)


def _is_said(sentence: str) -> bool:
    """Dots stand for at least one letter of the template."""
    quoted = re.compile(".+?".join(re.escape(part) for part in sentence.split(_VALUE)), re.DOTALL)
    return any(quoted.fullmatch(text) for text in _said())


def _quoted() -> list[str]:
    return [row[0] for page in _QUOTING for row in cells(DOCS / page)]


@pytest.mark.parametrize("sentence", _quoted())
def test_every_quoted_sentence_is_one_of_the_code(sentence: str) -> None:
    assert _is_said(sentence)


def test_there_are_sentences_to_look_at() -> None:
    assert len(_quoted()) > 50


@pytest.mark.parametrize("page", _FOR_USERS)
def test_bold_words_of_the_pages_for_users_are_words_of_the_sites_pages(page: str) -> None:
    texts = {re.sub(rf"^{_VALUE} ", "", text).rstrip(_VALUE).lower() for text in _said()}
    bold = re.findall(r"\*\*([^*\n]+)\*\*", (DOCS / page).read_text())
    assert [words for words in bold if words.rstrip(_VALUE).lower() not in texts] == []


def test_the_page_for_korean_teachers_names_what_the_pages_say_in_korean():
    page = (DOCS / "teachers-ko.md").read_text("utf-8")
    said = re.findall(r'^msgstr(?:\[0\])? "(.*)"$', catalogue_path("ko").read_text("utf-8"), re.MULTILINE)
    bold = [" ".join(words.split()) for words in re.findall(r"\*\*(.+?)\*\*", page, re.DOTALL)]
    assert len(bold) > 20
    assert [words for words in bold if words not in {one.rstrip("…") for one in said}] == []
