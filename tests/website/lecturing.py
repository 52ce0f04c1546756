"""What tests of lectures need: enrolled students, and a recording sent by tus and searched."""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.changes import AddFace, AddStudent
from attendance.model import Face, Student, new_id
from attendance.rules.consent import consents_of_before
from attendance.searching.searches import search_recording
from attendance.services import Services
from tests.website.browsing import csrf
from tests.website.conftest import NOW
from tests.website.tus_headers import BYTES, metadata

UPLOADS = "/api/v1/uploads"
STARTS = "2025-11-03T09:00"
_TOKENS: WeakKeyDictionary[FlaskClient, str] = WeakKeyDictionary()


def enrol(services: Services, student_id: str, person: float) -> Face:
    """Give a registered student the face of a person of the stand-in engine."""
    photo = services.faces.enrol(student_id, f"face:{person}".encode())
    key = services.store.student(student_id).key
    names = f"photos/{key}/{new_id()}.jpg", f"photos/{key}/{new_id()}-small.jpg"
    services.media.put(names[0], photo.photo)
    services.media.put(names[1], photo.thumbnail)
    face = Face(new_id(), student_id, services.faces.name, *names, quality=0.9, created_at=NOW, vector=photo.vector)
    services.store.commit(AddFace(face))
    return face


def add_student(services: Services, course_id: str, student_id: str, person: float | None = None) -> Student:
    """One more student on the roster, enrolled where a person is given."""
    student = Student(student_id, new_id(), f"Student {student_id}", NOW, consents=consents_of_before(NOW.date()))
    services.store.commit(AddStudent(student, (), [course_id]))
    if person is not None:
        enrol(services, student_id, person)
    return student


def tus(
    client: FlaskClient, method: str, url: str, headers: Mapping[str, str | None] | None = None, **kwargs: object
) -> TestResponse:
    """A request with the headers that every tus request has; None leaves one out."""
    every = {"Tus-Resumable": "1.0.0", "X-CSRFToken": _token(client), **(headers or {})}
    sent = {name: value for name, value in every.items() if value is not None}
    return client.open(url, method=method, headers=sent, **kwargs)  # type: ignore[arg-type]


def _token(client: FlaskClient) -> str:
    """It holds as long as the session, so one page is enough for all requests of a client."""
    if client not in _TOKENS:
        _TOKENS[client] = csrf(client, "/account")
    return _TOKENS[client]


def create(client: FlaskClient, course_id: str, size: int, **words: str) -> TestResponse:
    """Begin an upload."""
    words = {"filename": "lecture.mp4", "course_id": course_id, "starts_at": STARTS, **words}
    return tus(client, "POST", UPLOADS, {"Upload-Length": str(size), "Upload-Metadata": metadata(**words)})


def patch(client: FlaskClient, url: str, offset: int, data: bytes, **headers: str) -> TestResponse:
    """Send bytes."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return tus(client, "PATCH", url, {"Upload-Offset": str(offset), "Content-Type": BYTES, **more}, data=data)


def upload_recording(client: FlaskClient, course_id: str, recording: bytes, **words: str) -> tuple[str, str]:
    """Ids of the lecture and of the recording; the search still waits."""
    url = create(client, course_id, len(recording), **words).headers["Location"]
    done = patch(client, url, 0, recording)
    assert done.status_code == 204, done.text
    return done.headers["Rollcall-Location"].rpartition("/")[2], done.headers["Rollcall-Recording"]


def searched_lecture(
    services: Services, client: FlaskClient, course_id: str, recording: bytes, **words: str
) -> tuple[str, str]:
    """The same, searched."""
    lecture_id, recording_id = upload_recording(client, course_id, recording, **words)
    assert search_recording(services, recording_id)
    return lecture_id, recording_id
