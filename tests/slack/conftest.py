"""What several of these tests need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from attendance import passwords
from attendance.adapters.slack.notifier import Account, SlackNotifier
from tests.slack import SlackServer
from tests.slack.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, TEAM


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@pytest.fixture
def notifier(slack: SlackServer) -> SlackNotifier:
    return open_notifier(slack)


class Seconds:
    """A clock that stands until somebody waits."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


def open_notifier(slack: SlackServer, seconds: Seconds | None = None, **changed: str) -> SlackNotifier:
    seconds = seconds or Seconds()
    words = {
        "bot_token": BOT_TOKEN,
        "workspace": TEAM,
        "app_token": APP_TOKEN,
        "signing_secret": SIGNING_SECRET,
        "base_url": slack.url,
    }
    return SlackNotifier(Account(**words | changed), seconds=seconds, pause=seconds.wait)
