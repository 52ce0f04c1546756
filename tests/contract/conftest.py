"""The stores that the contract of the Store is held against.

More are added by URL in STORE_URLS_UNDER_TEST, with blanks between them; their databases are emptied by every test.
A `dynamodb://TABLE` among them is on the server that AWS_ENDPOINT_URL_DYNAMODB names.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from attendance.adapters import dynamodb as store_dynamodb
from attendance.adapters.dynamodb import DynamoStore
from attendance.adapters.sql import SqlStore, open_store
from attendance.adapters.sql.tables import metadata
from attendance.ports import Store
from attendance.settings import load_settings
from tests.fakes import FakeStore
from tests.moto_dynamodb import a_store, empty

SERVERS = os.environ.get("STORE_URLS_UNDER_TEST", "").split()
SETTINGS = load_settings({})


def _server(url: str) -> str:
    return url.partition(":")[0]


@pytest.fixture(params=["sqlite", "fake", "dynamodb", *SERVERS], ids=_server)
def store(request: pytest.FixtureRequest, empty_database: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    if request.param == "fake":
        yield FakeStore()
    elif request.param == "dynamodb":
        with a_store() as opened:
            yield opened
    elif request.param == "sqlite":
        shutil.copy(empty_database, tmp_path / "rollcall.db")
        opened = open_store(f"sqlite:///{tmp_path}/rollcall.db", SETTINGS)
        yield opened
        opened.close()
    elif request.param.startswith("dynamodb:"):
        yield _emptied_table(request.param)
    else:
        yield _emptied(_prepared(request.param))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once and copied for every test, because migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    opened = open_store(f"sqlite:///{path}", SETTINGS)
    opened.prepare()
    opened.close()
    return path


@cache
def _prepared(url: str) -> SqlStore:
    opened = open_store(url, SETTINGS)
    opened.prepare()
    return opened


def _emptied(opened: SqlStore) -> SqlStore:
    with opened.engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    return opened


def _emptied_table(url: str) -> DynamoStore:
    opened = store_dynamodb.open_store(url, SETTINGS)
    opened.prepare()
    empty(opened)
    return opened
