"""What a person gives to simulate is checked before anything starts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from device_uploader.command_line import main


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ("--speed=0", "--speed: must be a number from 0.1 to 10000, not '0'"),
        ("--speed=-60", "--speed: must be a number from 0.1 to 10000"),
        ("--speed=nan", "--speed: must be a number from 0.1 to 10000"),
        ("--hours=-1", "--hours: must be a number from 0 to 10000"),
        ("--wait-minutes=never", "--wait-minutes: must be a number from 0 to 10000, not 'never'"),
    ],
)
def test_a_number_that_no_simulation_can_have_is_a_wrong_argument(
    argument: str, sentence: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as done:
        main(["simulate", "--server", "http://127.0.0.1:9", "--key-file", "no-such-key", argument])
    assert done.value.code == 2
    assert sentence in capsys.readouterr().err


def test_a_simulation_without_the_driver_of_its_sensor_does_not_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setitem(sys.modules, "adafruit_amg88xx", None)  # as where it is not installed
    key = tmp_path / "key"
    key.write_text("k" * 43)
    key.chmod(0o600)
    given = ["--server", "http://127.0.0.1:9", "--key-file", str(key), "--spool", str(tmp_path / "spool")]
    assert main(["simulate", *given, "--hours", "0", "--wait-minutes", "0"]) == 1
    assert "pip install -r device_uploader/requirements-sensor.txt" in capsys.readouterr().err
    assert not (tmp_path / "spool").exists()
