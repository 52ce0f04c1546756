"""Searches wait, with their reason, for students whose photos another engine enrolled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from attendance.changes import QueueSearch
from attendance.errors import FacesOutdated
from attendance.model import SearchStatus, Status
from attendance.rules.stored_sentences import in_english
from attendance.searching.searches import search_recording
from attendance.use_cases.students.photos import add_photo
from attendance.use_cases.students.reindexing import comparable_faces, outdated_faces, reindex_faces
from tests.unit.in_memory import NOW, MemoryServices, a_student
from tests.unit.receiving import statuses
from tests.unit.two_engines import Blind, a_class_of_before, received, with_another_engine


@pytest.fixture
def before(tmp_path: Path) -> MemoryServices:
    return a_class_of_before(tmp_path)


@pytest.fixture
def services(before: MemoryServices) -> MemoryServices:
    return with_another_engine(before)


def test_a_search_waits_with_its_reason_where_the_engine_knows_nobody_yet(services, tmp_path):
    recording = received(services, tmp_path)
    assert not search_recording(services, recording.id)
    waiting = services.store.recording(recording.id)
    assert (waiting.status, waiting.attempts) == (SearchStatus.QUEUED, 0)
    reason = in_english(waiting.error)
    assert reason is not None
    assert reason.startswith("The photos of students on this roster (3) were enrolled by another face engine")
    assert statuses(services, recording) == {}


def test_waiting_is_no_failed_attempt_however_often_it_is_tried(services, tmp_path):
    recording = received(services, tmp_path)
    for _ in range(10):
        search_recording(services, recording.id)
    assert services.store.recording(recording.id).status is SearchStatus.QUEUED
    reindex_faces(services)
    assert search_recording(services, recording.id)
    assert services.store.recording(recording.id).error is None
    assert statuses(services, recording)["21"] is Status.PRESENT


def test_marks_of_before_stay_while_a_search_waits(before, services, tmp_path):
    recording = received(before, tmp_path)
    search_recording(before, recording.id)
    marks = before.store.marks(recording.lecture_id)
    services.store.commit(QueueSearch(recording.id, NOW))
    assert not search_recording(services, recording.id)
    assert services.store.marks(recording.lecture_id) == marks


def test_the_site_of_before_waits_too_once_the_new_vectors_are_in_use(before, services, tmp_path):
    reindex_faces(services)
    recording = received(before, tmp_path)
    assert not search_recording(before, recording.id)
    assert statuses(before, recording) == {}


def test_one_student_who_cannot_be_compared_is_enough_to_wait(before, services):
    reindex_faces(services)
    a_student(before, "25", b"face:25", course_ids=[before.store.courses()[0].id])
    with pytest.raises(FacesOutdated, match=r"roster \(1\)"):
        comparable_faces(services, ["21", "25"])
    assert len(comparable_faces(services, ["21", "22"])) == 3


def test_a_student_with_one_comparable_photo_can_be_searched(before, services):
    reindex_faces(services)
    add_photo(before, "22", b"face:22.2", by=None)
    assert {face.engine for face in comparable_faces(services, ["22"])} == {"fake-1", "fake-2"}


def test_whoever_was_passed_over_holds_up_nobody(services, tmp_path):
    blind = replace(services, faces=Blind(22.0))
    reindex_faces(blind, skip_missing=True)
    recording = received(blind, tmp_path)
    assert search_recording(blind, recording.id)
    assert statuses(blind, recording)["21"] is Status.PRESENT


def test_an_admin_is_told_how_many_by_whom_and_the_cure(services):
    told = outdated_faces(services)
    assert told is not None
    assert told.sentence.startswith(
        "Photos (4) were enrolled by another face engine (fake-1) than the one in use (fake-2), so searches"
    )
    assert "flask --app website faces reindex" in told.sentence
