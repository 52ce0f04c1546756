"""How long to wait after a failure, and how fast to send: full jitter, a cap, and a bucket of tokens."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from device_uploader.errors import DeviceError, SiteBusy

MOST_WAIT_S = 300.0
MOST_WAIT_FOR_NETWORK_S = 20.0  # trying costs nobody anything then, and a minute after it is back all must have gone


class Backoff:
    """Waits between 0 and twice as much each time (full jitter), so that fifty devices do not come back at once."""

    def __init__(self, pick: Callable[[float, float], float] = random.uniform) -> None:
        self._pick = pick
        self._failures = 0

    def reset(self) -> None:
        """It worked, or there is reason to think that it would."""
        self._failures = 0

    def next_s(self, failure: DeviceError) -> float:
        """Seconds to wait now; never less than the site asked for."""
        self._failures += 1
        most = MOST_WAIT_S if isinstance(failure, SiteBusy) else MOST_WAIT_FOR_NETWORK_S
        wait_s = self._pick(0.0, min(most, 2.0 ** min(self._failures, 16)))
        asked_s = failure.wait_s if isinstance(failure, SiteBusy) else None
        return wait_s if asked_s is None else asked_s + min(wait_s, 10.0)


class Bandwidth:
    """A bucket of tokens, a byte each, that all senders share; `bytes_per_s` None is no limit."""

    def __init__(self, bytes_per_s: float | None, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._now = bytes_per_s, monotonic_s
        self._lock = threading.Lock()
        self._tokens, self._filled_s = bytes_per_s or 0.0, monotonic_s()

    def delay_s(self, number: int) -> float:
        """Take so many tokens, and say how long to wait before the bytes may go: debts are waited for."""
        if self._rate is None:
            return 0.0
        with self._lock:
            now = self._now()
            self._tokens = min(self._rate, self._tokens + (now - self._filled_s) * self._rate)
            self._filled_s = now
            self._tokens -= number
            return max(0.0, -self._tokens / self._rate)
