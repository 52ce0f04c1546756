"""Registering, changing and photographing students: all or nothing, and never a vector without consent."""

from __future__ import annotations

from datetime import date

import pytest

from attendance.errors import AlreadyExists, BadPhoto, ConsentMissing, InvalidInput, NotFound, ServiceUnavailable
from attendance.model import Purpose
from attendance.use_cases.students.checking import check_photo
from attendance.use_cases.students.consents import withdraw_consent
from attendance.use_cases.students.photos import UNLIKE_OTHERS, add_photo
from attendance.use_cases.students.registering import change_student, register_student
from tests.unit.in_memory import CONSENT, MemoryServices, a_course, a_student, services_in_memory


@pytest.fixture
def services() -> MemoryServices:
    return services_in_memory()


def register(services: MemoryServices, *photos: bytes, **more: object):
    given = {"student_id": "21", "name": "Student 21", "consent_on": CONSENT, "by": "user"} | more
    return register_student(services, photos=photos, **given)


def nothing_is_stored(services: MemoryServices) -> bool:
    return not services.store.students().items and not services.store.faces() and not services.media.files


def audit_of(services: MemoryServices) -> list[str]:
    return [entry.action for entry in services.store.audit().items]


def audit_detail(services: MemoryServices) -> str:
    return services.store.audit().items[0].detail


def test_a_student_is_registered_with_photos_and_courses(services: MemoryServices):
    course = a_course(services)
    registration = register(services, b"face:21", b"face:21.2", course_ids=[course.id])
    faces = services.store.faces(["21"])
    assert {face.id for face in faces} == {one.face.id for one in registration.photos}
    assert {key for face in faces for key in (face.photo_key, face.thumbnail_key)} == set(services.media.files)
    assert [student.id for student in services.store.roster(course.id)] == ["21"]
    assert audit_of(services)[0] == "student.registered"


def test_one_bad_photo_refuses_the_whole_registration_and_says_which(services: MemoryServices):
    with pytest.raises(BadPhoto) as refusal:
        register(services, b"face:21", b"no picture")
    assert refusal.value.sentence.startswith("Photo 2: ")
    assert refusal.value.field == "photos"
    assert nothing_is_stored(services)
    assert len(services.faces.removed) == 1  # the engine forgot the good one


@pytest.mark.parametrize("photo", [b"", b"face:", b"face:21,52", b"GIF89a"])
def test_a_photo_without_exactly_one_face_is_refused(services: MemoryServices, photo: bytes):
    with pytest.raises(BadPhoto) as refusal:
        register(services, photo)
    assert not refusal.value.sentence.startswith("Photo")
    assert nothing_is_stored(services)


def test_a_photo_above_the_limit_is_refused_before_it_is_read():
    services = services_in_memory(ROLLCALL_MAX_PHOTO_MB="0.1")
    with pytest.raises(BadPhoto, match=r"larger than 0\.1 MB"):
        register(services, b"face:21" + b" " * 100_000)
    assert nothing_is_stored(services)


def test_without_consent_no_photo_is_enrolled(services: MemoryServices):
    with pytest.raises(ConsentMissing):
        register(services, b"face:21", consent_on=None)
    assert nothing_is_stored(services)
    assert register(services, consent_on=None).student.consent_on is None


@pytest.mark.parametrize("day", [date(1899, 12, 31), date(2026, 3, 4)])
def test_a_consent_date_that_cannot_be_is_refused(services: MemoryServices, day: date):
    with pytest.raises(InvalidInput) as refusal:
        register(services, consent_on=day)
    assert refusal.value.field == "consent_on"


def test_media_are_removed_again_when_the_rows_fail(services: MemoryServices, monkeypatch: pytest.MonkeyPatch):
    def fail(*_args: object) -> None:
        raise ServiceUnavailable("The database does not answer.")

    monkeypatch.setattr(services.store, "commit", fail)
    with pytest.raises(ServiceUnavailable):
        register(services, b"face:21")
    assert not services.media.files
    assert len(services.faces.removed) == 1


def test_media_are_removed_again_when_the_disk_fills_up(services: MemoryServices, monkeypatch: pytest.MonkeyPatch):
    put = services.media.put

    def put_three(key: str, data: bytes) -> None:
        if len(services.media.files) == 3:
            raise ServiceUnavailable("Full.")
        put(key, data)

    monkeypatch.setattr(services.media, "put", put_three)
    with pytest.raises(ServiceUnavailable):
        register(services, b"face:21", b"face:21.1")
    assert nothing_is_stored(services)


def test_an_id_is_registered_once_also_when_its_letters_are_composed_differently(services: MemoryServices):
    register(services, student_id="\uac00")
    with pytest.raises(AlreadyExists, match="\uac00"):
        register(services, student_id="\u1100\u1161")


def test_a_taken_id_is_refused_before_any_photo_is_enrolled(services: MemoryServices, monkeypatch: pytest.MonkeyPatch):
    register(services)
    monkeypatch.setattr(services.faces, "enrol", None)  # to call it would fail
    with pytest.raises(AlreadyExists):
        register(services, b"face:21")


def test_a_course_that_does_not_exist_refuses_the_registration(services: MemoryServices):
    with pytest.raises(NotFound):
        register(services, b"face:21", course_ids=["0" * 32])
    assert nothing_is_stored(services)


@pytest.mark.parametrize("student_id", ["a/b", "../21", "학번 21", "😀👩‍🔬", "x" * 64, "'; --", "%00", "<b>"])
def test_ids_may_hold_anything_that_can_be_seen(services: MemoryServices, student_id: str):
    assert register(services, b"face:21", student_id=f"  {student_id} ").student.id == student_id
    assert not any(student_id in key for key in services.media.files)


@pytest.mark.parametrize("student_id", ["", "  ", "\u200b\ufeff", "a\nb", "a\x00b", "21\u202e12", "x" * 65, "\ud800"])
def test_ids_that_cannot_be_seen_are_refused(services: MemoryServices, student_id: str):
    with pytest.raises(InvalidInput) as refusal:
        register(services, student_id=student_id)
    assert refusal.value.field == "student_id"


def test_names_are_checked_like_ids(services: MemoryServices):
    for name in ("", "x" * 201, "a\tb"):
        with pytest.raises(InvalidInput) as refusal:
            register(services, name=name)
        assert refusal.value.field == "name"


def test_look_alikes_are_told_and_not_refused(services: MemoryServices):
    a_student(services, "52", b"face:52")
    added = register(services, b"face:52.1").photos[0]
    assert [one.student_id for one in added.look_alikes] == ["52"]


def test_that_somebody_went_on_with_a_look_alike_is_written_down(services: MemoryServices):
    a_student(services, "52", b"face:52")
    register(services, b"face:52.3", b"face:52.1")
    assert audit_detail(services) == ("2 photos, looks like 52 (90), consent to face and evidence given on 2026-03-01")
    add_photo(services, "21", b"face:52.2", by="user")
    assert audit_detail(services) == "looks like 52 (80)"


@pytest.mark.parametrize(("photo", "may_be_same"), [(b"face:52.3", False), (b"face:52.2", True)])
def test_from_the_accept_line_on_it_may_be_the_same_person_twice(
    services: MemoryServices, photo: bytes, may_be_same: bool
):
    a_student(services, "52", b"face:52")
    (other,) = check_photo(services, photo, consented=True).look_alikes
    assert other.may_be_same is may_be_same
    assert other.face_id == services.store.faces(["52"])[0].id


def test_a_photo_unlike_the_students_others_is_told(services: MemoryServices):
    first, second = register(services, b"face:21", b"face:52").photos
    assert UNLIKE_OTHERS not in first.problems
    assert UNLIKE_OTHERS in second.problems


def test_the_problems_of_a_photo_are_told(services: MemoryServices):
    services.faces.problems = ("blurred",)
    assert register(services, b"face:21").photos[0].problems == ("blurred",)


def test_taking_consent_back_erases_faces_and_photos(services: MemoryServices):
    a_student(services)
    face = services.store.faces()[0]
    withdraw_consent(services, "21", list(Purpose), by="user")
    assert not services.store.faces()
    assert not services.media.files
    assert services.faces.removed == [face.external_id]
    assert audit_of(services)[0] == "student.consent_withdrawn"


def test_changing_the_name_keeps_photos(services: MemoryServices):
    a_student(services)
    change_student(services, "21", name="Student 21b", by="user")
    assert services.store.student("21").name == "Student 21b"
    assert len(services.store.faces()) == 1
    assert audit_of(services)[0] == "student.changed"


def test_changing_nothing_writes_nothing_down(services: MemoryServices):
    a_student(services)
    before = audit_of(services)
    change_student(services, "21", name=" Student 21 ", by="user")
    assert audit_of(services) == before
