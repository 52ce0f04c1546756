"""The function that takes down what was found, called with Rekognition's word as SNS and SQS deliver it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import pytest

from attendance.changes import QueueSearch
from attendance.errors import ServiceUnavailable
from attendance.model import Course, SearchStatus, Status
from lambda_face_search import finish, start
from tests.lambda_face_search.lambda_context import FakeContext
from tests.lambda_face_search.remote_engine import RemoteEngine
from tests.lambda_face_search.school import Clock, an_upload, key_of
from tests.lambda_face_search.sent import rekognition_message, s3_event, sns_envelope, sns_event
from tests.lambda_face_search.sqs import sqs_event
from tests.unit.in_memory import MemoryServices

Site = tuple[MemoryServices, Course]
Envelope = Callable[[dict[str, Any]], dict[str, Any]]
ENVELOPES: dict[str, Envelope] = {
    "SNS": sns_event,
    "SQS raw": lambda message: sqs_event(json.dumps(message)),
    "SQS wrapped": lambda message: sqs_event(json.dumps(sns_envelope(message))),
}


@pytest.fixture
def recording_id(site: Site) -> str:
    """A recording that is searched far away."""
    services, course = site
    upload_id = an_upload(services, course)
    start.handler(s3_event(key_of(upload_id)), FakeContext())
    return upload_id


def word(engine: RemoteEngine, search_id: str = "job-1", **more: Any) -> dict[str, Any]:
    return rekognition_message(engine.tags[search_id], search_id, **more)


def state(services: MemoryServices, recording_id: str) -> tuple[Any, ...]:
    recording = services.store.recording(recording_id)
    lecture = recording.lecture_id
    return (
        astuple(recording),
        [astuple(seen) for seen in services.store.sightings(lecture)],
        [astuple(mark) for mark in services.store.marks(lecture)],
        sorted(services.media.files),
    )


@pytest.mark.parametrize("envelope", ENVELOPES.values(), ids=ENVELOPES)
def test_what_was_found_becomes_sightings_and_marks(
    site: Site, engine: RemoteEngine, recording_id: str, envelope: Envelope
) -> None:
    services, _ = site
    engine.end("job-1")
    answer = finish.handler(envelope(word(engine)), FakeContext())
    assert answer in ({"outcomes": ["SearchEnded"]}, {"batchItemFailures": []})
    recording = services.store.recording(recording_id)
    assert recording.status is SearchStatus.DONE
    (seen,) = services.store.sightings(recording.lecture_id)
    assert seen.student_id == "21"
    (mark,) = services.store.marks(recording.lecture_id)
    assert mark.status is Status.PRESENT


def test_the_same_word_again_changes_nothing(site: Site, engine: RemoteEngine, recording_id: str) -> None:
    services, _ = site
    engine.end("job-1")
    said = word(engine)
    finish.handler(sns_event(said), FakeContext())
    before = state(services, recording_id)
    assert finish.handler(sns_event(said), FakeContext()) == {"outcomes": ["Ignored"]}
    assert finish.handler(sqs_event(json.dumps(said), json.dumps(said)), FakeContext()) == {"batchItemFailures": []}
    assert state(services, recording_id) == before


def test_the_word_of_an_earlier_search_changes_nothing(
    site: Site, engine: RemoteEngine, recording_id: str, clock: Clock
) -> None:
    services, _ = site
    old = word(engine)
    engine.end("job-1")
    finish.handler(sns_event(old), FakeContext())
    services.store.commit(QueueSearch(recording_id, clock()))
    start.handler(sqs_event(json.dumps({"recording_id": recording_id})), FakeContext())
    before = state(services, recording_id)
    assert finish.handler(sns_event(old), FakeContext()) == {"outcomes": ["Ignored"]}
    assert state(services, recording_id) == before
    assert services.store.recording(recording_id).status is SearchStatus.SEARCHING


def test_the_words_of_two_searches_may_come_in_any_order(site: Site, engine: RemoteEngine, recording_id: str) -> None:
    services, course = site
    other = an_upload(services, course, b"video 60|21 55 60")
    start.handler(s3_event(key_of(other)), FakeContext())
    for search_id in ("job-2", "job-1"):
        engine.end(search_id)
        finish.handler(sns_event(word(engine, search_id)), FakeContext())
    assert {services.store.recording(one).status for one in (recording_id, other)} == {SearchStatus.DONE}
    lecture_id = services.store.recording(recording_id).lecture_id
    assert len(services.store.sightings(lecture_id)) == 2
    assert len(services.store.marks(lecture_id)) == 1


@pytest.mark.parametrize("tag", ["", "nothing", "no-such-recording.token", ".", "another app's tag", "a.b.c"])
def test_a_word_of_an_unknown_search_is_ignored(site: Site, recording_id: str, tag: str) -> None:
    services, _ = site
    before = state(services, recording_id)
    assert finish.handler(sns_event(rekognition_message(tag)), FakeContext()) == {"outcomes": ["Ignored"]}
    assert state(services, recording_id) == before


def test_a_word_whose_token_is_another_ends_no_search(site: Site, recording_id: str) -> None:
    services, _ = site
    finish.handler(sns_event(rekognition_message(f"{recording_id}.forged")), FakeContext())
    assert services.store.recording(recording_id).status is SearchStatus.SEARCHING


def test_a_search_that_the_service_gave_up_fails_with_its_sentence(
    site: Site, engine: RemoteEngine, recording_id: str
) -> None:
    services, _ = site
    engine.failed.add("job-1")
    finish.handler(sns_event(word(engine, status="FAILED")), FakeContext())
    recording = services.store.recording(recording_id)
    assert recording.status is SearchStatus.FAILED
    assert recording.error == "The engine gave up on this recording: it cannot be decoded."


def test_where_the_service_does_not_answer_the_word_comes_again(
    site: Site, engine: RemoteEngine, recording_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, _ = site
    engine.end("job-1")

    def down(*given: object) -> None:
        raise ServiceUnavailable("The engine does not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(engine, "search_result", down)
        with pytest.raises(ServiceUnavailable):
            finish.handler(sns_event(word(engine)), FakeContext())
        queued = finish.handler(sqs_event(json.dumps(word(engine)), "?"), FakeContext())
        assert [item["itemIdentifier"] for item in queued["batchItemFailures"]][-1] == "m1"
    assert services.store.recording(recording_id).status is SearchStatus.SEARCHING


def test_what_start_takes_is_not_taken_here(site: Site) -> None:
    answer = finish.handler(sqs_event('{"recording_id": "r1"}'), FakeContext())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
