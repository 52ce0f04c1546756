"""Shows in the terminal how far long work is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

from attendance.ports import Progress

_COUNTING_BAR = "{desc} {n_fmt} of {total_fmt} |{bar}| {elapsed} so far, {remaining} to go"
_LINES = 10
_BAR = "{desc} {percentage:3.0f} % |{bar}| {elapsed} so far, {remaining} to go"


@contextmanager
def progress_bar(what: str) -> Iterator[Progress]:
    """A bar on stderr that is gone when the work is done; nothing where stderr is no terminal."""
    with tqdm(total=1.0, desc=what, leave=False, disable=not sys.stderr.isatty(), bar_format=_BAR) as bar:

        def show(share: float) -> None:
            bar.n = min(1.0, share)
            bar.refresh()

        yield show


@contextmanager
def counting_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """For work of countable things: a bar on stderr, or where that is no terminal a plain line for each tenth."""
    if not sys.stderr.isatty():
        yield _PlainLines(what)
        return
    with tqdm(desc=what, leave=False, bar_format=_COUNTING_BAR) as bar:

        def show(done: int, total: int) -> None:
            if bar.total is None:
                bar.initial = done  # what an earlier call did says nothing of this one's speed
            bar.total, bar.n = total, done
            bar.refresh()

        yield show


class _PlainLines:
    """For logs and pipes."""

    def __init__(self, what: str) -> None:
        self._what, self._shown = what, (-1, 0)

    def __call__(self, done: int, total: int) -> None:
        tenth = done * _LINES // max(total, 1)
        if (tenth, total) != self._shown:
            self._shown = tenth, total
            print(f"{self._what} {done} of {total}", file=sys.stderr, flush=True)
