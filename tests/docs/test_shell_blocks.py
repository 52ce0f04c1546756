"""What README.md and docs/ tell people to type can be typed, and ends well."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.docs.material import lay_out
from tests.docs.pages import DOCS, ROOT, Block, blocks, named
from tests.docs.typing_in import Scratch, type_page

# Its blocks set up services of a whole machine, which no test may do here; the shell reads them all the same.
_OF_THE_MACHINE = {DOCS / "operations.md"}
_PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
_BLOCKS = [block for page in _PAGES for block in blocks(page)]
_TYPED = [block for block in _BLOCKS if not block.not_typed and block.page not in _OF_THE_MACHINE]

_BEFORE = {"docs/devices.md": "flask --app website courses add CS101 --name Computing"}
"""What a page takes for done."""


@pytest.mark.parametrize("block", _BLOCKS, ids=lambda block: block.name)
def test_the_shell_understands_each_block(block: Block) -> None:
    done = subprocess.run(["bash", "-n"], check=False, input=block.text, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_there_are_blocks_to_type() -> None:
    assert {named(block.page) for block in _TYPED} >= {"README.md", "docs/command-line.md", "docs/devices.md"}


@pytest.mark.parametrize("block", _BLOCKS, ids=lambda block: block.name)
def test_a_remark_on_a_block_is_one_that_is_understood(block: Block) -> None:
    assert not block.remark or block.not_typed or block.until


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("page", sorted({block.page for block in _TYPED}), ids=named)
def test_each_block_of_the_page_ends_well(page: Path, tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    lay_out(scratch.folder)
    if before := _BEFORE.get(named(page)):
        scratch.type_in(before)
    type_page(scratch, [block for block in _TYPED if block.page == page])
