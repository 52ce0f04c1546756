"""Writes the requirement lists from pyproject.toml: `make lists`, and `make lock` for what exactly is tested.

    python deploy/requirements.py [--lock]

Each version is written once, in pyproject.toml; its table tool.rollcall.lists says what goes into which list. With
--lock, uv then asks the package index for the newest versions that fit, with the hashes of their files.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {"requirements.lock": "requirements.txt", "requirements-dev.lock": "requirements-dev.txt"}
"""What is locked, and the list whose packages it pins; the later ones keep to the versions of the first."""


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


def lock(root: Path) -> None:
    """Pin the lists with hashes, for every Linux and Python that Rollcall runs on. Raises CalledProcessError."""
    first: list[str] = []
    for path, source in LOCKS.items():
        command = [sys.executable, "-m", "uv", "pip", "compile", "--no-config", "--quiet", "--upgrade", "--universal"]
        command += ["--python-version", "3.11", "--generate-hashes", "--no-annotate", "--no-emit-index-url"]
        command += ["--custom-compile-command", "make lock", "--output-file", path, *first, source]
        subprocess.run(command, check=True, cwd=root, env={**os.environ, "UV_NO_PROGRESS": "1"})  # noqa: S603 - ours
        first = first or ["--constraint", path]


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 1 where the package index gave no answer that fits."""
    parser = argparse.ArgumentParser(description="Write the requirement lists from pyproject.toml.")
    parser.add_argument("--lock", action="store_true", help="pin what is tested, too; needs uv and the package index")
    given = parser.parse_args(arguments)
    for path, text in lists(tomllib.loads((ROOT / "pyproject.toml").read_text())).items():
        (ROOT / path).write_text(text)
    if given.lock:
        try:
            lock(ROOT)
        except subprocess.CalledProcessError as failed:
            return int(failed.returncode)
    return 0


if __name__ == "__main__":
    sys.exit(main())
