"""Every package that a site, a function or a device needs is named with its licence, that of an extra too."""

import re
import tomllib
from itertools import chain
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]


def _named_in(lines: str, pattern: str) -> set[str]:
    return {name.lower() for name in re.findall(pattern, lines, re.MULTILINE)}


def test_no_package_is_missing_from_the_list_of_licences():
    needed = chain(_PROJECT["dependencies"], *_PROJECT["optional-dependencies"].values())
    named = _named_in((_ROOT / "THIRD_PARTY.md").read_text(), r"^\| ([\w-]+) \| \w")
    assert _named_in("\n".join(needed), r"^([\w-]+)") == named - {"package"}
