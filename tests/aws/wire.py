"""The wire between this process and AWS, on which tests let AWS answer what it answers on bad days."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import pytest
from botocore.awsrequest import AWSResponse
from botocore.model import OperationModel

_OPERATION: ContextVar[OperationModel] = ContextVar("operation")


@dataclass
class _Fault:
    """Answers an operation instead of AWS, as often as `left` says, where `about` stands in the request."""

    operation: str
    answer: Any  # an error's name, or the members of an answer
    status: int
    about: str
    left: int


class Wire:
    """`asked` counts what went out, by operation, also what was asked again; waits between attempts take no time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: Counter[str] = Counter()
        self._faults: list[_Fault] = []
        endpoint = botocore.endpoint.Endpoint
        respond, send = endpoint._do_get_response, endpoint._send
        wire = self

        def named(self: Any, request: Any, operation: OperationModel, context: Any) -> Any:
            _OPERATION.set(operation)
            return respond(self, request, operation, context)

        def sent(self: Any, request: Any) -> Any:
            return wire._answer(_OPERATION.get(), request) or send(self, request)

        monkeypatch.setattr(endpoint, "_do_get_response", named)
        monkeypatch.setattr(endpoint, "_send", sent)
        monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None))

    @contextmanager
    def answering(
        self, operation: str, answer: Any, *, status: int = 400, about: str = "", times: int = 1000
    ) -> Iterator[None]:
        """Within, AWS answers so: with an error of this name, or with 200 and these members of a JSON answer."""
        fault = _Fault(operation, answer, status if isinstance(answer, str) else 200, about, times)
        self._faults.append(fault)
        try:
            yield
        finally:
            self._faults.remove(fault)

    def _answer(self, operation: OperationModel, request: Any) -> AWSResponse | None:
        self.asked[operation.name] += 1
        for fault in self._faults:
            if fault.left and fault.operation in ("", operation.name) and fault.about in _text(request):
                fault.left -= 1
                return _response(operation, request.url, fault)
        return None


def _text(request: Any) -> str:
    body = request.body if isinstance(request.body, bytes) else b""
    return f"{request.url} {request.headers.get('x-amz-copy-source')} {body.decode(errors='replace')}"


def _response(operation: OperationModel, url: str, fault: _Fault) -> AWSResponse:
    if operation.service_model.metadata["protocol"] == "rest-xml":
        body = f"<Error><Code>{fault.answer}</Code><Message>Refused by a test.</Message></Error>".encode()
    elif isinstance(fault.answer, str):
        body = json.dumps({"__type": fault.answer, "message": "Refused by a test."}).encode()
    else:
        body = json.dumps(fault.answer).encode()
    body = b"" if operation.http.get("method") == "HEAD" else body

    class Raw:
        def stream(self, *_: object, **__: object) -> list[bytes]:
            return [body]

        def read(self, *_: object) -> bytes:
            return body

        def close(self) -> None:
            pass

    return AWSResponse(url, fault.status, {"content-length": str(len(body))}, Raw())
