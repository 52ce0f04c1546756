"""The JobQueue: work for later."""

from typing import Protocol


class JobQueue(Protocol):
    """Work that a worker does later. A lost job is found again by the sweep, so this is a hint, not the truth."""

    def enqueue_search(self, recording_id: str) -> None:
        """Ask a worker to search the recording."""
