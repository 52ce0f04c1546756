"""Photos of students: added all or none, looked over without being kept, and removed with their faces."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendance.changes import Part
from attendance.errors import BadPhoto, ConsentMissing, NotFound, ServiceUnavailable
from attendance.use_cases.students.checking import NO_FACE, SEVERAL_FACES, check_face, check_photo
from attendance.use_cases.students.photos import add_photo, add_photos, remove_photo
from tests.unit.in_memory import MemoryServices, a_student, services_in_memory


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    return services_in_memory(tmp_path)


def test_the_same_photo_is_not_added_twice(services: MemoryServices):
    with pytest.raises(BadPhoto, match="already has this photo"):
        a_student(services, photos=[b"face:21", b"face:21"])
    a_student(services)
    with pytest.raises(BadPhoto, match="already has this photo"):
        add_photo(services, "21", b"face:21", by="user")
    assert len(services.store.faces()) == 1
    assert len(services.faces.removed) == 3  # one kept no longer than it took to see that it is the same, each time
    assert len(services.media.files) == 2


def test_photos_are_added_all_or_none(services: MemoryServices, monkeypatch: pytest.MonkeyPatch):
    a_student(services)
    commit, count = services.store.commit, []

    def fail_at_second(*parts: Part) -> None:
        count.append(parts)
        if len(count) == 2:
            raise ServiceUnavailable("Gone.")
        commit(*parts)

    monkeypatch.setattr(services.store, "commit", fail_at_second)
    with pytest.raises(ServiceUnavailable):
        add_photos(services, "21", [b"face:21.1", b"face:21.2"], by="user")
    assert len(services.store.faces(["21"])) == 1
    assert len(services.media.files) == 2


def test_no_photo_is_added_to_a_student_who_did_not_agree(services: MemoryServices):
    a_student(services, photo=None)
    with pytest.raises(ConsentMissing):
        add_photo(services, "21", b"face:21", by="user")


def test_removing_a_photo_erases_its_face_and_files(services: MemoryServices):
    a_student(services)
    face = services.store.faces()[0]
    with pytest.raises(NotFound):
        remove_photo(services, "21", "0" * 32, by="user")
    remove_photo(services, "21", face.id, by="user")
    assert not services.store.faces()
    assert not services.media.files
    assert services.faces.removed == [face.external_id]
    assert not services.store.pending_erasures()


def test_a_photo_is_not_removed_through_another_student(services: MemoryServices):
    a_student(services)
    a_student(services, "52", b"face:52")
    with pytest.raises(NotFound):
        remove_photo(services, "52", services.store.faces(["21"])[0].id, by="user")


def test_looking_over_a_photo_keeps_nothing(services: MemoryServices):
    a_student(services, "52", b"face:52")
    kept = dict(services.media.files)
    report = check_photo(services, b"face:52.1", consented=True)
    assert [other.student.id for other in report.look_alikes] == ["52"]
    assert report.refusal is None
    assert services.media.files == kept
    assert len(services.store.faces()) == 1
    assert len(services.faces.removed) == 1


def test_without_consent_a_photo_is_looked_at_but_compared_with_nobody(
    services: MemoryServices, monkeypatch: pytest.MonkeyPatch
):
    a_student(services, "52", b"face:52")
    monkeypatch.setattr(services.faces, "enrol", None)  # to call it would fail
    report = check_photo(services, b"face:52", consented=False)
    assert report.look_alikes == ()
    assert report.problems == ()


def test_looking_over_says_what_makes_a_photo_unusable(services: MemoryServices):
    assert check_photo(services, b"face:", consented=True).problems == (NO_FACE,)
    crowd = check_photo(services, b"face:21,52", consented=True)
    assert SEVERAL_FACES in crowd.problems
    assert "2 faces" in str(crowd.refusal)
    with pytest.raises(BadPhoto):
        check_photo(services, b"junk", consented=True)


def test_a_photo_of_the_same_student_is_no_look_alike(services: MemoryServices):
    a_student(services)
    report = check_photo(services, b"face:21.1", consented=True, student_id="21")
    assert report.look_alikes == ()
    assert report.problems == ()


def test_a_kept_photo_is_looked_over_without_enrolling_it_again(
    services: MemoryServices, monkeypatch: pytest.MonkeyPatch
):
    a_student(services)
    a_student(services, "52", b"face:21.3")
    monkeypatch.setattr(services.faces, "enrol", None)
    monkeypatch.setattr(services.faces, "find", lambda _photo: type(services.faces)().find(b"face:21"))
    report = check_face(services, services.store.faces(["21"])[0])
    assert [other.student.id for other in report.look_alikes] == ["52"]
