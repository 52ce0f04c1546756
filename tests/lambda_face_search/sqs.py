"""An SQS queue in memory, and its messages as Lambda hands them to a function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto import mock_aws

from attendance.adapters.sqs.jobs import SqsJobs
from lambda_face_search.events import Asked, SearchJob
from lambda_face_search.messages import answer
from tests.aws.here import one_at_a_time
from tests.lambda_face_search.lambda_context import FakeContext

REGION = "ap-northeast-2"


@contextmanager
def aws_in_memory() -> Iterator[None]:
    """AWS on moto, with credentials that are none."""
    with pytest.MonkeyPatch.context() as patch, mock_aws(), one_at_a_time():
        patch.setenv("AWS_REGION", REGION)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            patch.setenv(name, "testing")
        patch.delenv("AWS_PROFILE", raising=False)
        yield


@contextmanager
def sqs_in_memory() -> Iterator[Any]:
    """A client of SQS on moto."""
    with aws_in_memory():
        yield boto3.client("sqs", region_name=REGION)


def sqs_event(*bodies: str) -> dict[str, Any]:
    """A batch as Lambda hands it to a function; messages are called m0, m1, ..."""
    return {
        "Records": [
            {
                "messageId": f"m{number}",
                "receiptHandle": f"handle-{number}",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1772442000000",
                    "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                    "ApproximateFirstReceiveTimestamp": "1772442000001",
                },
                "messageAttributes": {},
                "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:rollcall-work",
                "awsRegion": REGION,
            }
            for number, body in enumerate(bodies)
        ]
    }


class WorkedSqs(SqsJobs):
    """A queue whose messages a test hands to what was bound, by the same road as start.handler."""

    def __init__(self, client: Any) -> None:
        super().__init__(client.create_queue(QueueName="rollcall-work")["QueueUrl"], client)
        self._sqs = client
        self._search: Callable[[str], object] = lambda recording_id: None

    def bind(self, search: Callable[[str], object], sweep: Callable[[], object]) -> None:
        super().bind(search, sweep)
        self._search = search

    def run_all(self) -> dict[str, Any]:
        """Take all messages and let them be answered as one batch."""
        bodies: list[str] = []
        while messages := self._sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(message["Body"])
                self._sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return answer(sqs_event(*bodies), FakeContext(), self._do)

    def _do(self, asked: Asked, place: str, context: Any) -> str:
        assert isinstance(asked, SearchJob)
        self._search(asked.recording_id)
        return place
