"""What searches cost, and that the month's budget is never gone past."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from attendance.errors import BadRecording, SearchStopped, ServiceBusy
from attendance.model import Recording, SearchStatus
from attendance.rules.stored_sentences import in_english
from attendance.searching.budget import (
    BudgetUsedUp,
    budget,
    estimate,
    order,
    refuse_upload_over_budget,
)
from attendance.searching.searches import search_recording
from attendance.use_cases.lectures.lectures import search_again
from attendance.use_cases.recordings.uploads import begin_upload, told_recording
from tests.fakes.remote_faces import FakeRemoteFaces
from tests.sending import TEACHER
from tests.unit.in_memory import NOW, MemoryServices, a_course, services_in_memory
from tests.unit.receiving import a_file, receive

MONTH = "2026-03"


def charging(tmp_path: Path, **settings: str) -> MemoryServices:
    """Services whose searches cost 0.10 USD a minute."""
    made = services_in_memory(tmp_path, **settings)
    a_course(made)
    return replace(made, faces=FakeRemoteFaces())


def received(services: MemoryServices, tmp_path: Path, content: str = "video 90|900 0 80") -> Recording:
    return receive(services, a_file(tmp_path, content))


def begin(services: MemoryServices, name: str) -> None:
    course = services.store.courses()[0]
    begin_upload(services, TEACHER, told_recording(course, name, "2026-03-02T16:00"), 10)


def test_an_engine_of_ones_own_costs_nothing(tmp_path):
    services = services_in_memory(tmp_path, ROLLCALL_MONTHLY_BUDGET="0")
    a_course(services)
    assert estimate(services, 3600) is None
    assert budget(services) is None
    begin(services, "lecture.mp4")
    assert search_recording(services, received(services, tmp_path).id)
    assert services.store.ordered_seconds(MONTH) == 0


def test_a_video_costs_its_minutes_and_parts_of_a_minute_by_the_second(tmp_path):
    services = charging(tmp_path)
    assert estimate(services, 3600) == pytest.approx(6.0)
    assert estimate(services, 89.2) == pytest.approx(0.15)


def test_a_search_is_ordered_once_and_shown_in_the_budget(tmp_path):
    services = charging(tmp_path, ROLLCALL_MONTHLY_BUDGET="2")
    assert search_recording(services, received(services, tmp_path).id)
    now = budget(services)
    assert now is not None
    assert (now.month, now.spent, now.most, now.left) == (MONTH, pytest.approx(0.15), 2.0, pytest.approx(1.85))


def test_a_search_beyond_the_budget_is_refused_politely_and_the_recording_kept(tmp_path):
    services = charging(tmp_path, ROLLCALL_MONTHLY_BUDGET="0.14")
    recording = received(services, tmp_path)
    assert not search_recording(services, recording.id)
    refused = services.store.recording(recording.id)
    assert refused.status is SearchStatus.FAILED
    assert in_english(refused.error) == (
        "This month's budget for searches by Rekognition (0.14 USD) is used up; the recording is stored. Search it "
        "again next month, or ask an admin to raise the limit."
    )
    assert services.store.ordered_seconds(MONTH) == 0
    assert services.media.size(recording.media_key) > 0


def test_the_budget_begins_anew_with_the_month(tmp_path):
    services = charging(tmp_path, ROLLCALL_MONTHLY_BUDGET="0.20")
    assert search_recording(services, received(services, tmp_path).id)
    second = received(services, tmp_path)
    assert not search_recording(services, second.id)
    april = replace(services, now=lambda: NOW + timedelta(days=31))
    search_again(april, second.id, by="teacher")
    assert search_recording(april, second.id)


def test_searching_again_is_paid_for_again(tmp_path):
    services = charging(tmp_path)
    recording = received(services, tmp_path)
    assert search_recording(services, recording.id)
    search_again(services, recording.id, by="teacher")
    assert search_recording(services, recording.id)
    assert services.store.ordered_seconds(MONTH) == 180


def test_a_search_that_failed_after_it_was_paid_for_is_paid_for_again(tmp_path, monkeypatch):
    services = charging(tmp_path, ROLLCALL_MONTHLY_BUDGET="0.30")
    recording = received(services, tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(services.faces, "search", raising(BadRecording("The result has expired.")))
        assert not search_recording(services, recording.id)
        search_again(services, recording.id, by="teacher")
        assert not search_recording(services, recording.id)
    assert services.store.ordered_seconds(MONTH) == 180
    search_again(services, recording.id, by="teacher")
    assert not search_recording(services, recording.id)
    assert "is used up" in (in_english(services.store.recording(recording.id).error) or "")
    assert services.store.ordered_seconds(MONTH) == 180


def test_a_search_that_is_stopped_again_and_again_ends_with_the_budget(tmp_path, monkeypatch):
    services = charging(tmp_path, ROLLCALL_MONTHLY_BUDGET="0.30")
    recording = received(services, tmp_path)
    monkeypatch.setattr(services.faces, "search", raising(SearchStopped("It goes on later.")))
    for _ in range(4):
        assert not search_recording(services, recording.id, stopping=lambda: True)
    assert services.store.ordered_seconds(MONTH) == 180
    assert "is used up" in (in_english(services.store.recording(recording.id).error) or "")


def test_waiting_for_ones_turn_is_not_paid_for_each_time(tmp_path, monkeypatch):
    services = charging(tmp_path)
    recording = received(services, tmp_path)
    with monkeypatch.context() as busy:
        busy.setattr(services.faces, "search", raising(ServiceBusy("It waits its turn.")))
        for _ in range(3):
            assert not search_recording(services, recording.id)
    waiting = services.store.recording(recording.id)
    assert (waiting.status, waiting.error) == (SearchStatus.QUEUED, "It waits its turn.")
    assert search_recording(services, recording.id)
    assert services.store.ordered_seconds(MONTH) == 90


def test_a_search_that_is_stopped_under_way_and_begun_again_counts_twice(tmp_path, monkeypatch):
    services = charging(tmp_path)
    recording = received(services, tmp_path)
    with monkeypatch.context() as stopped:
        stopped.setattr(services.faces, "search", raising(SearchStopped("It goes on later.")))
        assert not search_recording(services, recording.id, stopping=lambda: True)
    assert search_recording(services, recording.id)
    assert services.store.ordered_seconds(MONTH) == 180


def test_a_search_whose_worker_died_counts_for_the_worker_and_for_the_next(tmp_path):
    services = charging(tmp_path)
    recording = received(services, tmp_path)
    claimed = services.store.claim_search(recording.id, "dies", NOW - timedelta(hours=1), NOW - timedelta(minutes=59))
    order(services, claimed)
    assert search_recording(services, recording.id)
    assert services.store.ordered_seconds(MONTH) == 180


def test_a_snapshot_is_not_counted_and_searched_also_without_budget(tmp_path):
    services = charging(tmp_path, ROLLCALL_MONTHLY_BUDGET="0")
    assert search_recording(services, received(services, tmp_path, "snapshot|900").id)


def test_nobody_sends_gigabytes_once_the_budget_is_used_up_but_pictures_they_may(tmp_path):
    services = charging(tmp_path, ROLLCALL_MONTHLY_BUDGET="0.15")
    begin(services, "lecture.mp4")
    assert search_recording(services, received(services, tmp_path).id)
    with pytest.raises(BudgetUsedUp, match="is used up"):
        begin(services, "lecture.mp4")
    begin(services, "board.JPG")
    assert issubclass(BudgetUsedUp, BadRecording)


def test_without_a_limit_or_a_price_nothing_is_refused(tmp_path):
    for settings in ({}, {"ROLLCALL_MONTHLY_BUDGET": "1", "ROLLCALL_PRICE_PER_MINUTE": "0"}):
        services = charging(tmp_path, **settings)
        refuse_upload_over_budget(services, "lecture.mp4")
        assert search_recording(services, received(services, tmp_path, "video 900000|900 0 80").id)


def raising(error: Exception):
    """A search that ends so."""

    def search(*_: object, **__: object) -> None:
        raise error

    return search
