"""DynamoDB by moto within this process: one call at a time, with transactions that copy only what they touch.

Moto looks at conditions and writes without a lock, and copies the whole table for every action of a transaction.
"""

from __future__ import annotations

import copy
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

from attendance.adapters.store_dynamodb import DynamoStore

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@cache
def a_client() -> Any:
    """The client, which takes turns. It is made once, because that takes longer than a test; moto meets its calls."""
    with patch.dict("os.environ", ENVIRONMENT):
        client = boto3.session.Session().client("dynamodb")
    turn, call = threading.RLock(), client._make_api_call

    def one_at_a_time(operation: str, parameters: Any) -> Any:
        with turn:
            return call(operation, parameters)

    client._make_api_call = one_at_a_time
    return client


def no_pause(_seconds: float) -> None:
    """Waits between tries cost tests nothing."""


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
