"""Each program, started cold, speaks to nobody beyond this machine and writes only where docs/privacy.md says."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import boto3
import cv2
import pytest
from botocore.config import Config

from attendance.model import Role, SearchStatus
from attendance.services import Services
from attendance.use_cases.people.accounts import add_user
from demo.drawn_people import person, portrait
from tests.device_uploader.bad_network import served
from tests.device_uploader.fake_site import KEY, FakeSite
from tests.system import school
from tests.system.browsing import Teacher
from tests.system.processes import answers, free_port, settings_of, wait_for
from tests.system.tracing import Traced
from tests.website.browsing import PASSWORD

pytestmark = pytest.mark.slow

ADMIN = "admin@example.org"

# What somebody may have set who wants others' programs to report; it is not for ours.
OTHERWISE = {"ORT_DISABLE_TELEMETRY": "0"}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(school.photo_of(school.SEEDS[0]))
    return path


def assert_nothing_left(program: Traced, *folders: Path) -> None:
    assert program.called() == set()
    assert program.written_outside(*folders) == set()


@pytest.mark.parametrize("environment", [{}, OTHERWISE])
def test_the_engine_alone(tmp_path: Path, photo: Path, environment: dict[str, str]) -> None:
    program = Traced([sys.executable, "-m", "face_engine", "find", str(photo)], tmp_path / "traced", environment)
    assert "1 face" in program.run()
    assert_nothing_left(program)


def test_the_engine_in_somebody_elses_program(tmp_path: Path) -> None:
    words = "import time; from face_engine.graphs import Graph, GraphCache; GraphCache(None).session(Graph.PNET); "
    program = Traced([sys.executable, "-c", words + "time.sleep(1)"], tmp_path / "traced", {})
    program.run()
    assert_nothing_left(program)


def test_a_search_in_processes(tmp_path: Path, photo: Path, video: Path) -> None:
    people = tmp_path / "people"
    people.mkdir()
    photo.rename(people / "someone.jpg")
    command = [sys.executable, "-m", "face_engine", "search", str(video), "--gallery", str(people)]
    program = Traced(command, tmp_path / "traced", {})
    assert "someone" in program.run()
    assert_nothing_left(program)


def test_a_command_that_enrols_a_photo(tmp_path: Path, data: Path, photo: Path) -> None:
    words = ["students", "add", "900", "Student 900", "--photo", str(photo), "--consent", "2026-03-02"]
    command = [sys.executable, "-m", "flask", "--app", "website", *words]
    program = Traced(command, tmp_path / "traced", settings_of(data))
    assert "900" in program.run()
    assert_nothing_left(program, data)


def test_the_site_and_its_worker(tmp_path: Path, services: Services, data: Path, video: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = settings_of(data) | {"PORT": str(port), "ROLLCALL_SEARCH_PROCESSES": "2"}
    recording = school.receive(services, video)
    with Traced([sys.executable, "run.py"], tmp_path / "traced", settings) as program:
        wait_for(lambda: answers(address), "the site")
        _enrol_another_photo(address, services)
        wait_for(lambda: school.is_over(services, recording.id), "the search")
        program.tell(signal.SIGINT)
        assert program.ended_with() == 0
    assert school.status(services, recording.id) == SearchStatus.DONE
    assert_nothing_left(program, data)


def _enrol_another_photo(address: str, services: Services) -> None:
    """So that a web process loads the engine too."""
    add_user(services, email=ADMIN, name="Admin", role=Role.ADMIN, password=PASSWORD, by=None)
    student = services.store.student(str(school.SEEDS[0]))
    admin, page = Teacher(address, ADMIN), f"{address}/students/{student.key}/photos/add"
    form = {"csrf_token": admin.session.headers["X-CSRFToken"]}
    picture = cv2.imencode(".jpg", portrait(person(school.SEEDS[0])), [cv2.IMWRITE_JPEG_QUALITY, 70])[1].tobytes()
    answer = admin.session.post(page, data=form, files={"photos": ("another.jpg", picture)}, timeout=60)
    assert answer.ok and answer.url != page, answer.text
    assert len(services.store.faces([student.id])) == 2


def test_the_local_rekognition(tmp_path: Path, photo: Path) -> None:
    data, port = tmp_path / "data", free_port()
    command = [sys.executable, "-m", "rekognition_local", "--port", str(port), "--workers", "1", "--data", str(data)]
    with Traced(command, tmp_path / "traced", {}) as program:
        client = boto3.session.Session().client(
            "rekognition",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="eu-central-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",
            config=Config(retries={"total_max_attempts": 30, "mode": "standard"}),
        )
        client.create_collection(CollectionId="class")
        found = client.index_faces(CollectionId="class", Image={"Bytes": photo.read_bytes()})
        assert len(found["FaceRecords"]) == 1
        program.tell(signal.SIGTERM)
        assert program.ended_with() == 0
    assert_nothing_left(program, data)


def test_a_device_speaks_to_its_site_alone(tmp_path: Path) -> None:
    site, key, spool = FakeSite(), tmp_path / "key", tmp_path / "spool"
    key.touch(0o600)
    key.write_text(KEY)
    port, stop = served(site.app)
    words = ["--hours", "0.2", "--speed", "600", "--server", f"http://127.0.0.1:{port}", "--key-file", str(key)]
    command = [sys.executable, "-m", "device_uploader", "simulate", *words, "--spool", str(spool)]
    program = Traced(command, tmp_path / "traced", {})
    try:
        program.run()
    finally:
        stop()
    assert site.heartbeats
    assert_nothing_left(program, spool)


@pytest.mark.parametrize("module", ["start", "finish", "sweep", "api"])
def test_a_function_of_lambda_that_loads_the_engine(tmp_path: Path, module: str) -> None:
    words = f"import time, lambda_face_search.{module}, attendance.adapters.local.faces, face_engine.graphs; "
    environment = {"AWS_DEFAULT_REGION": "eu-central-1", "POWERTOOLS_SERVICE_NAME": "rollcall"}
    program = Traced([sys.executable, "-c", words + "time.sleep(1)"], tmp_path / "traced", environment)
    program.run()
    assert_nothing_left(program)
