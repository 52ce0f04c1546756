"""The one table: single items, queries page by page, batches and transactions, all tried again where AWS is busy."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from botocore.exceptions import ClientError
from botocore.exceptions import ConnectionError as NoConnection
from botocore.exceptions import HTTPClientError as BrokenConnection

from attendance import patience
from attendance.adapters.aws import error_code, make_client, plain_aws_errors
from attendance.adapters.dynamodb.actions import STAYS, Action, Changed, expressions, key_of
from attendance.adapters.dynamodb.keys import INDEX, Key
from attendance.adapters.dynamodb.values import Item
from attendance.errors import InvalidInput, Phrase, ServiceUnavailable
from attendance.model import new_id
from attendance.patience import carried

MOST_IN_TRANSACTION = 100
MOST_ALONG = 15
"""Audit entries, their count, and events that go with the last transaction of a commit; it keeps room for them."""
_MOST_READ, _MOST_WRITTEN = 100, 25  # in one batch
_ATTEMPTS = 10
# What is busy or silent is tried again here alone: batches and lost races need that, and two layers multiply.
_CLIENT: dict[str, Any] = {"retries": {"mode": "standard", "total_max_attempts": 1}, "read_timeout": 3}
SERVICE = Phrase("The database")
_LOST_RACES = {"TransactionConflict", "TransactionConflictException", "TransactionInProgressException"}
_BUSY = {
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingError",
    "ThrottlingException",
}
_SILENT = {"InternalServerError", "ServiceUnavailable", "ServiceUnavailableException"}
_NO_ANSWER = (NoConnection, BrokenConnection)
_ATTEMPTS_IN_SILENCE = 5
_FAILED = "ConditionalCheckFailed"
_REFUSED = {"ValidationException", "ValidationError"}

T = TypeVar("T")


class Table:
    """What the parts of the store share. `pause` waits so many seconds between attempts."""

    def __init__(self, name: str, client: Any = None, pause: Callable[[float], object] = time.sleep) -> None:
        self.name = name
        self.client = client or make_client("dynamodb", max_pool_connections=PARALLEL, **_CLIENT)
        self.pause = pause

    @property
    def steps(self) -> Table:
        """On which the steps of a commit are done that come before its last."""
        return self

    def get(self, key: Key) -> Item | None:
        """An item as it is now."""
        if not _can_be(key):
            return None
        answer = self.call("get_item", Key=key_of(key), ConsistentRead=True)
        item: Item | None = answer.get("Item")
        return item

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Those that exist, as they are now."""
        wanted = sorted({key for key in keys if _can_be(key)})
        parts = [wanted[start : start + _MOST_READ] for start in range(0, len(wanted), _MOST_READ)]
        return {key_in(item): item for part in together(self._get_part, parts) for item in part}

    def query(
        self,
        partition: str,
        begins: str = "",
        *,
        between: tuple[str, str] | None = None,
        backwards: bool = False,
        most: int | None = None,
        only: Sequence[str] = (),
    ) -> Iterator[Item]:
        """Items of a partition in the order of their sort keys, as they are now; `only` names the attributes wanted."""
        if not _can_be((partition, begins or "any")):
            return
        condition = "#pk = :pk"
        values: dict[str, Any] = {"pk": partition}
        if between is not None:
            condition += " AND #sk BETWEEN :first AND :last"
            values |= {"first": between[0], "last": between[1]}
        elif begins:
            condition += " AND begins_with(#sk, :begins)"
            values["begins"] = begins
        projection = ", ".join(f"#{name}" for name in only)
        parameters = expressions("", values, condition, projection)
        if only:
            parameters["ProjectionExpression"] = projection
        yield from self._pages(
            most, KeyConditionExpression=condition, ConsistentRead=True, ScanIndexForward=not backwards, **parameters
        )

    def found(self, what: str) -> list[Key]:
        """Keys of the items that the index holds under this word; those of the last moment may be missing."""
        parameters = expressions("", {"what": what}, "#ix")
        items = self._pages(None, IndexName=INDEX, KeyConditionExpression="#ix = :what", **parameters)
        return [key_in(item) for item in items]

    def count(self, partition: str) -> int:
        """How many items a partition has."""
        parameters = expressions("", {"pk": partition}, "#pk")
        pages = self._answers(KeyConditionExpression="#pk = :pk", ConsistentRead=True, Select="COUNT", **parameters)
        return sum(page["Count"] for page in pages)

    def update(
        self,
        key: Key,
        expression: str,
        condition: str = STAYS,
        names: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Item | None:
        """The item after the change; None where the condition does not hold. `names` are those that are no words."""
        if not _can_be(key):
            return None
        parameters = expressions(condition, values, expression)
        parameters["ExpressionAttributeNames"] |= names or {}
        try:
            answer = self.call(
                "update_item", Key=key_of(key), UpdateExpression=expression, ReturnValues="ALL_NEW", **parameters
            )
        except _ConditionFailed:
            return None
        attributes: Item = answer["Attributes"]
        return attributes

    def put_many(self, items: Iterable[tuple[Key, Item]]) -> None:
        """Store or replace, in parts: all of them once this returns, some of them where it raises."""
        self._write([{"PutRequest": {"Item": {**key_of(key), **item}}} for key, item in dict(items).items()])

    def delete_many(self, keys: Iterable[Key]) -> None:
        """Delete in parts, as `put_many` stores; those that are gone are passed over."""
        self._write([{"DeleteRequest": {"Key": key_of(key)}} for key in dict.fromkeys(keys)])

    def transact(self, actions: Sequence[Action]) -> None:
        """All or nothing, at most 100. Raises the `refused` of the first action whose condition fails."""
        if len(actions) > MOST_IN_TRANSACTION:
            raise InvalidInput("This is too much to be stored at once; please do it in parts.")
        items = [{one.kind: {"TableName": self.name, **one.parameters}} for one in actions]
        try:
            # With one token for all attempts, a try whose answer was lost is not done a second time by the next.
            self.call("transact_write_items", TransactItems=items, ClientRequestToken=new_id())
        except _TransactionRefused as refused:
            raise actions[refused.number].refused from None

    def again(self, work: Callable[[], T]) -> T:
        """Do work that reads and then writes, anew where another process was faster. Raises ServiceUnavailable."""
        since = patience.now()
        for attempt in range(_ATTEMPTS):
            try:
                return work()
            except Changed:
                self._wait(attempt, since)
        raise _too_busy()

    def call(self, operation: str, **parameters: Any) -> Any:
        """An operation of DynamoDB on this table, with its errors as ours."""
        with plain_aws_errors(SERVICE, table=self.name):
            return self.tried(operation, **parameters)

    def tried(self, operation: str, **parameters: Any) -> Any:
        """The same with the errors of AWS, after so many attempts as they deserve."""
        if operation not in ("transact_write_items", "batch_get_item", "batch_write_item"):
            parameters["TableName"] = self.name
        since = patience.now()
        for attempt in range(_ATTEMPTS):
            begun = patience.now()
            try:
                return getattr(self.client, operation)(**parameters)
            except ClientError as error:
                if not _may_work_later(error):
                    raise
                self._wait(attempt, since)
            except _NO_ANSWER:
                if attempt >= _ATTEMPTS_IN_SILENCE - 1 or not patience.lasts(patience.now() - begun, since):
                    raise
                self._wait(attempt, since)
        raise _too_busy()

    def _wait(self, attempt: int, since: float) -> None:
        """Raises ServiceUnavailable where whoever waits has no patience left."""
        pause_s = random.uniform(0, min(2.0, 0.025 * 2**attempt))  # noqa: S311 - waits of many should differ
        if not patience.lasts(pause_s, since):
            raise _too_busy()
        self.pause(pause_s)

    def _pages(self, most: int | None, **parameters: Any) -> Iterator[Item]:
        if most is not None:
            parameters["Limit"] = most
        left = most
        for page in self._answers(**parameters):
            for item in page["Items"]:
                if left is not None and left <= 0:
                    return
                yield item
                left = None if left is None else left - 1
            if left is not None and left <= 0:
                return

    def _answers(self, **parameters: Any) -> Iterator[Any]:
        """A query's answers hold at most 1 MB each."""
        while True:
            page = self.call("query", **parameters)
            yield page
            if not page.get("LastEvaluatedKey"):
                return
            parameters["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _get_part(self, keys: Sequence[Key]) -> list[Item]:
        found: list[Item] = []
        wanted: Any = {self.name: {"Keys": [key_of(key) for key in keys], "ConsistentRead": True}}
        since = patience.now()
        for attempt in range(_ATTEMPTS):
            answer = self.call("batch_get_item", RequestItems=wanted)
            got = answer["Responses"].get(self.name, [])
            found += got
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                return found
            self._wait(0 if got else attempt, since)
        raise _too_busy()

    def _write(self, requests: Sequence[dict[str, Any]]) -> None:
        parts = [requests[start : start + _MOST_WRITTEN] for start in range(0, len(requests), _MOST_WRITTEN)]
        together(self._write_part, parts)

    def _write_part(self, requests: Sequence[dict[str, Any]]) -> None:
        left: Any = {self.name: requests}
        since = patience.now()
        for attempt in range(_ATTEMPTS):
            left = self.call("batch_write_item", RequestItems=left).get("UnprocessedItems")
            if not left:
                return
            self._wait(attempt, since)
        raise _too_busy()


class LastStep(Table):
    """The table as a commit uses it: its transaction takes audit entries and events along.

    Steps before the last, which may be any number, are done on `steps`. What changes nothing, because all is as it is
    to be already, leaves what goes along to `finish`.
    """

    def __init__(self, steps: Table, along: Sequence[Action]) -> None:
        super().__init__(steps.name, steps.client, steps.pause)
        self._steps, self._along = steps, list(along)

    @property
    def steps(self) -> Table:
        """The table itself."""
        return self._steps

    def transact(self, actions: Sequence[Action]) -> None:
        """The last step."""
        super().transact([*actions, *self._along])
        self._along = []

    def finish(self) -> None:
        """Write what is left to go along."""
        while len(self._along) > MOST_IN_TRANSACTION:  # of an import: what it tells of is done
            first, self._along = self._along[:MOST_IN_TRANSACTION], self._along[MOST_IN_TRANSACTION:]
            super().transact(first)
        if self._along:
            self.transact([])


class TablePart:
    """What each part of the store is: methods on the table."""

    def __init__(self, table: Table) -> None:
        self.table = table


def key_in(item: Item) -> Key:
    """The key of an item that was read."""
    return item["pk"]["S"], item["sk"]["S"]


class _ConditionFailed(Exception):
    """A single write's condition did not hold."""


class _TransactionRefused(Exception):
    """A transaction's action of this number had a condition that did not hold."""

    def __init__(self, number: int) -> None:
        self.number = number


def _may_work_later(error: ClientError) -> bool:
    """Whether to try again. Raises what the error means where it is neither busy nor for `plain_aws_errors`."""
    code = error_code(error)
    if code == "ConditionalCheckFailedException":
        raise _ConditionFailed from error
    reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
    if _FAILED in reasons:
        raise _TransactionRefused(reasons.index(_FAILED)) from error
    if not _REFUSED.isdisjoint(reasons) or (code in _REFUSED and "size" in str(error)):
        raise InvalidInput("Something here is too long or too large to be stored.") from error
    return code in _BUSY | _LOST_RACES | _SILENT or not (_BUSY | _LOST_RACES).isdisjoint(reasons)


def _too_busy() -> ServiceUnavailable:
    return ServiceUnavailable("%(service)s has too much to do at this moment; try again later.", service=SERVICE)


def _can_be(key: Key) -> bool:
    """Whether an item of this key can exist: DynamoDB refuses longer keys also where they are only looked for."""
    try:
        return len(key[0].encode()) <= 2048 and len(key[1].encode()) <= 1024
    except UnicodeEncodeError:
        return False


PARALLEL = 16

R = TypeVar("R")


def together(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """The results in the order of the items. Raises what the first of them raised."""
    if len(items) < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(min(PARALLEL, len(items))) as pool:
        return list(pool.map(carried(work), items))
