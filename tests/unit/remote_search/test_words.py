"""A search is begun, and its word makes the marks, however often and in whatever order words come."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from attendance.changes import RemoveStudent
from attendance.errors import BadRecording
from attendance.model import Recording, SearchStatus
from attendance.searching import remote as remote_search
from attendance.searching.remote import begin_remote_search, end_remote_search, look_after_remote_search
from attendance.use_cases.lectures.lectures import remove_recording, search_again
from tests.unit.in_memory import a_course, services_in_memory
from tests.unit.receiving import a_file, receive, statuses
from tests.unit.remote_search.recorded import SEEN, now_of


def test_a_search_is_begun_and_its_word_makes_the_marks(services, faces, recording, clock):
    assert begin_remote_search(services, recording.id)
    assert now_of(services, recording).status is SearchStatus.SEARCHING
    assert statuses(services, recording) == {}
    clock.after(minutes=5)
    assert end_remote_search(services, *faces.end())
    assert now_of(services, recording).status is SearchStatus.DONE
    assert statuses(services, recording) == SEEN
    assert len([key for key in services.media.files if key.startswith("evidence/")]) == 2


def test_a_search_is_begun_once_whoever_asks(services, faces, recording):
    assert begin_remote_search(services, recording.id)
    assert not begin_remote_search(services, recording.id)
    assert len(faces.begun) == 1


def test_a_word_that_comes_twice_changes_nothing(services, faces, recording):
    begin_remote_search(services, recording.id)
    word = faces.end()
    assert end_remote_search(services, *word)
    before, asked = services.store.sightings(recording.lecture_id), faces.asked
    assert not end_remote_search(services, *word)
    assert services.store.sightings(recording.lecture_id) == before
    assert faces.asked == asked


def test_of_two_who_hear_the_same_word_at_once_one_works(services, faces, recording, monkeypatch):
    begin_remote_search(services, recording.id)
    word = faces.end()
    heard_again: list[bool] = []
    keep = remote_search.store_sightings

    def keep_and_hear_again(*given: object) -> bool:
        heard_again.append(end_remote_search(services, *word))
        return keep(*given)

    monkeypatch.setattr(remote_search, "store_sightings", keep_and_hear_again)
    assert end_remote_search(services, *word)
    assert heard_again == [False]
    assert now_of(services, recording).status is SearchStatus.DONE


def test_who_looks_at_the_same_moment_does_not_make_the_word_go_unheard(services, faces, recording, monkeypatch):
    begin_remote_search(services, recording.id)
    word = faces.end()
    waiting = now_of(services, recording).claimed_by
    claim = services.store.claim_search

    def claim_after_somebody_looked(*given: object) -> Recording | None:
        monkeypatch.setattr(services.store, "claim_search", claim)
        assert services.store.renew_claim(recording.id, waiting, services.now() + timedelta(minutes=15), 0.0)
        return claim(*given)

    monkeypatch.setattr(services.store, "claim_search", claim_after_somebody_looked)
    assert end_remote_search(services, *word)


def test_the_word_of_an_older_search_changes_nothing(services, faces, recording, clock, caplog):
    begin_remote_search(services, recording.id)
    old = faces.end()
    clock.after(minutes=20)
    search_again(services, recording.id, by="teacher")
    assert begin_remote_search(services, recording.id)
    with caplog.at_level(logging.INFO):
        assert not end_remote_search(services, *old)
    assert "No search waits" in caplog.text
    assert statuses(services, recording) == {}
    assert end_remote_search(services, *faces.end())


@pytest.mark.parametrize("tag", ["", "nothing", ".", f"{'0' * 32}.{'1' * 32}"])
def test_a_word_about_nothing_of_ours_is_passed_over(services, recording, tag):
    begin_remote_search(services, recording.id)
    assert not end_remote_search(services, tag, "search")


def test_the_word_about_a_removed_recording_is_passed_over(services, faces, recording):
    begin_remote_search(services, recording.id)
    word = faces.end()
    remove_recording(services, recording.id, by="teacher")
    assert not end_remote_search(services, *word)
    assert not begin_remote_search(services, recording.id)
    assert not look_after_remote_search(services, recording.id)


def test_a_search_that_the_service_gave_up_says_why(services, faces, recording):
    begin_remote_search(services, recording.id)
    faces.failure = BadRecording("The recording could not be searched by Rekognition: no picture in it.")
    assert not end_remote_search(services, *faces.end())
    failed = now_of(services, recording)
    assert (failed.status, failed.error) == (SearchStatus.FAILED, faces.failure.sentence)


def test_a_student_who_was_removed_meanwhile_is_not_named(services, faces, recording):
    begin_remote_search(services, recording.id)
    services.store.commit(RemoveStudent("21"))
    assert end_remote_search(services, *faces.end())
    assert {seen.student_id for seen in services.store.sightings(recording.lecture_id)} == {None}


def test_a_snapshot_is_searched_at_once(services, faces, tmp_path):
    snapshot = receive(services, a_file(tmp_path, "snapshot|21"))
    assert begin_remote_search(services, snapshot.id)
    assert now_of(services, snapshot).status is SearchStatus.DONE
    assert faces.begun == {}


def test_a_local_engine_searches_at_once_and_waits_for_no_word(tmp_path):
    services = services_in_memory(tmp_path)
    a_course(services)
    recording = receive(services, a_file(tmp_path, "video 60|900 0 50"))
    assert not end_remote_search(services, f"{recording.id}.token", "search")
    assert not look_after_remote_search(services, recording.id)
    assert begin_remote_search(services, recording.id)
    assert now_of(services, recording).status is SearchStatus.DONE


def test_a_fault_in_the_program_is_told_plainly_and_logged(services, faces, recording, monkeypatch, caplog):
    begin_remote_search(services, recording.id)
    monkeypatch.setattr(faces, "search_result", lambda *_: 1 / 0)
    assert not end_remote_search(services, *faces.end())
    assert (now_of(services, recording).error or "").startswith("The search broke off because of a fault")
    assert "ZeroDivisionError" in caplog.text
