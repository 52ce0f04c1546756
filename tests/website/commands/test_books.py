"""The book and marks from a list on the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from attendance.model import Role
from attendance.services import Services
from attendance.use_cases.people.accounts import add_user
from tests.website.commands.commanding import Flask, refused


class TestBooks:
    @pytest.fixture(autouse=True)
    def _searched(self, analyse) -> None:
        assert analyse().exit_code == 0

    def test_the_book_of_all_courses_is_a_workbook(self, flask: Flask, services: Services):
        content = flask("attendance", "book").stdout_bytes
        assert "Summary" in load_workbook(io.BytesIO(content)).sheetnames
        assert services.store.audit().items[0].action == "export.book"

    def test_marks_are_checked_set_and_undone(self, flask: Flask, services: Services, tmp_path: Path):
        add_user(
            services, email="t@school.example", name="Ada", role=Role.TEACHER, password="a chair of green", by=None
        )
        lecture = services.store.lectures().items[0]
        path = tmp_path / "marks.csv"
        path.write_text(f"date,id,status\n{lecture.starts_at.date()},53,excused\n{lecture.starts_at.date()},99,late\n")
        given = ("attendance", "import", path, "--course", "CS101")
        checked = flask(*given, "--dry-run").output
        assert "Line 3: No student of this course has the id 99." in checked
        assert "1 marks would be set, 0 as they are, 1 lines refused." in checked
        assert "in whose name" in refused(flask(*given, "--reason", "Ill"))
        done = json.loads(flask(*given, "--reason", "Ill", "--by", "t@school.example", "--json").output)
        assert (done["set"], done["refused"]) == (1, 1)
        statuses = {mark.student_id: mark.status.value for mark in services.store.marks(lecture.id)}
        assert statuses["53"] == "excused"
        back = flask("attendance", "undo-import", done["import"], "--course", "CS101", "--by", "t@school.example")
        assert back.output == "1 marks are as they were.\n"
        statuses = {mark.student_id: mark.status.value for mark in services.store.marks(lecture.id)}
        assert statuses["53"] == "absent"
