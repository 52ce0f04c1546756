"""flask slack: what it says, and how it ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from attendance.errors import SettingsError
from attendance.settings import load_settings
from tests.slack import SlackServer
from tests.slack.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, TEAM
from website import create_app


@pytest.fixture
def environment(tmp_path: Path, slack: SlackServer) -> dict[str, str]:
    return {
        "ROLLCALL_DATA": str(tmp_path / "data"),
        "ROLLCALL_JOBS": "inline",
        "ROLLCALL_NOTICES": f"slack:{slack.url}",
        "ROLLCALL_SLACK_BOT_TOKEN": BOT_TOKEN,
        "ROLLCALL_SLACK_APP_TOKEN": APP_TOKEN,
        "ROLLCALL_SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "ROLLCALL_SLACK_WORKSPACE": TEAM,
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Callable[..., Result]:
    def run(*words: str, **changed: str) -> Result:
        app = create_app(load_settings(environment | changed))
        try:
            return app.test_cli_runner().invoke(args=["slack", *words])
        finally:
            app.extensions["rollcall"].store.close()

    return run


def test_check_says_what_is_right(run: Callable[..., Result]):
    result = run("check")
    assert result.exit_code == 0
    assert "rollcall in the workspace School (T0SCHOOL01)" in result.output
    assert len(result.output.splitlines()) == 3


@pytest.mark.parametrize(
    ("changed", "words", "code"),
    [
        ({"ROLLCALL_SLACK_WORKSPACE": "T0OTHER"}, "ROLLCALL_SLACK_WORKSPACE is", 2),
        ({"ROLLCALL_SLACK_APP_TOKEN": "xapp-wrong-but-long-enough"}, "ROLLCALL_SLACK_APP_TOKEN", 2),
        ({"ROLLCALL_SLACK_BOT_TOKEN": "xoxb-wrong-but-long-enough"}, "does not accept this site's token", 1),
        ({"ROLLCALL_NOTICES": "folder:{data}/outbox"}, "ROLLCALL_NOTICES names no channel", 2),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    run: Callable[..., Result], changed: dict[str, str], words: str, code: int
):
    for command in (["check"], ["run"], []):
        result = run(*command, **changed)
        assert (result.exit_code, result.output.count("\n")) == (code, 1)
        assert words in result.output
        assert "wrong-but" not in result.output


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"ROLLCALL_SLACK_BOT_TOKEN": ""}, "ROLLCALL_SLACK_BOT_TOKEN and ROLLCALL_SLACK_WORKSPACE"),
        ({"ROLLCALL_SLACK_WORKSPACE": ""}, "ROLLCALL_SLACK_BOT_TOKEN and ROLLCALL_SLACK_WORKSPACE"),
        ({"ROLLCALL_SLACK_BOT_TOKEN": APP_TOKEN}, "ROLLCALL_SLACK_BOT_TOKEN must begin with xoxb-"),
        ({"ROLLCALL_SLACK_APP_TOKEN": BOT_TOKEN}, "ROLLCALL_SLACK_APP_TOKEN must begin with xapp-"),
        ({"ROLLCALL_NOTICES": "slack:http://elsewhere.example/api/"}, "slack: once and alone"),
    ],
)
def test_a_wrong_setting_stops_the_start(environment: dict[str, str], changed: dict[str, str], words: str):
    with pytest.raises(SettingsError, match=words) as wrong:
        create_app(load_settings(environment | changed))
    assert "drawn-by-the-tests" not in wrong.value.sentence


def test_the_listener_beside_the_site_ends_where_there_is_no_slack(tmp_path: Path):
    environment = {"ROLLCALL_DATA": str(tmp_path / "data"), "PATH": "/usr/bin"}
    listener = [sys.executable, "-m", "attendance.listener"]
    ended = subprocess.run(listener, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
