"""The function that takes in uploads and begins searches, called with what AWS sends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from attendance.errors import ServiceUnavailable
from attendance.model import Course, SearchStatus
from attendance.rules.stored_sentences import in_english
from lambda_face_search import searching
from lambda_face_search.events import UnknownEvent
from lambda_face_search.start import handler
from tests.fakes import FakeFaces
from tests.lambda_face_search.lambda_context import FakeContext
from tests.lambda_face_search.remote_engine import RemoteEngine
from tests.lambda_face_search.school import SNAPSHOT, Clock, an_upload, key_of
from tests.lambda_face_search.sent import S3_TEST_EVENT, event_bridge_event, rekognition_message, s3_event
from tests.lambda_face_search.sqs import sqs_event
from tests.unit.in_memory import MemoryServices

Site = tuple[MemoryServices, Course]
MakeSite = Callable[[FakeFaces], Site]
NONE_FAILED: dict[str, Any] = {"batchItemFailures": []}


def failed(*messages: str) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": message} for message in messages]}


def arrived(*uploads: str) -> str:
    return json.dumps(s3_event(*[key_of(upload_id) for upload_id in uploads]))


def call(*bodies: str, **context: Any) -> dict[str, Any]:
    return handler(sqs_event(*bodies), FakeContext(**context))


class TestAnUpload:
    def test_of_a_video_is_searched_far_away(self, site: Site, engine: RemoteEngine) -> None:
        services, course = site
        upload_id = an_upload(services, course)
        assert call(arrived(upload_id)) == NONE_FAILED
        recording = services.store.recording(upload_id)
        assert recording.status is SearchStatus.SEARCHING
        assert [tag.partition(".")[0] for tag in engine.tags.values()] == [upload_id]

    def test_of_a_snapshot_is_searched_at_once(self, site: Site, engine: RemoteEngine) -> None:
        services, course = site
        upload_id = an_upload(services, course, SNAPSHOT)
        assert call(arrived(upload_id)) == NONE_FAILED
        recording = services.store.recording(upload_id)
        assert recording.status is SearchStatus.DONE
        assert not engine.tags
        (mark,) = services.store.marks(recording.lecture_id)
        assert mark.student_id == "21"

    def test_is_searched_at_once_by_an_engine_of_ours(self, put_in_container: MakeSite) -> None:
        services, course = put_in_container(FakeFaces())
        upload_id = an_upload(services, course)
        assert call(arrived(upload_id)) == NONE_FAILED
        assert services.store.recording(upload_id).status is SearchStatus.DONE

    @pytest.mark.parametrize("envelope", [s3_event, event_bridge_event])
    def test_may_also_be_told_of_directly(self, site: Site, envelope: Callable[[str], dict[str, Any]]) -> None:
        services, course = site
        upload_id = an_upload(services, course)
        assert handler(envelope(key_of(upload_id)), FakeContext()) == {"outcomes": ["SearchBegun"]}
        assert services.store.recording(upload_id).status is SearchStatus.SEARCHING

    def test_told_of_twice_is_one_recording_and_one_search(self, site: Site, engine: RemoteEngine) -> None:
        services, course = site
        upload_id = an_upload(services, course)
        assert call(arrived(upload_id), arrived(upload_id)) == NONE_FAILED
        assert call(arrived(upload_id)) == NONE_FAILED
        assert len(engine.tags) == 1
        assert services.store.recording(upload_id).attempts == 1

    def test_told_of_after_its_search_has_ended_changes_nothing(self, put_in_container: MakeSite) -> None:
        services, course = put_in_container(FakeFaces())
        upload_id = an_upload(services, course)
        call(arrived(upload_id))
        before = (
            services.store.recording(upload_id),
            services.store.sightings(services.store.recording(upload_id).lecture_id),
        )
        assert call(arrived(upload_id), json.dumps({"recording_id": upload_id})) == NONE_FAILED
        after = services.store.recording(upload_id), services.store.sightings(before[0].lecture_id)
        assert after == before

    def test_that_is_no_recording_is_done_with(self, site: Site) -> None:
        services, course = site
        upload_id = an_upload(services, course, b"a poem")
        assert call(arrived(upload_id)) == NONE_FAILED
        assert services.uploads.whole() == []

    def test_that_another_process_holds_comes_again_and_only_that(self, site: Site) -> None:
        services, course = site
        held, free = an_upload(services, course), an_upload(services, course)
        services.uploads.busy.add(held)  # type: ignore[attr-defined]
        assert call(arrived(held), arrived(free)) == failed("m0")
        services.uploads.busy.discard(held)  # type: ignore[attr-defined]
        assert call(arrived(held)) == NONE_FAILED
        assert {services.store.recording(upload).status for upload in (held, free)} == {SearchStatus.SEARCHING}

    def test_beside_one_that_fails_in_the_same_message_is_taken_in_all_the_same(self, site: Site) -> None:
        services, course = site
        held, free = an_upload(services, course), an_upload(services, course)
        services.uploads.busy.add(held)  # type: ignore[attr-defined]
        assert call(arrived(held, free)) == failed("m0")
        assert services.store.recording(free).status is SearchStatus.SEARCHING


class TestAJob:
    def test_begins_the_search(self, site: Site, engine: RemoteEngine) -> None:
        services, course = site
        waiting = an_upload(services, course)
        engine.most = 0
        assert call(arrived(waiting)) == NONE_FAILED
        assert services.store.recording(waiting).status is SearchStatus.QUEUED
        engine.most = 20
        assert call(json.dumps({"recording_id": waiting})) == NONE_FAILED
        assert services.store.recording(waiting).status is SearchStatus.SEARCHING

    def test_of_a_recording_that_was_removed_is_ignored(self, site: Site) -> None:
        assert call('{"recording_id": "gone"}') == NONE_FAILED

    def test_whose_store_does_not_answer_comes_again(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        services, _ = site

        def down(recording_id: str) -> None:
            raise ServiceUnavailable("The database does not answer.")

        monkeypatch.setattr(services.store, "recording", down)
        assert call('{"recording_id": "r1"}') == failed("m0")

    def test_with_no_time_left_comes_again(self, site: Site, engine: RemoteEngine) -> None:
        services, course = site
        upload_id = an_upload(services, course)
        assert call(arrived(upload_id), remaining_s=20) == failed("m0")
        assert not engine.tags
        assert services.store.recording(upload_id).status is SearchStatus.QUEUED

    def test_of_a_search_whose_word_was_lost_looks_after_it(
        self, site: Site, engine: RemoteEngine, clock: Clock
    ) -> None:
        services, course = site
        upload_id = an_upload(services, course)
        call(arrived(upload_id))
        engine.end("job-1")
        clock.turn_on(minutes=16)
        assert call(json.dumps({"recording_id": upload_id})) == NONE_FAILED
        assert services.store.recording(upload_id).status is SearchStatus.DONE
        assert len(engine.tags) == 1


class TestAMessage:
    @pytest.mark.parametrize("body", ["not json", "{}", json.dumps(rekognition_message("r1.t1"))])
    def test_that_nobody_understands_comes_again_until_it_is_dead(self, site: Site, body: str) -> None:
        assert call(body, '{"recording_id": "gone"}') == failed("m0")

    def test_that_tests_the_bucket_is_done_with(self, site: Site) -> None:
        assert call(json.dumps(S3_TEST_EVENT)) == NONE_FAILED

    def test_that_all_fail_does_not_end_the_function_with_an_error(self, site: Site) -> None:
        assert call("?", "?") == failed("m0", "m1")

    def test_that_is_a_fault_of_ours_comes_again_with_its_place_in_the_log(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        services, _ = site
        monkeypatch.setattr(services.store, "recording", lambda recording_id: 1 / 0)
        assert call('{"recording_id": "r1"}') == failed("m0")
        assert any(record.exc_info for record in caplog.records)


def test_an_event_of_no_known_kind_ends_the_function_with_an_error(site: Site) -> None:
    with pytest.raises(UnknownEvent):
        handler({"what": "ever"}, FakeContext())


class TestWithoutATopic:
    """The function begins the search and looks for its end itself."""

    @pytest.fixture(autouse=True)
    def slept(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        slept: list[float] = []
        self.context = FakeContext()

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            self.context.remaining_s -= seconds

        monkeypatch.setattr(searching.time, "sleep", sleep)
        return slept

    def call(self, *bodies: str) -> dict[str, Any]:
        return handler(sqs_event(*bodies), self.context)

    def test_it_takes_down_what_was_found(self, put_in_container: MakeSite, slept: list[float]) -> None:
        services, course = put_in_container(RemoteEngine(answers_by_event=False, looks=4))
        upload_id = an_upload(services, course)
        assert self.call(arrived(upload_id)) == NONE_FAILED
        assert services.store.recording(upload_id).status is SearchStatus.DONE
        assert slept == sorted(slept)
        assert len(slept) == 4

    def test_it_ends_in_time_and_the_sweep_goes_on(self, put_in_container: MakeSite, clock: Clock) -> None:
        engine = RemoteEngine(answers_by_event=False)
        services, course = put_in_container(engine)
        upload_id = an_upload(services, course)
        assert self.call(arrived(upload_id)) == NONE_FAILED
        assert 15 < self.context.remaining_s < 60
        assert services.store.recording(upload_id).status is SearchStatus.SEARCHING
        engine.end("job-1")
        clock.turn_on(minutes=16)
        self.context.remaining_s = 900
        assert self.call(json.dumps({"recording_id": upload_id})) == NONE_FAILED
        assert services.store.recording(upload_id).status is SearchStatus.DONE
        assert len(engine.tags) == 1

    def test_a_search_that_the_service_gives_up_fails_with_its_sentence(self, put_in_container: MakeSite) -> None:
        engine = RemoteEngine(answers_by_event=False)
        engine.failed.add("job-1")
        services, course = put_in_container(engine)
        upload_id = an_upload(services, course)
        assert self.call(arrived(upload_id)) == NONE_FAILED
        recording = services.store.recording(upload_id)
        assert recording.status is SearchStatus.FAILED
        assert recording.error == "The engine gave up on this recording: it cannot be decoded."


class TestAnEngineOfOurs:
    """It searches within the call, and must be done before Lambda ends it."""

    class Slow(FakeFaces):
        """Each report of progress takes its time from the call."""

        context: FakeContext

        def search(self, file: Any, kind: Any, faces: Any, progress: Any = None, **more: Any) -> Any:
            def slowly(share: float) -> None:
                self.context.remaining_s -= 60
                progress(share)

            return super().search(file, kind, faces, slowly, **more)

    def called(self, put_in_container: MakeSite, remaining_s: float) -> tuple[MemoryServices, str, dict[str, Any]]:
        slow = self.Slow()
        slow.context = FakeContext(remaining_s=remaining_s)
        services, course = put_in_container(slow)
        upload_id = an_upload(services, course)
        return services, upload_id, handler(sqs_event(arrived(upload_id)), slow.context)

    def test_is_done_in_time(self, put_in_container: MakeSite) -> None:
        services, upload_id, answer = self.called(put_in_container, 900)
        assert answer == NONE_FAILED
        assert services.store.recording(upload_id).status is SearchStatus.DONE

    def test_lets_go_before_the_call_ends_and_counts_no_attempt(self, put_in_container: MakeSite) -> None:
        services, upload_id, answer = self.called(put_in_container, 300)
        assert answer == NONE_FAILED
        recording = services.store.recording(upload_id)
        assert (recording.status, recording.attempts) == (SearchStatus.QUEUED, 0)

    def test_gives_up_what_even_a_whole_call_is_too_short_for(self, put_in_container: MakeSite) -> None:
        services, upload_id, _ = self.called(put_in_container, 650)
        recording = services.store.recording(upload_id)
        assert recording.status is SearchStatus.FAILED
        assert in_english(recording.error) == (
            "Searching this recording takes longer than the 10 minutes that it may take here. "
            "Let a worker search it, or cut it."
        )
