"""`rollcall`, the command of the installed package: that of the site, and `serve`."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from flask import Flask

import rollcall
import run
from website import commands


def test_it_has_every_command_of_the_site_and_serve(app: Flask) -> None:
    of_the_site = {command.name for command in commands.ALL}
    assert of_the_site <= set(app.cli.commands)
    assert set(rollcall.cli.commands) == of_the_site | {"serve"}


@pytest.mark.parametrize("code", [0, 2])
def test_serve_is_what_run_does_and_ends_as_that_does(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr(run, "main", lambda: code)
    assert CliRunner().invoke(rollcall.cli, ["serve"]).exit_code == code


def test_a_command_works_on_the_site_of_the_settings(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("ROLLCALL_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("sys.argv", ["rollcall", "users", "list", "--json"])
    with pytest.raises(SystemExit) as done:
        rollcall.main()
    assert done.value.code == 0
    assert (tmp_path / "data/rollcall.db").is_file()
