"""Reads what AWS sends: what a call asks for, out of all the envelopes that it may come in.

Shapes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html (S3),
.../userguide/ev-events.html (S3 by EventBridge), https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
(SNS) and https://docs.aws.amazon.com/rekognition/latest/dg/video-notification-payload.html (Rekognition).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus


class UnknownEvent(ValueError):
    """A message that is none of those that are sent here. It belongs into the dead-letter queue."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An object that appeared in a bucket. `sequencer` is S3's own order of what happened to its key."""

    bucket: str
    key: str
    sequencer: str = ""


@dataclass(frozen=True, slots=True)
class SearchJob:
    """A recording that waits to be searched: a message of attendance/adapters/sqs/jobs.py."""

    recording_id: str


@dataclass(frozen=True, slots=True)
class SweepAsked:
    """Something has happened that is to be followed up: a message of attendance/adapters/sqs/jobs.py."""


@dataclass(frozen=True, slots=True)
class SearchEnded:
    """Rekognition's word that a search has ended, well or not. `tag` is what the search was begun with."""

    search_id: str
    tag: str
    status: str


Asked = Arrival | SearchJob | SweepAsked | SearchEnded


def asked_by_text(text: str) -> list[Asked]:
    """What the body of a message asks for. Raises UnknownEvent."""
    try:
        message = json.loads(text)
    except ValueError as broken:
        raise UnknownEvent(f"The message is no JSON: {text[:200]!r}") from broken
    return asked_by(message)


def asked_by(event: Any) -> list[Asked]:
    """What an event asks for; of some, such as S3's test event, nothing. Raises UnknownEvent."""
    try:
        return list(_asked(event))
    except (KeyError, TypeError, AttributeError) as missing:
        raise UnknownEvent(f"The message lacks what one of its kind has: {missing!r}") from missing


def _asked(event: Mapping[str, Any]) -> Iterator[Asked]:
    if "Records" in event:
        for record in event["Records"]:
            yield from _of_record(record)
    elif event.get("Type") == "Notification":  # what SNS wraps around a message for a queue
        yield from asked_by_text(event["Message"])
    elif event.get("source") == "aws.s3":
        yield from _of_event_bridge(event)
    elif "recording_id" in event:
        yield SearchJob(_text(event["recording_id"]))
    elif "sweep" in event:
        yield SweepAsked()
    elif "JobId" in event:
        yield from _of_rekognition(event)
    elif event.get("Event") != "s3:TestEvent":
        raise UnknownEvent(f"The message is of no known kind: {json.dumps(event)[:200]}")


def _of_record(record: Mapping[str, Any]) -> Iterator[Asked]:
    source = record.get("eventSource") or record.get("EventSource")
    if source == "aws:s3":
        if record["eventName"].startswith("ObjectCreated:"):
            stored = record["s3"]["object"]
            # In these events, and only in these, keys are encoded as in a form: a space is a plus sign.
            yield Arrival(record["s3"]["bucket"]["name"], unquote_plus(stored["key"]), stored.get("sequencer", ""))
    elif source == "aws:sns":
        yield from asked_by_text(record["Sns"]["Message"])
    elif source == "aws:sqs":
        yield from asked_by_text(record["body"])
    else:
        raise UnknownEvent(f"The message is from an unknown source: {source!r}")


def _of_event_bridge(event: Mapping[str, Any]) -> Iterator[Asked]:
    if event["detail-type"] == "Object Created":
        stored = event["detail"]["object"]
        yield Arrival(event["detail"]["bucket"]["name"], stored["key"], stored.get("sequencer", ""))


def _of_rekognition(message: Mapping[str, Any]) -> Iterator[Asked]:
    if message.get("API") == "StartFaceSearch":
        yield SearchEnded(_text(message["JobId"]), str(message.get("JobTag", "")), str(message["Status"]))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise UnknownEvent(f"The message has {value!r} where an id belongs.")
    return value
