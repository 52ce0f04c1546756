"""How much time a call has left, so that work is put down in order before Lambda breaks it off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

SPARE_S = 30.0
"""What is left for letting go: a search stops at its next picture."""


class Deadline:
    """The end of one call. `remaining_ms` tells the milliseconds until Lambda ends it."""

    def __init__(self, remaining_ms: Callable[[], int]) -> None:
        self._remaining_ms = remaining_ms

    @classmethod
    def of(cls, context: Any) -> Deadline:
        """That of the context that Lambda gives to a handler."""
        return cls(context.get_remaining_time_in_millis)

    def left_s(self) -> float:
        """Seconds for work, without those that are spared."""
        return self._remaining_ms() / 1000 - SPARE_S

    def is_near(self) -> bool:
        """Whether work must stop now."""
        return self.left_s() <= 0
