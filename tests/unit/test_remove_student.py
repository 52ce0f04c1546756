"""Removing a student erases everything that shows them, and says beforehand what that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from attendance.changes import AddLecture, AddRecording, AddRenewedFace, AddUser, QueueSearch
from attendance.errors import NotFound, ServiceUnavailable
from attendance.media_keys import COPY, evidence_key
from attendance.model import (
    AuditEntry,
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
from attendance.use_cases.courses.courses import add_to_roster, remove_from_roster
from attendance.use_cases.removals import pseudonym, removals_of
from attendance.use_cases.students.registering import change_student
from attendance.use_cases.students.removing import Erasure, remove_student, what_will_be_erased
from attendance.use_cases.upkeep import sweep
from tests.committing import save_machine_marks
from tests.unit.in_memory import NOW, MemoryServices, a_course, a_student, services_in_memory


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    """Student 21 with two photos, an account, and a mark in one lecture that 52 attended too."""
    services = services_in_memory(tmp_path)
    course = a_course(services)
    a_student(services, "21", photos=[b"face:21", b"face:21.1"])
    a_student(services, "52", b"face:52")
    add_to_roster(services, course.id, ["21", "52"], by=None)
    services.store.commit(AddUser(User(new_id(), "student@example.org", "Student 21", Role.STUDENT, "", NOW, "21")))
    lecture = Lecture(new_id(), course.id, NOW, NOW + timedelta(hours=1), NOW)
    services.store.commit(AddLecture(lecture))
    recording = Recording(new_id(), lecture.id, RecordingKind.VIDEO, "", "a.mp4", NOW, 60.0, 1, NOW)
    services.store.commit(AddRecording(replace(recording, media_key=f"recordings/{lecture.id}/{recording.id}.mp4")))
    sightings = [see(services, recording, student_id) for student_id in ("21", "52")]
    services.store.commit(QueueSearch(recording.id, NOW))
    services.store.claim_search(recording.id, "worker", NOW, NOW + timedelta(minutes=1))
    assert services.store.save_sightings(recording.id, "worker", sightings, "fake", services.now())
    save_machine_marks(services.store, lecture.id, [mark(lecture, sighting) for sighting in sightings])
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
    filmed = tuple(services.store.lectures().items)
    assert what_will_be_erased(services, "21") == Erasure(
        photos=2, faces=2, evidence_pictures=1, marks=1, lectures=1, account=True, filmed=filmed
    )
    assert what_will_be_erased(services, "52").account is False


def test_nothing_that_shows_the_student_is_left(services: MemoryServices):
    copies = {face.external_id for face in services.store.faces(["21"])}
    remove_student(services, "21", by="user")
    with pytest.raises(NotFound):
        services.store.student("21")
    assert set(services.faces.removed) == copies
    assert services.store.find_user("student@example.org") is None
    assert len(services.media.files) == 3  # photo, thumbnail and evidence of the other student
    assert not services.store.pending_erasures()


def test_the_audit_says_how_much_was_erased_and_no_name(services: MemoryServices):
    remove_student(services, "21", by="user")
    entry = services.store.audit().items[0]
    assert (entry.action, entry.subject, entry.by) == ("student.removed", pseudonym(services, "21"), "user")
    assert "photos 2" in entry.detail
    assert "Student 21" not in entry.detail


def test_a_face_service_that_does_not_answer_holds_up_nothing_else_and_is_told_later(
    services: MemoryServices, monkeypatch: pytest.MonkeyPatch
):
    def fail(_faces: object) -> None:
        raise ServiceUnavailable("The face service does not answer.")

    copies = {face.external_id for face in services.store.faces(["21"])}
    with monkeypatch.context() as patch:
        patch.setattr(services.faces, "remove", fail)
        remove_student(services, "21", by="user")
        assert services.store.faces(["21"]) == []
        assert len(services.media.files) == 3
        assert set(services.store.pending_erasures()) == {COPY + copy for copy in copies}
        with pytest.raises(ServiceUnavailable):
            sweep(services)
    sweep(replace(services, now=lambda: NOW + timedelta(hours=1)))  # what fails twice is left alone for a while
    assert set(services.faces.removed) == copies
    assert services.store.pending_erasures() == []


def test_what_an_engine_made_of_a_photo_beside_the_one_in_use_is_forgotten_too(services: MemoryServices):
    face = services.store.faces(["21"])[0]
    services.store.commit(AddRenewedFace(replace(face, engine="other", external_id="renewed")))
    remove_student(services, "21", by="user")
    assert "renewed" in services.faces.removed


def test_files_that_cannot_be_deleted_now_are_not_forgotten(services: MemoryServices, monkeypatch: pytest.MonkeyPatch):
    def fail(_keys: object) -> None:
        raise ServiceUnavailable("The folder does not answer.")

    monkeypatch.setattr(services.media, "delete", fail)
    remove_student(services, "21", by="user")
    assert len(services.store.pending_erasures()) == 7  # two of them copies: one call deletes both kinds


def test_one_file_that_cannot_be_deleted_holds_up_no_other(services: MemoryServices, monkeypatch: pytest.MonkeyPatch):
    stuck = services.store.faces(["21"])[0].photo_key
    real = services.media.delete

    def delete(keys: Iterable[str]) -> None:
        keys = list(keys)
        if stuck in keys:
            raise ServiceUnavailable("This file cannot be deleted.")
        real(keys)

    monkeypatch.setattr(services.media, "delete", delete)
    remove_student(services, "21", by="user")
    assert services.store.pending_erasures() == [stuck]
    later = services.store.faces(["52"])[0]
    remove_student(services, "52", by="user")
    assert services.store.pending_erasures() == [stuck]
    assert later.photo_key not in services.media.files


def test_no_entry_of_the_audit_names_whom_was_removed(services: MemoryServices):
    course = services.store.courses()[0]
    a_student(services, "60", b"face:21.2")  # looks like 21
    remove_from_roster(services, course.id, "21", by="user")
    change_student(services, "21", name="Other Name", by="user")
    services.store.commit(AuditEntry(NOW, None, "user.added", "21", "student"))
    services.store.commit(AuditEntry(NOW, None, "user.changed", "student@example.org", "teacher"))
    services.store.commit(AuditEntry(NOW, None, "course.removed", "CS101", "lectures 21"))
    before = services.store.audit(size=100)
    assert any("looks like 21 (" in entry.detail for entry in before.items)
    remove_student(services, "21", by="user")
    after = services.store.audit(size=100)
    assert after.total == before.total + 1
    told = [(entry.subject, entry.detail) for entry in after.items]
    assert not {"21", "student@example.org"} & {word for both in told for word in both}
    assert not any("looks like 21 (" in detail for _, detail in told)
    assert ("CS101", "lectures 21") in told
    assert {"52", "60"} <= {subject for subject, _ in told}


def test_only_who_knows_the_id_finds_out_that_it_was_removed(services: MemoryServices, tmp_path: Path):
    remove_student(services, "21", by="user")
    (removal,) = removals_of(services, " 21 ")
    assert (removal.at, removal.by, removal.action) == (NOW, "user", "student.removed")
    assert removals_of(services, "52") == []
    other = replace(services, settings=services_in_memory(tmp_path / "other").settings)
    other.settings.data.mkdir()
    assert pseudonym(other, "21") != pseudonym(services, "21")  # keyed by the site's secret, not a plain hash


def test_the_lectures_whose_recordings_may_show_the_student_are_named(services: MemoryServices):
    lecture = services.store.lectures().items[0]
    unfilmed = replace(lecture, id=new_id(), starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=2))
    services.store.commit(AddLecture(unfilmed))
    assert what_will_be_erased(services, "21").filmed == (lecture,)


def test_a_student_who_does_not_exist_cannot_be_removed(services: MemoryServices):
    with pytest.raises(NotFound):
        remove_student(services, "99", by="user")
