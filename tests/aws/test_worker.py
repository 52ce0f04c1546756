"""A worker of ours beside Rekognition: it waits for no search, and one that is killed pays for none twice."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from attendance.bootstrap import bootstrap
from attendance.model import SearchStatus
from attendance.services import Services
from attendance.settings import load_settings
from tests.aws.cloud import Cloud
from tests.aws.here import AwsHere
from tests.rekognition_local.running import Running
from tests.system import school
from tests.system.processes import wait_for, worker

pytestmark = pytest.mark.slow

STEPS = ("before faces.begin_search", "after faces.begin_search", "before faces.search_result", "after media.put")


@pytest.fixture(scope="module")
def endpoint(aws: AwsHere, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Of this file alone, so that its searches can be counted."""
    with Running(tmp_path_factory.mktemp("rekognition") / "data", "--every", "1") as running:
        yield running


@pytest.fixture
def settings(
    aws: AwsHere, endpoint: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """SQLite and huey here, the bucket and the faces there; nobody sends word."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_REKOGNITION", endpoint.url)
    cloud = Cloud.made(aws)
    chosen = {name: cloud.settings()[name] for name in ("ROLLCALL_MEDIA", "ROLLCALL_FACES", "ROLLCALL_TIMEZONE")}
    yield {"ROLLCALL_DATA": str(tmp_path / "data"), **chosen}


@pytest.fixture
def services(settings: dict[str, str]) -> Iterator[Services]:
    services = bootstrap(load_settings(settings))
    school.make_school(services)
    yield services
    services.store.close()


def _begun(endpoint: Running) -> int:
    """How many searches were paid for."""
    jobs = [json.loads(path.read_text()) for path in (endpoint.data / "jobs").glob("*/job.json")]
    return sum(job["operation"] == "StartFaceSearch" for job in jobs)


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_that_is_killed_at_any_step_pays_once(
    services: Services, settings: dict[str, str], endpoint: Running, video: bytes, tmp_path: Path, step: str
) -> None:
    before = _begun(endpoint)
    film = tmp_path / "lecture.mp4"
    film.write_bytes(video)
    recording = school.receive(services, film)
    data = services.settings.data
    with worker(data, SYSTEM_TEST_KILL_AT=step, **settings) as doomed:
        assert doomed.ended_with() == -signal.SIGKILL
    with worker(data, **settings):
        wait_for(lambda: services.store.recording(recording.id).status is SearchStatus.DONE, "the end of the search")
    assert _begun(endpoint) == before + 1
    marks = {mark.student_id: mark.status.value for mark in services.store.marks(recording.lecture_id)}
    assert marks.pop("106") != "absent"  # for four seconds of a picture a second, which may not be enough to be sure
    assert marks == {"52": "present", "146": "absent"}
