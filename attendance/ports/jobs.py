"""The JobQueue: work for later."""

import threading
from collections.abc import Callable
from typing import Protocol, runtime_checkable


class JobQueue(Protocol):
    """Work that a worker does later. A lost job is found again by the sweep, so this is a hint, not the truth."""

    def bind(self, search: Callable[[str], object], sweep: Callable[[], object]) -> None:
        """Say what the jobs do: search a recording by id, and sweep up what was left lying. Called by bootstrap."""

    def enqueue_search(self, recording_id: str) -> None:
        """Ask a worker to search the recording."""

    def enqueue_sweep(self) -> None:
        """Ask a worker to sweep soon, because something has just happened that is to be followed up."""


@runtime_checkable
class WorkedQueue(JobQueue, Protocol):
    """A queue that needs a worker process of ours."""

    def run_worker(self, stop: threading.Event) -> None:
        """Sweep at once and again and again, and run one job after the other, until `stop` is set."""
