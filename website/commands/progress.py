"""Shows in the terminal how far long work is; nothing where stderr is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

from attendance.ports import Progress

_BAR = "{desc} {percentage:3.0f} % |{bar}| {elapsed} so far, {remaining} to go"


@contextmanager
def progress_bar(what: str) -> Iterator[Progress]:
    """A bar on stderr that is gone when the work is done."""
    with tqdm(total=1.0, desc=what, leave=False, disable=not sys.stderr.isatty(), bar_format=_BAR) as bar:

        def show(share: float) -> None:
            bar.n = min(1.0, share)
            bar.refresh()

        yield show
