"""Says what the bench is doing, and since when."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

_PROGRESS_EVERY_S = 5.0


@dataclass(frozen=True)
class Log:
    """Lines with the seconds since the start in front; child processes may write to it too."""

    started_s: float = field(default_factory=time.monotonic)

    @property
    def elapsed_s(self) -> float:
        """Since the start."""
        return time.monotonic() - self.started_s

    def say(self, text: str) -> None:
        """Print one line at once."""
        print(f"[{self.elapsed_s:6.1f} s] {text}", flush=True)

    def progress(self, name: str) -> Callable[[float], None]:
        """A callback that says how much (0 to 1) of something long is done, every few seconds."""
        last_s = time.monotonic()

        def report(share: float) -> None:
            nonlocal last_s
            if time.monotonic() - last_s >= _PROGRESS_EVERY_S:
                last_s = time.monotonic()
                self.say(f"{name}: {share:.0%}")

        return report
