"""The functions in Lambda, called as AWS calls them: with what lies in the queue, and what the topic was told."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

from lambda_face_search import finish, start, sweep
from tests.aws.cloud import Cloud
from tests.lambda_face_search.lambda_context import FakeContext
from tests.lambda_face_search.sent import schedule_event, sns_event
from tests.lambda_face_search.sqs import sqs_event

_PATIENCE_S = 60.0


class Functions:
    """`bodies` and `words` are all that was handed to them so far, to be sent again."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.bodies: list[str] = []
        self.words: list[dict[str, Any]] = []

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

    def next_word(self) -> dict[str, Any]:
        """What Rekognition says to the topic next."""
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            for message in self._cloud.messages(self._cloud.words_url):
                self._delete(self._cloud.words_url, message)
                word: dict[str, Any] = json.loads(json.loads(message["Body"])["Message"])
                self.words.append(word)
                return word
            time.sleep(0.05)
        raise AssertionError("Rekognition says nothing")

    def end(self, word: dict[str, Any]) -> str:
        """Call finish.handler with it as SNS does, and what became of it."""
        (outcome,) = finish.handler(sns_event(word), FakeContext())["outcomes"]
        return str(outcome)

    def sweep(self) -> None:
        """The minute's sweep, not that of the hour."""
        sweep.handler(schedule_event(datetime.now(UTC).strftime("%Y-%m-%dT%H:00:00Z")), FakeContext())

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


def _failed(answer: dict[str, Any]) -> set[str]:
    return {one["itemIdentifier"] for one in answer["batchItemFailures"]}
