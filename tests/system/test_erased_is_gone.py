"""What was removed on a live site is gone from every byte of its data folder within a minute."""

from __future__ import annotations

import io
import re
import sqlite3
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest
import requests

from attendance.bootstrap import bootstrap
from attendance.model import Role, new_id
from attendance.searching.searches import search_recording
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.devices.devices import add_device
from attendance.use_cases.imports.stored import begin_import
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.students.registering import register_student
from attendance.use_cases.upkeep import sweep
from tests.contract.device_samples import a_reading
from tests.system import school
from tests.system.processes import Process, answers, free_port, settings_of, wait_for
from tests.website.browsing import PASSWORD
from tests.website.commands.commanding import in_a_process

pytestmark = pytest.mark.slow

NAME, ID, EMAIL = "Dana Ninetyseven", "D-97-q", "dana.n@example.org"
WITHIN_S = 60


@pytest.fixture
def traces(services: Services, data: Path, video: Path) -> list[bytes]:
    """Of a student who is everywhere: in a roster, a searched lecture, an import, the audit, with an account."""
    course = school.the_course(services)
    photo = school.photo_of(7001)
    register_student(
        services, student_id=ID, name=NAME, consent_on=date(2026, 3, 1), course_ids=[course.id], photos=[photo], by=None
    )
    add_user(services, email=EMAIL, name=NAME, role=Role.STUDENT, password=PASSWORD, student_id=ID, by=None)
    admin = add_user(services, email="admin@example.org", name="A", role=Role.ADMIN, password=PASSWORD, by=None).user
    recording = school.receive(services, video)
    assert search_recording(services, recording.id)
    with io.BytesIO() as photos:
        with zipfile.ZipFile(photos, "w") as archive:
            archive.writestr("dana.jpg", photo)
        photos.seek(0)
        csv = f"id,name,photos,consent\n{ID},{NAME},dana.jpg,2026-03-01\n".encode()
        begin_import(services, csv=csv, csv_name="a.csv", photos=photos, course_ids=[course.id], by=admin.id)
    (face,) = services.store.faces([ID])
    return [
        ID.encode(),
        NAME.encode(),
        EMAIL.encode(),
        *vector_pieces(data, face.id),
        *pictures_of(services, face.photo_key, face.thumbnail_key),
        photo[-200:-136],
    ]


def vector_pieces(data: Path, face_id: str) -> list[bytes]:
    """A face's vector as it lies in the database, in parts that fit on any page of it."""
    with sqlite3.connect(data / "rollcall.db") as reading:
        ((vector,),) = reading.execute("SELECT vector FROM faces WHERE id = ?", (face_id,)).fetchall()
    reading.close()
    return [vector[at : at + 64] for at in range(0, len(vector) - 63, 64)]


def pictures_of(services: Services, *keys: str) -> list[bytes]:
    """A part of each of these files."""
    return [services.media.read(key)[-200:-136] for key in keys]


def remove_on_the_page(address: str, student_key: str) -> None:
    """As an admin in a browser does."""
    with requests.Session() as session:

        def post(page: str, **fields: str) -> requests.Response:
            text = session.get(address + page, timeout=60).text
            token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', text)
            assert token is not None
            return session.post(address + page, data={"csrf_token": token[1], **fields}, timeout=60)

        post("/login", email="admin@example.org", password=PASSWORD)
        told = post(f"/students/{student_key}/remove", typed_name=NAME)
    assert "was removed with photos, faces, evidence and marks" in told.text, told.text


def found(data: Path, traces: list[bytes]) -> dict[str, list[bytes]]:
    """Which files hold any of them, in content or name."""
    files = [path for path in data.rglob("*") if path.is_file()]
    by_file = {}
    for path in files:
        content = path.name.encode() + path.read_bytes()
        if held := [trace for trace in traces if trace in content]:
            by_file[path.name] = held
    return by_file


def test_a_student_removed_on_a_live_site_is_in_no_byte(services: Services, data: Path, traces: list[bytes]) -> None:
    assert {trace for held in found(data, traces).values() for trace in held} == set(traces)
    port = free_port()
    with Process([sys.executable, "run.py"], settings_of(data) | {"PORT": str(port)}):
        wait_for(lambda: answers(f"http://127.0.0.1:{port}"), "the site")
        remove_on_the_page(f"http://127.0.0.1:{port}", services.store.student(ID).key)
        wait_for(lambda: not found(data, traces), "every byte to be gone", WITHIN_S)


@pytest.mark.parametrize("what", ["a photo", "consent", "a recording", "a course", "a device"])
def test_what_else_is_removed_is_in_no_byte_either(services: Services, data: Path, video: Path, what: str) -> None:
    course = school.the_course(services)
    recording = school.receive(services, video)
    assert search_recording(services, recording.id)
    (face, *_), (seen, *_) = services.store.faces(), services.store.sightings(recording.lecture_id)
    device = add_device(services, name="Camera", room="R 101", by=None).device
    reading = a_reading(new_id(), services.now(), device.id)
    services.store.add_readings(device.id, [reading])
    of_photo = [*vector_pieces(data, face.id), *pictures_of(services, face.photo_key, face.thumbnail_key)]
    of_recording = pictures_of(services, recording.media_key, seen.picture_key or "")
    command, traces = {
        "a photo": (["students", "photo", "remove", face.student_id, face.id, "--yes"], of_photo),
        "consent": (["students", "consent", face.student_id, "--withdraw"], of_photo),
        "a recording": (["recordings", "remove", recording.id, "--yes"], of_recording),
        "a course": (["courses", "remove", course.code, "--yes"], of_recording),
        "a device": (["devices", "remove", device.id, "--yes"], [device.id.encode(), reading.id.encode()]),
    }[what]
    assert {trace for held in found(data, traces).values() for trace in held} == set(traces)
    services.store.close()
    done = in_a_process(data, *command, **settings_of(data))
    assert done.returncode == 0, done.stderr
    # As the worker does, every quarter of a minute.
    reopened = bootstrap(load_settings(settings_of(data)))
    sweep(reopened)
    reopened.store.close()
    assert found(data, traces) == {}


def test_the_command_leaves_nothing_also_without_a_site(services: Services, data: Path, traces: list[bytes]) -> None:
    services.store.close()
    done = in_a_process(data, "students", "remove", ID, "--yes", **settings_of(data))
    assert done.returncode == 0, done.stderr
    assert found(data, traces) == {}
    asked = in_a_process(data, "audit", "removed", ID, **settings_of(data))
    assert asked.returncode == 0
    assert b"photos 1" in asked.stdout
    assert in_a_process(data, "audit", "removed", new_id(), **settings_of(data)).returncode == 1
