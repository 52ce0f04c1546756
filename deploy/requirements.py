"""Writes the requirement lists from pyproject.toml: `make lists`.

Each version is written once, in pyproject.toml; its table tool.rollcall.lists says what goes into which list.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def lists(project: dict[str, Any]) -> dict[str, str]:
    """The text of each list by its path."""
    return {path: _text(project, how) for path, how in project["tool"]["rollcall"]["lists"].items()}


def name_of(requirement: str) -> str:
    """As package indexes compare names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement)[0]).lower()


def _text(project: dict[str, Any], how: dict[str, Any]) -> str:
    head = f"# {how['about']}\n# Written by `make lists` from pyproject.toml; change it there.\n"
    return head + "".join(f"{line}\n" for line in _requirements(project, how))


def _requirements(project: dict[str, Any], how: dict[str, Any]) -> Iterator[str]:
    if "includes" in how:
        yield f"-r {how['includes']}"
    everything = project["project"]["dependencies"]
    yield from (line for line in everything if _is_in(line, project["tool"]["rollcall"]["parts"], how))
    for extra in how.get("extras", []):
        yield from project["project"]["optional-dependencies"][extra]
    for group in how.get("groups", []):
        yield from _group(project["dependency-groups"], group)


def _is_in(line: str, parts: dict[str, list[str]], how: dict[str, Any]) -> bool:
    if "only" in how:
        return name_of(line) in map(name_of, how["only"])
    return not any(name_of(line) in map(name_of, parts[part]) for part in how.get("without", []))


def _group(groups: dict[str, list[Any]], name: str) -> Iterator[str]:
    for one in groups[name]:
        if isinstance(one, str):
            yield one
        else:
            yield from _group(groups, one["include-group"])


if __name__ == "__main__":
    for path, text in lists(tomllib.loads((ROOT / "pyproject.toml").read_text())).items():
        (ROOT / path).write_text(text)
