"""The commands for users, courses and students do what the pages do, and say plainly what they refuse."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from attendance.model import Course, Role, Student, User
from attendance.services import Services
from attendance.use_cases.courses.courses import add_course
from attendance.use_cases.people.accounts import check_login
from tests.website.commands.commanding import Flask, refused
from tests.website.conftest import PASSWORD


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "52.jpg"
    path.write_bytes(b"face:52")
    return path


class TestUsers:
    def test_a_user_logs_in_with_the_password_from_stdin(self, flask: Flask, services: Services):
        result = flask(
            "users", "add", "ada@example.org", "--role", "admin", "--password-stdin", input=PASSWORD + "\r\n"
        )
        assert (result.exit_code, result.stdout) == (0, "ada@example.org can log in as admin.\n")
        user = check_login(services, "ada@example.org", PASSWORD)
        assert user is not None
        assert (user.role, user.name) == (Role.ADMIN, "ada")

    def test_blanks_belong_to_a_password(self, flask: Flask, services: Services):
        flask("users", "add", "ada@example.org", "--role", "admin", "--password-stdin", input=f" {PASSWORD} \n")
        assert check_login(services, "ada@example.org", PASSWORD) is None
        assert check_login(services, "ada@example.org", f" {PASSWORD} ") is not None

    def test_an_empty_password_is_refused(self, flask: Flask, services: Services):
        result = flask("users", "add", "ada@example.org", "--role", "admin", "--password-stdin", input="")
        assert "at least 10 characters" in refused(result)
        assert services.store.find_user("ada@example.org") is None

    def test_a_password_that_is_no_text_is_refused(self, flask: Flask):
        result = flask("users", "add", "a@example.org", "--role", "admin", "--password-stdin", input=b"\xff" * 12)
        assert refused(result) == "The password on stdin is not text in UTF-8."

    def test_without_a_terminal_the_password_must_come_from_stdin(self, flask: Flask):
        result = flask("users", "add", "ada@example.org", "--role", "admin", input=f"{PASSWORD}\n{PASSWORD}\n")
        assert result.exit_code == 2
        assert "--password-stdin" in result.stderr

    def test_an_address_that_is_taken_is_refused(self, flask: Flask, admin: User):
        result = flask("users", "add", admin.email.upper(), "--role", "admin", "--password-stdin", input=PASSWORD)
        assert "already" in refused(result)

    def test_a_student_account_sees_the_student_it_is_linked_to(
        self, flask: Flask, services: Services, student: Student
    ):
        add = ("users", "add", "kim@example.org", "--role", "student", "--password-stdin")
        assert "which student" in refused(flask(*add, input=PASSWORD))
        assert flask(*add, "--student", student.id, "--name", "김 하나", input=PASSWORD).exit_code == 0
        user = services.store.find_user("kim@example.org")
        assert user is not None
        assert (user.student_id, user.name) == (student.id, "김 하나")

    def test_the_audit_says_that_nobody_who_is_logged_in_did_it(self, flask: Flask, services: Services):
        flask("users", "add", "ada@example.org", "--role", "admin", "--password-stdin", input=PASSWORD)
        (entry,) = services.store.audit().items
        assert (entry.action, entry.by, entry.subject) == ("user.added", None, "ada@example.org")

    def test_an_unknown_role_is_wrong_usage(self, flask: Flask):
        result = flask("users", "add", "ada@example.org", "--role", "king", "--password-stdin", input=PASSWORD)
        assert result.exit_code == 2


class TestCourses:
    def test_a_course_is_added_with_its_teachers(self, flask: Flask, services: Services, teacher: User, admin: User):
        result = flask(
            *("courses", "add", "CS102", "--name", "Networks", "--section", "2", "--timezone", "Europe/Berlin"),
            *("--teacher", teacher.email, "--teacher", admin.email, "--late-after", 5, "--left-early", 7),
        )
        assert result.exit_code == 0, result.output
        course = services.store.find_course("CS102", "2")
        assert course is not None
        assert (course.name, course.timezone) == ("Networks", "Europe/Berlin")
        assert (course.late_after_minutes, course.left_early_minutes) == (5, 7)
        assert {user.email for user in services.store.teachers(course.id)} == {teacher.email, admin.email}

    @pytest.mark.parametrize("email", ["nobody@example.org", "student@example.org"])
    def test_somebody_who_cannot_teach_leaves_no_course(
        self, flask: Flask, services: Services, student_user: User, email: str
    ):
        assert email in refused(flask("courses", "add", "CS102", "--name", "Networks", "--teacher", email))
        assert not services.store.courses()

    def test_a_course_that_exists_is_refused(self, flask: Flask, course: Course):
        result = flask("courses", "add", course.code, "--name", "Again", "--section", course.section)
        assert refused(result) == "The course CS101 (1) already exists."

    def test_a_wrong_time_zone_is_refused(self, flask: Flask, services: Services):
        assert "Mars" in refused(flask("courses", "add", "CS102", "--name", "Networks", "--timezone", "Mars"))
        assert not services.store.courses()


class TestNamesOfCourses:
    @pytest.fixture
    def on(self, flask: Flask, services: Services):
        def roster_of(*options: str) -> str:
            result = flask("students", "add", "52", "Student 52", *options)
            return result.stdout if result.exit_code == 0 else refused(result)

        return roster_of

    @pytest.mark.parametrize(
        "options", [["--course", "CS101/1"], ["--course", "CS101", "--section", "1"], ["--course", "CS101"]]
    )
    def test_code_and_section_can_be_written_in_three_ways(self, on, course: Course, options: list[str]):
        assert "in CS101 (1)" in on(*options)

    def test_a_code_with_several_sections_needs_one(self, on, services: Services, course: Course):
        add_course(services, code="CS101", name="Computing", section="2", by=None)
        assert on("--course", "CS101") == "CS101 has the sections 1, 2; say which, such as CS101/1."
        assert "in CS101 (2)" in on("--course", "CS101/2")

    def test_a_code_without_a_section_comes_before_the_others(self, on, services: Services, course: Course):
        add_course(services, code="CS101", name="Computing", by=None)
        assert "in CS101." in on("--course", "CS101")

    def test_a_code_may_have_a_slash(self, on, services: Services):
        add_course(services, code="CS/EE 7", name="Signals", section="B", by=None)
        assert "in CS/EE 7 (B)" in on("--course", "CS/EE 7/B")

    @pytest.mark.parametrize("name", ["CS999", "CS101/9", "/"])
    def test_a_course_that_is_not_there_is_named(self, on, services: Services, course: Course, name: str):
        assert on("--course", name) == f"There is no course {name}."
        assert not services.store.students(text="52").total


class TestStudents:
    def test_a_student_is_registered_with_photos(
        self, flask: Flask, services: Services, course: Course, photo: Path, tmp_path: Path
    ):
        more = [tmp_path / name for name in ("a.jpg", "b.jpg")]
        for number, path in enumerate(more, start=1):
            path.write_bytes(f"face:52.0{number}".encode())
        result = flask(
            *("students", "add", "52", "이 하늘", "--photo", photo, "--photo", more[0], more[1]),
            *("--course", "CS101", "--consent", "2026-03-02"),
        )
        assert result.stdout == "이 하늘 (52) is registered with 3 photos in CS101 (1).\n"
        assert len(services.store.faces(["52"])) == 3
        assert "52" in {student.id for student in services.store.roster(course.id)}

    def test_what_is_poor_about_a_photo_is_said(self, flask: Flask, services: Services, photo: Path):
        services.faces.problems = ("blurred",)
        options = ("--photo", photo, "--consent", "2026-03-02")
        assert "The face is blurred." in flask("students", "add", "52", "Student 52", *options).stdout
        said = flask("students", "add", "53", "Student 53", *options).stdout
        assert "Looks like Student 52 (52), similarity" in said

    @pytest.mark.parametrize(
        ("content", "consent", "sentence"),
        [
            (b"face:52", "", "Photos need the date"),
            (b"face:52", "2999-01-01", "must not be in the future"),
            (b"face:52", "soon", "no date"),
            (b"face:1,2", "2026-03-02", "2 faces"),
            (b"face:", "2026-03-02", "no face"),
            (b"text", "2026-03-02", "not a picture"),
            (b"", "2026-03-02", "empty"),
        ],
    )
    def test_what_cannot_be_registered_leaves_nothing(
        self, flask: Flask, services: Services, photo: Path, content: bytes, consent: str, sentence: str
    ):
        photo.write_bytes(content)
        result = flask("students", "add", "52", "Student 52", "--photo", photo, "--consent", consent)
        assert sentence in refused(result)
        assert not services.store.students().total
        assert not list(services.media.keys())

    def test_a_photo_that_is_not_there_is_named(self, flask: Flask, services: Services, tmp_path: Path):
        for path in (tmp_path / "nothing.jpg", tmp_path):
            result = flask("students", "add", "52", "Student 52", "--photo", path, "--consent", "2026-03-02")
            assert refused(result).startswith(f"{path} cannot be read: ")
        assert not services.store.students().total

    def test_an_id_that_is_taken_is_refused(self, flask: Flask, student: Student):
        assert "already registered" in refused(flask("students", "add", student.id, "Another"))


class TestImport:
    @pytest.fixture
    def photos(self, tmp_path: Path) -> Path:
        folder = tmp_path / "photos"
        folder.mkdir()
        for person in (31, 32):
            (folder / f"{person}.jpg").write_bytes(f"face:{person}".encode())
        return folder

    @pytest.fixture
    def table(self, tmp_path: Path) -> Path:
        path = tmp_path / "class.csv"
        path.write_bytes("\ufeffid;name;consent\n31;김 하나;2026-03-02\n32;Student 32;2026-03-02\n".encode())
        return path

    def test_each_row_is_reported(self, flask: Flask, services: Services, course: Course, table: Path, photos: Path):
        result = flask("students", "import", table, "--photos", photos, "--course", "CS101")
        assert result.exit_code == 0, result.output
        lines = result.stdout.splitlines()
        assert lines[2].split() == ["2", "31", "김", "하나", "added", "1", "photo", "added."]
        assert lines[-1] == "2 added, 0 updated, 0 unchanged, 0 refused."
        assert {student.id for student in services.store.roster(course.id)} >= {"31", "32"}
        assert len(services.store.faces()) == 2

    def test_a_zip_of_photos_is_taken_too(
        self, flask: Flask, services: Services, table: Path, photos: Path, tmp_path: Path
    ):
        with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
            for path in photos.iterdir():
                archive.write(path, path.name)
        assert flask("students", "import", table, "--photos", tmp_path / "photos.zip").exit_code == 0
        assert len(services.store.faces()) == 2

    def test_the_same_import_again_changes_nothing(self, flask: Flask, table: Path, photos: Path):
        flask("students", "import", table, "--photos", photos)
        result = flask("students", "import", table, "--photos", photos)
        assert result.exit_code == 0
        assert result.stdout.endswith("0 added, 0 updated, 2 unchanged, 0 refused.\n")

    def test_a_refused_row_makes_the_exit_code_1_and_stops_no_other(
        self, flask: Flask, services: Services, table: Path, photos: Path
    ):
        (photos / "31.jpg").write_bytes(b"face:1,2")
        result = flask("students", "import", table, "--photos", photos)
        assert result.exit_code == 1
        assert "2 faces" in result.stdout
        assert result.stdout.endswith("1 added, 0 updated, 0 unchanged, 1 refused.\n")
        assert [student.id for student in services.store.students().items] == ["32"]

    def test_what_a_file_holds_never_steers_the_terminal(self, flask: Flask, table: Path):
        table.write_text('id,name\n31,"a\x1b[2Jb"\n')
        result = flask("students", "import", table)
        assert result.exit_code == 1
        assert "\x1b" not in result.output

    def test_a_file_without_the_columns_is_refused_as_a_whole(self, flask: Flask, table: Path):
        table.write_text("number one,first\n1,2\n")
        assert "has no column" in refused(flask("students", "import", table))

    @pytest.mark.parametrize("option", ["csv", "photos"])
    def test_what_is_not_there_is_named(
        self, flask: Flask, services: Services, table: Path, tmp_path: Path, option: str
    ):
        gone = tmp_path / "gone"
        words = [gone] if option == "csv" else [table, "--photos", gone]
        assert str(gone) in refused(flask("students", "import", *words))
        assert not services.store.students().total
