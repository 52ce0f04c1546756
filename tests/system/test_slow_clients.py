"""Clients that send half a request, read half an answer or nothing at all keep nobody else waiting."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.system.browsing import Teacher
from tests.system.crowd import ANSWERED, HALVES, READS_NOTHING, crowd
from tests.system.processes import REPOSITORY, Process, Site, answers, free_port, settings_of, wait_for

pytestmark = pytest.mark.slow

AT_ONCE = 500
SOON_S = 10.0  # a second is what it should take; a busy machine may take more, and a stopped site never answers
MORE_THAN_FIT = 2400
SIZE = 8_000_000


@pytest.fixture(scope="module")
def site(a_school: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """As run.py starts it."""
    data = Path(shutil.copytree(a_school, tmp_path_factory.mktemp("slow") / "data"))
    with Site(data) as running:
        yield running


def _answer_soon(address: str) -> None:
    """Both processes are asked: each question has a connection of its own."""
    for page in ("/healthz", "/login") * 4:
        assert requests.get(address + page, timeout=SOON_S).status_code == 200


@pytest.mark.parametrize("half", HALVES)
def test_pages_answer_beside_a_crowd_of_clients_that_do_not_go_on(site: Site, half: str) -> None:
    with crowd(site.port, *[HALVES[half]] * AT_ONCE):
        _answer_soon(site.address)


@pytest.mark.parametrize("answered", ANSWERED)
def test_pages_answer_beside_clients_that_do_not_close_what_is_answered(site: Site, answered: str) -> None:
    with crowd(site.port, *[ANSWERED[answered]] * 100):
        _answer_soon(site.address)


def test_pages_answer_beside_people_who_read_nothing(site: Site) -> None:
    with crowd(site.port, *[READS_NOTHING] * 40):
        _answer_soon(site.address)


def test_pages_answer_beside_more_clients_than_fit(site: Site) -> None:
    halves = [HALVES["silent"], HALVES["half a form"], HALVES["half a head"]]
    with crowd(site.port, *halves * (MORE_THAN_FIT // len(halves))):
        _answer_soon(site.address)


def test_pages_answer_beside_people_whose_uploads_do_not_go_on(site: Site) -> None:
    teacher = Teacher(site.address)
    uploads = [teacher.begin(site.course_id, SIZE) for _ in range(40)]
    with crowd(site.port, *[teacher.piece(upload, SIZE) + b"a" * 10_000 for upload in uploads]):
        _answer_soon(site.address)


def test_a_slow_upload_goes_on_beside_a_crowd_and_is_resumed(site: Site) -> None:
    teacher = Teacher(site.address)
    upload, data = teacher.begin(site.course_id, SIZE), os.urandom(SIZE)
    with crowd(site.port, *[HALVES["half a form"]] * MORE_THAN_FIT, source="127.0.0.2"):
        with socket.create_connection(("127.0.0.1", site.port)) as line:
            line.sendall(teacher.piece(upload, SIZE))
            for start in range(0, 256_000, 32_000):
                time.sleep(0.5)  # 64 kB/s
                line.sendall(data[start : start + 32_000])
        wait_for(lambda: teacher.offset(upload) == 256_000, "the bytes that came")
        # The request that broke off may hold the upload for a moment more: 423, and nothing is stored.
        wait_for(lambda: teacher.send(upload, 256_000, data[256_000:512_000]).ok, "the next piece to be taken")
        assert teacher.offset(upload) == 512_000


def test_ctrl_c_waits_for_no_client_that_does_not_go_on(data: Path) -> None:
    port = free_port()
    with Process([sys.executable, "run.py"], settings_of(data) | {"PORT": str(port)}) as running:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}"), "the site")
        with crowd(port, *[*HALVES.values(), *ANSWERED.values(), READS_NOTHING] * 5):
            running.tell(signal.SIGINT)
            assert running.ended_with() == 0  # 1 where something had to be killed


@pytest.mark.parametrize("procfile", ["Procfile", "deploy/aws/beanstalk/Procfile"])
def test_so_it_is_wherever_a_procfile_starts_the_site(data: Path, procfile: str) -> None:
    port = free_port()
    (command,) = re.findall("^web: (.*)$", (REPOSITORY / procfile).read_text(), re.MULTILINE)
    command = command.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    with Process(["sh", "-c", f"exec {command}"], settings_of(data) | {"PORT": str(port), "PATH": path}):
        wait_for(lambda: answers(f"http://127.0.0.1:{port}"), "the site")
        with crowd(port, *list(HALVES.values()) * (AT_ONCE // len(HALVES))):
            _answer_soon(f"http://127.0.0.1:{port}")
