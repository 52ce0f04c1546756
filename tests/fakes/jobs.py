"""A JobQueue that keeps what was asked for until a test runs it."""

from __future__ import annotations

from collections.abc import Callable

from attendance.adapters.job_log import run_logged


class FakeJobs:
    """`waiting` holds the ids of recordings, in the order in which their searches were asked for."""

    def __init__(self) -> None:
        self.waiting: list[str] = []
        self.sweeps_asked = 0
        self._search: Callable[[str], object] | None = None
        self._sweep: Callable[[], object] | None = None

    def bind(self, search: Callable[[str], object], sweep: Callable[[], object]) -> None:
        self._search, self._sweep = search, sweep

    def enqueue_search(self, recording_id: str) -> None:
        self.waiting.append(recording_id)

    def enqueue_sweep(self) -> None:
        self.sweeps_asked += 1

    def run_all(self) -> None:
        """Do what a worker would: sweep, then run the jobs one after the other."""
        assert self._search is not None
        assert self._sweep is not None
        search = self._search
        run_logged("The sweep", self._sweep)
        while self.waiting:
            recording_id = self.waiting.pop(0)
            run_logged(
                f"The search of recording {recording_id}", lambda recording_id=recording_id: search(recording_id)
            )
