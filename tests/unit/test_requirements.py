"""Each version is written once, in pyproject.toml; the lists are in step with it."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
FOUND = [path.relative_to(ROOT) for path in ROOT.rglob("requirements*.txt")]
LISTS = {path.as_posix() for path in FOUND if path.parts[0] not in (".venv", "build")}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script, which lies in no package."""
    spec = importlib.util.spec_from_file_location("requirements", ROOT / "deploy/requirements.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(project: dict[str, Any]) -> list[str]:
    """Every requirement that a person typed."""
    groups = [*project["optional-dependencies"].values(), *PROJECT["dependency-groups"].values()]
    return [*project["dependencies"], *(one for group in groups for one in group if isinstance(one, str))]


def test_each_version_is_written_once() -> None:
    names = [canonicalize_name(Requirement(line).name) for line in written(PROJECT["project"])]
    assert len(names) > 50
    assert sorted(names) == sorted(set(names))


def test_every_list_is_what_the_script_writes(script: ModuleType) -> None:
    assert set(script.lists(PROJECT)) == LISTS
    for path, text in script.lists(PROJECT).items():
        assert (ROOT / path).read_text() == text, f"{path} is not in step: make lists"


def test_every_name_of_a_part_or_a_list_is_a_dependency(script: ModuleType) -> None:
    dependencies = {script.name_of(line) for line in PROJECT["project"]["dependencies"]}
    ours = PROJECT["tool"]["rollcall"]
    for names in [*ours["parts"].values(), *(how.get("only", []) for how in ours["lists"].values())]:
        assert {script.name_of(name) for name in names} <= dependencies
