"""The walk of a video in docs/architecture.md names what is there, in at most 25 steps that never climb back."""

from __future__ import annotations

import ast
import re

import pytest

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs/architecture.md").read_text("utf-8")
WALK = re.findall(r"^\| (\d+) \| (.*?) \| `([^`]+)` \|$", PAGE, re.MULTILINE)
EXAMPLES = re.findall(r"`((?:attendance|website|tests)/[\w/]+\.py)`", PAGE)


def _functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_walk_has_at_most_25_steps() -> None:
    assert [int(number) for number, *_ in WALK] == list(range(1, len(WALK) + 1))
    assert 10 < len(WALK) <= 25


@pytest.mark.parametrize(("number", "what", "path"), WALK, ids=[number for number, *_ in WALK])
def test_each_step_is_there(number: str, what: str, path: str) -> None:
    assert (ROOT / path).is_file()
    if path.endswith(".py"):
        (name, *_) = re.findall(r"`(\w+)`", what)
        assert name in _functions(path)


@pytest.mark.parametrize("path", sorted(set(EXAMPLES)))
def test_files_that_the_page_names_are_there(path: str) -> None:
    assert (ROOT / path).is_file()
