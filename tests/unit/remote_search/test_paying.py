"""A far search is paid for once where it is begun once, and never beyond the budget."""

from __future__ import annotations

from dataclasses import replace

from attendance.errors import BadRecording, ServiceBusy
from attendance.model import SearchStatus
from attendance.rules.stored_sentences import in_english
from attendance.searching.remote import begin_remote_search, end_remote_search, look_after_remote_search
from attendance.use_cases.lectures.lectures import search_again
from tests.unit.remote_search.recorded import MONTH, now_of


def test_a_busy_service_lets_the_recording_wait_its_turn_and_is_paid_once(services, faces, recording):
    faces.refusals = [ServiceBusy("It waits its turn.") for _ in range(2)]
    assert not begin_remote_search(services, recording.id)
    waiting = now_of(services, recording)
    assert (waiting.status, waiting.error, waiting.attempts) == (SearchStatus.QUEUED, "It waits its turn.", 0)
    assert list(services.store.waiting_searches(services.now())) == [recording.id]
    assert not begin_remote_search(services, recording.id)
    assert begin_remote_search(services, recording.id)
    assert end_remote_search(services, *faces.end())
    assert services.store.ordered_seconds(MONTH) == 3600


def test_a_missing_file_fails_with_a_plain_sentence_and_is_not_paid_for(services, faces, recording):
    services.media.delete([recording.media_key])
    assert not begin_remote_search(services, recording.id)
    assert now_of(services, recording).error == "The file of this recording is not there any more."
    assert faces.begun == {}
    assert services.store.ordered_seconds(MONTH) == 0


def test_a_search_beyond_the_budget_is_not_begun(services, faces, recording, tmp_path, clock):
    poor = replace(services, settings=replace(services.settings, monthly_budget=1.0))
    assert not begin_remote_search(poor, recording.id)
    assert "is used up" in (in_english(now_of(services, recording).error) or "")
    assert faces.begun == {}


def test_a_search_that_is_begun_anew_because_its_word_was_long_in_coming_counts_again(
    services, faces, recording, clock
):
    for begun in (1, 2):
        assert begin_remote_search(services, recording.id)
        assert services.store.ordered_seconds(MONTH) == 3600 * begun
        clock.after(minutes=20)
        search_again(services, recording.id, by="teacher")
    assert len(faces.begun) == 2


def test_a_search_that_failed_after_it_was_paid_for_is_paid_for_again_within_the_budget(services, faces, recording):
    limited = replace(services, settings=replace(services.settings, monthly_budget=12.0))
    faces.failure = BadRecording("The result has expired.")
    for _ in range(3):
        begin_remote_search(limited, recording.id)
        end_remote_search(limited, *faces.end())
        search_again(limited, recording.id, by="teacher")
    assert len(faces.begun) == 2
    assert services.store.ordered_seconds(MONTH) == 7200


def test_a_search_that_is_refused_before_it_is_begun_is_not_paid_for(services, faces, recording):
    for _ in range(2):
        faces.refusals = [BadRecording("Rekognition cannot read this recording from S3.")]
        assert not begin_remote_search(services, recording.id)
        search_again(services, recording.id, by="teacher")
    assert services.store.ordered_seconds(MONTH) == 0


def test_a_service_that_is_busy_when_it_is_looked_at_loses_no_token(services, faces, recording, clock):
    begin_remote_search(services, recording.id)
    for _ in range(2):
        clock.after(minutes=16)
        faces.refusals = [ServiceBusy("It waits its turn.")]
        assert not look_after_remote_search(services, recording.id)
    faces.end()
    clock.after(minutes=1)
    assert look_after_remote_search(services, recording.id)
    assert len(faces.begun) == 1
    assert services.store.ordered_seconds(MONTH) == 3600


def test_photos_of_another_engine_let_the_search_wait_unpaid(services, faces, recording):
    faces.name = "fake-other"
    assert not begin_remote_search(services, recording.id)
    waiting = now_of(services, recording)
    assert waiting.status is SearchStatus.QUEUED
    assert "enrolled by another face engine" in (in_english(waiting.error) or "")
    assert faces.begun == {}
