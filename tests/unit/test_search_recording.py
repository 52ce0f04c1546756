"""A search under its lease: who gets it, what is left when it breaks off, and that nothing is doubled."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from attendance.errors import Conflict, InvalidInput, SearchStopped, ServiceUnavailable
from attendance.model import Purpose, Recording, SearchStatus, Status
from attendance.rules.stored_sentences import in_english
from attendance.searching import searches as module
from attendance.searching.searches import MOST_ATTEMPTS, search_recording
from attendance.use_cases.lectures.lectures import remove_recording, search_again
from attendance.use_cases.lectures.marks import confirm, refuse, set_mark, undo
from attendance.use_cases.students.consents import record_consent, withdraw_consent
from attendance.use_cases.students.photos import add_photos, remove_photo
from attendance.use_cases.students.removing import remove_student
from tests.unit.in_memory import CONSENT, NOW, MemoryServices, a_course, a_student, services_in_memory
from tests.unit.receiving import START, a_file, receive, statuses


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    made = services_in_memory(tmp_path)
    course = a_course(made)
    for student_id in ("21", "22"):
        a_student(made, student_id, f"face:{student_id}".encode(), course_ids=[course.id])
    return made


def received(services: MemoryServices, tmp_path: Path, seen: str = "21 0 3000|900 10 20", **more: object) -> Recording:
    return receive(services, a_file(tmp_path, f"video 3600|{seen}"), **more)


def test_a_search_makes_marks_and_numbers_strangers(services, tmp_path):
    recording = received(services, tmp_path)
    assert search_recording(services, recording.id)
    assert statuses(services, recording) == {"21": Status.PRESENT, "22": Status.ABSENT}
    strangers = [s for s in services.store.sightings(recording.lecture_id) if s.student_id is None]
    assert [(s.number, s.first_s, s.last_s) for s in strangers] == [(1, 10.0, 20.0)]
    assert services.store.recording(recording.id).status is SearchStatus.DONE


def test_who_has_no_photo_is_never_absent_by_a_search(services, tmp_path):
    a_student(services, "23", None, course_ids=[services.store.courses()[0].id])
    recording = received(services, tmp_path)
    search_recording(services, recording.id)
    assert statuses(services, recording) == {"21": Status.PRESENT, "22": Status.ABSENT, "23": Status.UNSURE}


def test_a_photo_that_came_while_a_search_was_under_way_was_not_compared_by_it(services, tmp_path):
    a_student(services, "23", None, course_ids=[services.store.courses()[0].id])
    clock = [NOW]
    services = replace(services, now=lambda: clock[0])
    recording = received(services, tmp_path)

    def meanwhile(share: float) -> None:
        clock[0] += timedelta(minutes=1)
        if not services.store.faces(["23"]):
            record_consent(services, "23", CONSENT, by=None)
            add_photos(services, "23", [b"face:23"], by=None)

    assert search_recording(services, recording.id, progress=meanwhile)
    assert services.store.faces(["23"])
    assert statuses(services, recording)["23"] is Status.UNSURE
    search_again(services, recording.id, by="teacher")
    assert search_recording(services, recording.id)
    assert statuses(services, recording)["23"] is Status.ABSENT


def test_searching_again_replaces_sightings_and_their_pictures(services, tmp_path):
    recording = received(services, tmp_path)
    search_recording(services, recording.id)
    before = {key for key in services.media.files if key.startswith("evidence/")}
    search_again(services, recording.id, by="teacher")
    assert search_recording(services, recording.id)
    after = {key for key in services.media.files if key.startswith("evidence/")}
    assert len(services.store.sightings(recording.lecture_id)) == 2
    assert len(after) == len(before)
    assert not before & after


def test_a_recording_that_is_held_is_not_searched_by_another(services, tmp_path):
    recording = received(services, tmp_path)
    assert services.store.claim_search(recording.id, "another", NOW, NOW + timedelta(seconds=30))
    assert not search_recording(services, recording.id)
    assert services.store.marks(recording.lecture_id) == []


def test_a_search_whose_worker_died_is_done_by_the_next(services, tmp_path):
    recording = received(services, tmp_path)
    services.store.claim_search(recording.id, "dead", NOW - timedelta(minutes=5), NOW - timedelta(minutes=4))
    assert search_recording(services, recording.id)
    assert statuses(services, recording)["21"] is Status.PRESENT


def test_pictures_of_a_search_that_died_are_erased_by_the_next(services, tmp_path):
    recording = received(services, tmp_path)
    orphan = f"evidence/{recording.id}/{'0' * 32}.jpg"
    services.media.put(orphan, b"picture")
    search_recording(services, recording.id)
    assert orphan not in services.media.files


def test_a_recording_that_kills_its_workers_ends_as_failed_with_the_reason(services, tmp_path):
    recording = received(services, tmp_path)
    services.media.put(f"evidence/{recording.id}/{'0' * 32}.jpg", b"of a search that died")
    past = NOW - timedelta(minutes=5)
    for _ in range(MOST_ATTEMPTS):
        assert services.store.claim_search(recording.id, "dies", past, past + timedelta(seconds=1))
        past += timedelta(minutes=1)
    assert not search_recording(services, recording.id)
    failed = services.store.recording(recording.id)
    assert failed.status is SearchStatus.FAILED
    assert "broken off 3 times" in (in_english(failed.error) or "")
    assert not [key for key in services.media.files if key.startswith("evidence/")]
    assert services.store.marks(recording.lecture_id) == []


def test_a_missing_file_fails_with_a_plain_sentence_and_marks_nobody(services, tmp_path):
    recording = received(services, tmp_path)
    services.media.delete([recording.media_key])
    assert not search_recording(services, recording.id)
    assert services.store.recording(recording.id).error == "The file of this recording is not there any more."
    assert services.store.marks(recording.lecture_id) == []


def test_a_failed_search_again_leaves_the_marks_of_the_search_before(services, tmp_path):
    recording = received(services, tmp_path)
    search_recording(services, recording.id)
    search_again(services, recording.id, by="teacher")
    services.media.delete([recording.media_key])
    search_recording(services, recording.id)
    assert services.store.recording(recording.id).status is SearchStatus.FAILED
    assert statuses(services, recording) == {"21": Status.PRESENT, "22": Status.ABSENT}


def test_a_fault_in_the_engine_is_told_plainly_and_logged(services, tmp_path, monkeypatch, caplog):
    recording = received(services, tmp_path)
    monkeypatch.setattr(services.faces, "search", lambda *_, **__: 1 / 0)
    assert not search_recording(services, recording.id)
    assert services.store.recording(recording.id).error.startswith("The search broke off because of a fault")
    assert "ZeroDivisionError" in caplog.text


def test_a_service_that_does_not_answer_is_no_verdict_on_the_recording(services, tmp_path, monkeypatch):
    recording = received(services, tmp_path)

    def gone(*_: object, **__: object) -> None:
        raise ServiceUnavailable("The disk does not answer.")

    monkeypatch.setattr(services.faces, "search", gone)
    with pytest.raises(ServiceUnavailable):
        search_recording(services, recording.id)
    assert services.store.recording(recording.id).status is SearchStatus.SEARCHING


def test_a_stopped_search_waits_in_the_queue_and_is_not_counted(services, tmp_path):
    recording = received(services, tmp_path)
    assert not search_recording(services, recording.id, stopping=lambda: True)
    waiting = services.store.recording(recording.id)
    assert (waiting.status, waiting.attempts) == (SearchStatus.QUEUED, 0)
    assert search_recording(services, recording.id)


def test_who_lost_the_lease_stops_and_saves_nothing(services, tmp_path, monkeypatch):
    recording = received(services, tmp_path)
    monkeypatch.setattr(module, "HEARTBEAT_S", 0.01)
    stopped = threading.Event()

    def search(path, kind, faces, progress, **_):
        lapsed = replace(services.store.recording(recording.id), claimed_until=NOW - timedelta(seconds=1))
        services.store._recordings[recording.id] = lapsed
        assert services.store.claim_search(recording.id, "thief", NOW, NOW + timedelta(minutes=1))
        try:
            while True:
                progress(0.5)
        except SearchStopped:
            stopped.set()
            raise

    monkeypatch.setattr(services.faces, "search", search)
    assert not search_recording(services, recording.id)
    assert stopped.is_set()
    assert services.store.recording(recording.id).claimed_by == "thief"
    assert services.store.sightings(recording.lecture_id) == []


def test_who_loses_the_lease_at_the_last_moment_takes_only_the_own_pictures_away(services, tmp_path, monkeypatch):
    recording = received(services, tmp_path)
    others = f"evidence/{recording.id}/{'0' * 32}.jpg"

    def lost(*_: object) -> bool:
        services.media.put(others, b"the other worker's picture")
        return False

    monkeypatch.setattr(services.store, "save_sightings", lost)
    assert not search_recording(services, recording.id)
    assert [key for key in services.media.files if key.startswith("evidence/")] == [others]


def test_a_persons_mark_survives_every_search(services, tmp_path):
    recording = received(services, tmp_path)
    search_recording(services, recording.id)
    set_mark(services, recording.lecture_id, "21", Status.EXCUSED, "at the doctor's", by="teacher")
    search_again(services, recording.id, by="teacher")
    search_recording(services, recording.id)
    mark = next(m for m in services.store.marks(recording.lecture_id) if m.student_id == "21")
    assert (mark.status, mark.machine_status, mark.reason) == (Status.EXCUSED, Status.PRESENT, "at the doctor's")
    assert undo(services, recording.lecture_id, "21", by="teacher").status is Status.PRESENT


def test_an_unsure_face_waits_and_is_confirmed_or_refused(services, tmp_path):
    recording = received(services, tmp_path, "21.3 0 3000")
    search_recording(services, recording.id)
    assert statuses(services, recording)["21"] is Status.UNSURE
    assert confirm(services, recording.lecture_id, "21", by="teacher").status is Status.PRESENT
    with pytest.raises(Conflict):
        refuse(services, recording.lecture_id, "21", by="teacher")
    undo(services, recording.lecture_id, "21", by="teacher")
    assert refuse(services, recording.lecture_id, "21", by="teacher").status is Status.ABSENT


def test_confirming_a_face_that_came_late_says_late(services, tmp_path):
    recording = received(services, tmp_path, "21.3 1200 3000")
    search_recording(services, recording.id)
    assert confirm(services, recording.lecture_id, "21", by="teacher").status is Status.LATE


@pytest.mark.parametrize(
    ("status", "reason"), [(Status.ABSENT, "  "), (Status.ABSENT, "x" * 501), (Status.UNSURE, "a reason")]
)
def test_a_correction_needs_a_reason_and_a_decision(services, tmp_path, status, reason):
    recording = received(services, tmp_path)
    search_recording(services, recording.id)
    with pytest.raises(InvalidInput):
        set_mark(services, recording.lecture_id, "21", status, reason, by="teacher")


def test_marks_come_from_all_recordings_of_the_lecture(services, tmp_path):
    first = received(services, tmp_path, "21 0 3000", ends_at=START + timedelta(hours=2))
    second = received(services, tmp_path, "22 5 3000", starts_at=START + timedelta(minutes=60))
    assert first.lecture_id == second.lecture_id
    search_recording(services, first.id)
    search_recording(services, second.id)
    assert statuses(services, first) == {"21": Status.PRESENT, "22": Status.LATE}


def test_removing_a_recording_takes_its_marks_and_files_along(services, tmp_path):
    recording = received(services, tmp_path)
    search_recording(services, recording.id)
    remove_recording(services, recording.id, by="teacher")
    assert services.store.marks(recording.lecture_id) == []
    assert not [key for key in services.media.files if not key.startswith("photos/")]


@pytest.mark.parametrize("how", ["removed", "consent", "photo"])
def test_a_search_that_ends_later_names_nobody_whose_face_was_erased(services, tmp_path, how):
    recording = received(services, tmp_path)

    def erase(share: float) -> None:
        """In the middle of the search, whose faces were read before."""
        if how == "removed" and services.store.students(text="21").total:
            remove_student(services, "21", by=None)
        elif how == "consent":
            withdraw_consent(services, "21", [Purpose.FACE], by=None)
        elif how == "photo" and services.store.faces(["21"]):
            remove_photo(services, "21", services.store.faces(["21"])[0].id, by=None)

    assert search_recording(services, recording.id, progress=erase)
    seen = services.store.sightings(recording.lecture_id)
    assert {one.student_id for one in seen} == {None}
    assert len(seen) == (1 if how == "removed" else 2)
    pictures = {key for key in services.media.files if key.startswith("evidence/")}
    assert pictures == {one.picture_key for one in seen}


def test_a_search_after_a_removal_shows_the_face_as_that_of_an_unknown(services, tmp_path):
    """As the removal page says: recordings stay, and nobody can leave out a face that nobody may know."""
    recording = received(services, tmp_path)
    search_recording(services, recording.id)
    remove_student(services, "21", by=None)
    (stranger,) = services.store.sightings(recording.lecture_id)
    assert stranger.student_id is None
    search_again(services, recording.id, by="teacher")
    search_recording(services, recording.id)
    seen = services.store.sightings(recording.lecture_id)
    assert [(one.student_id, one.number) for one in seen] == [(None, 1), (None, 2)]
    assert set(statuses(services, recording)) == {"22"}
