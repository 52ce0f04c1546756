"""AWS on this machine: moto for S3, DynamoDB, SNS and SQS, and the local endpoint for Rekognition."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from moto.dynamodb.responses import DynamoHandler
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

REGION = "ap-northeast-2"
_SERVICES = ("S3", "DYNAMODB", "SNS", "SQS")
_PATIENCE_S = 60.0


class AwsHere:
    """Moto behind a gate: while `downloads` is not set, whoever fetches a recording waits."""

    def __init__(self) -> None:
        self.downloads = threading.Event()
        self.downloads.set()
        moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._gate(moto), threaded=True, request_handler=MotoRequestHandler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="moto")
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> AwsHere:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.downloads.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @contextmanager
    def downloads_held(self) -> Iterator[None]:
        """Within, searches that have begun do not end."""
        self.downloads.clear()
        try:
            yield
        finally:
            self.downloads.set()

    @cached_property
    def s3(self) -> Any:
        return boto3.client("s3")

    @cached_property
    def dynamodb(self) -> Any:
        return boto3.client("dynamodb")

    @cached_property
    def sqs(self) -> Any:
        return boto3.client("sqs")

    @cached_property
    def sns(self) -> Any:
        return boto3.client("sns")

    @cached_property
    def rekognition(self) -> Any:
        return boto3.client("rekognition")

    def _gate(self, moto: Callable[..., Any]) -> Callable[..., Any]:
        def gate(environ: dict[str, Any], start_response: Any) -> Any:
            if environ["REQUEST_METHOD"] == "GET" and "/recordings/" in environ["PATH_INFO"]:
                self.downloads.wait(_PATIENCE_S)
            return moto(environ, start_response)

        return gate


@contextmanager
def aws_here() -> Iterator[AwsHere]:
    """Running, and named by AWS's own variables, with credentials of nobody."""
    with AwsHere() as aws, pytest.MonkeyPatch.context() as environment, one_at_a_time():
        for service in _SERVICES:
            environment.setenv(f"AWS_ENDPOINT_URL_{service}", aws.url)
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.setenv("AWS_REGION", REGION)
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            environment.delenv(name, raising=False)
        yield aws


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """DynamoDB is safe for many at once; moto's looks at conditions and writes without a lock."""
    turn, call = threading.RLock(), DynamoHandler.call_action

    def in_turn(handler: DynamoHandler) -> Any:
        with turn:
            return call(handler)

    with patch.object(DynamoHandler, "call_action", in_turn):
        yield
