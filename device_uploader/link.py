"""What all senders know together: whether the site answers, whether it knows our key, and when to try again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from device_uploader.backoff import Backoff
from device_uploader.errors import DeviceError, KeyRefused, SiteBusy

KEY_TRIED_AGAIN_S = 900.0
log = logging.getLogger(__name__)


class Link:
    """The state of the connection in one sentence; whoever gets through wakes the others that wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wakers: list[threading.Event] = []
        self.trouble: str | None = None
        self.key_refused: str | None = None

    def waker(self) -> threading.Event:
        """An event for one sender to wait on."""
        event = threading.Event()
        with self._lock:
            self._wakers.append(event)
        return event

    def wake_all(self) -> None:
        """Try again now, or see that it is time to stop."""
        with self._lock:
            for event in self._wakers:
                event.set()

    def worked(self) -> None:
        """The site answered."""
        if self.trouble is not None or self.key_refused is not None:
            log.info("The site answers again.")
            self.trouble = self.key_refused = None
            self.wake_all()

    def failed(self, failure: DeviceError) -> None:
        """Said in the log once, not at every try."""
        if isinstance(failure, KeyRefused):
            if self.key_refused is None:
                log.error("The site refuses the key of this device: %s Nothing is sent; recording goes on.", failure)
            self.key_refused = str(failure)
        elif self.trouble is None:
            log.warning("%s Trying again; everything is kept meanwhile.", failure)
        self.trouble = str(failure)


class Lane:
    """One sender: does one step after the other, and waits after a failure or when there is nothing to do."""

    def __init__(self, name: str, link: Link, step: Callable[[], bool], idle_s: float = 1.0) -> None:
        self.name, self._link, self._step, self._idle_s = name, link, step, idle_s
        self._wake, self._backoff = link.waker(), Backoff()
        self._refusals = 0
        self._asked_s = 0.0  # how long the site said to wait, at its last answer

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set and Link.wake_all called."""
        while not stop.is_set():
            seconds = self.once()
            stop.wait(self._asked_s)  # whoever else gets through
            self._wait(seconds - self._asked_s)

    def once(self) -> float:
        """One step; seconds until the next."""
        self._asked_s = 0.0
        try:
            worked = self._step()
        except KeyRefused as refused:
            return self._refused(refused)
        except DeviceError as failure:
            return self._failed(failure)
        except OSError as failure:  # a full disk must not end what empties it
            return self._failed(DeviceError(f"The disk of the outbox does not work: {failure}."))
        self._backoff.reset()
        self._refusals = 0
        return 0.0 if worked else self._idle_s

    def _failed(self, failure: DeviceError) -> float:
        self._link.failed(failure)
        if isinstance(failure, SiteBusy):
            self._asked_s = failure.wait_s or 0.0
        return self._backoff.next_s(failure)

    def _refused(self, refused: KeyRefused) -> float:
        """Believed when it is said twice: a network that cuts headers short can spoil a key on its way."""
        self._refusals += 1
        if self._refusals == 1:
            return self._backoff.next_s(refused)
        self._link.failed(refused)
        return KEY_TRIED_AGAIN_S

    def _wait(self, seconds: float) -> None:
        if seconds and self._wake.wait(seconds):
            self._wake.clear()
            self._backoff.reset()
