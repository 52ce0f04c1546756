"""flask import: what would change, and then that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from attendance.services import Services
from tests.website.commands.commanding import Flask, refused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "명단.csv"
    path.write_text("학번,이름\n70,학생 하나\n71,\n", encoding="cp949")
    return path


def test_without_yes_it_only_says_what_would_change(flask: Flask, services: Services, file: Path):
    result = flask("import", file)
    assert result.exit_code == 1
    assert "1 added, 0 changed, 0 removed, 0 unchanged, 1 refused." in result.stdout
    assert "The name is missing." in result.stdout
    assert "Say --yes" in result.stderr
    assert services.store.students().total == 0


def test_with_yes_it_does_it_and_writes_a_report(flask: Flask, services: Services, file: Path, tmp_path: Path):
    report = tmp_path / "report.csv"
    result = flask("import", file, "--yes", "--report", report)
    assert result.exit_code == 1
    assert [student.id for student in services.store.students().items] == ["70"]
    assert "명단.csv,3,student,71,,refused,The name is missing." in report.read_text(encoding="utf-8-sig")
    (entry,) = services.store.audit().items
    assert (entry.action, entry.by, entry.subject) == ("school.imported", None, "명단.csv")
    again = json.loads(flask("import", file, "--yes", "--json").stdout)
    assert again["counts"] == {"added": 0, "changed": 0, "removed": 0, "unchanged": 1, "refused": 1}
    assert services.store.audit().total == 1


def test_a_file_that_cannot_be_used_is_one_sentence(flask: Flask, tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n")
    assert "names no columns that are known" in refused(flask("import", path))
    assert "cannot be read" in refused(flask("import", tmp_path / "none.csv"))
