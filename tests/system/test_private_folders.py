"""Whatever the umask and whoever made a folder of ours, nobody else can read what lies in it."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from attendance.services import Services
from tests.device_uploader.bad_network import served
from tests.device_uploader.fake_site import KEY, FakeSite
from tests.system import school
from tests.system.browsing import Teacher
from tests.system.processes import REPOSITORY, Process, answers, free_port, settings_of, wait_for
from tests.website.commands.commanding import environment

pytestmark = pytest.mark.slow


class Careless(Process):
    """Begun by somebody whose files everybody may change."""

    umask = 0


def widen(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)


def modes(folder: Path) -> dict[str, str]:
    """Of all that is not as it should be."""
    found = {path: stat.S_IMODE(path.lstat().st_mode) for path in (folder, *folder.rglob("*"))}
    return {str(path): oct(one) for path, one in found.items() if one != (0o700 if path.is_dir() else 0o600)}


@pytest.mark.parametrize("elsewhere", [False, True])
def test_the_site_and_its_worker(tmp_path: Path, services: Services, data: Path, video: Path, elsewhere: bool) -> None:
    widen(data)
    port, others = free_port(), tmp_path / "others"
    settings = settings_of(data) | {"PORT": str(port)}
    if elsewhere:  # folders that somebody made
        others.mkdir(mode=0o777)
        settings |= {"ROLLCALL_JOBS": f"huey+sqlite:{others}/jobs.db", "ROLLCALL_RATE_STORE": f"file:{others}/tries.db"}
    with Careless([sys.executable, "run.py"], settings) as site:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}"), "the site")
        teacher, film = Teacher(f"http://127.0.0.1:{port}"), video.read_bytes()
        course = school.the_course(services)
        half = teacher.begin(course.id, len(film))
        teacher.send(half, 0, film[: len(film) // 2])
        teacher.send(teacher.begin(course.id, len(film)), 0, film)
        wait_for(lambda: [one for one in _recordings(services) if school.is_over(services, one)], "the search")
        now = modes(data)
        databases = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in others.glob("*")}
        site.tell(signal.SIGTERM)
        assert site.ended_with() == 0
    assert now == modes(data) == {}
    assert set(databases.values()) <= {"0o600"}
    assert bool(databases) == elsewhere


def _recordings(services: Services) -> list[str]:
    lectures = services.store.lectures().items
    return [recording.id for lecture in lectures for recording in services.store.recordings(lecture.id)]


def test_a_command_and_what_it_writes_there(data: Path) -> None:
    widen(data)
    words = ["attendance", "export", "--output", str(data / "log.csv")]
    command = [sys.executable, "-m", "flask", "--app", "website", *words]
    subprocess.run(command, env=environment(data, {}), cwd=REPOSITORY, umask=0, check=True, timeout=120)
    assert (data / "log.csv").exists()
    assert modes(data) == {}


def test_the_local_rekognition(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    command = [sys.executable, "-m", "rekognition_local", "--port", str(port), "--workers", "1", "--data", str(data)]
    with Careless(command, {}) as server:
        _collection(port, school.photo_of(school.SEEDS[0]), "one")
        server.kill()
    assert modes(data) == {}
    widen(data)
    with Careless(command, {}) as server:
        _collection(port, school.photo_of(school.SEEDS[1]), "two")
        server.tell(signal.SIGTERM)
        assert server.ended_with() == 0
    assert len(list((data / "collections").iterdir())) == 2
    assert modes(data) == {}


def _collection(port: int, photo: bytes, name: str) -> None:
    client = boto3.session.Session().client(
        "rekognition",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="eu-central-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 30, "mode": "standard"}),
    )
    client.create_collection(CollectionId=name)
    assert client.index_faces(CollectionId=name, Image={"Bytes": photo})["FaceRecords"]


def test_the_outbox_of_a_device(tmp_path: Path) -> None:
    site, key, spool = FakeSite(), tmp_path / "key", tmp_path / "spool"
    site.takes_nothing = True  # so that what was filmed stays
    key.touch(0o600)
    key.write_text(KEY)
    port, stop = served(site.app)
    words = ["--hours", "0.3", "--speed", "600", "--server", f"http://127.0.0.1:{port}", "--key-file", str(key)]
    words += ["--spool", str(spool), "--ledger", str(spool / "ledger"), "--wait-minutes", "0"]
    spool.mkdir(mode=0o777)
    try:
        for _ in range(2):
            widen(spool)
            with Careless([sys.executable, "-m", "device_uploader", "simulate", *words], {}) as device:
                device.ended_with()
            assert len(list(spool.rglob("item.json"))) > 0
            assert modes(spool) == {}
    finally:
        stop()
