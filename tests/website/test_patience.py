"""A page whose database is busy through and through is answered within seconds, with the sentence and not later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance import patience
from attendance.adapters.dynamodb import DynamoStore
from attendance.services import Services
from tests.broken_dynamodb import BrokenClient, failing, refusal
from tests.moto_dynamodb import a_client, dynamodb_in_process, no_pause
from website import create_app


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What is waited for, which takes no time here; the clock goes by it."""
    waits: list[float] = []
    monkeypatch.setattr(patience, "now", lambda: sum(waits))
    return waits


@pytest.fixture
def busy_site(services: Services, waited: list[float]) -> Iterator[FlaskClient]:
    with dynamodb_in_process():
        DynamoStore("rollcall", a_client(), no_pause).prepare()
        client = BrokenClient()
        app: Flask = create_app(services=replace(services, store=DynamoStore("rollcall", client, waited.append)))
        client.faults.append(failing(refusal("ProvisionedThroughputExceededException"), 10_000))
        yield app.test_client()


@pytest.mark.parametrize("address", ["/healthz", "/setup/x", "/api/v1/devices/settings"])
def test_a_throttled_table_is_answered_with_503_within_five_seconds(
    busy_site: FlaskClient, waited: list[float], address: str
) -> None:
    answer = busy_site.get(address, headers={"Authorization": "Bearer rc_x"})
    assert answer.status_code in (503, 401, 404)
    assert sum(waited) <= 5


def test_a_signed_in_persons_page_is_answered_with_503_within_five_seconds(
    busy_site: FlaskClient, waited: list[float]
) -> None:
    with busy_site.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "u1:1", True
    answer = busy_site.get("/lectures/")
    assert sum(waited) <= 5
    assert answer.status_code in (503, 302)


def test_each_request_has_a_patience_of_its_own(busy_site: FlaskClient, waited: list[float]) -> None:
    for _ in range(3):
        before = sum(waited)
        assert busy_site.get("/healthz").status_code == 503
        assert 0 < sum(waited) - before <= 5
    assert patience.lasts(1e9, 0)
