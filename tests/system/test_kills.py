"""Kill -9 of a worker, or of its search processes, at any moment: marks are as if nothing had happened."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from attendance.bootstrap import bootstrap
from attendance.model import SearchStatus
from attendance.rules.stored_sentences import in_english
from attendance.services import Services
from attendance.settings import load_settings
from tests.system import school
from tests.system.processes import is_alive, search_processes_of, settings_of, wait_for, worker

pytestmark = pytest.mark.slow

STEPS = (
    "before store.claim_search",
    "after store.claim_search",
    "before media.put",
    "after media.put",
    "before store.save_sightings",
    "after store.save_sightings",
    "before store.commit:SaveMarks",
    "after store.commit:SaveMarks",
    "before store.commit:FinishSearch",
    "after store.commit:FinishSearch",
)
RANDOM_ROUNDS = int(os.environ.get("SYSTEM_TEST_ROUNDS", "2"))


@pytest.fixture(scope="module")
def killed_at_each_step(
    a_school: Path, video: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Services, dict[str, str]]]:
    """A recording a step, each searched by a worker that was killed there, then by one that was not."""
    data = tmp_path_factory.mktemp("killed") / "data"
    shutil.copytree(a_school, data)
    services = bootstrap(load_settings(settings_of(data)))
    recordings = {step: school.receive(services, video, day=day).id for day, step in enumerate(STEPS)}
    with contextlib.ExitStack() as running:
        doomed = [
            running.enter_context(worker(data, SYSTEM_TEST_KILL_AT=step, SYSTEM_TEST_ONLY=recording))
            for step, recording in recordings.items()
        ]
        assert {one.ended_with() for one in doomed} == {-signal.SIGKILL}
    with worker(data):
        wait_for(lambda: all(school.is_over(services, one) for one in recordings.values()), "the end of the searches")
    yield services, recordings
    services.store.close()


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_at_any_step_changes_nothing(
    killed_at_each_step: tuple[Services, dict[str, str]], undisturbed: school.Outcome, step: str
) -> None:
    services, recordings = killed_at_each_step
    assert services.store.recording(recordings[step]).status is SearchStatus.DONE
    assert school.outcome(services, recordings[step]) == undisturbed


@pytest.mark.parametrize("seed", range(RANDOM_ROUNDS))
def test_a_worker_killed_at_some_moment_changes_nothing(
    services: Services, data: Path, video: Path, undisturbed: school.Outcome, seed: int
) -> None:
    chance = random.Random(seed)
    recording = school.receive(services, video)
    for _ in range(2):  # one attempt less than a recording has
        with worker(data) as doomed:
            wait_for(lambda: school.status(services, recording.id) is not SearchStatus.QUEUED, "the first claim")
            time.sleep(chance.uniform(0, 2))
            doomed.kill_alone()
    with worker(data):
        wait_for(lambda: school.is_over(services, recording.id), "the end of the search")
    assert school.status(services, recording.id) is SearchStatus.DONE
    assert school.outcome(services, recording.id) == undisturbed


def test_a_recording_that_is_killed_every_time_ends_as_failed_with_the_reason(
    services: Services, data: Path, video: Path
) -> None:
    recording = school.receive(services, video)
    for _ in range(3):
        with worker(data, SYSTEM_TEST_KILL_AT="before store.save_sightings", SYSTEM_TEST_LEASE_S="1") as doomed:
            assert doomed.ended_with() == -signal.SIGKILL
    with worker(data):
        wait_for(lambda: school.is_over(services, recording.id), "the end of the search")
    failed = services.store.recording(recording.id)
    assert failed.status is SearchStatus.FAILED
    assert "broken off 3 times" in (in_english(failed.error) or "")
    assert list(services.media.keys("evidence/")) == []


def test_search_processes_do_not_outlive_a_killed_worker(services: Services, data: Path, long_video: Path) -> None:
    school.receive(services, long_video)
    with worker(data, ROLLCALL_SEARCH_PROCESSES="2") as doomed:
        wait_for(lambda: len(search_processes_of(doomed.pid)) == 2, "the search processes")
        searching = search_processes_of(doomed.pid)
        doomed.kill_alone()
        wait_for(lambda: not any(map(is_alive, searching)), "the end of the search processes", 20)


def test_a_search_whose_process_is_killed_ends_as_failed_with_a_plain_reason(
    services: Services, data: Path, long_video: Path
) -> None:
    recording = school.receive(services, long_video)
    with worker(data, ROLLCALL_SEARCH_PROCESSES="2") as working:
        wait_for(lambda: services.store.recording(recording.id).progress > 0, "the search")
        searching = search_processes_of(working.pid)
        os.kill(min(searching), signal.SIGKILL)
        wait_for(lambda: school.is_over(services, recording.id), "the end of the search")
        wait_for(lambda: not any(map(is_alive, searching)), "the end of the search processes", 20)
        assert is_alive(working.pid)
    failed = services.store.recording(recording.id)
    assert in_english(failed.error) == (
        "The search of this recording stopped: one of its processes was killed by signal 9, perhaps for want of memory."
    )
    assert services.store.marks(recording.lecture_id) == []


def test_a_worker_told_to_stop_leaves_the_recording_in_the_queue(
    services: Services, data: Path, long_video: Path
) -> None:
    recording = school.receive(services, long_video)
    with worker(data, ROLLCALL_SEARCH_PROCESSES="2") as working:
        wait_for(lambda: services.store.recording(recording.id).progress > 0, "the search")
        searching = search_processes_of(working.pid)
        begun = time.monotonic()
        working.tell(signal.SIGTERM)
        assert working.ended_with() == 0
        assert time.monotonic() - begun < 15
        assert not any(map(is_alive, searching))
    waiting = services.store.recording(recording.id)
    assert (waiting.status, waiting.attempts, waiting.claimed_by) == (SearchStatus.QUEUED, 0, None)
