"""A client of DynamoDB that remembers what it was asked, and fails where it is told to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tests.moto_dynamodb import a_client

Answer = Callable[[str, Any], Any]


class BrokenClient:
    """The client, with faults: each is called with operation and parameters, and answers, raises or gives None."""

    def __init__(self) -> None:
        self.faults: list[Answer] = []
        self.waits: list[float] = []
        self.asked: list[tuple[str, Any]] = []

    def __getattr__(self, operation: str) -> Any:
        def ask(**parameters: Any) -> Any:
            self.asked.append((operation, parameters))
            for fault in self.faults:
                answer = fault(operation, parameters)
                if answer is not None:
                    return answer
            return getattr(a_client(), operation)(**parameters)

        return ask


def refusal(code: str, message: str = "", **more: Any) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}, **more}, "Something")


def failing(error: Exception, times: int = 1000, operation: str = "") -> Answer:
    """Fails so many times in that operation."""
    left = [times]

    def fault(asked: str, parameters: Any) -> None:
        if left[0] and operation in ("", asked):
            left[0] -= 1
            raise error

    return fault
