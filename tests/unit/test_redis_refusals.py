"""A wrong password of Redis, or a database that it does not have, is told as such and not as silence."""

from __future__ import annotations

from typing import Any

import pytest

from attendance.adapters.huey.jobs import HueyJobs
from attendance.bootstrap import JOBS
from attendance.errors import ServiceUnavailable
from attendance.redis_refusals import is_refusal

# As Redis 7 says them, by redis-py.
REFUSALS = [
    "WRONGPASS invalid username-password pair or user is disabled.",
    "invalid username-password pair or user is disabled.",
    "Authentication required.",
    "NOAUTH Authentication required.",
    "AUTH <password> called without any password configured for the default user. Are you sure your configuration is "
    "correct?",
    "NOPERM this user has no permissions to run the 'lpush' command",
    "DB index is out of range",
]
SILENCE = ["Error 111 connecting to localhost:6379. Connection refused.", "Timeout reading from socket", ""]


@pytest.mark.parametrize("words", REFUSALS)
def test_a_refusal_is_one(words: str) -> None:
    assert is_refusal(Exception(words))


@pytest.mark.parametrize("words", SILENCE)
def test_silence_is_none(words: str) -> None:
    assert not is_refusal(Exception(words))


@pytest.mark.parametrize(("words", "sentence"), [(REFUSALS[0], "Redis refuses the user"), (SILENCE[0], "not answer")])
def test_the_queue_says_which_it_is(words: str, sentence: str) -> None:
    def refuse() -> Any:
        raise OSError(words)

    with pytest.raises(ServiceUnavailable, match=sentence):
        HueyJobs(refuse).enqueue_search("r1")


def test_a_redis_that_is_named_without_huey_is_taken() -> None:
    assert JOBS["redis"] == JOBS["rediss"] == JOBS["huey"]
