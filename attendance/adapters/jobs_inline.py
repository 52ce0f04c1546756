"""Searches at once, in the process that asks; for tests and small scripts."""

from __future__ import annotations

import threading
from collections.abc import Callable

from attendance.adapters.jobs_log import run_logged
from attendance.settings import Settings


def open_jobs(value: str, settings: Settings) -> InlineJobs:
    """The queue of the setting `inline`."""
    return InlineJobs()


class InlineJobs:
    """A JobQueue that is never longer than the one job that it runs."""

    def __init__(self) -> None:
        self._search: Callable[[str], object] | None = None
        self._sweep: Callable[[], object] | None = None

    def bind(self, search: Callable[[str], object], sweep: Callable[[], object]) -> None:
        self._search = search
        self._sweep = sweep

    def enqueue_search(self, recording_id: str) -> None:
        if self._search is None:
            raise RuntimeError("bind the jobs before one is enqueued")
        search = self._search
        run_logged(f"The search of recording {recording_id}", lambda: search(recording_id))

    def work(self, stop: threading.Event) -> None:
        """Sweep now and every minute until `stop` is set; there are no jobs left for it."""
        if self._sweep is None:
            raise RuntimeError("bind the jobs before the worker runs")
        while not stop.is_set():
            run_logged("The sweep", self._sweep)
            stop.wait(60)
