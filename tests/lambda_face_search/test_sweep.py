"""The function that a clock calls each minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from attendance.errors import ServiceUnavailable
from attendance.model import Course, SearchStatus
from lambda_face_search import start, sweep
from tests.fakes import FakeFaces
from tests.lambda_face_search.lambda_context import FakeContext
from tests.lambda_face_search.remote_engine import RemoteEngine
from tests.lambda_face_search.school import Clock, an_upload, key_of
from tests.lambda_face_search.sent import s3_event, schedule_event
from tests.sending import TEACHER
from tests.unit.in_memory import MemoryServices

Site = tuple[MemoryServices, Course]


def call(time: str = "2026-03-02T09:00:00Z") -> None:
    sweep.handler(schedule_event(time), FakeContext())


@pytest.fixture
def recording_id(site: Site) -> str:
    """A recording that is searched far away."""
    services, course = site
    upload_id = an_upload(services, course)
    start.handler(s3_event(key_of(upload_id)), FakeContext())
    services.jobs.waiting.clear()  # type: ignore[attr-defined]
    return upload_id


def test_an_upload_whose_event_was_lost_becomes_a_recording_that_waits_for_its_search(site: Site) -> None:
    services, course = site
    upload_id = an_upload(services, course)
    call()
    assert services.store.recording(upload_id).status is SearchStatus.QUEUED
    assert upload_id in services.jobs.waiting  # type: ignore[attr-defined]


def test_a_search_that_lasts_is_left_alone(site: Site, engine: RemoteEngine, recording_id: str) -> None:
    services, _ = site
    before = services.store.recording(recording_id)
    call()
    assert services.store.recording(recording_id) == before
    assert services.jobs.waiting == []  # type: ignore[attr-defined]


def test_a_search_whose_word_was_lost_is_ended(
    site: Site, engine: RemoteEngine, recording_id: str, clock: Clock
) -> None:
    services, _ = site
    engine.end("job-1")
    clock.turn_on(minutes=16)
    call()
    recording = services.store.recording(recording_id)
    assert recording.status is SearchStatus.DONE
    assert len(services.store.marks(recording.lecture_id)) == 1
    assert services.jobs.waiting == []  # type: ignore[attr-defined]


def test_a_search_that_lasts_longer_than_its_lease_waits_on_and_is_not_begun_again(
    site: Site, engine: RemoteEngine, recording_id: str, clock: Clock
) -> None:
    services, _ = site
    for _ in range(5):
        clock.turn_on(minutes=16)
        call()
    recording = services.store.recording(recording_id)
    assert (recording.status, recording.attempts) == (SearchStatus.SEARCHING, 1)
    assert services.jobs.waiting == []  # type: ignore[attr-defined]
    assert len(engine.tags) == 1


def test_a_service_that_does_not_answer_does_not_hold_up_the_rest(
    site: Site, engine: RemoteEngine, recording_id: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, course = site
    upload_id = an_upload(services, course)

    def down(*given: object) -> None:
        raise ServiceUnavailable("The engine does not answer.")

    monkeypatch.setattr(engine, "search_result", down)
    clock.turn_on(minutes=16)
    call()
    assert services.store.recording(upload_id).status is SearchStatus.QUEUED


def test_without_time_it_looks_after_nothing(site: Site, engine: RemoteEngine, recording_id: str, clock: Clock) -> None:
    services, _ = site
    engine.end("job-1")
    clock.turn_on(minutes=16)
    sweep.handler(schedule_event(), FakeContext(remaining_s=20))
    assert services.store.recording(recording_id).status is SearchStatus.SEARCHING


@pytest.mark.parametrize(("minute", "is_tidied"), [("06", False), ("07", True), ("08", False)])
def test_once_an_hour_it_tidies_up(
    put_in_container: Callable[[FakeFaces], Site], clock: Clock, minute: str, is_tidied: bool
) -> None:
    services, course = put_in_container(FakeFaces())
    an_upload(services, course, missing=1)
    clock.turn_on(days=8)
    call(f"2026-03-10T09:{minute}:00Z")
    assert (services.uploads.of_sender(TEACHER) == []) is is_tidied


def test_an_event_without_a_time_is_of_this_moment() -> None:
    assert abs(sweep.due_at({}) - sweep.due_at({"time": "2026-03-02T09:00:00Z"})) > timedelta(days=1)
    assert sweep.due_at({}).tzinfo is not None
