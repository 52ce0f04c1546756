"""Importing a school: seen before it is done, the same again changes nothing, and each mistake stands in its row."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from attendance.changes import AddLecture, AddUser, Several
from attendance.errors import Conflict, InvalidInput, NotAllowed, NotFound, ServiceUnavailable
from attendance.model import Effect, Lecture, Role, RowKind, SchoolReportRow, User
from attendance.passwords import is_right
from attendance.use_cases.courses.courses import add_course, add_to_roster
from attendance.use_cases.imports import school as importing
from attendance.use_cases.imports.forgetting import imports_that_name
from attendance.use_cases.imports.school import counted, school_report_as_csv
from attendance.use_cases.imports.school_stored import (
    StoredSchoolImport,
    begin_school_import,
    confirm_school_import,
    continue_school_import,
    remove_school_import,
    stored_school_import,
    waiting_school_imports,
)
from attendance.use_cases.imports.stored import unfinished_imports
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.students.removing import remove_student
from tests.unit.in_memory import NOW, MemoryServices, a_student, services_in_memory
from tests.unit.school_files import Rows, a_class, a_course, a_school, a_user, an_enrollment, oneroster
from tests.unit.workbooks import workbook

LATER, EARLIER = "2026-04-01T00:00:00Z", "2026-01-01T00:00:00Z"


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    made = services_in_memory(tmp_path)
    made.store.commit(AddUser(User("user", "admin@example.org", "An Admin", Role.ADMIN, "", NOW)))
    return made


def begin(services: MemoryServices, data: bytes | str, name: str = "list.csv", accounts: bool = False):
    data = data.encode() if isinstance(data, str) else data
    return begin_school_import(services, data, name, accounts=accounts, by="user")


def run(services: MemoryServices, data: bytes | str, name: str = "list.csv", **more: bool) -> StoredSchoolImport:
    """The whole way; what the dry run says must come true."""
    begun = begin(services, data, name, **more)
    confirm_school_import(services, begun.id, by="user")
    done = continue_school_import(services, begun.id, by="user")
    assert done.finished
    assert [row.effect for row in done.report] == [row.effect for row in begun.plan]
    return done


def effects(stored: StoredSchoolImport) -> dict[str, int]:
    return {effect.value: count for effect, count in counted(stored.shown).items() if count}


def mistakes(stored: StoredSchoolImport) -> list[tuple[str, int, str]]:
    refused = [row for row in stored.shown if row.effect is Effect.REFUSED]
    return [(row.file, row.line, importing.said_in(row, "en")) for row in refused]


def delta(**files: Rows) -> bytes:
    return oneroster(files, mode="delta")


SAMPLES = Path(__file__).resolve().parents[2] / "docs/samples"


def test_the_samples_of_the_documentation_come_in_without_a_mistake(services: MemoryServices):
    for name in ("courses", "teachers", "students", "students-ko", "rosters"):
        assert mistakes(run(services, (SAMPLES / f"{name}.csv").read_bytes(), f"{name}.csv")) == [], name
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in (SAMPLES / "oneroster").iterdir():
            archive.write(path, path.name)
    assert effects(run(services, stream.getvalue(), "school.zip")) == {"added": 7, "unchanged": 1}


class TestLists:
    def test_students_of_a_korean_list_come_onto_the_rosters_of_their_sections(self, services: MemoryServices):
        add_course(services, code="물리", name="물리학", section="1", by=None)
        add_course(services, code="물리", name="물리학", section="2", by=None)
        text = "학번;이름;분반;이메일;과목\n2026001;학생 하나;1;s1@example.org;물리\n2026002;학생 둘;2;;물리학\n"
        for encoded in (text.encode("cp949"), text.encode("utf-8-sig"), text.replace(";", "\t").encode()):
            run(services, encoded)
        rosters = [[one.id for one in services.store.roster(course.id)] for course in services.store.courses()]
        assert rosters == [["2026001"], ["2026002"]]
        assert services.store.student("2026002").name == "학생 둘"

    def test_a_workbook_brings_courses_teachers_students_and_rosters_in_that_order(self, services: MemoryServices):
        book = workbook(
            수강생=[["학번", "과목", "분반"], ["2026001", "CS1", "1"]],
            학생=[["우리 학교"], ["학번", "이름"], ["2026001", "학생 하나"]],
            교원=[["이메일", "이름", "과목", "분반"], ["kim@example.org", "교원 하나", "CS1", "1"]],
            과목=[["과목코드", "과목명", "분반"], ["CS1", "전산학", "1"]],
        )
        assert effects(run(services, book, "school.xlsx")) == {"added": 4}
        (course,) = services.store.courses()
        assert (course.code, course.name, course.section, course.timezone) == ("CS1", "전산학", "1", "Asia/Seoul")
        assert [user.email for user in services.store.teachers(course.id)] == ["kim@example.org"]
        assert [student.id for student in services.store.roster(course.id)] == ["2026001"]

    def test_the_same_list_again_changes_nothing_and_leaves_no_trace(self, services: MemoryServices):
        csv = "code,name,section\nCS1,Computing,1\n"
        run(services, csv)
        trail = services.store.audit().total
        assert effects(run(services, csv)) == {"unchanged": 1}
        assert services.store.audit().total == trail

    def test_each_mistake_stands_in_its_row_and_the_others_go_in(self, services: MemoryServices):
        add_course(services, code="CS1", name="One", section="1", by=None)
        add_course(services, code="CS1", name="One", section="2", by=None)
        csv = (
            "id,name,course,section\n"
            "1,,,\n"
            "2,=1+1,,\n"
            "3,Student 3,CS9,\n"
            "4,Student 4,CS1,\n"
            "5,Student 5,,1\n"
            "6,Student 6,CS1,1,x\n"
            "7,Student 7,CS1,1\n"
            "7,Student 7,CS1,1\n"
            "7,Student 7,CS1,2\n"
            "7,Other,CS1,\n"
            "2.02641E+11,Student 8,,\n"
            ",Student 9,,\n"
        )
        done = run(services, csv)
        assert [(line, said) for _file, line, said in mistakes(done)] == [
            (2, "The name is missing."),
            (3, "=1+1 could be a formula; write it as text."),
            (4, "There is no course CS9."),
            (5, "There are several courses CS1; say the section."),
            (6, "The row names a section and no course."),
            (7, "This line has more cells than the first line has names."),
            (9, "This is on line 8 already."),
            (11, "The list gives this person another name before: Student 7."),
            (
                12,
                "The spreadsheet shortened the id to 2.02641E+11; format its column as text, enter the id again and "
                "save.",
            ),
            (13, "The student id is missing."),
        ]
        assert [student.id for student in services.store.students().items] == ["7"]
        assert all(row.file == "list.csv" for row in done.report)

    def test_a_roster_is_changed_by_status_and_a_list_removes_nobody(self, services: MemoryServices):
        course = add_course(services, code="CS1", name="One", by=None)
        a_student(services, "21", photo=None)
        add_to_roster(services, course.id, ["21"], by=None)
        assert effects(run(services, "학번,과목,상태\n21,CS1,삭제\n22,CS1,삭제\n21,CS1,maybe\n")) == {
            "removed": 1,
            "refused": 2,
        }
        assert list(services.store.roster(course.id)) == []
        (mistake,) = mistakes(run(services, "id,name,status\n21,Student 21,removed\n"))
        assert "only takes people off rosters" in mistake[2]

    def test_a_teacher_gets_an_account_that_nobody_can_sign_in_with_yet(self, services: MemoryServices):
        csv = "email,name\nkim@example.org,Kim\nLEE@example.org,Lee\nno address,Park\n"
        assert effects(run(services, csv)) == {"added": 2, "refused": 1}
        kim = services.store.find_user("kim@example.org")
        assert kim is not None and kim.role is Role.TEACHER
        assert not any(is_right(word, kim.password_hash) for word in ("", "kim@example.org"))
        assert effects(run(services, csv)) == {"unchanged": 2, "refused": 1}

    def test_students_get_accounts_only_where_the_import_says_so(self, services: MemoryServices):
        csv = "id,name,email\n21,Student 21,s21@example.org\n22,Student 22,admin@example.org\n"
        run(services, csv)
        assert services.store.find_user("s21@example.org") is None
        done = run(services, csv, accounts=True)
        account = services.store.find_user("s21@example.org")
        assert account is not None and (account.role, account.student_id) == (Role.STUDENT, "21")
        assert effects(done) == {"changed": 1, "unchanged": 1}
        assert "of another account" in importing.said_in(done.report[1], "en")
        assert effects(run(services, csv, accounts=True)) == {"unchanged": 2}

    def test_an_admin_keeps_role_and_name_and_a_student_does_not_teach(self, services: MemoryServices):
        a_student(services, "21", photo=None)
        add_user(
            services,
            email="s@example.org",
            name="S",
            role=Role.STUDENT,
            password="long enough",
            student_id="21",
            by=None,
        )
        done = run(services, "email,name\nadmin@example.org,Somebody\ns@example.org,S\n")
        assert effects(done) == {"unchanged": 1, "refused": 1}
        assert services.store.user("user").name == "An Admin"

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "empty"),
            (b"a,b\n1,2\n", "names no columns that are known"),
            (b"id,name\n", "no rows"),
            (b'id,name\n1,"open\n', "quotes closed"),
            (b"id,name\n" + b"1,A\n" * 20_001, "more than 20,000"),
            (b"x" * 30_000_001, "larger than 30 MB"),
            (b"PK\x03\x04junk", "can be read"),
        ],
        ids=["empty", "columns", "no rows", "quotes", "rows", "bytes", "junk"],
    )
    def test_a_file_that_cannot_be_used_is_refused_whole(self, services: MemoryServices, data: bytes, reason: str):
        with pytest.raises(InvalidInput, match=reason):
            begin(services, data)
        assert list(services.imports.ids()) == []


class TestOneRoster:
    def test_a_school_comes_in_whole(self, services: MemoryServices):
        done = run(services, oneroster(a_school(students=4, classes=2, teachers=1)), "school.zip")
        assert effects(done) == {"added": 4 + 1 + 2 + 2 + 4, "unchanged": 2}
        one, _two = services.store.courses()
        assert (one.code, one.name, one.section) == ("CS1", "Subject 1", "1")
        assert [user.email for user in services.store.teachers(one.id)] == ["t1@example.org"]
        assert len(services.store.roster(one.id)) == 2
        assert services.store.student("2026001").name == "Student 1 Example"
        assert services.store.audit().items[0].detail == "added 13, changed 0, removed 0, unchanged 2, refused 0"

    def test_the_same_file_again_changes_nothing_and_leaves_no_trace(self, services: MemoryServices):
        data = oneroster(a_school(students=4, classes=2))
        run(services, data)
        trail, ids = services.store.audit().total, services.store.external_ids("sis")
        assert set(effects(run(services, data))) == {"unchanged"}
        assert (services.store.audit().total, services.store.external_ids("sis")) == (trail, ids)

    def test_passwords_in_the_file_are_never_stored(self, services: MemoryServices, tmp_path: Path):
        run(services, oneroster(a_school()), accounts=True)
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert b"secret-of-theirs" not in kept
        assert not any(user.password_hash for user in services.store.users().items)

    def test_renamed_people_and_courses_are_found_by_their_ids(self, services: MemoryServices):
        run(services, oneroster(a_school()))
        changed = delta(
            courses=[a_course("course-1", "New title", "CS100", "active", LATER)],
            users=[
                a_user("t-1", "teacher", "서연", "김", "T1", "new@example.org", "active", LATER),
                a_user("s-1", "student", "Ada", "Byron", "2026001", "", "active", LATER),
            ],
        )
        assert effects(run(services, changed)) == {"changed": 3}
        (course,) = services.store.courses()
        assert (course.code, course.name) == ("CS100", "New title")
        assert services.store.student("2026001").name == "Ada Byron"
        assert [(user.name, user.email) for user in services.store.teachers(course.id)] == [
            ("김서연", "new@example.org")
        ]
        older = delta(users=[a_user("s-1", "student", "Old", "Name", "2026001", "", "active", EARLIER)])
        assert effects(run(services, older)) == {"unchanged": 1}

    def test_a_delta_with_three_mistakes_says_them_in_three_rows_and_does_the_rest(self, services: MemoryServices):
        run(services, oneroster(a_school()))
        changes = delta(
            users=[
                a_user("s-9", "student", "Student 9", "Example", "2026009", "", "active", LATER),
                a_user("s-8", "student", "", "", "2026008", "", "active", LATER),
                a_user("s-7", "student", "Student 7", "Example", "2026007", "", "gone", LATER),
            ],
            enrollments=[
                an_enrollment("e-9", "class-1", "s-9", "student", "active", LATER),
                an_enrollment("e-8", "class-1", "nobody", "student", "active", LATER),
                an_enrollment("e-1-0", "class-1", "s-1", "student", "tobedeleted", LATER),
            ],
        )
        done = run(services, changes, "delta.zip")
        assert effects(done) == {"added": 2, "removed": 1, "refused": 3}
        assert mistakes(done) == [
            ("users.csv", 3, "The name is missing."),
            ("users.csv", 4, "gone is no status that is known; OneRoster has active and tobedeleted."),
            ("enrollments.csv", 3, "There is no student nobody."),
        ]
        (course,) = services.store.courses()
        assert [one.id for one in services.store.roster(course.id)] == ["2026002", "2026003", "2026009"]

    def test_who_is_to_be_deleted_is_erased_as_by_hand_once_it_was_confirmed(self, services: MemoryServices):
        a_student(services, "2026001")
        run(services, oneroster(a_school()))
        assert services.store.faces(["2026001"])
        going = delta(users=[a_user("s-1", "student", "", "", "", "", "tobedeleted", LATER)])
        begun = begin(services, going)
        assert effects(begun) == {"removed": 1}
        assert services.store.student("2026001")
        with pytest.raises(Conflict, match="Confirm first"):
            continue_school_import(services, begun.id, by="user")
        confirm_school_import(services, begun.id, by="user")
        later = replace(services, now=lambda: NOW.replace(minute=5))
        done = continue_school_import(later, begun.id, by="user")
        with pytest.raises(NotFound):
            services.store.student("2026001")
        assert not services.media.files and not services.store.faces()
        actions = [entry.action for entry in services.store.audit().items]
        assert {"student.removed", "school.imported"} <= set(actions)
        assert all("2026001" not in str(entry) for entry in services.store.audit().items)
        assert "2026001" not in str(stored_school_import(services, done.id, by="user"))
        assert effects(run(services, going)) == {"unchanged": 1}

    def test_who_was_made_by_hand_is_not_erased_by_the_id_of_somebody_else(self, services: MemoryServices):
        a_student(services, "s-1", photo=None)
        done = run(services, delta(users=[a_user("s-1", "student", "A", "B", "s-1", "", "tobedeleted", LATER)]))
        assert effects(done) == {"unchanged": 1}
        assert services.store.student("s-1")

    def test_a_whole_file_takes_off_rosters_whom_it_has_no_longer_and_keeps_who_was_put_by_hand(
        self, services: MemoryServices
    ):
        school = a_school()
        run(services, oneroster(school))
        a_student(services, "by-hand", photo=None)
        (course,) = services.store.courses()
        add_to_roster(services, course.id, ["by-hand"], by=None)
        smaller = dict(school) | {"enrollments": school["enrollments"][:-1]}
        done = run(services, oneroster(smaller))
        assert effects(done)["removed"] == 1
        assert done.report[-1].line == 0
        assert {one.id for one in services.store.roster(course.id)} == {"2026001", "2026002", "by-hand"}
        assert services.store.student("2026003")

    def test_an_enrollment_under_a_new_id_keeps_its_student_on_the_roster(self, services: MemoryServices):
        school = a_school(students=1)
        run(services, oneroster(school))
        anew = dict(school) | {"enrollments": [an_enrollment("new", "class-1", "s-1")]}
        run(services, oneroster(anew))
        (course,) = services.store.courses()
        assert [one.id for one in services.store.roster(course.id)] == ["2026001"]
        assert list(services.store.teachers(course.id)) == []

    def test_an_enrollment_that_moves_to_another_class_leaves_the_one_before(self, services: MemoryServices):
        run(services, oneroster(a_school(students=1, classes=2)))
        one, two = services.store.courses()
        assert [len(services.store.roster(course.id)) for course in (one, two)] == [0, 1]
        run(services, delta(enrollments=[an_enrollment("e-1-0", "class-1", "s-1", "student", "active", LATER)]))
        assert [len(services.store.roster(course.id)) for course in (one, two)] == [1, 0]

    def test_what_the_file_has_under_another_id_of_its_source_is_not_removed(self, services: MemoryServices):
        run(services, oneroster(a_school(students=1)))
        anew = delta(
            classes=[
                a_class("class-new", "course-1", "1", "active", LATER),
                a_class("class-1", "course-1", "1", "tobedeleted", LATER),
            ],
            users=[
                a_user("t-1", "teacher", "", "", "", "", "tobedeleted", LATER),
                a_user("t-new", "teacher", "Teacher 1", "Example", "T1", "T1@example.org", "active", LATER),
                a_user("s-1", "student", "", "", "", "", "tobedeleted", LATER),
                a_user("s-new", "student", "Student 1", "Example", "2026001", "", "active", LATER),
            ],
        )
        assert set(effects(run(services, anew))) == {"unchanged"}
        (course,) = services.store.courses()
        assert [one.id for one in services.store.roster(course.id)] == ["2026001"]
        assert [user.email for user in services.store.teachers(course.id)] == ["t1@example.org"]
        assert set(effects(run(services, anew))) == {"unchanged"}

    def test_a_class_goes_where_it_has_no_lectures(self, services: MemoryServices):
        run(services, oneroster(a_school(classes=2)))
        one, _two = services.store.courses()
        services.store.commit(AddLecture(Lecture("l1", one.id, NOW, NOW.replace(hour=10), NOW)))
        gone = [a_class(f"class-{n}", "", "", "tobedeleted", LATER) for n in (1, 2)]
        gone = [(*row[:4], "course-1", *row[5:]) for row in gone]
        done = run(services, delta(classes=gone))
        assert effects(done) == {"removed": 1, "refused": 1}
        assert [course.id for course in services.store.courses()] == [one.id]

    def test_a_teacher_who_is_to_be_deleted_loses_the_account(self, services: MemoryServices):
        run(services, oneroster(a_school()))
        done = run(services, delta(users=[a_user("t-1", "teacher", "", "", "", "", "tobedeleted", LATER)]))
        assert effects(done) == {"removed": 1}
        assert services.store.find_user("t1@example.org") is None

    def test_wrong_references_duplicates_and_ids_that_change_are_refused(self, services: MemoryServices):
        school: dict[str, Rows] = dict(a_school())
        school["classes"] = [
            *school["classes"],
            a_class("class-2", "course-9", "1"),
            a_class("class-3", "course-1", "1"),
            (*a_class("class-4", "course-1", "4")[:7], "org-9", "term-1"),
            (*a_class("class-5", "course-1", "5")[:8], "term-1,term-9"),
        ]
        school["users"] = [
            *school["users"],
            a_user("s-3", "student", "Again", "Example", "2026999"),
            a_user("s-4", "student", "Same", "Example", "2026003"),
            a_user("p-1", "parent", "A", "Parent", "x"),
            a_user("t-2", "teacher", "No", "Address", "T2"),
        ]
        done = run(services, oneroster(school))
        assert [said for _file, _line, said in mistakes(done)] == [
            "The course course-9 of this class is not in the file, and not known from before.",
            "Another class of the file is CS1 (1) already.",
            "schoolSourcedId names org-9, which is not in the file.",
            "termSourcedIds names term-9, which is not in the file.",
            "This is on line 5 already.",
            "This is on line 5 already.",
            "The email address is missing.",
        ]
        assert effects(done)["unchanged"] == 2  # the course itself, and the parent
        (mistake,) = mistakes(
            run(services, delta(users=[a_user("s-1", "student", "A", "B", "other", "", "active", LATER)]))
        )
        assert "does not change an id to other" in mistake[2]

    def test_a_class_of_a_delta_is_of_a_course_that_is_known_from_before(self, services: MemoryServices):
        run(services, oneroster(a_school()))
        done = run(services, delta(classes=[a_class("class-9", "course-1", "9", "active", LATER)]))
        assert effects(done) == {"added": 1}
        assert [course.label for course in services.store.courses()] == ["CS1 (1)", "CS1 (9)"]

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (oneroster(a_school(), version="1.2"), "OneRoster 1.2; 1.1 is read"),
            (oneroster(a_school(), mode="some"), "bulk, delta and absent are known"),
            (oneroster(a_school(), more="../users.csv"), "leads out of its folder"),
            (oneroster(a_school(), more="C:/users.csv"), "leads out of its folder"),
            (oneroster({}), "no rows"),
        ],
        ids=["version", "mode", "path", "drive", "no rows"],
    )
    def test_a_zip_that_cannot_be_used_is_refused_whole(self, services: MemoryServices, data: bytes, reason: str):
        with pytest.raises(InvalidInput, match=reason):
            begin(services, data, "school.zip")
        assert list(services.imports.ids()) == []

    @pytest.mark.parametrize(
        ("entries", "reason"),
        [
            ({"users.csv": b"x"}, "no manifest.csv"),
            ({"manifest.csv": b"propertyName,value\noneroster.version,1.1\nfile.users,bulk\n"}, "not in the ZIP file"),
            ({"manifest.csv": b'propertyName,value\n"open'}, "quotes closed"),
            ({"manifest.csv": b"\xff\xfe\x00"}, "cannot be read for certain|OneRoster"),
            ({"manifest.csv": b"x", "bomb": b"0" * 300_000}, "too large when it is unpacked"),
        ],
        ids=["manifest", "missing", "quotes", "text", "bomb"],
    )
    def test_a_zip_of_other_things_is_refused_whole(
        self, services: MemoryServices, monkeypatch: pytest.MonkeyPatch, entries: Mapping[str, bytes], reason: str
    ):
        monkeypatch.setattr("attendance.use_cases.imports.oneroster._MOST_UNPACKED_BYTES", 200_000)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, data in entries.items():
                archive.writestr(name, data)
        with pytest.raises(InvalidInput, match=reason):
            begin(services, stream.getvalue(), "school.zip")


class TestOnTheWay:
    @pytest.fixture(autouse=True)
    def small_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importing, "BATCH", 3)
        monkeypatch.setattr(importing, "_LARGEST_BATCH", 3)

    def test_one_that_is_killed_and_begun_again_ends_right_and_doubles_nothing(
        self, services: MemoryServices, monkeypatch: pytest.MonkeyPatch
    ):
        data = oneroster(a_school(students=10, classes=2, per_student=2))
        commits: list[object] = []
        whole = type(services.store).commit

        def dying(store: object, *parts: object) -> None:
            if any(isinstance(part, Several) for part in parts):
                commits.append(parts)
                if len(commits) in (3, 6):
                    raise ServiceUnavailable("Killed.")
            whole(store, *parts)  # type: ignore[arg-type]

        begun = begin(services, data)
        confirm_school_import(services, begun.id, by="user")
        monkeypatch.setattr(type(services.store), "commit", dying)
        monkeypatch.setattr("attendance.use_cases.imports.school_stored.write_report", lambda *_: None)
        for _ in range(2):  # what was done since the last report is lost with the process
            with pytest.raises(ServiceUnavailable):
                continue_school_import(services, begun.id, by="user")
        monkeypatch.undo()
        done = continue_school_import(services, begun.id, by="user")
        assert done.finished and effects(done).get("refused") is None
        assert services.store.students().total == 10
        assert [len(services.store.roster(course.id)) for course in services.store.courses()] == [10, 10]
        again = run(services, data)
        assert set(effects(again)) == {"unchanged"}

    def test_it_goes_on_step_by_step(self, services: MemoryServices):
        begun = begin(services, oneroster(a_school(students=4)))
        confirm_school_import(services, begun.id, by="user")
        steps = list(self.steps(services, begun.id))
        assert len(steps) == -(-begun.total // 3)
        assert effects(steps[-1]) == effects(begun)
        assert [entry.action for entry in services.store.audit().items].count("school.imported") == 1
        assert continue_school_import(services, begun.id, by="user").finished
        assert [entry.action for entry in services.store.audit().items].count("school.imported") == 1

    def steps(self, services: MemoryServices, import_id: str) -> Iterator[StoredSchoolImport]:
        while True:
            stored = continue_school_import(services, import_id, by="user", seconds=0)
            yield stored
            if stored.finished:
                return

    def test_who_is_removed_meanwhile_is_not_brought_back(self, services: MemoryServices):
        a_student(services, "2026001", photo=None)
        begun = begin(services, oneroster(a_school(students=4)))
        assert imports_that_name(services, "2026001") == 1
        confirm_school_import(services, begun.id, by="user")
        later = replace(services, now=lambda: NOW.replace(minute=5))
        remove_student(later, "2026001", by=None)
        done = continue_school_import(later, begun.id, by="user")
        assert "2026001" not in {student.id for student in services.store.students().items}
        assert "2026001" not in str(done) and "Student 1 " not in str(done)
        assert [said for _file, _line, said in mistakes(done)] == [
            "This student was removed since the import began."
        ] * 2
        assert services.store.students().total == 3

    def test_what_somebody_adds_at_the_same_moment_is_refused_for_its_row_alone(
        self, services: MemoryServices, monkeypatch: pytest.MonkeyPatch
    ):
        begun = begin(services, "email,name\na@example.org,A\nb@example.org,B\nc@example.org,C\n")
        confirm_school_import(services, begun.id, by="user")
        read = importing.SchoolImport._picture

        def then_somebody_adds(self: importing.SchoolImport, start: int) -> object:
            picture = read(self, start)
            if services.store.find_user("B@example.org") is None:
                add_user(services, email="B@example.org", name="B", role=Role.TEACHER, password="long enough", by=None)
            return picture

        monkeypatch.setattr(importing.SchoolImport, "_picture", then_somebody_adds)
        done = continue_school_import(services, begun.id, by="user")
        assert [row.effect.value for row in done.report] == ["added", "unchanged", "added"]

    def test_it_is_its_admins_own_and_no_import_of_students(self, services: MemoryServices):
        begun = begin(services, "id,name\n1,A\n")
        assert [one.id for one in waiting_school_imports(services, by="user")] == [begun.id]
        assert unfinished_imports(services, by="user") == []
        with pytest.raises(NotFound):
            stored_school_import(services, begun.id, by="other")
        with pytest.raises(NotAllowed):
            begin_school_import(services, b"id,name\n1,A\n", "x", accounts=False, by="other")
        remove_school_import(services, begun.id, by="user")
        assert list(services.imports.ids()) == []

    def test_the_report_is_a_file_whose_cells_are_no_formulas(self):
        row = SchoolReportRow("list.csv", 2, RowKind.STUDENT, "=1+1", "@SUM(A1)", Effect.ADDED)
        text = school_report_as_csv([row]).decode("utf-8-sig")
        assert text.splitlines() == [
            "file,line,what,id or email address,name,outcome,remark",
            "list.csv,2,student,'=1+1,'@SUM(A1),added,",
        ]
