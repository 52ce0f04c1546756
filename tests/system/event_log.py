"""A handler that writes each event into a file once, and a program that removes a student; a test kills both."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from attendance.bootstrap import bootstrap
from attendance.events import Event
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.students.removing import remove_student


def write(services: Services, event: Event) -> None:
    """One line an event. It knows by the id which it has written."""
    log = Path(os.environ["SYSTEM_TEST_EVENTS"])
    line = f"{event.kind} {event.id}\n"
    with log.open("a+") as file:
        file.seek(0)
        if line not in file.readlines():
            file.write(line)
            file.flush()
            os.fsync(file.fileno())


if __name__ == "__main__":
    from tests.system import patched

    patched.apply()
    remove_student(bootstrap(load_settings()), sys.argv[1], by=None)
