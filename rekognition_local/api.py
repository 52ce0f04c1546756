"""Answers requests in the protocol of JSON 1.1: the operation is named in a header, members are JSON in and out."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rekognition_local.errors import ServiceError, not_readable
from rekognition_local.service_model import TARGET_PREFIX
from rekognition_local.validation import Members, read_request

CONTENT_TYPE = "application/x-amz-json-1.1"

Operation = Callable[[Members], Members]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """A status of HTTP and a body."""

    status: int
    body: bytes


class Api:
    """The operations by name; threads may share it."""

    def __init__(self, operations: Mapping[str, Operation]) -> None:
        self._operations = operations

    def answer(self, target: str, content_type: str, body: bytes, request_id: str) -> Answer:
        """Answer one request; every fault becomes one of the service's errors."""
        try:
            name, operation = self._operation(target, content_type)
            answer = operation(read_request(name, _read_json(body)))
            return Answer(200, json.dumps(answer).encode())
        except ServiceError as error:
            return error_answer(error, request_id)
        except Exception:  # a client must not see more of it, and whoever runs the server should
            log.exception("Request %s, %s, failed.", request_id, target)
            return error_answer(ServiceError("InternalServerError", "Internal server error", 500), request_id)

    def _operation(self, target: str, content_type: str) -> tuple[str, Operation]:
        prefix, _, name = target.rpartition(".")
        if prefix != TARGET_PREFIX or name not in self._operations:
            raise ServiceError("UnknownOperationException", f"There is no operation {target or 'without a name'} here.")
        if content_type.partition(";")[0].strip().lower() != CONTENT_TYPE:
            raise ServiceError("UnsupportedMediaTypeException", f"The content type is {CONTENT_TYPE}.", 415)
        return name, self._operations[name]


def error_answer(error: ServiceError, request_id: str) -> Answer:
    """An error as the service writes it."""
    body = {"__type": error.code, "Code": error.code, "Message": error.message, "Logref": request_id}
    return Answer(error.status, json.dumps(body).encode())


def _read_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise not_readable("The request is not JSON.") from None
