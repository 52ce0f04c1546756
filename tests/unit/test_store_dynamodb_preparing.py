"""How the table of the DynamoDB store is made, once, and looked at afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from attendance.adapters.dynamodb import DynamoStore
from attendance.changes import AddUser
from attendance.errors import ServiceUnavailable
from tests.broken_dynamodb import BrokenClient, failing, refusal
from tests.contract.samples import a_user
from tests.moto_dynamodb import a_client, dynamodb_in_process, no_pause


@pytest.fixture
def client() -> Iterator[BrokenClient]:
    with dynamodb_in_process():
        yield BrokenClient()


@pytest.fixture
def store(client: BrokenClient) -> DynamoStore:
    return DynamoStore("rollcall", client, no_pause)


def asked(client: BrokenClient) -> list[str]:
    return [operation for operation, _ in client.asked]


def test_a_table_is_made_that_costs_by_use_and_is_encrypted_and_backed_up(store: DynamoStore) -> None:
    store.prepare()
    made = a_client().describe_table(TableName="rollcall")["Table"]
    assert made["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert made["SSEDescription"]["Status"] == "ENABLED"
    assert [index["IndexName"] for index in made["GlobalSecondaryIndexes"]] == ["found"]
    expiry = a_client().describe_time_to_live(TableName="rollcall")["TimeToLiveDescription"]
    assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "expires_at")
    backups = a_client().describe_continuous_backups(TableName="rollcall")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_a_table_that_is_there_is_only_looked_at(store: DynamoStore, client: BrokenClient) -> None:
    store.prepare()
    store.commit(AddUser(a_user("u1")))
    client.asked.clear()
    store.prepare()
    assert asked(client) == ["describe_table"]
    assert store.users().total == 1


def test_several_processes_may_make_it_at_once(client: BrokenClient) -> None:
    def prepare(_number: int) -> None:
        DynamoStore("rollcall", client, no_pause).prepare()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(prepare, range(8)))
    DynamoStore("rollcall", client, no_pause).check()


def test_a_table_that_another_process_makes_is_waited_for(store: DynamoStore, client: BrokenClient) -> None:
    def another_was_faster(operation: str, parameters: Any) -> None:
        if operation == "create_table":
            client.faults.clear()
            DynamoStore("rollcall", a_client(), no_pause).prepare()
            raise refusal("ResourceInUseException")

    client.faults.append(another_was_faster)
    store.prepare()
    assert "update_time_to_live" not in asked(client)
    store.check()


def test_a_table_that_is_not_ready_for_two_minutes_is_said_plainly(store: DynamoStore, client: BrokenClient) -> None:
    store.prepare()
    creating = {"Table": {"TableStatus": "CREATING"}}
    client.faults.append(lambda operation, parameters: creating if operation == "describe_table" else None)
    with pytest.raises(ServiceUnavailable, match="not ready yet"):
        store.prepare()


def test_who_may_not_make_the_table_is_told_how(store: DynamoStore, client: BrokenClient) -> None:
    client.faults.append(failing(refusal("AccessDeniedException"), operation="create_table"))
    with pytest.raises(ServiceUnavailable) as missing:
        store.prepare()
    assert missing.value.sentence == (
        "The DynamoDB table rollcall does not exist; make it with: flask --app website init-store."
    )


def test_where_backups_are_not_offered_the_table_is_made_without(store: DynamoStore, client: BrokenClient) -> None:
    client.faults.append(failing(refusal("UnknownOperationException"), operation="update_continuous_backups"))
    store.prepare()
    store.check()


def test_a_table_of_somebody_else_is_refused(store: DynamoStore) -> None:
    a_client().create_table(
        TableName="rollcall",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    for look in (store.prepare, store.check):
        with pytest.raises(ServiceUnavailable, match="rollcall was not made by Rollcall"):
            look()


def test_a_missing_table_does_not_answer(store: DynamoStore) -> None:
    with pytest.raises(ServiceUnavailable, match="There is no table rollcall"):
        store.check()
