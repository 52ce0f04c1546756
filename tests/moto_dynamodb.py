"""DynamoDB by moto within this process: one call at a time, with transactions that copy only what they touch.

Moto looks at conditions and writes without a lock, and copies the whole table for every action of a transaction.
"""

from __future__ import annotations

import copy
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
import moto.dynamodb.models as moto_models
from moto import mock_aws
from moto.dynamodb.models import DynamoDBBackend, Table

from attendance.adapters.dynamodb import DynamoStore

MOST_AT_ONCE = {"TransactWriteItems": 100, "BatchGetItem": 100, "BatchWriteItem": 25}
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@cache
def a_client() -> Any:
    """The client, which takes turns. It is made once, because that takes longer than a test; moto meets its calls."""
    with patch.dict("os.environ", ENVIRONMENT):
        client = boto3.session.Session().client("dynamodb", endpoint_url="https://dynamodb.us-east-1.amazonaws.com")
    turn, call = threading.RLock(), client._make_api_call

    def one_at_a_time(operation: str, parameters: Any) -> Any:
        refuse_what_aws_refuses(operation, parameters)
        with turn:
            return call(operation, parameters)

    client._make_api_call = one_at_a_time
    return client


def refuse_what_aws_refuses(operation: str, parameters: Any) -> None:
    """Raises AssertionError for what moto lets pass and DynamoDB does not."""
    for name, actions in _parts(operation, parameters):
        assert 0 < len(actions) <= MOST_AT_ONCE[operation], f"{len(actions)} at once in {operation}"
        touched = [str(sorted(_key(one).items())) for one in actions]
        assert len(touched) == len(set(touched)), f"{name} twice in one {operation}"
    for given in _expressions(operation, parameters):
        said = " ".join(value for key, value in given.items() if key.endswith("Expression"))
        for kind in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
            used = set(re.findall(r"#\w+" if kind.endswith("Names") else r":\w+", said))
            assert set(given.get(kind, {})) == used, f"{operation}: {said} with {sorted(given.get(kind, {}))}"
            assert kind not in given or given[kind], f"{operation}: {kind} is empty"
        assert len(said) <= 4096


def _parts(operation: str, parameters: Any) -> Iterator[tuple[str, list[Any]]]:
    if operation == "TransactWriteItems":
        yield "an item", [next(iter(one.values())) for one in parameters["TransactItems"]]
    elif operation == "BatchGetItem":
        yield from ((name, wanted["Keys"]) for name, wanted in parameters["RequestItems"].items())
    elif operation == "BatchWriteItem":
        for name, requests in parameters["RequestItems"].items():
            yield name, [next(iter(one.values())) for one in requests]


def _key(action: Any) -> Any:
    given = action.get("Key") or action.get("Item") or action
    return {name: given[name]["S"] for name in ("pk", "sk")}


def _expressions(operation: str, parameters: Any) -> list[Any]:
    if operation == "TransactWriteItems":
        return [next(iter(one.values())) for one in parameters["TransactItems"]]
    return [parameters] if operation in ("Query", "UpdateItem", "PutItem", "DeleteItem") else []


def no_pause(_seconds: float) -> None:
    """Waits between attempts cost tests nothing."""


@contextmanager
def dynamodb_in_process() -> Iterator[None]:
    """No tables at first, and none after."""
    quick = SimpleNamespace(deepcopy=lambda one: one if isinstance(one, Table) else copy.deepcopy(one))
    with (
        patch.dict("os.environ", ENVIRONMENT),
        mock_aws(),
        patch.object(moto_models, "copy", quick),
        patch.object(DynamoDBBackend, "transact_write_items", _transact(DynamoDBBackend.transact_write_items)),
    ):
        yield


@contextmanager
def a_store() -> Iterator[DynamoStore]:
    """An empty store."""
    with dynamodb_in_process():
        store = DynamoStore("rollcall", a_client(), no_pause)
        store.prepare()
        yield store


def empty(store: DynamoStore) -> None:
    """Delete all items, of any server's table."""
    for page in store.table.client.get_paginator("scan").paginate(TableName=store.table.name, ConsistentRead=True):
        store.table.delete_many((item["pk"]["S"], item["sk"]["S"]) for item in page["Items"])


def _transact(original: Any) -> Any:
    def transact(backend: Any, actions: Any) -> None:
        before = [_touched(backend, *next(iter(action.items()))) for action in actions]
        try:
            original(backend, actions)
        except Exception:
            for table, partition, place, item in before:
                if item is None:
                    table.items[partition].pop(place, None)
                else:
                    table.items[partition][place] = item
            raise

    return transact


def _touched(backend: Any, kind: str, action: Any) -> Any:
    table = backend.get_table(action["TableName"])
    given = action["Item"] if kind == "Put" else action["Key"]
    key = {name: given[name] for name in ("pk", "sk")}
    partition, place = backend.get_keys_value(table, key)
    return table, partition, place, copy.deepcopy(table.get_item(partition, place))
