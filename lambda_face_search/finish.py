"""The function that takes down what Rekognition found: called by SNS, or by a queue behind it."""

from __future__ import annotations

from typing import Any

from attendance.searching.remote import end_remote_search
from lambda_face_search import container
from lambda_face_search.events import Asked, SearchEnded, UnknownEvent
from lambda_face_search.messages import answer
from lambda_face_search.observed import count, log, metrics
from lambda_face_search.once import once


@log.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Rekognition's word that a search has ended: by SNS, or by SQS with or without SNS's envelope."""
    return answer(event, context, _do)


def _do(asked: Asked, place: str, context: Any) -> str:
    if not isinstance(asked, SearchEnded):
        raise UnknownEvent(f"Only start.handler takes this: {asked}")
    return once(f"{asked.search_id}/{asked.tag}/{asked.status}", lambda: _end(asked), context)


def _end(ended: SearchEnded) -> str:
    """A word that is old, doubled or of another site changes nothing."""
    outcome = "SearchEnded" if end_remote_search(container.services(), ended.tag, ended.search_id) else "Ignored"
    log.info("A search has ended.", search_id=ended.search_id, tag=ended.tag, status=ended.status, outcome=outcome)
    count(outcome)
    return outcome
