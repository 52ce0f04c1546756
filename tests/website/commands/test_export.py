"""The log on the command line, as a file or on stdout."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from attendance.changes import AddCourse, SaveCourse
from attendance.services import Services
from tests.website.commands.commanding import Flask, refused


class TestExport:
    @pytest.fixture(autouse=True)
    def _searched(self, analyse) -> None:
        assert analyse().exit_code == 0

    def test_csv_goes_to_stdout(self, flask: Flask):
        result = flask("attendance", "export", "--course", "CS101")
        assert result.stdout_bytes.startswith(b"\xef\xbb\xbfCourse,Section")
        lines = result.stdout_bytes.decode("utf-8-sig").splitlines()
        assert [line.split(",")[6:9] for line in lines[1:]] == [
            ["21", "Student 21", "present"],
            ["52", "Student 52", "late"],
            ["53", "Student 53", "absent"],
        ]
        assert "10:00:00" in lines[1]

    def test_excel_goes_to_stdout_whole(self, flask: Flask):
        content = flask("attendance", "export", "--format", "xlsx").stdout_bytes
        assert content.startswith(b"PK\x03\x04")

    def test_json_goes_to_a_file(self, flask: Flask, tmp_path: Path):
        path = tmp_path / "out" / "log.json"
        path.parent.mkdir()
        result = flask("attendance", "export", "--course", "CS101", "--format", "json", "--output", path)
        assert (result.exit_code, result.output) == (0, "")
        assert [row["status"] for row in json.loads(path.read_bytes())["rows"]] == ["present", "late", "absent"]
        assert [one.name for one in path.parent.iterdir()] == ["log.json"]
        assert path.stat().st_mode & 0o777 == 0o600

    def test_only_some_marks_and_days_may_be_wanted(self, flask: Flask):
        def rows(*options: str) -> int:
            result = flask("attendance", "export", "--format", "json", *options)
            return len(json.loads(result.stdout)["rows"])

        assert rows("--status", "late", "--status", "absent") == 2
        assert rows("--from", "2026-03-02", "--to", "2026-03-02", "--timezone", "Asia/Seoul") == 3
        assert rows("--from", "2026-03-03") == 0
        assert rows("--to", "2026-03-01") == 0

    def test_times_of_one_course_are_in_its_zone(self, flask: Flask, services: Services):
        course = services.store.find_course("CS101", "1")
        services.store.commit(SaveCourse(replace(course, timezone="Europe/Berlin")))
        result = flask("attendance", "export", "--course", "CS101", "--format", "json")
        assert json.loads(result.stdout)["timezone"] == "Europe/Berlin"

    def test_times_of_all_courses_are_in_the_zone_that_they_share_else_in_utc(self, flask: Flask, services: Services):
        course = services.store.find_course("CS101", "1")
        services.store.commit(SaveCourse(replace(course, timezone="Europe/Berlin")))
        assert json.loads(flask("attendance", "export", "--format", "json").stdout)["timezone"] == "Europe/Berlin"
        services.store.commit(AddCourse(replace(course, id="2", code="CS102", timezone="Asia/Tokyo")))
        assert json.loads(flask("attendance", "export", "--format", "json").stdout)["timezone"] == "UTC"

    def test_times_are_in_the_zone_that_is_asked_for(self, flask: Flask):
        result = flask("attendance", "export", "--format", "json", "--timezone", "America/New_York")
        assert json.loads(result.stdout)["rows"][0]["starts"] == "2026-03-01T20:00:00-05:00"

    @pytest.mark.parametrize(
        "options",
        [
            ["--course", "CS999"],
            ["--timezone", "Mars"],
            ["--timezone", "Mars", "--from", "2026-03-02"],
            ["--from", "0001-01-01"],
            ["--to", "9999-12-31"],
        ],
    )
    def test_what_cannot_be_exported_is_said(self, flask: Flask, options: list[str]):
        refused(flask("attendance", "export", *options))

    def test_a_file_that_cannot_be_written_is_named(self, flask: Flask, tmp_path: Path):
        path = tmp_path / "nowhere" / "log.csv"
        assert refused(flask("attendance", "export", "--output", path)).startswith(f"{path} cannot be written: ")

    def test_a_date_that_is_none_is_wrong_usage(self, flask: Flask):
        assert flask("attendance", "export", "--from", "yesterday").exit_code == 2
