"""What the pages list and remove, the commands list and remove; nothing goes without --yes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from attendance.model import Course, Student, User
from attendance.services import Services
from tests.website.commands.commanding import LECTURE, Flask, recordings, refused
from tests.website.lecturing import enrol


@pytest.fixture
def searched(flask: Flask, services: Services, course: Course, tmp_path: Path) -> None:
    """A lecture of student 21, filmed and searched."""
    enrol(services, "21", 21)
    path = tmp_path / "lecture.mp4"
    path.write_bytes(LECTURE)
    done = flask("lectures", "analyse", path, "--course", "CS101", "--starts-at", "2026-03-02T10:00")
    assert done.exit_code == 0, done.output


def as_json(flask: Flask, *arguments: str) -> Sequence[dict[str, object]]:
    done = flask(*arguments, "--json")
    assert done.exit_code == 0, done.output
    found: Sequence[dict[str, object]] = json.loads(done.stdout)
    return found


def held_back(flask: Flask, *arguments: str) -> None:
    """Without --yes nothing goes, and the command says so."""
    done = flask(*arguments)
    assert done.exit_code == 2
    assert "Say --yes" in done.stderr


class TestStudents:
    def test_students_are_listed_and_shown(self, flask: Flask, searched: None):
        (row,) = as_json(flask, "students", "list", "--course", "CS101", "--text", "21")
        assert (row["id"], row["photos"], row["courses"]) == ("21", 1, ["CS101 (1)"])
        shown = flask("students", "show", "21", "--json")
        assert len(json.loads(shown.stdout)["photo_ids"]) == 1
        assert "21" in flask("students", "list").stdout
        assert "no student" in refused(flask("students", "show", "99"))

    def test_a_student_is_removed(self, flask: Flask, services: Services, searched: None):
        held_back(flask, "students", "remove", "21")
        assert services.store.student("21")
        done = flask("students", "remove", "21", "--yes")
        assert done.exit_code == 0, done.output
        assert "photos 1" in done.stdout
        assert "Recordings of 1 lectures may still show the student" in done.stdout
        assert services.store.faces(["21"]) == []
        assert "no student" in refused(flask("students", "remove", "21", "--yes"))

    def test_only_the_one_who_knows_the_id_finds_the_removal(self, flask: Flask, searched: None):
        flask("students", "remove", "21", "--yes")
        assert "photos 1" in flask("audit", "removed", "21").stdout
        (entry,) = as_json(flask, "audit", "removed", "21")
        assert entry["by"] is None
        other = flask("audit", "removed", "22")
        assert (other.exit_code, other.stdout) == (1, "Nobody of this id or email address was removed.\n")

    def test_consent_is_recorded_and_taken_back(self, flask: Flask, services: Services, searched: None):
        assert flask("students", "consent", "21", "2026-02-01").exit_code == 0
        assert str(services.store.student("21").consent_on) == "2026-02-01"
        assert flask("students", "consent", "21").exit_code == 2
        assert flask("students", "consent", "21", "2026-02-01", "--withdraw").exit_code == 2
        assert flask("students", "consent", "21", "--withdraw").exit_code == 0
        assert services.store.faces(["21"]) == []
        assert not list(services.media.keys("photos/"))

    def test_who_agreed_and_how_is_recorded_and_one_purpose_taken_back_alone(
        self, flask: Flask, services: Services, searched: None
    ):
        options = ("--given-by", "guardian", "--how", "paper", "--text-version", "2", "--note", "file A")
        assert flask("students", "consent", "21", "2026-03-02", *options).exit_code == 0
        assert flask("students", "consent", "21", "--withdraw", "--for", "evidence").exit_code == 0
        shown = json.loads(flask("students", "show", "21", "--json").stdout)["consents"]
        assert [(one["for"], one["given_by"], one["withdrawn_at"] is None) for one in shown[-2:]] == [
            ("face", "guardian", True),
            ("evidence", "guardian", False),
        ]
        assert services.store.faces(["21"])
        assert not []
        assert flask("students", "consent", "21", "2026-03-02", "--for", "webcam").exit_code == 2

    def test_photos_are_added_and_removed(self, flask: Flask, services: Services, searched: None, tmp_path: Path):
        path = tmp_path / "new.jpg"
        path.write_bytes(b"face:21.1")
        added = flask("students", "photo", "add", "21", path)
        assert added.exit_code == 0, added.output
        photo = added.stdout.strip()
        assert services.store.face(photo).student_id == "21"
        held_back(flask, "students", "photo", "remove", "21", photo)
        assert flask("students", "photo", "remove", "21", photo, "--yes").exit_code == 0
        assert len(services.store.faces(["21"])) == 1
        assert "no such photo" in refused(flask("students", "photo", "remove", "21", photo, "--yes"))


class TestRecordings:
    def test_a_recording_is_listed_searched_again_and_removed(self, flask: Flask, services: Services, searched: None):
        (row,) = as_json(flask, "recordings", "list", "--course", "CS101")
        assert (row["file"], row["status"]) == ("lecture.mp4", "done")
        recording_id = str(row["id"])
        assert flask("recordings", "search-again", recording_id).exit_code == 0
        held_back(flask, "recordings", "remove", recording_id)
        assert flask("recordings", "remove", recording_id, "--yes").exit_code == 0
        assert recordings(services) == []
        assert not list(services.media.keys("recordings/"))

    def test_a_lecture_is_listed_and_removed(self, flask: Flask, services: Services, searched: None):
        (row,) = as_json(flask, "lectures", "list")
        assert row["recordings"] == 1
        held_back(flask, "lectures", "remove", str(row["id"]))
        assert flask("lectures", "remove", str(row["id"]), "--yes").exit_code == 0
        assert services.store.lectures().total == 0


class TestCoursesUsersDevices:
    def test_a_course_is_listed_and_removed(self, flask: Flask, services: Services, searched: None):
        (row,) = as_json(flask, "courses", "list")
        assert (row["code"], row["students"]) == ("CS101", len(services.store.roster(services.store.courses()[0].id)))
        held_back(flask, "courses", "remove", "CS101")
        assert "1 recordings" in flask("courses", "remove", "CS101", "--yes").stdout
        assert services.store.courses() == []
        assert services.store.student("21")

    def test_a_user_is_listed_and_removed(self, flask: Flask, services: Services, admin: User, teacher: User):
        emails = {row["email"] for row in as_json(flask, "users", "list")}
        assert {admin.email, teacher.email} <= emails
        held_back(flask, "users", "remove", teacher.email)
        assert flask("users", "remove", teacher.email, "--yes").exit_code == 0
        assert services.store.find_user(teacher.email) is None
        assert "no user" in refused(flask("users", "remove", teacher.email, "--yes"))
        assert flask("audit", "removed", teacher.email).exit_code == 0

    def test_the_last_admin_is_not_removed(self, flask: Flask, services: Services, admin: User):
        assert "last admin" in refused(flask("users", "remove", admin.email, "--yes"))

    def test_a_user_gets_a_new_password(self, flask: Flask, services: Services, teacher: User):
        new = "another chair of green glass"
        assert flask("users", "password", teacher.email, "--password-stdin", input=new).exit_code == 0
        assert services.store.user(teacher.id).password_hash != teacher.password_hash

    def test_devices_are_listed_as_json(self, flask: Flask, services: Services):
        flask("devices", "add", "Camera", "--room", "R 101")
        (row,) = as_json(flask, "devices", "list")
        assert (row["name"], row["room"]) == ("Camera", "R 101")


def test_a_student_without_anything_is_listed(flask: Flask, student: Student):
    assert student.id in flask("students", "list").stdout
