"""Every package that a site, a function or a device needs is named with its licence."""

import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_LISTS = sorted(
    path
    for folder in (".", "lambda_face_search", "device_uploader")
    for path in (_ROOT / folder).glob("requirements*.txt")
    if path.name != "requirements-dev.txt"
)


def _named_in(lines: str, pattern: str) -> set[str]:
    return {name.lower() for name in re.findall(pattern, lines, re.MULTILINE)}


@pytest.mark.parametrize("path", _LISTS, ids=lambda path: str(path.relative_to(_ROOT)))
def test_no_package_is_missing_from_the_list_of_licences(path: Path):
    needed = _named_in(path.read_text(), r"^([\w-]+)")
    assert needed
    assert needed <= _named_in((_ROOT / "THIRD_PARTY.md").read_text(), r"^\| ([\w-]+) \| \w")
