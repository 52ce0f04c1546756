"""Several workers at once: no recording is searched twice, and marks are as if one had done it all."""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path

import pytest

from attendance.model import SearchStatus, Status
from attendance.services import Services
from tests.system import school
from tests.system.processes import wait_for, worker

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("workers", [2, 3])
def test_no_recording_is_searched_twice_and_marks_are_right(
    services: Services, data: Path, video: Path, tmp_path: Path, undisturbed: school.Outcome, workers: int
) -> None:
    log = tmp_path / "searches"
    recordings = [school.receive(services, video, day=day) for day in range(4)]
    pair = [school.receive(services, video, day=10) for _ in range(2)]
    everything = {one.id: Path(one.media_key).stem for one in [*recordings, *pair]}
    with contextlib.ExitStack() as running:
        for _ in range(workers):
            running.enter_context(worker(data, SYSTEM_TEST_LOG=str(log)))
        wait_for(lambda: all(school.is_over(services, one) for one in everything), "the end of the searches")
    assert {school.status(services, one) for one in everything} == {SearchStatus.DONE}
    begun = Counter(line.split()[1] for line in log.read_text().splitlines() if line.startswith("begin"))
    assert begun == Counter(everything.values())
    for recording in recordings:
        assert school.outcome(services, recording.id) == undisturbed
    marks = {mark.student_id: mark.status for mark in services.store.marks(pair[0].lecture_id)}
    assert pair[0].lecture_id == pair[1].lecture_id
    assert marks == {"52": Status.PRESENT, "106": Status.PRESENT, "146": Status.ABSENT}
    assert len(services.store.sightings(pair[0].lecture_id)) == 6
