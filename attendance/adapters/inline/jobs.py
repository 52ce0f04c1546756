"""Searches at once, in the process that asks; for tests and small scripts."""

from __future__ import annotations

from collections.abc import Callable

from attendance.adapters.job_log import run_logged
from attendance.settings import Settings


def open_jobs(value: str, settings: Settings) -> InlineJobs:
    """The queue of the setting `inline`."""
    return InlineJobs()


class InlineJobs:
    """A JobQueue that is never longer than the one job that it runs, and so needs no worker and no sweep."""

    def __init__(self) -> None:
        self._search: Callable[[str], object] | None = None
        self._sweep: Callable[[], object] | None = None

    def bind(self, search: Callable[[str], object], sweep: Callable[[], object]) -> None:
        self._search, self._sweep = search, sweep

    def enqueue_search(self, recording_id: str) -> None:
        if self._search is None:
            raise RuntimeError("bind the jobs before one is enqueued")
        search = self._search
        run_logged(f"The search of recording {recording_id}", lambda: search(recording_id))

    def enqueue_sweep(self) -> None:
        if self._sweep is None:
            raise RuntimeError("bind the jobs before one is enqueued")
        run_logged("The sweep", self._sweep)
