"""The worker: searches recordings, sweeps up. Run it with `python -m attendance.worker`; Ctrl-C or SIGTERM ends it."""

from __future__ import annotations

import logging
import math
import signal
import sys
import threading
import time
from functools import partial
from types import FrameType

from attendance.bootstrap import bootstrap
from attendance.errors import RollcallError, SettingsError
from attendance.ports import WorkedQueue
from attendance.searching.advancing import advance
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.students.reindexing import outdated_faces
from attendance.use_cases.upkeep import sweep, tidy

_TIDY_EVERY_S = 3600.0

_log = logging.getLogger(__name__)


def main() -> int:
    """Work until told to stop. The exit code is 2 where a setting is wrong, 1 where a part does not answer."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, partial(_stop, stop))
    try:
        services = bootstrap(load_settings())
        services.jobs.bind(partial(advance, services, stopping=stop.is_set), _Sweeper(services))
        if not isinstance(services.jobs, WorkedQueue):
            raise SettingsError("ROLLCALL_JOBS names a queue that needs no worker.")
        _say_what_holds_up(services)
        _log.info("The worker waits for recordings.")
        services.jobs.run_worker(stop)
    except RollcallError as wrong:
        print(f"rollcall: {wrong.sentence}", file=sys.stderr)
        return 2 if isinstance(wrong, SettingsError) else 1
    _log.info("The worker has stopped.")
    return 0


def _say_what_holds_up(services: Services) -> None:
    outdated = outdated_faces(services)
    if outdated is not None:
        _log.warning("%s", outdated.sentence)


class _Sweeper:
    """Sweeps at each call, and tidies at the first and then each hour."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tidied_s = -math.inf

    def __call__(self) -> None:
        sweep(self._services)
        if time.monotonic() >= self._tidied_s + _TIDY_EVERY_S:
            self._tidied_s = time.monotonic()
            tidy(self._services)


def _stop(stop: threading.Event, number: int, frame: FrameType | None) -> None:
    """A search that runs is stopped at its next picture; it goes on at the next start."""
    stop.set()


if __name__ == "__main__":
    sys.exit(main())
