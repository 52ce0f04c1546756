"""The functions in Lambda, called as AWS calls them: with what lies in the queue, and what the topic was told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lambda_face_search import container, finish, start, sweep
from tests.aws.cloud import Cloud
from tests.lambda_face_search.lambda_context import FakeContext
from tests.lambda_face_search.sent import schedule_event, sns_event
from tests.lambda_face_search.sqs import sqs_event

_PATIENCE_S = 60.0


class Functions:
    """`bodies` is all that came out of the queue so far, to be sent again."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.bodies: list[str] = []

    def work(self) -> list[str]:
        """Hand all messages of the queue to start.handler as one batch; the bodies of those that come again."""
        messages = list(self._cloud.messages(self._cloud.work_url))
        event = sqs_event(*[message["Body"] for message in messages])
        for record, message in zip(event["Records"], messages, strict=True):
            record["messageId"] = message["MessageId"]
        failed = _failed(start.handler(event, FakeContext())) if messages else set()
        for message in messages:
            self._put_away(message, again=message["MessageId"] in failed)
        self.bodies += [message["Body"] for message in messages]
        return [message["Body"] for message in messages if message["MessageId"] in failed]

    def send_work(self, *bodies: str) -> None:
        """Put messages into the queue."""
        for body in bodies:
            self._cloud.aws.sqs.send_message(QueueUrl=self._cloud.work_url, MessageBody=body)

    def next_word(self, upload: str) -> dict[str, Any]:
        """What Rekognition says next to the topic of the recording that an upload became."""
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            for word in self.told(upload):
                return word
            time.sleep(0.05)
        raise AssertionError("Rekognition says nothing")

    def told(self, upload: str) -> Iterator[dict[str, Any]]:
        """What the topic was told of it by now. Words of earlier tests, whose searches end late, are passed over."""
        for message in self._cloud.messages(self._cloud.words_url):
            self._delete(self._cloud.words_url, message)
            word = json.loads(json.loads(message["Body"])["Message"])
            if word["JobTag"].startswith(f"{id_of(upload)}."):
                yield word

    def end(self, word: dict[str, Any]) -> str:
        """Call finish.handler with it as SNS does, and what became of it."""
        (outcome,) = finish.handler(sns_event(word), FakeContext())["outcomes"]
        return str(outcome)

    def sweep(self, *, minutes_later: int = 0, is_hourly: bool = False) -> None:
        """The sweep of any minute, or of the one in an hour that also tidies; so many minutes from now."""
        now = container.services()
        later = replace(now, now=lambda: now.now() + timedelta(minutes=minutes_later))
        with pytest.MonkeyPatch.context() as clock:
            clock.setattr(container, "services", lambda: later)
            minute = sweep.TIDY_AT_MINUTE if is_hourly else 0
            sweep.handler(schedule_event(f"2026-03-02T09:{minute:02}:00Z"), FakeContext())

    def all_that_waits(self) -> None:
        """Hand messages over until none is left and none fails."""
        done = -1
        while done < len(self.bodies):
            done = len(self.bodies)
            assert self.work() == []

    def _put_away(self, message: dict[str, Any], *, again: bool) -> None:
        url = self._cloud.work_url
        if again:
            self._cloud.aws.sqs.change_message_visibility(
                QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )
        else:
            self._delete(url, message)

    def _delete(self, url: str, message: dict[str, Any]) -> None:
        self._cloud.aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def id_of(upload: str) -> str:
    """The id of an upload, and of the recording that it became, from its address."""
    return upload.rpartition("/")[2]


def _failed(answer: dict[str, Any]) -> set[str]:
    return {one["itemIdentifier"] for one in answer["batchItemFailures"]}
