"""Asks the package index whether every requirement of a device, and all that those need, has a wheel for 64-bit ARM.

    python deploy/pi/check_wheels.py [REQUIREMENTS ...]

Without an argument it checks device_uploader's three lists. It asks for Python 3.11 on Raspberry Pi OS (Debian 12,
glibc 2.36, aarch64) from any machine, and installs nothing. What has no wheel would be compiled on the Pi, and is
listed last. Exit code 1 where there is any such thing, or versions clash; 2 where the index does not answer.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# pip has it wherever pip is, and nothing else need be installed to run this
from pip._vendor.packaging.markers import default_environment
from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.specifiers import SpecifierSet
from pip._vendor.packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LISTS = tuple(ROOT / f"device_uploader/requirements{part}.txt" for part in ("", "-sensor", "-speech"))
INDEX_AWAY = 2
PLATFORMS = [f"manylinux_2_{minor}_aarch64" for minor in range(17, 37)] + ["manylinux2014_aarch64", "linux_aarch64"]
PI: dict[str, str | AbstractSet[str]] = {
    **{name: str(value) for name, value in default_environment().items()},
    "platform_machine": "aarch64",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "python_version": "3.11",
    "python_full_version": "3.11.2",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "extra": "",
}


@dataclass(slots=True)
class Found:
    """Names and versions with their wheels, and the names of what has none."""

    wheels: dict[str, tuple[str, str]] = field(default_factory=dict)
    to_build: set[str] = field(default_factory=set)
    clashes: list[str] = field(default_factory=list)


def walk(requirements: list[Requirement]) -> Found:
    """One round of asking for each step away from the requirements."""
    found = Found()
    while requirements:
        wanted = merged(requirements, found)
        requirements = []
        for answer in ask(list(wanted.values()), found):
            metadata = answer["metadata"]
            file = answer["download_info"]["url"].rpartition("/")[2]
            found.wheels[canonicalize_name(metadata["name"])] = (metadata["version"], file)
            requirements += [one for text in metadata.get("requires_dist", []) if holds(one := Requirement(text))]
    return found


def merged(requirements: list[Requirement], found: Found) -> dict[str, Requirement]:
    """One of each that was not asked for yet; one that was must be of a version that is right here too."""
    wanted: dict[str, Requirement] = {}
    for one in requirements:
        name = canonicalize_name(one.name)
        if name in found.wheels:
            if not SpecifierSet(str(one.specifier)).contains(found.wheels[name][0], prereleases=True):
                found.clashes.append(f"{one} against {name} {found.wheels[name][0]}")
        elif name not in found.to_build:
            before = wanted.setdefault(name, one)
            before.specifier &= one.specifier
    return wanted


def holds(requirement: Requirement) -> bool:
    """Whether its marker means a Pi; pip itself would ask about the machine that it runs on."""
    return requirement.marker is None or requirement.marker.evaluate(PI)


def ask(wanted: list[Requirement], found: Found) -> list[dict[str, Any]]:
    """pip's answers. Where it refuses several at once, each is asked for alone, to know which one has no wheel."""
    if not wanted:
        return []
    answers = ask_pip(wanted)
    if answers is not None:
        return answers
    if len(wanted) == 1:
        found.to_build.add(canonicalize_name(wanted[0].name))
        return []
    return [answer for one in wanted for answer in ask([one], found)]


def ask_pip(wanted: list[Requirement]) -> list[dict[str, Any]] | None:
    """None where one of them has no wheel."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet"]
        command += ["--target", folder, "--report", str(report), "--only-binary", ":all:"]
        command += [
            "--python-version",
            "3.11",
            "--implementation",
            "cp",
            "--abi",
            "cp311",
            "--abi",
            "abi3",
            "--abi",
            "none",
        ]
        for platform in PLATFORMS:
            command += ["--platform", platform]
        command += [f"{one.name}{one.specifier}" for one in wanted]
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - names from requirements
        if done.returncode != 0:
            return None
        answers: list[dict[str, Any]] = json.loads(report.read_text())["install"]
        return answers


def index_answers() -> bool:
    """pip says the same of an index that is away as of a package without a wheel; of itself there is always one."""
    return ask_pip([Requirement("pip")]) is not None


def read_list(path: Path) -> list[Requirement]:
    """The requirements of a file, without its comments."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def main(arguments: list[str]) -> int:
    """0 where nothing has to be compiled and nothing clashes."""
    wrong = 0
    for path in [Path(one) for one in arguments] or LISTS:
        found = walk(read_list(path))
        if found.to_build and not index_answers():
            print("The package index does not answer: not even pip is found there. Nothing is known.", file=sys.stderr)
            return INDEX_AWAY
        print(f"{path.name}: {len(found.wheels)} packages with a wheel, {len(found.to_build)} without")
        for name, (version, file) in sorted(found.wheels.items()):
            kind = "any machine" if file.endswith("-any.whl") else "aarch64"
            print(f"  {name:42} {version:12} {kind}")
        for clash in found.clashes:
            print(f"  CLASH {clash}")
        for name in sorted(found.to_build):
            print(f"  {name:42} must be compiled on the Pi")
        wrong += len(found.to_build) + len(found.clashes)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
