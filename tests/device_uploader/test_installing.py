"""What is installed on a Pi fits the client: the unit, the pages and the check of wheels."""

from __future__ import annotations

import configparser
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pip._vendor.packaging.requirements import Requirement

from device_uploader.command_line import parser
from device_uploader.device import JOIN_S, SILENT_S

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy/pi/rollcall-device.service"


@pytest.fixture
def wheels(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_wheels", ROOT / "deploy/pi/check_wheels.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "check_wheels", module)
    spec.loader.exec_module(module)
    return module


def unit() -> configparser.ConfigParser:
    words = configparser.ConfigParser(strict=False, interpolation=None, allow_no_value=True)
    words.optionxform = str  # type: ignore[assignment,method-assign]
    words.read_string(UNIT.read_text())
    return words


def test_the_unit_starts_the_client_and_gives_it_time_to_close_a_clip():
    service = unit()["Service"]
    command = service["ExecStart"].split(" -m device_uploader ")[1]
    assert parser().parse_args(command.split()).config == Path("/etc/rollcall-device/device.toml")
    assert float(service["TimeoutStopSec"]) > 2 * JOIN_S + 10
    assert float(service["WatchdogSec"]) > SILENT_S
    assert service["Restart"] == "always"


def test_every_command_of_the_pages_is_one():
    commands = set()
    for page in ("device_uploader/README.md", "deploy/pi/README.md", "docs/devices.md", "docs/doors.md"):
        commands |= set(re.findall(r"python -m device_uploader (\w+)", (ROOT / page).read_text()))
    assert commands == {"run", "door", "kiosk", "check", "pair", "spool", "simulate"}
    for command in commands:
        with pytest.raises(SystemExit) as done:
            parser().parse_args([command, "--help"])
        assert done.value.code == 0


def test_the_client_needs_only_what_its_requirements_name():
    named = {"requests", "tuspy", "numpy", "av", "opencv"}
    assert named == {
        re.split(r"[>=-]", line)[0]
        for line in (ROOT / "device_uploader/requirements.txt").read_text().splitlines()
        if line and not line.startswith("#")
    }


def answer(name: str, needs: tuple[str, ...] = (), file: str = "x-py3-none-any.whl") -> dict[str, Any]:
    metadata = {"name": name, "version": "1.5", "requires_dist": list(needs)}
    return {"metadata": metadata, "download_info": {"url": f"https://index.test/{file}"}}


def test_wheels_are_asked_for_what_the_pi_needs_and_not_for_what_this_machine_needs(
    wheels: ModuleType, monkeypatch: pytest.MonkeyPatch
):
    index = {
        "top": answer("top", ("only-pi; platform_machine == 'aarch64'", "never; sys_platform == 'win32'", "low<1")),
        "only-pi": answer("only-pi", ("top>=2",)),
    }

    def ask_pip(wanted: list[Requirement]) -> list[dict[str, Any]] | None:
        return [index[one.name] for one in wanted] if all(one.name in index for one in wanted) else None

    monkeypatch.setattr(wheels, "ask_pip", ask_pip)
    found = wheels.walk([Requirement("top")])
    assert set(found.wheels) == {"top", "only-pi"}
    assert found.to_build == {"low"}
    assert found.clashes == ["top>=2 against top 1.5"]


def test_an_index_that_does_not_answer_is_not_a_package_without_a_wheel(
    wheels: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    named = tmp_path / "requirements.txt"
    named.write_text("top>=1\n")
    monkeypatch.setattr(wheels, "ask_pip", lambda wanted: None)
    assert wheels.main([str(named)]) == 2
    said = capsys.readouterr()
    assert "compiled" not in said.out
    assert "The package index does not answer" in said.err


def test_versions_that_do_not_go_together_are_not_all_well(
    wheels: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    named = tmp_path / "requirements.txt"
    named.write_text("top\n")
    index = {"top": answer("top", ("low",)), "low": answer("low", ("top>=2",))}
    monkeypatch.setattr(wheels, "ask_pip", lambda wanted: [index[one.name] for one in wanted])
    assert wheels.main([str(named)]) == 1
    assert "CLASH top>=2 against top 1.5" in capsys.readouterr().out
