"""Takes what people answer in Slack by a connection of its own: `rollcall slack`, `python -m attendance.listener`."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from types import FrameType

from attendance.bootstrap import bootstrap
from attendance.errors import RollcallError, SettingsError
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.notices.answers import answered_notifier, listen

_TRY_AGAIN_AFTER_S = 60.0

_log = logging.getLogger(__name__)


def main() -> int:
    """Listen until told to stop. The exit code is 2 where a setting is wrong, 1 where a part does not answer.

    What Slack refuses is tried again each minute: beside the site this must not end, and an admin may mend it there.
    """
    try:
        services = bootstrap(load_settings())
        answered_notifier(services)
    except RollcallError as wrong:
        print(f"rollcall: {wrong.sentence}", file=sys.stderr)
        return 2 if isinstance(wrong, SettingsError) else 1
    stop = _stopped_by_signals()
    while not stop.is_set():
        try:
            listen(services, stop)
        except RollcallError as refused:
            _log.warning("%s It is tried again in a minute.", refused.sentence)
            stop.wait(_TRY_AGAIN_AFTER_S)
    _log.info("No more answers are taken from Slack.")
    return 0


def run(services: Services) -> None:
    """Until Ctrl-C or SIGTERM. Raises SettingsError, ServiceUnavailable."""
    listen(services, _stopped_by_signals())


def _stopped_by_signals() -> threading.Event:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s slack %(levelname)s %(message)s")
    stop = threading.Event()

    def tell(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, tell)
    return stop


if __name__ == "__main__":
    sys.exit(main())
