"""Removing a student erases everything that shows them, and says beforehand what that is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from attendance.errors import NotFound, ServiceUnavailable
from attendance.media_keys import evidence_key
from attendance.model import (
    Evidence,
    Lecture,
    Mark,
    Recording,
    RecordingKind,
    Role,
    Sighting,
    Status,
    User,
    new_id,
)
from attendance.use_cases.manage_courses import add_to_roster
from attendance.use_cases.remove_student import Erasure, remove_student, what_will_be_erased
from tests.unit.in_memory import NOW, MemoryServices, a_course, a_student, services_in_memory


@pytest.fixture
def services() -> MemoryServices:
    """Student 21 with two photos, an account, and a mark in one lecture that 52 attended too."""
    services = services_in_memory()
    course = a_course(services)
    a_student(services, "21", photos=[b"face:21", b"face:21.1"])
    a_student(services, "52", b"face:52")
    add_to_roster(services, course.id, ["21", "52"], by=None)
    services.store.add_user_once(User(new_id(), "student@example.org", "Student 21", Role.STUDENT, "", NOW, "21"))
    lecture = Lecture(new_id(), course.id, NOW, NOW + timedelta(hours=1), NOW)
    services.store.add_lecture_once(lecture)
    recording = Recording(new_id(), lecture.id, RecordingKind.VIDEO, "", "a.mp4", NOW, 60.0, 1, NOW)
    services.store.add_recording(replace(recording, media_key=f"recordings/{lecture.id}/{recording.id}.mp4"))
    sightings = [see(services, recording, student_id) for student_id in ("21", "52")]
    services.store.queue_search(recording.id, NOW)
    services.store.claim_search(recording.id, "worker", NOW, NOW + timedelta(minutes=1))
    assert services.store.save_sightings(recording.id, "worker", sightings, "fake", services.now())
    services.store.save_machine_marks(lecture.id, [mark(lecture, sighting) for sighting in sightings])
    return services


def see(services: MemoryServices, recording: Recording, student_id: str) -> Sighting:
    key = evidence_key(recording.id)
    services.media.put(key, b"picture")
    return Sighting(new_id(), recording.id, student_id, 0.0, 50.0, 9, 9, 90.0, 50.0, key, 1.0)


def mark(lecture: Lecture, sighting: Sighting) -> Mark:
    evidence = Evidence(
        sighting.recording_id, sighting.id, 90.0, 9, 0.0, 50.0, NOW, NOW, sighting.picture_key, sighting.picture_s
    )
    return Mark(lecture.id, str(sighting.student_id), Status.PRESENT, Status.PRESENT, NOW, evidence=evidence)


def test_what_will_be_erased_is_counted(services: MemoryServices):
    assert what_will_be_erased(services, "21") == Erasure(
        photos=2, faces=2, evidence_pictures=1, marks=1, lectures=1, account=True
    )
    assert what_will_be_erased(services, "52").account is False


def test_nothing_that_shows_the_student_is_left(services: MemoryServices):
    faces = [face.id for face in services.store.faces(["21"])]
    remove_student(services, "21", by="user")
    with pytest.raises(NotFound):
        services.store.student("21")
    assert services.faces.removed == faces
    assert services.store.find_user("student@example.org") is None
    assert len(services.media.files) == 3  # photo, thumbnail and evidence of the other student
    assert not services.store.pending_erasures()


def test_the_audit_says_how_much_was_erased_and_no_name(services: MemoryServices):
    remove_student(services, "21", by="user")
    entry = services.store.audit().items[0]
    assert (entry.action, entry.subject, entry.by) == ("student.removed", "21", "user")
    assert "photos 2" in entry.detail
    assert "Student 21" not in entry.detail


def test_a_face_service_that_does_not_answer_leaves_everything_for_the_next_try(
    services: MemoryServices, monkeypatch: pytest.MonkeyPatch
):
    def fail(_faces: object) -> None:
        raise ServiceUnavailable("The face service does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(services.faces, "remove", fail)
        with pytest.raises(ServiceUnavailable):
            remove_student(services, "21", by="user")
    assert len(services.store.faces(["21"])) == 2
    assert remove_student(services, "21", by="user").photos == 2


def test_files_that_cannot_be_deleted_now_are_not_forgotten(services: MemoryServices, monkeypatch: pytest.MonkeyPatch):
    def fail(_keys: object) -> None:
        raise ServiceUnavailable("The folder does not answer.")

    monkeypatch.setattr(services.media, "delete", fail)
    with pytest.raises(ServiceUnavailable):
        remove_student(services, "21", by="user")
    assert len(services.store.pending_erasures()) == 5


def test_a_student_who_does_not_exist_cannot_be_removed(services: MemoryServices):
    with pytest.raises(NotFound):
        remove_student(services, "99", by="user")
