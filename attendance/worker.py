"""The worker: searches recordings, sweeps up. Run it with `python -m attendance.worker`; Ctrl-C or SIGTERM ends it."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from functools import partial
from types import FrameType

from attendance.bootstrap import bootstrap
from attendance.errors import RollcallError, SettingsError
from attendance.ports import WorkedQueue
from attendance.settings import load_settings
from attendance.use_cases.search_recording import search_recording
from attendance.use_cases.sweep import sweep

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
        services.jobs.bind(partial(search_recording, services, stopping=stop.is_set), partial(sweep, services))
        if not isinstance(services.jobs, WorkedQueue):
            raise SettingsError("ROLLCALL_JOBS names a queue that needs no worker.")
        _log.info("The worker waits for recordings.")
        services.jobs.run_worker(stop)
    except RollcallError as wrong:
        print(f"rollcall: {wrong.sentence}", file=sys.stderr)
        return 2 if isinstance(wrong, SettingsError) else 1
    _log.info("The worker has stopped.")
    return 0


def _stop(stop: threading.Event, number: int, frame: FrameType | None) -> None:
    """A search that runs is stopped at its next picture; it goes on at the next start."""
    stop.set()


if __name__ == "__main__":
    sys.exit(main())
