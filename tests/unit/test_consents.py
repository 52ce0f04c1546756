"""Recording consents and taking them back, and what that does to photos, pictures and searches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from attendance.changes import AddUser, SaveConsents
from attendance.errors import InvalidInput, NotFound
from attendance.events import ConsentWithdrawn
from attendance.handlers import evidence as handler
from attendance.model import Consent, GivenBy, Manner, Purpose, Role, Status, User
from attendance.rules.consent import with_consents
from attendance.searching.searches import search_recording
from attendance.use_cases.lectures.lectures import search_again
from attendance.use_cases.students.consents import Given, record_consent, who_recorded, withdraw_consent
from attendance.use_cases.students.registering import register_student
from tests.unit.in_memory import CONSENT, NOW, MemoryServices, a_course, a_student, services_in_memory
from tests.unit.receiving import a_file, receive, statuses

_DAY = date(2026, 3, 2)


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    made = services_in_memory(tmp_path)
    course = a_course(made)
    for student_id in ("21", "22"):
        a_student(made, student_id, f"face:{student_id}".encode(), course_ids=[course.id])
    return made


def received(services: MemoryServices, tmp_path: Path):
    return receive(services, a_file(tmp_path, "video 3600|21 0 3000|22 0 3000"))


def shown(services: MemoryServices, lecture_id: str) -> set[str | None]:
    return {one.student_id for one in services.store.sightings(lecture_id) if one.picture_key is not None}


def evidence_files(services: MemoryServices) -> int:
    return len([key for key in services.media.files if key.startswith("evidence/")])


def audit_of(services: MemoryServices) -> list[tuple[str, str]]:
    return [(entry.action, entry.detail) for entry in services.store.audit().items]


def test_a_registration_records_who_agreed_and_how(services: MemoryServices):
    given = Given(GivenBy.GUARDIAN, Manner.PAPER, " filed in A 3 ", "2")
    student = register_student(
        services, student_id="30", name="Student 30", consent_on=CONSENT, given=given, by="boss"
    ).student
    said = (CONSENT, NOW, "boss", GivenBy.GUARDIAN, Manner.PAPER, "filed in A 3", "2")
    assert student.consents == tuple(Consent(purpose, *said) for purpose in (Purpose.FACE, Purpose.EVIDENCE))
    assert services.store.student("30") == student
    assert "given on 2026-03-01 by guardian" in audit_of(services)[0][1]


def test_a_consent_is_recorded_with_its_entry_in_the_audit_which_keeps_the_note_out(services: MemoryServices):
    a_student(services, "30", None)
    given = Given(GivenBy.STUDENT, Manner.SPOKEN, "said to the secretary", purposes=(Purpose.FACE,))
    student = record_consent(services, "30", _DAY, given, by="boss")
    assert services.store.student("30") == student
    assert [one.purpose for one in student.consents] == [Purpose.FACE]
    assert audit_of(services)[0] == ("student.consent_recorded", "consent to face given on 2026-03-02 by student")


def test_recording_the_same_again_changes_nothing(services: MemoryServices):
    before = audit_of(services)
    student = record_consent(services, "21", CONSENT, by="boss")
    assert len(student.consents) == 2
    assert audit_of(services) == before


@pytest.mark.parametrize(
    ("on", "given", "field"),
    [
        (date(2999, 1, 1), Given(), "consent_on"),
        (date(1899, 12, 31), Given(), "consent_on"),
        (_DAY, Given(purposes=()), "purposes"),
        (_DAY, Given(purposes=(Purpose.WEBCAM,)), "purposes"),
        (_DAY, Given(note="x" * 201), "note"),
        (_DAY, Given(note="two\nlines"), "note"),
        (_DAY, Given(text_version="x" * 41), "text_version"),
    ],
)
def test_what_cannot_be_a_consent_is_refused_at_its_field(services: MemoryServices, on: date, given: Given, field: str):
    before = services.store.student("21")
    with pytest.raises(InvalidInput) as refused:
        record_consent(services, "21", on, given, by="boss")
    assert refused.value.field == field
    assert services.store.student("21") == before


def test_a_consent_of_nobody_is_not_found(services: MemoryServices):
    with pytest.raises(NotFound):
        record_consent(services, "99", _DAY, by="boss")
    with pytest.raises(NotFound):
        withdraw_consent(services, "99", [Purpose.FACE], by="boss")


def test_taking_back_photos_leaves_the_other_consent_and_keeps_the_record(services: MemoryServices):
    withdraw_consent(services, "21", [Purpose.FACE], by="boss")
    face, evidence = services.store.student("21").consents
    assert (face.withdrawn_at, face.withdrawn_by, face.given_on) == (NOW, "boss", CONSENT)
    assert evidence.stands
    assert services.store.faces(["21"]) == []
    assert audit_of(services)[0] == ("student.consent_withdrawn", "face")


def test_what_does_not_stand_cannot_be_taken_back_and_is_not_written_down(services: MemoryServices):
    withdraw_consent(services, "21", [Purpose.FACE], by="boss")
    before = audit_of(services)
    withdraw_consent(services, "21", [Purpose.FACE, Purpose.VISITS], by="boss")
    assert audit_of(services) == before


def test_taking_back_evidence_erases_the_pictures_and_leaves_marks_and_photos(services: MemoryServices, tmp_path: Path):
    recording = received(services, tmp_path)
    search_recording(services, recording.id)
    assert evidence_files(services) == 2
    withdraw_consent(services, "21", [Purpose.EVIDENCE], by="boss")
    assert shown(services, recording.lecture_id) == {"22"}
    assert evidence_files(services) == 1
    marks = {mark.student_id: mark for mark in services.store.marks(recording.lecture_id)}
    assert marks["21"].status is Status.PRESENT
    assert marks["21"].evidence.picture_key is None
    assert marks["22"].evidence.picture_key in services.media.files
    assert len(services.store.faces(["21"])) == 1


def test_a_search_keeps_no_picture_of_whoever_did_not_agree_to_it(services: MemoryServices, tmp_path: Path):
    withdraw_consent(services, "21", [Purpose.EVIDENCE], by="boss")
    recording = received(services, tmp_path)
    search_recording(services, recording.id)
    assert shown(services, recording.lecture_id) == {"22"}
    assert evidence_files(services) == 1
    assert statuses(services, recording) == {"21": Status.PRESENT, "22": Status.PRESENT}


def test_who_agrees_to_pictures_again_is_shown_by_the_next_search(services: MemoryServices, tmp_path: Path):
    withdraw_consent(services, "21", [Purpose.EVIDENCE], by="boss")
    recording = received(services, tmp_path)
    search_recording(services, recording.id)
    record_consent(services, "21", _DAY, Given(purposes=(Purpose.EVIDENCE,)), by="boss")
    search_again(services, recording.id, by="boss")
    search_recording(services, recording.id)
    assert shown(services, recording.lecture_id) == {"21", "22"}


def test_evidence_that_is_refused_while_its_search_stores_it_does_not_stay(
    services: MemoryServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    recording = received(services, tmp_path)
    save = services.store.save_sightings

    def taken_back_at_the_last_moment(*given: object) -> bool:
        withdraw_consent(services, "21", [Purpose.EVIDENCE], by="boss")
        return save(*given)

    monkeypatch.setattr(services.store, "save_sightings", taken_back_at_the_last_moment)
    search_recording(services, recording.id)
    assert shown(services, recording.lecture_id) == {"22"}
    assert evidence_files(services) == 1
    marks = {mark.student_id: mark for mark in services.store.marks(recording.lecture_id)}
    assert marks["21"].evidence.picture_key is None


def test_pictures_of_whoever_agreed_anew_before_the_event_was_handled_stay(services: MemoryServices, tmp_path: Path):
    recording = received(services, tmp_path)
    search_recording(services, recording.id)
    withdraw_consent(replace(services, handlers={}), "21", [Purpose.EVIDENCE], by="boss")
    record_consent(services, "21", _DAY, Given(purposes=(Purpose.EVIDENCE,)), by="boss")
    key = services.store.student("21").key
    handler.remove(services, ConsentWithdrawn(at=NOW, student_key=key, purposes=("evidence",)))
    assert shown(services, recording.lecture_id) == {"21", "22"}


def test_the_event_of_somebody_who_is_gone_does_nothing(services: MemoryServices):
    handler.remove(services, ConsentWithdrawn(at=NOW, student_key="gone", purposes=("evidence",)))


def test_of_two_who_record_at_once_neither_is_lost(services: MemoryServices, monkeypatch: pytest.MonkeyPatch):
    a_student(services, "30", None)
    other = Consent(Purpose.EVIDENCE, _DAY, NOW)
    commit, first = services.store.commit, [True]

    def slow(*parts: object) -> None:
        if first and isinstance(parts[0], SaveConsents):
            first.clear()
            commit(SaveConsents("30", (), with_consents((), [other])))
        commit(*parts)

    monkeypatch.setattr(services.store, "commit", slow)
    record_consent(services, "30", _DAY, Given(purposes=(Purpose.FACE,)), by="boss")
    assert [one.purpose for one in services.store.student("30").consents] == [Purpose.EVIDENCE, Purpose.FACE]


def test_who_recorded_is_named_unless_they_are_gone(services: MemoryServices):
    services.store.commit(AddUser(User("boss", "boss@example.org", "", Role.ADMIN, "x", NOW - timedelta(days=1))))
    a_student(services, "30", b"face:30", by="boss")
    withdraw_consent(services, "30", [Purpose.FACE], by="gone")
    names = who_recorded(services, services.store.student("30"))
    assert names == {"boss": "boss@example.org", "gone": ""}
