"""Counts in the memory of this process: requests of devices, and tries where it is the only web process."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field

from limits.storage import MemoryStorage

_SWEEP_EVERY_S = 60.0


@dataclass
class _Window:
    length_s: int
    hits: deque[float] = field(default_factory=deque)  # the oldest first

    def forget_old(self, now: float) -> None:
        while self.hits and self.hits[0] < now - self.length_s:
            self.hits.popleft()


class MemoryCounts(MemoryStorage):
    """The library's store in memory, with moving windows of its own.

    The library's start a thread for every hit, and two hits at once may start the same one, which is an error
    (https://github.com/alisaifee/limits/pull/352, in none of its releases up to 5.8).
    """

    def __init__(self) -> None:
        super().__init__()
        self._turn = threading.Lock()
        self._windows: dict[str, _Window] = {}
        self._swept_at = time.time()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` hits, unless that would be more than `limit` in `expiry` seconds."""
        with self._turn:
            now = time.time()
            if now - self._swept_at >= _SWEEP_EVERY_S:
                self._sweep(now)
            window = self._windows.setdefault(key, _Window(expiry))
            window.forget_old(now)
            if len(window.hits) + amount > limit:
                return False
            window.hits.extend([now] * amount)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """The oldest hit of the last `expiry` seconds (now, where there is none), and how many there were."""
        with self._turn:
            now = time.time()
            window = self._windows.get(key, _Window(expiry))
            window.forget_old(now)
            return (window.hits[0] if window.hits else now), len(window.hits)

    def clear(self, key: str) -> None:
        """Forget the hits."""
        with self._turn:
            self._windows.pop(key, None)
        super().clear(key)

    def reset(self) -> int | None:
        """Forget all hits, and say how many were counted together."""
        with self._turn:
            forgotten = len(self._windows)
            self._windows.clear()
        return max(forgotten, super().reset() or 0)

    def _sweep(self, now: float) -> None:
        """Anybody can make up names to try; nothing of them stays for long."""
        self._swept_at = now
        for key, window in list(self._windows.items()):
            window.forget_old(now)
            if not window.hits:
                del self._windows[key]
