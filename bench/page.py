"""Puts the tables of a run into docs/performance.md, between two comments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.report import render
from face_engine.errors import FaceEngineError

PAGE = Path(__file__).parents[1] / "docs/performance.md"
START = "<!-- bench: made by `python -m bench --write-docs` -->"
END = "<!-- bench: end -->"


def section(result: Mapping[str, Any]) -> str:
    """What stands between the comments."""
    return f"\n```text\n{render(result)}```\n"


def between(text: str) -> str:
    """What stands between the comments of the page.

    Raises
    ------
    FaceEngineError
        Where they are missing.
    """
    if START not in text or END not in text.partition(START)[2]:
        raise FaceEngineError("docs/performance.md has no place for the tables: its two bench comments are missing.")
    return text.partition(START)[2].partition(END)[0]


def with_section(text: str, result: Mapping[str, Any]) -> str:
    """The page with the tables of this result; raises as `between`."""
    between(text)
    before, _, rest = text.partition(START)
    return before + START + section(result) + END + rest.partition(END)[2]
