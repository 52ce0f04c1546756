"""Every link of the documentation leads somewhere, and every page is found from its index."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, anchors, is_relative, links, named, pages, target

_START = ROOT / "README.md"
_INDEX = DOCS / "README.md"


@pytest.mark.parametrize("page", pages(), ids=named)
def test_every_relative_link_leads_to_a_file_and_a_heading_of_it(page: Path) -> None:
    wrong = []
    for link in filter(is_relative, links(page)):
        file, heading = target(page, link), link.partition("#")[2]
        is_there = file.exists() and file.is_relative_to(ROOT)
        if not is_there or (heading and file.suffix == ".md" and heading not in anchors(file)):
            wrong.append(link)
    assert wrong == []


def test_every_page_of_the_documentation_is_linked_from_its_index() -> None:
    linked = {target(_INDEX, link) for link in filter(is_relative, links(_INDEX))}
    assert {named(page) for page in DOCS.rglob("*.md") if page != _INDEX} <= {named(page) for page in linked}


def test_every_page_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [_START]
    while waiting:
        page = waiting.pop()
        if page.suffix == ".md" and page not in reached:
            reached.add(page)
            waiting += [target(page, link) for link in filter(is_relative, links(page))]
    assert [named(page) for page in pages() if page not in reached] == []


def test_the_readme_is_one_that_is_read_to_its_end() -> None:
    assert 80 <= len(_START.read_text().splitlines()) <= 100
