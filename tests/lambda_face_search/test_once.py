"""Work that is done once, however often its event comes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyAlreadyInProgressError

from lambda_face_search import once as module
from lambda_face_search.once import TABLE_VARIABLE, once
from tests.lambda_face_search.lambda_context import FakeContext
from tests.lambda_face_search.sqs import REGION, aws_in_memory


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with aws_in_memory():
        table = boto3.resource("dynamodb", region_name=REGION).create_table(
            TableName="rollcall-once",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        monkeypatch.setenv(TABLE_VARIABLE, "rollcall-once")
        module._layer.cache_clear()
        yield table
        module._layer.cache_clear()


class Work:
    """Counts how often it is done; fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.done = 0
        self.failures = failures

    def __call__(self) -> str:
        if self.failures:
            self.failures -= 1
            raise OSError("not now")
        self.done += 1
        return f"Done{self.done}"


def test_what_was_done_is_answered_from_memory(table: Any) -> None:
    work = Work()
    assert [once("a", work, FakeContext()) for _ in range(3)] == ["Done1"] * 3
    assert once("b", work, FakeContext()) == "Done2"
    assert work.done == 2


def test_what_failed_was_not_done(table: Any) -> None:
    work = Work(failures=1)
    with pytest.raises(OSError, match="not now"):
        once("a", work, FakeContext())
    assert once("a", work, FakeContext()) == "Done1"


def test_what_another_call_does_at_this_moment_is_not_begun(table: Any) -> None:
    inner: list[type[Exception]] = []

    def work() -> str:
        with pytest.raises(IdempotencyAlreadyInProgressError) as raised:
            once("a", Work(), FakeContext())
        inner.append(raised.type)
        return "Done"

    assert once("a", work, FakeContext()) == "Done"
    assert inner == [IdempotencyAlreadyInProgressError]


def test_what_a_killed_call_left_is_done_again_when_its_time_is_over(table: Any) -> None:
    class Killed(BaseException):
        """Lambda ends the process; nothing is tidied up."""

    def work() -> str:
        raise Killed

    with pytest.raises(Killed):
        once("a", work, FakeContext(remaining_s=-1))
    assert once("a", Work(), FakeContext()) == "Done1"


def test_it_is_remembered_for_a_day(table: Any) -> None:
    once("a", Work(), FakeContext())
    (item,) = table.scan()["Items"]
    assert item["status"] == "COMPLETED"
    assert 23 * 3600 < int(item["expiration"]) - time.time() <= 24 * 3600


def test_without_a_table_there_is_no_such_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TABLE_VARIABLE, raising=False)
    work = Work()
    assert [once("a", work, FakeContext()) for _ in range(2)] == ["Done1", "Done2"]
