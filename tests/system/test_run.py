"""`python run.py`: starts the site and its worker, and Ctrl-C ends both, also in the middle of a search."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
import requests

import run
from attendance.bootstrap import bootstrap
from attendance.model import SearchStatus
from attendance.services import Services
from attendance.settings import load_settings
from tests.moto_server import moto_server
from tests.system import school
from tests.system.processes import Process, answers, children_of, free_port, is_alive, settings_of, wait_for

pytestmark = pytest.mark.slow


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
    settings = settings_of(data) | {"PORT": str(port), "ROLLCALL_LOGIN_ATTEMPTS": "5"}
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


def commands_of(pid: int) -> str:
    """The command lines of all that this program has started."""
    return "\n".join(Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ") for child in children_of(pid))


def test_a_queue_that_lambda_works_off_gets_no_worker_and_the_site_runs(data: Path) -> None:
    with moto_server() as cloud:
        environment = settings_of(data) | on_aws(cloud) | {"PORT": str(free_port())}
        site = f"http://127.0.0.1:{environment['PORT']}"
        with Process([sys.executable, "run.py"], environment) as running:
            wait_for(lambda: answers(site), "the site")
            assert requests.get(f"{site}/healthz", timeout=60).status_code == 200
            assert "gunicorn" in commands_of(running.pid)
            assert "attendance.worker" not in commands_of(running.pid)
            running.tell(signal.SIGINT)
            assert running.ended_with() == 0


@pytest.mark.parametrize(
    ("jobs", "parts"),
    [
        ("huey+sqlite:{data}/jobs.db", ["site", "worker"]),
        ("lambda:https://sqs.eu-central-1.amazonaws.com/123456789012/searches", ["site"]),
        ("inline", ["site"]),
    ],
)
def test_a_worker_is_started_for_the_queues_that_need_one(data: Path, jobs: str, parts: list[str]) -> None:
    services = bootstrap(load_settings(settings_of(data) | {"ROLLCALL_JOBS": jobs}))
    assert list(run.commands_for(services, ["gunicorn"])) == parts


def on_aws(endpoint: str) -> dict[str, str]:
    """The four settings that move the site to AWS, and where that is; the queue and the bucket are made."""
    access = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    queue = boto3.client("sqs", endpoint_url=endpoint, **access).create_queue(QueueName="searches")["QueueUrl"]
    boto3.client("s3", endpoint_url=endpoint, **access).create_bucket(Bucket="media")
    return {
        "ROLLCALL_STORE": "dynamodb://rollcall",
        "ROLLCALL_MEDIA": "s3://media",
        "ROLLCALL_FACES": "rekognition://rollcall",
        "ROLLCALL_JOBS": f"lambda:{queue}",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
