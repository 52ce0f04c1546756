"""Each version is written once, in pyproject.toml; the lists and the locks are in step with it."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from collections.abc import Iterator
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
LOCKS = {"requirements.lock": "requirements.txt", "requirements-dev.lock": "requirements-dev.txt"}
PLACES = [
    {"python_version": python[: python.rindex(".")], "python_full_version": python, "platform_machine": machine}
    for python in ("3.11.2", "3.12.1", "3.13.0")
    for machine in ("x86_64", "aarch64")
]


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


def requirements(path: str) -> Iterator[Requirement]:
    """Those of a list, and of those that it includes."""
    for line in (ROOT / path).read_text().splitlines():
        if line.startswith("-r "):
            yield from requirements((Path(path).parent / line[3:]).as_posix())
        elif line and not line.startswith("#"):
            yield Requirement(line)


def pinned(lock: str, place: dict[str, str]) -> dict[str, str]:
    """The versions that a lock means there, by name."""
    lines = re.findall(r"^([^\s#].*?) \\$", (ROOT / lock).read_text(), re.MULTILINE)
    means = [one for line in lines if (one := Requirement(line)).marker is None or one.marker.evaluate(place)]
    assert len({one.name for one in means}) == len(means)
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in means}


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


@pytest.mark.parametrize("place", PLACES, ids=lambda place: " ".join(place.values()))
@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_satisfies_its_list_everywhere(lock: str, place: dict[str, str]) -> None:
    versions = pinned(lock, place)
    for one in requirements(LOCKS[lock]):
        assert one.specifier.contains(versions[canonicalize_name(one.name)]), f"{one} is not in step: make lock"


@pytest.mark.parametrize("place", PLACES, ids=lambda place: " ".join(place.values()))
def test_the_tests_run_with_the_versions_that_a_site_gets(place: dict[str, str]) -> None:
    assert pinned("requirements.lock", place).items() <= pinned("requirements-dev.lock", place).items()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_a_lock_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = re.split(r"^(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)[1:]
    assert len(packages) > 40
    assert [one for one in packages if not re.search(r" \\\n    --hash=sha256:[0-9a-f]{64}", one)] == []
    assert "://" not in text
