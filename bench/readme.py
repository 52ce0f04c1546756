"""Puts the table of a run into the README, between two comments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.report import render
from face_engine.errors import FaceEngineError

README = Path(__file__).parents[1] / "README.md"
START = "<!-- bench: made by `python -m bench --write-readme` -->"
END = "<!-- bench: end -->"


def section(result: Mapping[str, Any]) -> str:
    """What stands between the comments."""
    return f"\n```text\n{render(result)}```\n"


def between(text: str) -> str:
    """What stands between the comments of a README.

    Raises
    ------
    FaceEngineError
        Where they are missing.
    """
    if START not in text or END not in text.partition(START)[2]:
        raise FaceEngineError("README.md has no place for the table: its two bench comments are missing.")
    return text.partition(START)[2].partition(END)[0]


def with_section(text: str, result: Mapping[str, Any]) -> str:
    """The README with the table of this result; raises as `between`."""
    between(text)
    before, _, rest = text.partition(START)
    return before + START + section(result) + END + rest.partition(END)[2]
