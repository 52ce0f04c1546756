"""Kill -9 of the site at any moment of an upload: it goes on, and becomes one recording, bit by bit the same."""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from attendance.bootstrap import bootstrap
from attendance.model import Recording
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.upkeep import KEEP_UPLOADS, sweep
from tests.system.browsing import Teacher
from tests.system.processes import Site, settings_of, wait_for

pytestmark = pytest.mark.slow

STEPS = (
    "after uploads.append",
    "before store.commit:AddRecording",
    "after store.commit:AddRecording",
    "before media.put_file",
    "after media.put_file",
    "before uploads.remove",
    "after uploads.remove",
)
RANDOM_ROUNDS = int(os.environ.get("SYSTEM_TEST_ROUNDS", "2"))


def the_recording(services: Services, upload: str) -> Recording:
    """The only one, which has the upload's id; after the worker swept up nothing else is left of the upload."""
    sweep(services)
    services.uploads.remove_older_than(services.now() - KEEP_UPLOADS)
    lectures = services.store.lectures()
    assert lectures.total == 1
    (recording,) = services.store.recordings(lectures.items[0].id)
    assert recording.id == upload.rpartition("/")[2]
    assert list(services.media.keys("recordings/")) == [recording.media_key]
    assert list((services.settings.data / "uploads").iterdir()) == []
    return recording


def go_on(teacher: Teacher, upload: str, data: bytes) -> None:
    """What the page's script does: ask for the offset, then send the rest."""
    offset = teacher.offset(upload)
    if offset < len(data):
        assert teacher.send(upload, offset, data[offset:]).status_code == 204
    assert teacher.offset(upload) == len(data)


def test_an_upload_survives_kills_in_the_middle_of_its_bytes(services: Services, data: Path, long_video: Path) -> None:
    bytes_, chance = long_video.read_bytes(), random.Random(1)
    with Site(data) as site:
        teacher = Teacher(site.address)
        upload = teacher.begin(site.course_id, len(bytes_))
        for _ in range(RANDOM_ROUNDS):
            offset = teacher.offset(upload)
            until = chance.randint(offset, len(bytes_) - 1)

            def broken(begin: int = offset, end: int = until) -> Iterator[bytes]:
                for start in range(begin, end, 50_000):
                    yield bytes_[start : min(start + 50_000, end)]
                site.kill()

            with pytest.raises(requests.ConnectionError):
                teacher.send(upload, offset, broken())
            site.start()
            assert offset <= teacher.offset(upload) <= until
        go_on(teacher, upload, bytes_)
    assert services.media.read(the_recording(services, upload).media_key) == bytes_


@pytest.fixture(scope="module")
def killed_at_each_step(
    a_school: Path, video: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Path, str]]:
    """Data folder and upload of each step, several sites at once, because most of the time is their start."""
    folder = tmp_path_factory.mktemp("killed")
    with ThreadPoolExecutor(4) as threads:
        jobs = {step: threads.submit(_killed_at, step, folder / step, a_school, video) for step in STEPS}
        return {step: job.result() for step, job in jobs.items()}


def _killed_at(step: str, data: Path, a_school: Path, video: Path) -> tuple[Path, str]:
    shutil.copytree(a_school, data)
    with Site(data, SYSTEM_TEST_KILL_AT=step) as site:
        teacher = Teacher(site.address)
        upload = teacher.begin(site.course_id, video.stat().st_size)
        with pytest.raises(requests.ConnectionError):
            teacher.send(upload, 0, video.read_bytes())
        site.kill()
        del site.environment["SYSTEM_TEST_KILL_AT"]
        site.start()
        go_on(teacher, upload, video.read_bytes())
    return data, upload


@pytest.mark.parametrize("step", STEPS)
def test_an_upload_survives_a_kill_at_any_step_after_its_last_byte(
    killed_at_each_step: dict[str, tuple[Path, str]], video: Path, step: str
) -> None:
    data, upload = killed_at_each_step[step]
    services = bootstrap(load_settings(settings_of(data)))
    assert services.media.read(the_recording(services, upload).media_key) == video.read_bytes()
    services.store.close()


def test_a_site_comes_back_by_itself_where_only_its_serving_processes_are_killed(
    services: Services, data: Path, video: Path
) -> None:
    bytes_ = video.read_bytes()
    with Site(data) as site:
        teacher = Teacher(site.address)
        upload = teacher.begin(site.course_id, len(bytes_))
        teacher.send(upload, 0, bytes_[:1000])
        serving = site.children()
        for process in serving:
            os.kill(process, signal.SIGKILL)
        wait_for(lambda: len(site.children() - serving) == len(serving), "the next serving processes")
        teacher.session.close()
        go_on(teacher, upload, bytes_)
    assert services.media.read(the_recording(services, upload).media_key) == bytes_
