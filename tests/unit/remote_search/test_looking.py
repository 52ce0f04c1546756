"""Searches whose word was lost, or whose processes died, end by looking after them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from attendance.errors import ServiceUnavailable
from attendance.model import SearchStatus
from attendance.rules.stored_sentences import in_english
from attendance.searching import remote as remote_search
from attendance.searching.remote import begin_remote_search, end_remote_search, look_after_remote_search
from tests.unit.receiving import statuses
from tests.unit.remote_search.recorded import MONTH, SEEN, now_of


def test_a_word_that_comes_before_the_result_is_there_is_made_good_by_looking(services, faces, recording, clock):
    begin_remote_search(services, recording.id)
    (search_id, tag), *_ = faces.begun.items()
    assert not end_remote_search(services, tag, search_id)
    assert now_of(services, recording).status is SearchStatus.SEARCHING
    faces.end()
    clock.after(minutes=1)
    assert look_after_remote_search(services, recording.id)
    assert statuses(services, recording) == SEEN
    assert len(faces.begun) == 1


def test_a_service_that_does_not_answer_is_asked_again_soon_with_the_same_token(services, faces, recording, clock):
    faces.refusals = [ServiceUnavailable("Rekognition does not answer; try again later.")]
    with pytest.raises(ServiceUnavailable):
        begin_remote_search(services, recording.id)
    token = now_of(services, recording).claimed_by
    clock.after(minutes=1)
    assert list(services.store.waiting_searches(services.now())) == [recording.id]
    assert begin_remote_search(services, recording.id)
    assert now_of(services, recording).claimed_by == token
    assert end_remote_search(services, *faces.end())
    assert services.store.ordered_seconds(MONTH) == 3600


def test_a_process_that_dies_before_the_search_is_begun_leaves_it_to_the_next(services, faces, recording, clock):
    dead = f"far:{'a' * 32}"
    services.store.claim_search(recording.id, dead, services.now(), services.now() + timedelta(minutes=15))
    clock.after(minutes=16)
    assert begin_remote_search(services, recording.id)
    assert list(faces.begun) == [f"search-{'a' * 32}"]
    assert services.store.ordered_seconds(MONTH) == 3600


def test_a_lost_word_is_found_by_looking_without_a_second_search(services, faces, recording, clock):
    begin_remote_search(services, recording.id)
    faces.end()
    clock.after(minutes=16)
    assert look_after_remote_search(services, recording.id)
    assert statuses(services, recording) == SEEN
    assert len(faces.begun) == 1
    assert services.store.ordered_seconds(MONTH) == 3600


def test_looking_at_a_search_that_goes_on_keeps_the_lease_and_counts_no_attempt(services, recording, clock):
    begin_remote_search(services, recording.id)
    for _ in range(10):
        clock.after(minutes=16)
        assert not look_after_remote_search(services, recording.id)
        assert list(services.store.waiting_searches(services.now())) == []
    assert now_of(services, recording).attempts == 1


def test_a_search_without_events_is_looked_at_while_its_lease_lasts(services, faces, recording):
    begin_remote_search(services, recording.id)
    assert not look_after_remote_search(services, recording.id)
    faces.end()
    assert look_after_remote_search(services, recording.id)
    assert now_of(services, recording).status is SearchStatus.DONE


def test_looking_at_a_search_that_another_takes_down_leaves_it_alone(services, faces, recording, monkeypatch):
    begin_remote_search(services, recording.id)
    word = faces.end()
    keep = remote_search.store_sightings

    def keep_while_somebody_looks(*given: object) -> bool:
        assert not look_after_remote_search(services, recording.id)
        return keep(*given)

    monkeypatch.setattr(remote_search, "store_sightings", keep_while_somebody_looks)
    assert end_remote_search(services, *word)


def test_who_dies_while_taking_down_is_followed_by_the_next_three_times_at_most(
    services, faces, recording, clock, monkeypatch
):
    begin_remote_search(services, recording.id)
    word = faces.end()

    class Killed(BaseException):
        pass

    def die(*_: object) -> bool:
        raise Killed

    with monkeypatch.context() as deadly:
        deadly.setattr(remote_search, "store_sightings", die)
        with pytest.raises(Killed):
            end_remote_search(services, *word)
        for _ in range(2):
            clock.after(minutes=1)
            with pytest.raises(Killed):
                look_after_remote_search(services, recording.id)
    clock.after(minutes=1)
    assert not look_after_remote_search(services, recording.id)
    assert "broken off 3 times" in (in_english(now_of(services, recording).error) or "")
    assert len(faces.begun) == 1
    assert services.store.ordered_seconds(MONTH) == 3600


def test_who_dies_once_while_taking_down_loses_nothing(services, faces, recording, clock, monkeypatch):
    begin_remote_search(services, recording.id)
    word = faces.end()
    with monkeypatch.context() as unwell:
        unwell.setattr(remote_search, "store_sightings", unavailable)
        with pytest.raises(ServiceUnavailable):
            end_remote_search(services, *word)
    clock.after(minutes=1)
    assert end_remote_search(services, *word)  # the word comes again, as it was not taken
    assert statuses(services, recording) == SEEN


def unavailable(*_: object) -> bool:
    raise ServiceUnavailable("The disk does not answer.")
