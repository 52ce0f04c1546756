"""The attendance log: filters, sorting, pages and downloads for teachers; students see their own only."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from attendance.changes import AddCourse, SaveCourse, SaveUser, SetTeachers
from attendance.model import Course, Status, User, new_id
from attendance.services import Services
from attendance.use_cases.lectures.marks import set_mark
from tests.website.lecturing import add_student, enrol, searched_lecture

MONDAY = b"video 3000|21 5 2900|30.35 12 40"
TUESDAY = b"video 3000|21 900 2900"


@dataclass
class Marked:
    """Two lectures that were searched."""

    monday: str
    tuesday: str


@pytest.fixture
def marked(services: Services, teacher_client: FlaskClient, course: Course) -> Marked:
    enrol(services, "21", 21)
    add_student(services, course.id, "30", 30)
    add_student(services, course.id, "김/31", 31)
    monday, _ = searched_lecture(services, teacher_client, course.id, MONDAY)
    tuesday, _ = searched_lecture(services, teacher_client, course.id, TUESDAY, starts_at="2025-11-04T09:00")
    return Marked(monday, tuesday)


def lines(page: str) -> list[tuple[str, str]]:
    """Student ids and statuses of a page's lines."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return re.findall(r"<small>([^<]+)</small>.*?status status-(\w+)", body, re.DOTALL)


def test_times_are_in_the_zone_that_the_courses_share(
    teacher_client: FlaskClient, services: Services, course: Course, teacher: User, marked: Marked
) -> None:
    services.store.commit(SaveCourse(replace(course, timezone="Europe/Berlin")))  # the site's is Asia/Seoul
    page = teacher_client.get("/log/").text
    assert "Times are those of Europe/Berlin." in re.sub("[\u2068\u2069]", "", page)
    assert ">01:00<" in page
    assert b"Start (Europe/Berlin)" in teacher_client.get("/log/download.csv").data
    services.store.commit(SaveUser(replace(services.store.user(teacher.id), timezone="America/New_York")))
    assert b"Start (America/New_York)" in teacher_client.get("/log/download.csv").data
    services.store.commit(SaveUser(replace(services.store.user(teacher.id), timezone=None)))
    services.store.commit(AddCourse(replace(course, id=new_id(), code="CS102", timezone="Asia/Tokyo")))
    services.store.commit(SetTeachers(services.store.find_course("CS102", "1").id, [teacher.id]))
    assert b"Start (Asia/Seoul)" in teacher_client.get("/log/download.csv").data


def test_the_log_shows_all_marks_newest_first_with_totals(teacher_client: FlaskClient, marked: Marked) -> None:
    page = teacher_client.get("/log/").text
    assert len(lines(page)) == 6
    assert page.index("Nov 4, 2025") < page.index("Nov 3, 2025")
    assert "6 lines" in page
    words = re.sub(r"<[^>]+>", "", page)
    for total in ("1 unsure", "1 present", "1 late", "3 absent"):
        assert total in " ".join(words.split()), total


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("student=21", 2),
        ("student=김", 2),
        ("student=nobody", 0),
        ("student=%25", 0),
        ("status=absent", 3),
        ("status=absent&status=late", 4),
        ("status=nonsense", 6),
        ("from=2025-11-04", 3),
        ("to=2025-11-03", 3),
        ("from=2025-11-04&to=2025-11-03", 6),
        ("from=2025-11-05", 0),
        ("from=nonsense&to=0001-01-01", 6),
        ("to=9999-12-31", 6),
        ("course=nonsense", 6),
        ("student=21&status=late&from=2025-11-04&to=2025-11-04", 1),
    ],
)
def test_filters_limit_the_log_and_nonsense_is_ignored(
    teacher_client: FlaskClient, marked: Marked, query: str, count: int
) -> None:
    answer = teacher_client.get(f"/log/?{query}")
    assert answer.status_code == 200
    assert len(lines(answer.text)) == count


@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "page=abc",
        "page=1000000000",
        "sort=drop%20table",
        "sort=-",
        "sort=--time",
        "student=" + "x" * 5000,
        "student=%00",
        "student=%ff",
        "from=2025-13-99",
        "from=20251103",
        "&".join(["status=late"] * 500),
        "course='%20or%201=1--",
    ],
)
def test_nothing_that_stands_in_the_address_breaks_the_log(
    teacher_client: FlaskClient, marked: Marked, query: str
) -> None:
    for url in (f"/log/?{query}", f"/log/download.csv?{query}"):
        assert teacher_client.get(url, follow_redirects=True).status_code == 200, url


def test_a_day_is_a_day_of_the_readers_clock(
    teacher_client: FlaskClient, services: Services, teacher: User, marked: Marked
) -> None:
    from dataclasses import replace

    services.store.commit(SaveUser(replace(services.store.user(teacher.id), timezone="America/New_York")))
    page = teacher_client.get("/log/?from=2025-11-02&to=2025-11-02").text  # 09:00 in Seoul is 19:00 the day before
    assert len(lines(page)) == 3
    assert "America/New_York" in page


@pytest.mark.parametrize(("sort", "first"), [("student", "21"), ("-student", "김/31"), ("similarity", None)])
def test_columns_sort_and_say_how_they_are_sorted(
    teacher_client: FlaskClient, marked: Marked, sort: str, first: str | None
) -> None:
    page = teacher_client.get(f"/log/?sort={sort}").text
    direction = "descending" if sort.startswith("-") else "ascending"
    assert page.count(f'aria-sort="{direction}"') == 1
    assert first in (None, lines(page)[0][0])


def test_a_teacher_sees_only_the_own_courses(
    teacher_client: FlaskClient, admin_client: FlaskClient, services: Services, marked: Marked
) -> None:
    other = Course(new_id(), "X1", "Other", "", "UTC", services.now())
    services.store.commit(AddCourse(other))
    add_student(services, other.id, "77", 77)
    searched_lecture(services, admin_client, other.id, b"video 60|77 0 50")
    assert ("77", "present") not in lines(teacher_client.get("/log/").text)
    assert len(lines(teacher_client.get(f"/log/?course={other.id}").text)) == 6
    assert "77" not in teacher_client.get("/log/download.csv").text.split(",")
    assert lines(admin_client.get(f"/log/?course={other.id}").text) == [("77", "present")]


def test_the_download_holds_the_whole_filtered_log(teacher_client: FlaskClient, marked: Marked) -> None:
    answer = teacher_client.get("/log/download.csv?status=absent")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="attendance-')
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 4
    assert "Date (Asia/Seoul)" in rows[0]
    sheet = load_workbook(io.BytesIO(teacher_client.get("/log/download.xlsx").data)).active
    assert sheet.max_row == 7


def test_another_kind_of_download_does_not_exist(teacher_client: FlaskClient) -> None:
    assert teacher_client.get("/log/download.ods").status_code == 404


def test_a_student_sees_the_own_attendance_with_a_share_of_each_course(
    student_client: FlaskClient, services: Services, marked: Marked, teacher: User
) -> None:
    page = student_client.get("/log/mine?page=99", follow_redirects=True).text
    assert "100%" in page
    assert "30" not in re.findall(r"<small>([^<]+)</small>", page)
    assert page.count("<tr>") == 3
    set_mark(services, marked.monday, "21", Status.ABSENT, "Left at once", by=teacher.id)
    page = student_client.get("/log/mine").text
    assert "50%" in page
    assert "Left at once" in page


def test_a_student_may_not_open_the_log(student_client: FlaskClient, marked: Marked) -> None:
    for url in ("/log/", "/log/download.csv", "/lectures/", f"/lectures/{marked.monday}"):
        assert student_client.get(url).status_code in (403, 404), url


def test_an_account_without_a_student_is_told_so(app: object, services: Services, student_client: FlaskClient) -> None:
    from dataclasses import replace

    user = services.store.find_user("student@example.org")
    assert user is not None
    services.store.commit(SaveUser(replace(user, student_id=None)))
    assert "No student belongs to this account" in student_client.get("/log/mine").text
