"""Objections and excuses: a student asks with words and a file, a teacher answers, and the mark follows."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.model import MAIL, Appeal, AppealState, Course, NoticeKind, NoticeState, Role, Status, Student, User
from attendance.services import Services
from attendance.use_cases.appeals import answering
from attendance.use_cases.appeals.filing import ask_excuse, object_to_mark
from attendance.use_cases.lectures.planning import add_lecture
from attendance.use_cases.students.removing import remove_student
from attendance.use_cases.upkeep import sweep
from tests.website.browsing import post_form
from tests.website.conftest import an_account, signed_in
from tests.website.lecturing import add_student, enrol, searched_lecture

PDF = b"%PDF-1.7 a certificate"
# Student 21, who has the account, is not seen.
VIDEO = b"video 3000|30 5 2900"


@pytest.fixture
def lecture_id(services: Services, teacher_client: FlaskClient, course: Course, student: Student) -> str:
    enrol(services, "21", 21)
    add_student(services, course.id, "30", 30)
    return searched_lecture(services, teacher_client, course.id, VIDEO)[0]


def asked(services: Services) -> Appeal:
    (one,) = services.store.open_appeals()
    return one


def status_of(services: Services, lecture_id: str, student_id: str = "21") -> Status:
    return next(mark.status for mark in services.store.marks(lecture_id) if mark.student_id == student_id)


def answer(client: FlaskClient, appeal: Appeal, **fields: str) -> None:
    post_form(client, f"/appeals/{appeal.course_id}/{appeal.id}/answer", "/review/", **fields)


def test_a_student_objects_with_a_file_and_the_mark_changes(
    student_client: FlaskClient, teacher_client: FlaskClient, services: Services, lecture_id: str
) -> None:
    assert f"/appeals/objection/{lecture_id}" in student_client.get("/log/mine").text
    fields = {"words": "I sat at the back.", "file": (io.BytesIO(PDF), "../../x.exe")}
    assert post_form(student_client, f"/appeals/objection/{lecture_id}", **fields).location == "/log/mine"
    appeal = asked(services)
    queue = teacher_client.get("/review/").text
    assert "I sat at the back." in queue
    answer(teacher_client, appeal, accepted="yes", status="present", answer="Seen in the last row.")
    assert status_of(services, lecture_id) is Status.PRESENT
    assert services.store.mark_history(lecture_id, "21")[-1].reason == "Seen in the last row."
    assert "Seen in the last row." in student_client.get("/log/mine").text
    assert "I sat at the back." not in teacher_client.get("/review/").text


def test_the_file_is_a_download_for_those_who_answer_and_who_sent_it(
    app: Flask, student_client: FlaskClient, teacher_client: FlaskClient, services: Services, lecture_id: str
) -> None:
    post_form(
        student_client, f"/appeals/objection/{lecture_id}", words="See the file.", file=(io.BytesIO(PDF), "a.pdf")
    )
    appeal = asked(services)
    url = f"/appeals/{appeal.course_id}/{appeal.id}/file"
    for client in (student_client, teacher_client):
        got = client.get(url)
        assert got.data == PDF
        assert got.mimetype == "application/octet-stream"
        assert got.headers["Content-Disposition"].startswith("attachment;")
        assert got.headers["Cache-Control"] == "no-store"
    other = signed_in(app, an_account(services, "other@example.org", "Other", Role.STUDENT, student_id="30"))
    stranger = signed_in(app, an_account(services, "stranger@example.org", "Stranger", Role.TEACHER))
    assert [client.get(url).status_code for client in (other, stranger)] == [404, 404]
    fields = {"accepted": "yes", "status": "present"}
    assert (
        post_form(stranger, f"/appeals/{appeal.course_id}/{appeal.id}/answer", "/review/", **fields).status_code == 404
    )
    assert asked(services) == appeal


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"words": " "}, "Say what is wrong with the mark."),
        ({"words": "x", "file": (b"MZ a program", "a.pdf")}, "The file must be a PDF"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_a_sentence_and_nothing_is_stored(
    student_client: FlaskClient, services: Services, lecture_id: str, fields: dict[str, object], sentence: str
) -> None:
    if "file" in fields:
        content, name = fields["file"]  # type: ignore[misc]
        fields = {**fields, "file": (io.BytesIO(content), name)}  # type: ignore[has-type]
    page = post_form(student_client, f"/appeals/objection/{lecture_id}", **fields)
    assert page.status_code == 200
    assert sentence in page.text
    assert not services.store.open_appeals()
    assert not list(services.media.keys("appeals/"))


def test_a_second_objection_to_the_same_mark_waits_for_the_first(
    student_client: FlaskClient, services: Services, lecture_id: str
) -> None:
    for _ in range(2):
        page = post_form(student_client, f"/appeals/objection/{lecture_id}", words="I was there.")
    assert "already waits for an answer" in page.text
    assert len(services.store.open_appeals()) == 1


def test_an_objection_is_declined_with_a_reason_and_once(
    student_client: FlaskClient, teacher_client: FlaskClient, services: Services, lecture_id: str
) -> None:
    post_form(student_client, f"/appeals/objection/{lecture_id}", words="I was there.")
    appeal = asked(services)
    answer(teacher_client, appeal, accepted="no", answer="")
    assert asked(services) == appeal
    answer(teacher_client, appeal, accepted="no", answer="You are on no picture.")
    assert status_of(services, lecture_id) is Status.ABSENT
    assert services.store.appeal(appeal.course_id, appeal.id).state is AppealState.DECLINED
    answer(teacher_client, appeal, accepted="yes", status="present")
    assert status_of(services, lecture_id) is Status.ABSENT


def test_an_accepted_excuse_excuses_lectures_that_are_there_and_those_that_come(
    student_client: FlaskClient, teacher_client: FlaskClient, services: Services, course: Course, lecture_id: str
) -> None:
    fields = {"course_id": course.id, "first_day": "2025-11-03", "last_day": "2025-11-04", "words": "In hospital."}
    assert post_form(student_client, "/appeals/excuse", **fields).location == "/log/mine"
    assert "In hospital." in teacher_client.get("/review/").text
    answer(teacher_client, asked(services), accepted="yes", answer="Get well.")
    assert status_of(services, lecture_id) is Status.EXCUSED
    next_day, day_after = (
        searched_lecture(services, teacher_client, course.id, VIDEO, starts_at=f"2025-11-0{day}T09:00")[0]
        for day in (4, 5)
    )
    assert status_of(services, next_day) is Status.EXCUSED
    assert status_of(services, day_after) is Status.ABSENT
    assert status_of(services, next_day, "30") is Status.PRESENT


def test_an_accepted_excuse_excuses_a_lecture_that_is_added_by_hand_too(
    student_client: FlaskClient, teacher_client: FlaskClient, services: Services, course: Course, lecture_id: str
) -> None:
    fields = {"course_id": course.id, "first_day": "2026-05-04", "last_day": "2026-05-04", "words": "A wedding."}
    post_form(student_client, "/appeals/excuse", **fields)
    answer(teacher_client, asked(services), accepted="yes")
    starts_at = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
    ends_at = starts_at + timedelta(hours=1)
    planned = add_lecture(services, course_id=course.id, starts_at=starts_at, ends_at=ends_at, by=None)
    assert {mark.student_id: mark.status for mark in services.store.marks(planned.id)} == {"21": Status.EXCUSED}


def test_who_came_although_excused_is_present(
    student_client: FlaskClient, teacher_client: FlaskClient, services: Services, course: Course, lecture_id: str
) -> None:
    fields = {"course_id": course.id, "first_day": "2025-11-04", "last_day": "2025-11-04", "words": "Perhaps away."}
    post_form(student_client, "/appeals/excuse", **fields)
    answer(teacher_client, asked(services), accepted="yes")
    came = searched_lecture(services, teacher_client, course.id, b"video 3000|21 5 2900", starts_at="2025-11-04T09:00")[
        0
    ]
    assert status_of(services, came) is Status.PRESENT


def test_the_student_reads_the_answer_in_a_mail(
    student_client: FlaskClient, teacher_client: FlaskClient, services: Services, student_user: User, lecture_id: str
) -> None:
    post_form(student_client, f"/appeals/objection/{lecture_id}", words="I was there.")
    answer(teacher_client, asked(services), accepted="no", answer="You are on no picture.")
    sweep(services)
    told = [notice for notice in services.store.notices(NoticeState.SENT).items if notice.channel == MAIL]
    assert [(one.kind, one.receiver) for one in told] == [(NoticeKind.APPEAL_ANSWERED, f"user {student_user.id}")]
    mails = [mail.read_text() for mail in (services.settings.data / "outbox").rglob("*.eml")]
    assert any("Your objection was not accepted." in mail and "You are on no picture." in mail for mail in mails)


def test_days_must_be_days_in_order(student_client: FlaskClient, services: Services, course: Course) -> None:
    for first, last in (("2025-11-04", "2025-11-03"), ("2025-11-04", "2026-11-03")):
        fields = {"course_id": course.id, "first_day": first, "last_day": last, "words": "Away."}
        assert post_form(student_client, "/appeals/excuse", **fields).status_code == 200
    assert not services.store.open_appeals()


def test_a_file_goes_with_its_student_and_long_after_the_answer(
    services: Services, course: Course, lecture_id: str, student_client: FlaskClient, teacher: object
) -> None:
    user = next(one for one in services.store.users().items if one.student_id == "21")
    first = object_to_mark(services, user, lecture_id, "I was there.", PDF)
    day = services.now().date()
    ask_excuse(services, user, course.id, day, day, "Away.", PDF)
    answering.decline(services, teacher, course.id, first.id, "No.")  # type: ignore[arg-type]
    assert answering.forget_old_files(services) == 0
    later = services.now() + answering.MEANT_FOR + timedelta(days=1)
    object.__setattr__(services, "now", lambda: later)
    assert answering.forget_old_files(services) == 1
    assert services.store.appeal(course.id, first.id).file_key is None
    remove_student(services, "21", by=None)
    assert not services.store.open_appeals()
    assert not list(services.media.keys("appeals/"))


def test_only_students_ask(teacher_client: FlaskClient, lecture_id: str) -> None:
    assert teacher_client.get(f"/appeals/objection/{lecture_id}").status_code == 404
    assert teacher_client.get("/appeals/excuse").status_code == 403
