"""The queue between processes: what the website asks for, a worker does."""

import json
import logging
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from attendance.adapters.huey import jobs as jobs_huey
from attendance.adapters.huey.jobs import HueyJobs, open_jobs
from attendance.errors import ServiceUnavailable, SettingsError
from attendance.settings import load_settings


def a_queue(folder: Path) -> HueyJobs:
    return open_jobs(f"huey+sqlite:{folder}/jobs.db", load_settings({"ROLLCALL_DATA": str(folder)}))


class Worker:
    """A worker in a thread, as a context."""

    def __init__(self, jobs: HueyJobs, **times: float) -> None:
        self.stop = threading.Event()
        self.thread = threading.Thread(target=jobs.run_worker, args=(self.stop,), kwargs=times)

    def __enter__(self) -> "Worker":
        self.thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


def test_nothing_is_opened_before_the_first_job(tmp_path: Path) -> None:
    jobs = a_queue(tmp_path)
    jobs.bind(lambda recording_id: None, lambda: None)
    assert list(tmp_path.iterdir()) == []
    jobs.enqueue_search("r1")
    assert (tmp_path / "jobs.db").exists()


def test_one_process_asks_and_another_works(tmp_path: Path) -> None:
    a_queue(tmp_path).enqueue_search("r1")
    worker, done = a_queue(tmp_path), threading.Event()
    worker.bind(lambda recording_id: recording_id == "r1" and done.set(), lambda: None)
    with Worker(worker):
        assert done.wait(10)


def test_the_worker_sweeps_at_its_start_and_again(tmp_path: Path) -> None:
    jobs, sweeps, three = a_queue(tmp_path), [0], threading.Event()

    def sweep() -> None:
        sweeps[0] += 1
        if sweeps[0] == 3:
            three.set()

    jobs.bind(lambda recording_id: None, sweep)
    with Worker(jobs, sweep_every_s=0.05):
        assert three.wait(10)


def test_a_sweep_that_fails_is_a_line_in_the_log_and_comes_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jobs, sweeps, twice = a_queue(tmp_path), [0], threading.Event()

    def sweep() -> None:
        sweeps[0] += 1
        if sweeps[0] == 2:
            twice.set()
        raise ServiceUnavailable("The database does not answer.")

    jobs.bind(lambda recording_id: None, sweep)
    with Worker(jobs, sweep_every_s=0.05):
        assert twice.wait(10)
    assert "The sweep failed: The database does not answer." in caplog.messages


def test_jobs_and_sweeps_never_run_at_once(tmp_path: Path) -> None:
    jobs, running, clash, done = a_queue(tmp_path), threading.Lock(), [False], threading.Event()

    def run(last: bool) -> None:
        if not running.acquire(blocking=False):
            clash[0] = True
            return
        time.sleep(0.01)
        running.release()
        if last:
            done.set()

    jobs.bind(lambda recording_id: run(recording_id == "9"), lambda: run(False))
    for number in range(10):
        jobs.enqueue_search(str(number))
    with Worker(jobs, sweep_every_s=0.02):
        assert done.wait(20)
    assert not clash[0]


def test_a_worker_waits_for_the_job_that_heeds_the_stop(tmp_path: Path) -> None:
    jobs, begun, ended = a_queue(tmp_path), threading.Event(), threading.Event()
    worker = Worker(jobs, stop_within_s=10)

    def search(recording_id: str) -> None:
        begun.set()
        assert worker.stop.wait(10)
        time.sleep(0.2)
        ended.set()

    jobs.bind(search, lambda: None)
    jobs.enqueue_search("r1")
    with worker:
        assert begun.wait(10)
    assert ended.is_set()


def test_a_job_that_does_not_heed_the_stop_does_not_keep_the_worker(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jobs, begun, release = a_queue(tmp_path), threading.Event(), threading.Event()

    def search(recording_id: str) -> None:
        begun.set()
        release.wait(30)

    jobs.bind(search, lambda: None)
    jobs.enqueue_search("r1")
    try:
        with Worker(jobs, stop_within_s=0.1):
            assert begun.wait(10)
        assert "A job did not stop within 0.1 s; its recording is searched again later." in caplog.messages
    finally:
        release.set()


def test_the_queue_holds_json_that_can_run_nothing_else(tmp_path: Path) -> None:
    a_queue(tmp_path).enqueue_search("r1")
    with sqlite3.connect(tmp_path / "jobs.db") as database:
        ((message,),) = database.execute("select data from task").fetchall()
    database.close()
    assert ["r1"] in json.loads(message)


def test_a_message_that_is_none_of_ours_does_not_end_the_worker(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jobs, done = a_queue(tmp_path), threading.Event()
    jobs.bind(lambda recording_id: done.set(), lambda: None)
    jobs.enqueue_search("r1")
    with sqlite3.connect(tmp_path / "jobs.db") as database:
        database.execute("insert into task (queue, data, priority) values ('rollcall', ?, 5)", (b"\x80not json",))
    database.close()
    with caplog.at_level(logging.CRITICAL, logger="huey"), Worker(jobs):
        assert done.wait(10)


def test_a_queue_that_cannot_be_opened_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "jobs.db").mkdir()
    jobs = a_queue(tmp_path)
    jobs.bind(lambda recording_id: None, lambda: None)
    with pytest.raises(ServiceUnavailable, match=r"^The queue of searches does not answer: .*\.$"):
        jobs.enqueue_search("r1")
    with pytest.raises(ServiceUnavailable):
        jobs.run_worker(threading.Event())


@pytest.mark.parametrize("value", ["huey", "huey+sqlite:", "huey+mysql://host", "huey:redis://host"])
def test_a_wrong_setting_is_refused_at_the_start(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match=r"huey\+sqlite:PATH or huey\+redis://HOST\.$"):
        open_jobs(value, load_settings({"ROLLCALL_DATA": str(tmp_path)}))


def test_redis_without_its_client_is_refused_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_huey, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"pip install redis\.$"):
        open_jobs("huey+redis://localhost", load_settings({"ROLLCALL_DATA": str(tmp_path)}))


ASKER = """
import sys
from attendance.adapters.huey.jobs import open_jobs
from attendance.settings import load_settings
jobs = open_jobs(f"huey+sqlite:{sys.argv[1]}/jobs.db", load_settings({"ROLLCALL_DATA": sys.argv[1]}))
for number in range(25):
    jobs.enqueue_search(f"{sys.argv[2]}-{number}")
"""


def test_several_processes_ask_at_once_and_no_job_is_lost(tmp_path: Path) -> None:
    askers = [subprocess.Popen([sys.executable, "-c", ASKER, str(tmp_path), name]) for name in "abc"]
    jobs, seen, all_seen = a_queue(tmp_path), [], threading.Event()

    def search(recording_id: str) -> None:
        seen.append(recording_id)
        if len(seen) == 75:
            all_seen.set()

    jobs.bind(search, lambda: None)
    with Worker(jobs):
        assert [asker.wait(60) for asker in askers] == [0, 0, 0]
        assert all_seen.wait(20)
    assert len(set(seen)) == 75


WORKER = """
import signal, sys, threading
from attendance.adapters.huey.jobs import open_jobs
from attendance.settings import load_settings
stop = threading.Event()
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: stop.set())
jobs = open_jobs(f"huey+sqlite:{sys.argv[1]}/jobs.db", load_settings({"ROLLCALL_DATA": sys.argv[1]}))

def search(recording_id):
    print("begun", flush=True)
    stop.wait()
    print("ended", flush=True)

jobs.bind(search, lambda: None)
jobs.run_worker(stop)
print("bye", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_worker_process_soon_and_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    a_queue(tmp_path).enqueue_search("r1")
    with subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path)], stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"begun\n"
        worker.send_signal(number)
        assert worker.stdout.read() == b"ended\nbye\n"
        assert worker.wait(10) == 0
