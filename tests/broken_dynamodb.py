"""A client of DynamoDB that remembers what it was asked and fails where it is told to, and stores that use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from attendance.adapters.dynamodb import DynamoStore
from tests.moto_dynamodb import a_client, no_pause

Answer = Callable[[str, Any], Any]
WRITES = ("transact_write_items", "update_item", "batch_write_item", "put_item", "delete_item")


class Killed(BaseException):
    """The process ends here."""


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


def faulty(*faults: Answer) -> DynamoStore:
    """A store whose client has these faults."""
    client = BrokenClient()
    client.faults.extend(faults)
    return DynamoStore("rollcall", client, no_pause)


def killed_after(writes: int) -> DynamoStore:
    """A store whose process dies at the write after so many."""
    left = [writes]

    def die(operation: str, _parameters: Any) -> None:
        if operation in WRITES:
            if left[0] == 0:
                raise Killed
            left[0] -= 1

    return faulty(die)


def at_every_write(change: Callable[[DynamoStore], object], look: Callable[[int], object]) -> int:
    """Kill the change after no write, then after one more, until it comes through; `look` at what each death left."""
    for writes in range(1000):
        try:
            change(killed_after(writes))
        except Killed:
            look(writes)
        else:
            return writes
    raise AssertionError("it never ends")


def meanwhile(change: Callable[[], object], before: str = "transact_write_items", after: int = 0) -> DynamoStore:
    """A store before whose first transaction, or other operation, or that after so many, the change is made."""
    asked: list[str] = []

    def be_faster(operation: str, _parameters: Any) -> None:
        if operation == before:
            asked.append(operation)
            if len(asked) == after + 1:
                change()

    return faulty(be_faster)
