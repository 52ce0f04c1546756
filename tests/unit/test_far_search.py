"""Searches that are asked now and answered later: nothing is lost, doubled or paid for twice."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from attendance.disk_file import DiskFile
from attendance.errors import BadRecording, ServiceBusy, ServiceUnavailable
from attendance.model import Recording, SearchStatus, Status
from attendance.use_cases import far_search
from attendance.use_cases.far_search import begin_far_search, end_far_search, look_after_far_search
from attendance.use_cases.manage_lectures import remove_recording, search_again
from attendance.use_cases.receive_recording import receive_recording
from tests.fakes.far_faces import FakeFarFaces
from tests.unit.in_memory import NOW, MemoryServices, a_course, a_student, services_in_memory

START = NOW - timedelta(hours=2)
MONTH = "2026-03"


@dataclass
class Clock:
    """A clock that a test moves on."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def after(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def faces() -> FakeFarFaces:
    return FakeFarFaces()


@pytest.fixture
def services(tmp_path: Path, clock: Clock, faces: FakeFarFaces) -> MemoryServices:
    made = replace(services_in_memory(tmp_path), now=clock, faces=faces)
    course = a_course(made)
    for student_id in ("21", "22"):
        a_student(made, student_id, f"face:{student_id}".encode(), course_ids=[course.id])
    return made


@pytest.fixture
def recording(services: MemoryServices, tmp_path: Path) -> Recording:
    return received(services, tmp_path, "video 3600|21 0 3000|900 10 20")


def received(services: MemoryServices, tmp_path: Path, content: str) -> Recording:
    path = tmp_path / "upload"
    path.write_bytes(content.encode())
    course = services.store.courses()[0]
    return receive_recording(services, file=DiskFile(path), original_name="a.mp4", course_id=course.id, starts_at=START)


def now_of(services: MemoryServices, recording: Recording) -> Recording:
    return services.store.recording(recording.id)


def statuses(services: MemoryServices, recording: Recording) -> dict[str, Status]:
    return {mark.student_id: mark.status for mark in services.store.marks(recording.lecture_id)}


SEEN = {"21": Status.PRESENT, "22": Status.ABSENT}


def test_a_search_is_begun_and_its_word_makes_the_marks(services, faces, recording, clock):
    assert begin_far_search(services, recording.id)
    assert now_of(services, recording).status is SearchStatus.SEARCHING
    assert statuses(services, recording) == {}
    clock.after(minutes=5)
    assert end_far_search(services, *faces.end())
    assert now_of(services, recording).status is SearchStatus.DONE
    assert statuses(services, recording) == SEEN
    assert len([key for key in services.media.files if key.startswith("evidence/")]) == 2


def test_a_search_is_begun_once_whoever_asks(services, faces, recording):
    assert begin_far_search(services, recording.id)
    assert not begin_far_search(services, recording.id)
    assert len(faces.begun) == 1


def test_a_word_that_comes_twice_changes_nothing(services, faces, recording):
    begin_far_search(services, recording.id)
    word = faces.end()
    assert end_far_search(services, *word)
    before, asked = services.store.sightings(recording.lecture_id), faces.asked
    assert not end_far_search(services, *word)
    assert services.store.sightings(recording.lecture_id) == before
    assert faces.asked == asked


def test_of_two_who_hear_the_same_word_at_once_one_works(services, faces, recording, monkeypatch):
    begin_far_search(services, recording.id)
    word = faces.end()
    heard_again: list[bool] = []
    keep = far_search.keep_sightings

    def keep_and_hear_again(*given: object) -> bool:
        heard_again.append(end_far_search(services, *word))
        return keep(*given)

    monkeypatch.setattr(far_search, "keep_sightings", keep_and_hear_again)
    assert end_far_search(services, *word)
    assert heard_again == [False]
    assert now_of(services, recording).status is SearchStatus.DONE


def test_who_looks_at_the_same_moment_does_not_make_the_word_go_unheard(services, faces, recording, monkeypatch):
    begin_far_search(services, recording.id)
    word = faces.end()
    waiting = now_of(services, recording).claimed_by
    claim = services.store.claim_search

    def claim_after_somebody_looked(*given: object) -> Recording | None:
        monkeypatch.setattr(services.store, "claim_search", claim)
        assert services.store.renew_claim(recording.id, waiting, services.now() + timedelta(minutes=15), 0.0)
        return claim(*given)

    monkeypatch.setattr(services.store, "claim_search", claim_after_somebody_looked)
    assert end_far_search(services, *word)


def test_the_word_of_an_older_search_changes_nothing(services, faces, recording, clock, caplog):
    begin_far_search(services, recording.id)
    old = faces.end()
    clock.after(minutes=20)
    search_again(services, recording.id, by="teacher")
    assert begin_far_search(services, recording.id)
    with caplog.at_level(logging.INFO):
        assert not end_far_search(services, *old)
    assert "No search waits" in caplog.text
    assert statuses(services, recording) == {}
    assert end_far_search(services, *faces.end())


@pytest.mark.parametrize("tag", ["", "nothing", ".", f"{'0' * 32}.{'1' * 32}"])
def test_a_word_about_nothing_of_ours_is_passed_over(services, recording, tag):
    begin_far_search(services, recording.id)
    assert not end_far_search(services, tag, "search")


def test_the_word_about_a_removed_recording_is_passed_over(services, faces, recording):
    begin_far_search(services, recording.id)
    word = faces.end()
    remove_recording(services, recording.id, by="teacher")
    assert not end_far_search(services, *word)
    assert not begin_far_search(services, recording.id)
    assert not look_after_far_search(services, recording.id)


def test_a_word_that_comes_before_the_result_is_there_is_made_good_by_looking(services, faces, recording, clock):
    begin_far_search(services, recording.id)
    (search_id, tag), *_ = faces.begun.items()
    assert not end_far_search(services, tag, search_id)
    assert now_of(services, recording).status is SearchStatus.SEARCHING
    faces.end()
    clock.after(minutes=1)
    assert look_after_far_search(services, recording.id)
    assert statuses(services, recording) == SEEN
    assert len(faces.begun) == 1


def test_a_search_that_the_service_gave_up_says_why(services, faces, recording):
    begin_far_search(services, recording.id)
    faces.failure = BadRecording("The recording could not be searched by Rekognition: no picture in it.")
    assert not end_far_search(services, *faces.end())
    failed = now_of(services, recording)
    assert (failed.status, failed.error) == (SearchStatus.FAILED, faces.failure.sentence)


def test_a_busy_service_lets_the_recording_wait_its_turn_and_is_paid_once(services, faces, recording):
    faces.refusals = [ServiceBusy("It waits its turn.") for _ in range(2)]
    assert not begin_far_search(services, recording.id)
    waiting = now_of(services, recording)
    assert (waiting.status, waiting.error, waiting.attempts) == (SearchStatus.QUEUED, "It waits its turn.", 0)
    assert list(services.store.waiting_searches(services.now())) == [recording.id]
    assert not begin_far_search(services, recording.id)
    assert begin_far_search(services, recording.id)
    assert end_far_search(services, *faces.end())
    assert services.store.ordered_seconds(MONTH) == 3600


def test_a_service_that_does_not_answer_is_asked_again_soon_with_the_same_token(services, faces, recording, clock):
    faces.refusals = [ServiceUnavailable("Rekognition does not answer; try again later.")]
    with pytest.raises(ServiceUnavailable):
        begin_far_search(services, recording.id)
    token = now_of(services, recording).claimed_by
    clock.after(minutes=1)
    assert list(services.store.waiting_searches(services.now())) == [recording.id]
    assert begin_far_search(services, recording.id)
    assert now_of(services, recording).claimed_by == token
    assert end_far_search(services, *faces.end())
    assert services.store.ordered_seconds(MONTH) == 3600


def test_a_process_that_dies_before_the_search_is_begun_leaves_it_to_the_next(services, faces, recording, clock):
    dead = f"far:{'a' * 32}"
    services.store.claim_search(recording.id, dead, services.now(), services.now() + timedelta(minutes=15))
    clock.after(minutes=16)
    assert begin_far_search(services, recording.id)
    assert list(faces.begun) == [f"search-{'a' * 32}"]
    assert services.store.ordered_seconds(MONTH) == 3600


def test_a_lost_word_is_found_by_looking_without_a_second_search(services, faces, recording, clock):
    begin_far_search(services, recording.id)
    faces.end()
    clock.after(minutes=16)
    assert look_after_far_search(services, recording.id)
    assert statuses(services, recording) == SEEN
    assert len(faces.begun) == 1
    assert services.store.ordered_seconds(MONTH) == 3600


def test_looking_at_a_search_that_goes_on_keeps_the_lease_and_counts_no_attempt(services, recording, clock):
    begin_far_search(services, recording.id)
    for _ in range(10):
        clock.after(minutes=16)
        assert not look_after_far_search(services, recording.id)
        assert list(services.store.waiting_searches(services.now())) == []
    assert now_of(services, recording).attempts == 1


def test_a_search_without_events_is_looked_at_while_its_lease_lasts(services, faces, recording):
    begin_far_search(services, recording.id)
    assert not look_after_far_search(services, recording.id)
    faces.end()
    assert look_after_far_search(services, recording.id)
    assert now_of(services, recording).status is SearchStatus.DONE


def test_looking_at_a_search_that_another_takes_down_leaves_it_alone(services, faces, recording, monkeypatch):
    begin_far_search(services, recording.id)
    word = faces.end()
    keep = far_search.keep_sightings

    def keep_while_somebody_looks(*given: object) -> bool:
        assert not look_after_far_search(services, recording.id)
        return keep(*given)

    monkeypatch.setattr(far_search, "keep_sightings", keep_while_somebody_looks)
    assert end_far_search(services, *word)


def test_who_dies_while_taking_down_is_followed_by_the_next_three_times_at_most(
    services, faces, recording, clock, monkeypatch
):
    begin_far_search(services, recording.id)
    word = faces.end()

    class Killed(BaseException):
        pass

    def die(*_: object) -> bool:
        raise Killed

    with monkeypatch.context() as deadly:
        deadly.setattr(far_search, "keep_sightings", die)
        with pytest.raises(Killed):
            end_far_search(services, *word)
        for _ in range(2):
            clock.after(minutes=1)
            with pytest.raises(Killed):
                look_after_far_search(services, recording.id)
    clock.after(minutes=1)
    assert not look_after_far_search(services, recording.id)
    assert "broken off 3 times" in (now_of(services, recording).error or "")
    assert len(faces.begun) == 1
    assert services.store.ordered_seconds(MONTH) == 3600


def test_who_dies_once_while_taking_down_loses_nothing(services, faces, recording, clock, monkeypatch):
    begin_far_search(services, recording.id)
    word = faces.end()
    with monkeypatch.context() as unwell:
        unwell.setattr(far_search, "keep_sightings", unavailable)
        with pytest.raises(ServiceUnavailable):
            end_far_search(services, *word)
    clock.after(minutes=1)
    assert end_far_search(services, *word)  # the word comes again, as it was not taken
    assert statuses(services, recording) == SEEN


def unavailable(*_: object) -> bool:
    raise ServiceUnavailable("The disk does not answer.")


def test_a_missing_file_fails_with_a_plain_sentence_and_is_not_paid_for(services, faces, recording):
    services.media.delete([recording.media_key])
    assert not begin_far_search(services, recording.id)
    assert now_of(services, recording).error == "The file of this recording is not there any more."
    assert faces.begun == {}
    assert services.store.ordered_seconds(MONTH) == 0


def test_a_search_beyond_the_budget_is_not_begun(services, faces, recording, tmp_path, clock):
    poor = replace(services, settings=replace(services.settings, monthly_budget=1.0))
    assert not begin_far_search(poor, recording.id)
    assert "is used up" in (now_of(services, recording).error or "")
    assert faces.begun == {}


def test_a_search_that_is_begun_anew_because_its_word_was_long_in_coming_counts_again(
    services, faces, recording, clock
):
    for begun in (1, 2):
        assert begin_far_search(services, recording.id)
        assert services.store.ordered_seconds(MONTH) == 3600 * begun
        clock.after(minutes=20)
        search_again(services, recording.id, by="teacher")
    assert len(faces.begun) == 2


def test_a_search_that_failed_after_it_was_paid_for_is_paid_for_again_within_the_budget(services, faces, recording):
    limited = replace(services, settings=replace(services.settings, monthly_budget=12.0))
    faces.failure = BadRecording("The result has expired.")
    for _ in range(3):
        begin_far_search(limited, recording.id)
        end_far_search(limited, *faces.end())
        search_again(limited, recording.id, by="teacher")
    assert len(faces.begun) == 2
    assert services.store.ordered_seconds(MONTH) == 7200


def test_a_search_that_is_refused_before_it_is_begun_is_not_paid_for(services, faces, recording):
    for _ in range(2):
        faces.refusals = [BadRecording("Rekognition cannot read this recording from S3.")]
        assert not begin_far_search(services, recording.id)
        search_again(services, recording.id, by="teacher")
    assert services.store.ordered_seconds(MONTH) == 0


def test_a_service_that_is_busy_when_it_is_looked_at_loses_no_token(services, faces, recording, clock):
    begin_far_search(services, recording.id)
    for _ in range(2):
        clock.after(minutes=16)
        faces.refusals = [ServiceBusy("It waits its turn.")]
        assert not look_after_far_search(services, recording.id)
    faces.end()
    clock.after(minutes=1)
    assert look_after_far_search(services, recording.id)
    assert len(faces.begun) == 1
    assert services.store.ordered_seconds(MONTH) == 3600


def test_photos_of_another_engine_let_the_search_wait_unpaid(services, faces, recording):
    faces.name = "fake-other"
    assert not begin_far_search(services, recording.id)
    waiting = now_of(services, recording)
    assert waiting.status is SearchStatus.QUEUED
    assert "enrolled by another face engine" in (waiting.error or "")
    assert faces.begun == {}


def test_a_student_who_was_removed_meanwhile_is_not_named(services, faces, recording):
    begin_far_search(services, recording.id)
    services.store.remove_student("21")
    assert end_far_search(services, *faces.end())
    assert {seen.student_id for seen in services.store.sightings(recording.lecture_id)} == {None}


def test_a_snapshot_is_searched_at_once(services, faces, tmp_path):
    snapshot = received(services, tmp_path, "snapshot|21")
    assert begin_far_search(services, snapshot.id)
    assert now_of(services, snapshot).status is SearchStatus.DONE
    assert faces.begun == {}


def test_a_local_engine_searches_at_once_and_waits_for_no_word(tmp_path):
    services = services_in_memory(tmp_path)
    a_course(services)
    recording = received(services, tmp_path, "video 60|900 0 50")
    assert not end_far_search(services, f"{recording.id}.token", "search")
    assert not look_after_far_search(services, recording.id)
    assert begin_far_search(services, recording.id)
    assert now_of(services, recording).status is SearchStatus.DONE


def test_a_fault_in_the_program_is_told_plainly_and_logged(services, faces, recording, monkeypatch, caplog):
    begin_far_search(services, recording.id)
    monkeypatch.setattr(faces, "search_result", lambda *_: 1 / 0)
    assert not end_far_search(services, *faces.end())
    assert (now_of(services, recording).error or "").startswith("The search broke off because of a fault")
    assert "ZeroDivisionError" in caplog.text
