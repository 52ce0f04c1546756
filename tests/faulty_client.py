"""A client of boto3 that can be told to fail, and tells what was asked of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from attendance.adapters.s3.bucket import Bucket


class FaultyClient:
    """Passes all on to `client`, but for the operations in `faults`: each call takes one off the list.

    A fault is an error to raise, None to let the call pass, or a function of the call itself and its parameters.
    """

    def __init__(self, client: Any, **faults: list[Any]) -> None:
        self._client, self.faults = client, faults
        self.calls: Counter[str] = Counter()
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return self._watched(name, found) if callable(found) and name != "get_paginator" else found

    def _watched(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **parameters: Any) -> Any:
            self.calls[name] += 1
            self.asked.append((name, parameters))
            fault = self.faults[name].pop(0) if self.faults.get(name) else None
            if isinstance(fault, BaseException):
                raise fault
            return call(*arguments, **parameters) if fault is None else fault(call, **parameters)

        return watched


def faulty(bucket: Bucket, **faults: list[Any]) -> tuple[Bucket, FaultyClient]:
    """The same bucket, by a client with these faults."""
    client = FaultyClient(bucket.client, **faults)
    return replace(bucket, client=client), client


def refusal(code: str, status: int = 400, operation: str = "GetObject") -> ClientError:
    """As botocore raises it."""
    answer = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)


def answer_with(client: Any, operation: str, status: int, code: str, times: int, service: str = "s3") -> list[str]:
    """Let the service answer so to the first requests of an operation; the list tells which were."""
    body = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{code}.</Message></Error>'.encode()
    answered: list[str] = []

    class Raw:
        def stream(self, **_: object) -> list[bytes]:
            return [body]

        def read(self, *_: object) -> bytes:
            return body

    def answer(request: Any, **_: object) -> AWSResponse | None:
        if len(answered) == times:
            return None
        answered.append(request.url)
        return AWSResponse(request.url, status, {"content-type": "application/xml"}, Raw())

    client.meta.events.register_first(f"before-send.{service}.{operation}", answer)
    return answered
