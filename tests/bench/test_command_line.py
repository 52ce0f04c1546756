"""The command of the bench: what it measures, prints, writes, and how it ends."""

import json

import pytest

from bench import command_line
from bench.command_line import FAILED, FINE, STOPPED, main
from bench.page import END, START
from bench.table import Column, Figures, Table, row

COLUMNS = (Column("ours", "ours", "ms", 1),)


def measured(stage):
    return [Table("a", "A table", COLUMNS, (row("a row", lambda: Figures({"ours": 1.5})),))]


def with_a_failed_row(stage):
    return [Table("b", "B table", COLUMNS, (row("b row", lambda: Figures({"ours": 1 / 0})),))]


def fails_as_a_whole(stage):
    raise OSError("no room")


def is_stopped(stage):
    raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def groups(monkeypatch):
    several = {"a": measured, "b": with_a_failed_row, "c": fails_as_a_whole, "d": is_stopped}
    monkeypatch.setattr(command_line, "GROUPS", several)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "latest.json"


def run(path, *arguments) -> int:
    return main(["--json", str(path), *arguments])


def test_a_run_prints_its_table_and_writes_it(path, capsys):
    assert run(path, "--quick", "--only", "a") == FINE
    written = json.loads(path.read_text())
    assert written["settings"]["only"] == ["a"]
    assert written["settings"]["quick"] is True
    printed = capsys.readouterr().out
    assert "== a" in printed
    assert "A table" in printed
    assert "a row" in printed


def test_a_row_that_fails_is_shown_and_the_status_is_1(path, capsys):
    assert run(path, "--only", "a,b") == FAILED
    printed = capsys.readouterr().out
    assert "FAILED: ZeroDivisionError" in printed
    assert "A table" in printed
    assert json.loads(path.read_text())["tables"][1]["rows"][0]["failed"].startswith("ZeroDivisionError")


def test_a_group_that_fails_is_shown_and_the_others_go_on(path, capsys):
    assert run(path, "--only", "c,a") == FAILED
    printed = capsys.readouterr().out
    assert "FAILED: OSError: no room" in printed
    assert "A table" in printed


def test_ctrl_c_ends_in_a_sentence_and_writes_nothing(path, capsys):
    assert run(path, "--only", "a,d") == STOPPED
    assert capsys.readouterr().out.endswith("The bench was stopped; no result is written.\n")
    assert not path.exists()


def test_an_unknown_group_is_refused_with_those_that_there_are(path, capsys):
    with pytest.raises(SystemExit) as ended:
        run(path, "--only", "a,z")
    assert ended.value.code == 2
    assert "z is none of a, b, c, d" in capsys.readouterr().err


def test_the_latest_result_goes_into_the_page_and_is_kept_beside(monkeypatch, tmp_path, capsys):
    page = tmp_path / "performance.md"
    page.write_text(f"# Title\n{START}{END}\n")
    monkeypatch.setattr(command_line.page, "PAGE", page)
    monkeypatch.setattr(command_line.Places, "from_environment", lambda: command_line.Places(results=tmp_path))
    main(["--quick", "--only", "a"])
    assert main(["--write-docs"]) == FINE
    assert "A table" in page.read_text()
    assert (tmp_path / "published.json").read_bytes() == (tmp_path / "latest.json").read_bytes()


def test_without_a_result_the_page_is_left_as_it_is(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(command_line.Places, "from_environment", lambda: command_line.Places(results=tmp_path))
    assert main(["--write-docs"]) == FAILED
    assert capsys.readouterr().out == "There is no result yet: run the bench first.\n"
