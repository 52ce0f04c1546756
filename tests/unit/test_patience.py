"""Who waits for a page gets an answer within seconds, whatever is busy; who does not, waits on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from attendance import patience
from attendance.adapters.aws import make_client, plain_aws_errors
from attendance.adapters.dynamodb import DynamoStore
from attendance.errors import Phrase, ServiceUnavailable
from attendance.patience import carried, lasts, limited
from tests.broken_dynamodb import BrokenClient, failing, refusal
from tests.faulty_client import answer_with
from tests.moto_dynamodb import a_client, dynamodb_in_process, no_pause

LONGEST_S = 5.0


class Clock:
    """A clock that goes by what is waited, and by nothing else."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.begun_s = self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    @property
    def waited_s(self) -> float:
        return self.now_s - self.begun_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(patience, "now", lambda: clock.now_s)
    monkeypatch.setattr("botocore.endpoint.time.sleep", clock.sleep)
    return clock


@pytest.fixture
def client() -> Iterator[BrokenClient]:
    with dynamodb_in_process():
        DynamoStore("rollcall", a_client(), no_pause).prepare()
        yield BrokenClient()


def test_without_a_limit_it_lasts_for_ever(clock: Clock) -> None:
    assert lasts(1e9, clock.now_s)


def test_it_ends_so_long_after_the_first_work_that_failed_was_begun(clock: Clock) -> None:
    with limited(4):
        clock.sleep(60)  # work that took long and did not fail
        begun = clock.now_s
        assert lasts(0.5, begun)
        clock.sleep(3)
        assert lasts(0.5, clock.now_s)
        assert not lasts(1.5, clock.now_s)
    assert lasts(1e9, begun)


def test_threads_have_the_patience_of_whom_they_work_for(clock: Clock) -> None:
    with ThreadPoolExecutor(4) as pool:
        with limited(4):
            assert list(pool.map(carried(lambda next_s: lasts(next_s, clock.now_s)), [1, 3, 5, 1])) == [1, 1, 0, 1]
        assert list(pool.map(carried(lambda next_s: lasts(next_s, clock.now_s)), [5])) == [True]


@pytest.mark.parametrize("ask", ["users", "user", "check", "add", "many"])
def test_a_wholly_throttled_table_is_told_within_seconds(client: BrokenClient, clock: Clock, ask: str) -> None:
    client.faults.append(failing(refusal("ThrottlingException"), 10_000))
    store = DynamoStore("rollcall", client, clock.sleep)
    calls: dict[str, Any] = {
        "users": store.users,
        "user": lambda: store.user("u1"),
        "check": store.check,
        "add": lambda: store.table.delete_many([("a", str(n)) for n in range(200)]),
        "many": lambda: store.table.get_many([("a", str(n)) for n in range(300)]),
    }
    for _ in range(5):  # what a page asks for one after the other
        with limited(), pytest.raises(ServiceUnavailable, match="has too much to do at this moment"):
            calls[ask]()
        clock.begun_s, waited_s = clock.now_s, clock.waited_s
        assert waited_s <= LONGEST_S


def test_what_one_request_asks_for_shares_its_patience(client: BrokenClient, clock: Clock) -> None:
    client.faults.append(failing(refusal("ThrottlingException"), 10_000))
    store = DynamoStore("rollcall", client, clock.sleep)
    with limited():
        for _ in range(20):
            with pytest.raises(ServiceUnavailable):
                store.users()
    assert clock.waited_s <= LONGEST_S


def test_parts_that_a_batch_leaves_again_and_again_end_too(client: BrokenClient, clock: Clock) -> None:
    client.faults.append(
        lambda operation, asked: (
            {"Responses": {}, "UnprocessedKeys": asked["RequestItems"]} if operation == "batch_get_item" else None
        )
    )
    with limited(), pytest.raises(ServiceUnavailable):
        DynamoStore("rollcall", client, clock.sleep).table.get_many([("a", "b")])
    assert clock.waited_s <= LONGEST_S


def test_a_table_that_is_silent_is_told_after_the_first_tries(client: BrokenClient, clock: Clock) -> None:
    def silence(operation: str, asked: Any) -> None:
        clock.sleep(3)
        raise EndpointConnectionError(endpoint_url="http://x")

    client.faults.append(silence)
    with limited(), pytest.raises(ServiceUnavailable, match="does not answer"):
        DynamoStore("rollcall", client, clock.sleep).users()
    assert clock.waited_s <= LONGEST_S


ASKED = {
    "s3": ("PutObject", "put_object", {"Bucket": "media", "Key": "a", "Body": b""}),
    "sqs": ("SendMessage", "send_message", {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q", "MessageBody": "x"}),
    "rekognition": (
        "StartFaceSearch",
        "start_face_search",
        {"CollectionId": "c", "Video": {"S3Object": {"Bucket": "media", "Name": "a"}}},
    ),
}


@pytest.fixture(params=list(ASKED))
def throttled(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, list[str]]]:
    """Asks a service that is too busy, and the requests that it got."""
    for name, value in {"DEFAULT_REGION": "us-east-1", "ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    operation, method, parameters = ASKED[request.param]
    with mock_aws():
        client = make_client(request.param)
        answered = answer_with(client, operation, 503, "SlowDown", 1000, service=request.param)

        def ask() -> None:
            with plain_aws_errors(Phrase("The service")):
                getattr(client, method)(**parameters)

        yield ask, answered


def test_a_page_that_asks_a_throttled_service_is_told_within_seconds(clock: Clock, throttled: Any) -> None:
    ask, answered = throttled
    with limited():
        for _ in range(5):
            with pytest.raises(ServiceUnavailable):
                ask()
    assert clock.waited_s <= LONGEST_S
    assert 5 < len(answered) < 5 * 5  # the first was tried again


def test_work_that_nobody_waits_for_is_tried_as_often_as_before(clock: Clock, throttled: Any) -> None:
    ask, answered = throttled
    with pytest.raises(ServiceUnavailable):
        ask()
    assert len(answered) == 5
