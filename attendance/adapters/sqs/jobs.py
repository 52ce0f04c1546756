"""Hands searches to functions in Lambda through an SQS queue, which they are called with."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any

from attendance.adapters.aws import make_client, plain_aws_errors
from attendance.errors import Phrase, SettingsError
from attendance.settings import Settings
from attendance.settings.service_url import ServiceUrl

_QUEUE_URL = re.compile(r"https?://[^/\s]+/\S*[^/\s]")
_SERVICE = Phrase("The queue of searches")


def open_jobs(value: str, settings: Settings) -> SqsJobs:
    """The queue of `lambda:QUEUE_URL`. Raises SettingsError. Nothing is asked of AWS before the first job."""
    url = value.removeprefix("lambda:")
    if not _QUEUE_URL.fullmatch(url):
        raise SettingsError(
            "ROLLCALL_JOBS is %(value)s, but must be lambda: and the https address of an SQS queue.",
            value=repr(ServiceUrl(value)),
        )
    return SqsJobs(url)


class SqsJobs:
    """A JobQueue that lambda_face_search works off; it needs no worker of ours.

    A message is `{"recording_id": ...}` or `{"sweep": "soon"}`. A function that is called with it has its own services,
    so that what is bound here is never run.
    """

    def __init__(self, queue_url: str, client: Any = None) -> None:
        self.queue_url = queue_url
        self._given = client
        self._making = threading.Lock()

    def bind(self, search: Callable[[str], object], sweep: Callable[[], object]) -> None:
        """Nothing runs here: lambda_face_search calls both itself."""

    def enqueue_search(self, recording_id: str) -> None:
        self._send({"recording_id": recording_id})

    def enqueue_sweep(self) -> None:
        self._send({"sweep": "soon"})

    def _send(self, message: dict[str, str]) -> None:
        with plain_aws_errors(_SERVICE, queue=self.queue_url.rpartition("/")[2]):
            self._client.send_message(QueueUrl=self.queue_url, MessageBody=json.dumps(message, ensure_ascii=True))

    @property
    def _client(self) -> Any:
        with self._making:
            return self._made_client

    @cached_property
    def _made_client(self) -> Any:
        # Who asks is often somebody who waits for a page; what is lost here is found by the sweep.
        return self._given or make_client("sqs", read_timeout=4)
