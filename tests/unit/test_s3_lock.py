"""A lock in a bucket is held by one, renewed while it is held, and lost by those who die."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from attendance.adapters.s3 import lock as s3_lock
from attendance.adapters.s3.bucket import Bucket
from attendance.adapters.s3.lock import hold_lock
from attendance.errors import Conflict, ServiceUnavailable
from tests.faulty_client import faulty, refusal
from tests.moto_bucket import open_moto_bucket

KEY = "uploads/x/lock"


@pytest.fixture(scope="module")
def one_bucket() -> Iterator[Bucket]:
    yield from open_moto_bucket()


@pytest.fixture
def bucket(one_bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    monkeypatch.setattr(s3_lock, "_LOOK_EVERY_S", 0.01)
    one_bucket.delete([KEY])
    return one_bucket


def words(bucket: Bucket) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bucket.client.get_object(**bucket.at(KEY))["Body"].read())
    return found


def is_held(bucket: Bucket) -> bool:
    return bucket.head(KEY) is not None


def left_by_a_dead_process(bucket: Bucket, until: float) -> None:
    bucket.client.put_object(**bucket.at(KEY), Body=json.dumps({"token": "another", "until": until}))


def test_one_holds_it_and_lets_it_go(bucket: Bucket) -> None:
    with hold_lock(bucket, KEY, 0):
        assert words(bucket)["until"] == pytest.approx(time.time() + s3_lock.LEASE_S, abs=30)
        with pytest.raises(Conflict, match=r"^Another request is finishing this upload"), hold_lock(bucket, KEY, 0.05):
            pass
    assert not is_held(bucket)


def test_it_is_let_go_where_the_work_fails(bucket: Bucket) -> None:
    with pytest.raises(ZeroDivisionError), hold_lock(bucket, KEY, 0):
        raise ZeroDivisionError
    assert not is_held(bucket)


def test_of_many_who_want_it_at_once_one_at_a_time_has_it(bucket: Bucket) -> None:
    inside, most, times = [0], [0], [0]

    def work() -> None:
        with hold_lock(bucket, KEY, 30):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.01)
            times[0] += 1
            inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (most, times) == ([1], [6])


def test_that_of_a_dead_process_is_taken_over_when_its_time_is_over(bucket: Bucket) -> None:
    left_by_a_dead_process(bucket, time.time() - 1)
    with hold_lock(bucket, KEY, 0):
        assert words(bucket)["token"] != "another"
    assert not is_held(bucket)


def test_that_of_a_living_process_is_not_taken_over(bucket: Bucket) -> None:
    left_by_a_dead_process(bucket, time.time() + 60)
    with pytest.raises(Conflict), hold_lock(bucket, KEY, 0):
        pass
    assert words(bucket)["token"] == "another"


def test_of_two_who_take_it_over_one_has_it(bucket: Bucket) -> None:
    def beaten(call: Any, **parameters: Any) -> Any:
        left_by_a_dead_process(bucket, time.time() + 60)
        return call(**parameters)

    left_by_a_dead_process(bucket, time.time() - 1)
    slow, _ = faulty(bucket, put_object=[None, beaten])
    with pytest.raises(Conflict), hold_lock(slow, KEY, 0):
        pass
    assert words(bucket)["token"] == "another"


def test_one_whose_answer_was_lost_knows_its_own_lock(bucket: Bucket) -> None:
    def lose(call: Any, **parameters: Any) -> Any:
        call(**parameters)
        raise refusal("PreconditionFailed", 412, "PutObject")  # what botocore gets when it sends it again

    unlucky, _ = faulty(bucket, put_object=[lose])
    with hold_lock(unlucky, KEY, 0):
        assert is_held(bucket)
    assert not is_held(bucket)


def test_it_is_renewed_while_it_is_held(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_lock, "_RENEW_EVERY_S", 0.02)
    renewed = threading.Event()

    def third(call: Any, **parameters: Any) -> Any:
        renewed.set()
        return call(**parameters)

    watched, _ = faulty(bucket, put_object=[None, refusal("SlowDown", 503, "PutObject"), third])
    with hold_lock(watched, KEY, 0):
        before = words(bucket)["until"]
        assert renewed.wait(10)
        for _ in range(500):
            if words(bucket)["until"] > before:
                break
            time.sleep(0.01)
        assert words(bucket)["until"] > before
    assert not is_held(bucket)


def test_a_renewal_whose_answer_was_lost_does_not_lose_it(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_lock, "_RENEW_EVERY_S", 0.02)
    lost = threading.Event()

    def lose(call: Any, **parameters: Any) -> Any:
        call(**parameters)
        lost.set()
        raise refusal("PreconditionFailed", 412, "PutObject")

    unlucky, _ = faulty(bucket, put_object=[None, lose])
    with hold_lock(unlucky, KEY, 0):
        assert lost.wait(10)
    assert not is_held(bucket)


def test_who_lost_it_does_not_remove_that_of_the_next(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_lock, "_RENEW_EVERY_S", 0.02)
    with hold_lock(bucket, KEY, 0):
        left_by_a_dead_process(bucket, time.time() + 60)
        time.sleep(0.1)
    assert words(bucket)["token"] == "another"


def test_what_was_removed_is_not_renewed(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_lock, "_RENEW_EVERY_S", 0.02)
    with hold_lock(bucket, KEY, 0):
        bucket.delete([KEY])
        time.sleep(0.1)
        assert not is_held(bucket)
    assert not is_held(bucket)


def test_a_bucket_that_refuses_is_no_lock_of_another(bucket: Bucket) -> None:
    refusing, _ = faulty(bucket, put_object=[refusal("AccessDenied", 403, "PutObject")])
    with pytest.raises(ServiceUnavailable, match=r"may not do PutObject"), hold_lock(refusing, KEY, 0):
        pass
