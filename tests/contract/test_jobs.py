"""What every JobQueue keeps to."""

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from attendance.adapters.huey.jobs import open_jobs as open_huey
from attendance.adapters.inline.jobs import InlineJobs
from attendance.errors import BadRecording, SearchStopped
from attendance.ports import JobQueue
from attendance.settings import load_settings
from tests.fakes.jobs import FakeJobs
from tests.lambda_face_search.sqs import WorkedSqs, sqs_in_memory


def a_huey_queue(folder: Path) -> JobQueue:
    return open_huey(f"huey+sqlite:{folder}/jobs.db", load_settings({"ROLLCALL_DATA": str(folder)}))


MAKERS: dict[str, Callable[[Path], Any]] = {
    "huey": a_huey_queue,
    "inline": lambda folder: InlineJobs(),
    "fake": lambda folder: FakeJobs(),
}
"""Those whose worker is ours: it keeps the order, and logs what its jobs raise. SQS promises neither."""


@pytest.fixture(params=MAKERS)
def jobs(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return MAKERS[request.param](tmp_path)


@pytest.fixture(params=[*MAKERS, "lambda"])
def any_jobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "lambda":
        with sqs_in_memory() as client:
            yield WorkedSqs(client)
    else:
        yield MAKERS[request.param](tmp_path)


def work(jobs: Any, until: threading.Event) -> None:
    """Let a worker of this queue run until the event is set."""
    if hasattr(jobs, "run_all"):
        jobs.run_all()
    elif not isinstance(jobs, InlineJobs):
        stop = threading.Event()
        worker = threading.Thread(target=jobs.run_worker, args=(stop,))
        worker.start()
        try:
            until.wait(20)
        finally:
            stop.set()
            worker.join(20)
    assert until.is_set()


class Searches:
    """Takes the place of the use case: remembers ids, and fails where told."""

    def __init__(self, last: str) -> None:
        self.ids: list[str] = []
        self.done = threading.Event()
        self._last = last

    def __call__(self, recording_id: str) -> None:
        self.ids.append(recording_id)
        if recording_id == self._last:
            self.done.set()
        if recording_id == "broken":
            raise ZeroDivisionError("a fault\nof ours")
        if recording_id == "bad":
            raise BadRecording("The file is empty.")
        if recording_id == "stopped":
            raise SearchStopped("The search was stopped; it goes on later.")


def test_searches_run_in_the_order_in_which_they_were_asked_for(jobs: Any) -> None:
    searches = Searches("r3")
    jobs.bind(searches, lambda: None)
    for recording_id in ("r1", "r2", "r3"):
        jobs.enqueue_search(recording_id)
    work(jobs, searches.done)
    assert searches.ids == ["r1", "r2", "r3"]


@pytest.mark.parametrize("failing", ["broken", "bad", "stopped"])
def test_a_search_that_raises_neither_reaches_who_asked_nor_ends_the_worker(jobs: Any, failing: str) -> None:
    searches = Searches("next")
    jobs.bind(searches, lambda: None)
    jobs.enqueue_search(failing)
    jobs.enqueue_search("next")
    work(jobs, searches.done)
    assert searches.ids == [failing, "next"]


@pytest.mark.parametrize(
    ("failing", "line"),
    [
        ("broken", "The search of recording broken broke off: ZeroDivisionError: a fault of ours"),
        ("bad", "The search of recording bad failed: The file is empty."),
    ],
)
def test_a_search_that_raises_is_one_line_in_the_log(
    jobs: Any, caplog: pytest.LogCaptureFixture, failing: str, line: str
) -> None:
    searches = Searches("next")
    jobs.bind(searches, lambda: None)
    with caplog.at_level(logging.INFO):
        jobs.enqueue_search(failing)
        jobs.enqueue_search("next")
        work(jobs, searches.done)
    errors = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in errors] == [line]
    assert errors[0].exc_info is None


@pytest.mark.parametrize("failing", ["broken", "bad", "stopped"])
def test_every_search_that_was_asked_for_is_run_also_beside_one_that_fails(any_jobs: Any, failing: str) -> None:
    searches = Searches("next")
    any_jobs.bind(searches, lambda: None)
    for recording_id in ("first", failing, "next"):
        any_jobs.enqueue_search(recording_id)
    work(any_jobs, searches.done)
    assert set(searches.ids) == {"first", failing, "next"}


def test_nothing_is_run_before_it_is_asked_for(any_jobs: Any) -> None:
    searches = Searches("r1")
    any_jobs.bind(searches, lambda: None)
    assert searches.ids == []
    any_jobs.enqueue_search("r1")
    work(any_jobs, searches.done)
    assert searches.ids == ["r1"]
