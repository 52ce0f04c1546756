"""The function that takes in what was uploaded and begins searches: called by a queue, or by S3 itself."""

from __future__ import annotations

from typing import Any

from attendance.use_cases.upkeep import sweep
from lambda_face_search import container
from lambda_face_search.arrivals import take_in
from lambda_face_search.deadline import Deadline
from lambda_face_search.events import Arrival, Asked, SearchJob, SweepAsked, UnknownEvent
from lambda_face_search.messages import answer
from lambda_face_search.observed import log, metrics
from lambda_face_search.once import once
from lambda_face_search.searching import search


@log.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """S3's events (by SQS, SNS, EventBridge or directly), and recordings that wait to be searched."""
    return answer(event, context, _do)


def _do(asked: Asked, place: str, context: Any) -> str:
    if isinstance(asked, Arrival):
        return once(f"{asked.bucket}/{asked.key}#{asked.sequencer}", lambda: _take_in(asked, context), context)
    if isinstance(asked, SearchJob):  # the same recording may be asked for again and again, the same message not
        return once(place, lambda: _search(asked.recording_id, context), context)
    if isinstance(asked, SweepAsked):
        sweep(container.services())
        return "Swept"
    raise UnknownEvent(f"Only finish.handler takes this: {asked}")


def _take_in(arrival: Arrival, context: Any) -> str:
    recording = take_in(container.services(), arrival)
    return "Ignored" if recording is None else _search(recording.id, context)


def _search(recording_id: str, context: Any) -> str:
    return search(container.services(), recording_id, Deadline.of(context))
