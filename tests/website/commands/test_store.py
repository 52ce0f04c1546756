"""The command that makes the store says what is ready, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendance.errors import ServiceUnavailable
from attendance.services import Services
from attendance.settings.service_url import ServiceUrl
from tests.website.commands.commanding import Flask, in_a_process, refused


def test_the_store_is_made_and_made_again_without_harm(tmp_path: Path) -> None:
    for _ in range(2):
        done = in_a_process(tmp_path, "init-store")
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.decode() == f"The store is ready: sqlite:///{tmp_path}/rollcall.db.\n"
    assert (tmp_path / "rollcall.db").exists()


def test_a_store_that_does_not_answer_is_said_plainly(
    flask: Flask, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise ServiceUnavailable("There is no table %(name)s.", name="rollcall")

    monkeypatch.setattr(services.store, "check", missing)
    assert refused(flask("init-store")) == "There is no table rollcall."


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://rollcall:p@ss/word@host/db", "postgresql+psycopg://host/db"),
        ("dynamodb://rollcall", "dynamodb://rollcall"),
    ],
)
def test_no_password_is_shown(url: str, shown: str) -> None:
    assert str(ServiceUrl(url)) == shown
