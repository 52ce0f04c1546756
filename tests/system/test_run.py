"""`python run.py`: starts the site and the worker, and Ctrl-C ends both, also in the middle of a search."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

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


def test_web_processes_count_tries_to_sign_in_together(data: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = settings_of(data) | {"PORT": str(port), "ROLLCALL_LOGIN_TRIES": "5"}
    with Process([sys.executable, "run.py"], settings) as running:
        wait_for(lambda: answers(address), "the site")
        servers = [pid for pid in children_of(running.pid) if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        assert len(servers) == 3  # the one that looks after the two that answer
        statuses = [_try_to_sign_in(address, f"{number}@example.org") for number in range(9)]
    assert statuses == [200] * 5 + [429] * 4


@pytest.mark.parametrize("number", ["0", "many", "1.5", "-1", "1000", "²"])
def test_a_number_of_processes_that_is_none_is_told(data: Path, number: str) -> None:
    environment = os.environ | settings_of(data) | {"PORT": str(free_port()), "WEB_CONCURRENCY": number}
    done = subprocess.run([sys.executable, "run.py"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == f"rollcall: WEB_CONCURRENCY is {number!r}, but must be a number from 1 to 64.\n"


def _try_to_sign_in(address: str, email: str) -> int:
    """The status; each try comes over a connection of its own, so that whichever process is free takes it."""
    with requests.Session() as session:
        token = re.search(
            r'<meta name="csrf-token" content="([^"]+)"', session.get(f"{address}/login", timeout=60).text
        )
        assert token is not None
        form = {"csrf_token": token[1], "email": email, "password": "wrong password"}
        session.headers["Connection"] = "close"
        return session.post(f"{address}/login", data=form, timeout=60).status_code
