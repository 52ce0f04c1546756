"""`python run.py`: starts the site and the worker, and Ctrl-C ends both, also in the middle of a search."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from attendance.model import SearchStatus
from attendance.services import Services
from tests.system import school
from tests.system.processes import Process, answers, children_of, free_port, is_alive, settings_of, wait_for


def test_ctrl_c_ends_the_site_the_worker_and_its_search(services: Services, data: Path, long_video: Path) -> None:
    recording = school.receive(services, long_video)
    port = free_port()
    environment = settings_of(data) | {"PORT": str(port), "ROLLCALL_SEARCH_PROCESSES": "2"}
    with Process([sys.executable, "run.py"], environment) as running:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}"), "the site")
        wait_for(lambda: services.store.recording(recording.id).progress > 0, "the search")
        everything = children_of(running.pid)
        assert len(everything) >= 5  # gunicorn and its server, the worker and its two search processes
        running.tell(signal.SIGINT)
        assert running.ended_with() == 0
        wait_for(lambda: not any(map(is_alive, everything)), "the end of all processes", 10)
    waiting = services.store.recording(recording.id)
    assert (waiting.status, waiting.attempts) == (SearchStatus.QUEUED, 0)


def test_a_killed_program_takes_its_parts_along(data: Path) -> None:
    port = free_port()
    with Process([sys.executable, "run.py"], settings_of(data) | {"PORT": str(port)}) as running:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}"), "the site")
        everything = children_of(running.pid)
        running.kill_alone()
        wait_for(lambda: not any(map(is_alive, everything)), "the end of all processes", 40)
