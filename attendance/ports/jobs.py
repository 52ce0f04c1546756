"""The JobQueue: work for later."""

from collections.abc import Callable
from typing import Protocol


class JobQueue(Protocol):
    """Work that a worker does later. A lost job is found again by the sweep, so this is a hint, not the truth."""

    def bind(self, search: Callable[[str], object], sweep: Callable[[], object]) -> None:
        """Say what the jobs do: search a recording by id, and sweep up what was left lying. Called once by bootstrap."""

    def enqueue_search(self, recording_id: str) -> None:
        """Ask a worker to search the recording."""
