"""Marks by hand, lectures without a recording, and check-in, as people reach them by pages."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.changes import AddLecture
from attendance.model import Course, Lecture, Method, Role, Status, User, new_id
from attendance.rules.rotating_codes import long_code, short_code, step_at
from attendance.services import Services
from attendance.use_cases.courses.statuses import save_status
from attendance.use_cases.lectures.checking_in import let_check_in, set_check_in_rules
from attendance.use_cases.lectures.marks import set_mark
from tests.website.browsing import csrf, sign_in
from tests.website.conftest import an_account, signed_in
from tests.website.lecturing import add_student

MINUTE = timedelta(minutes=1)


@pytest.fixture
def lecture(services: Services, course: Course) -> Lecture:
    """It began a minute ago; student 21 is on the roster, and 22."""
    add_student(services, course.id, "22")
    starts_at = datetime.now(UTC).replace(microsecond=0) - MINUTE
    lecture = Lecture(new_id(), course.id, starts_at, starts_at + 50 * MINUTE, starts_at)
    services.store.commit(AddLecture(lecture))
    return lecture


def send(client: FlaskClient, url: str, values: dict[str, object], page: str | None = None) -> TestResponse:
    """A form as its page sends it, where fields may come several times."""
    return client.post(url, data={"csrf_token": csrf(client, page or url), **values})


def statuses(services: Services, lecture: Lecture) -> dict[str, str]:
    return {mark.student_id: mark.status.value for mark in services.store.marks(lecture.id)}


def key(services: Services, student_id: str) -> str:
    return services.store.student(student_id).key


def send_taps(client: FlaskClient, lecture: Lecture, *taps: dict[str, object]) -> TestResponse:
    headers = {"X-CSRFToken": csrf(client, "/account"), "Accept": "application/json"}
    return client.post(f"/lectures/{lecture.id}/roll/taps", json={"taps": list(taps)}, headers=headers)


def undo_button(page: str) -> str:
    found = re.search(r'action="([^"]*/undo)" data-undo-offer', page)
    assert found, "nothing is offered to be undone"
    return unescape(found.group(1))


def test_a_lecture_is_added_without_a_recording_and_changed(
    teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    answer = send(
        teacher_client,
        "/lectures/add",
        {"course_id": course.id, "date": "2026-03-02", "starts": "23:30", "ends": "00:20", "title": "Exam"},
    )
    lecture = services.store.lectures().items[0]
    assert answer.location == f"/lectures/{lecture.id}"
    assert (lecture.starts_at, lecture.ends_at) == (
        datetime(2026, 3, 2, 14, 30, tzinfo=UTC),
        datetime(2026, 3, 2, 15, 20, tzinfo=UTC),
    )
    page = f"/lectures/{lecture.id}/change"
    assert 'value="23:30"' in teacher_client.get(page).text
    send(teacher_client, page, {"date": "2026-03-03", "starts": "09:00", "ends": "09:50", "title": ""})
    changed = services.store.lecture(lecture.id)
    assert (changed.starts_at, changed.title) == (datetime(2026, 3, 3, tzinfo=UTC), "")


def test_what_would_overlap_is_refused_with_a_sentence(
    teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    values = {"course_id": course.id, "date": "2026-03-02", "starts": "09:00", "ends": "09:50"}
    send(teacher_client, "/lectures/add", values)
    answer = send(teacher_client, "/lectures/add", values | {"starts": "09:30", "ends": "10:20"})
    assert "choose a time beside it" in answer.text
    assert services.store.lectures().total == 1


def test_a_term_is_shown_before_it_is_added_and_days_can_be_left_out(
    teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    values = {
        "course_id": course.id,
        "weekdays": ["0", "2"],
        "starts": "09:00",
        "ends": "09:50",
        "first_on": "2026-03-02",
        "last_on": "2026-03-15",
        "days_off": "2026-03-04",
        "do": "preview",
    }
    page = send(teacher_client, "/lectures/term", values).text
    assert "3 new lectures" in page
    assert services.store.lectures().total == 0
    starts = [unescape(one) for one in re.findall(r'name="lecture" value="([^"]+)" checked', page)]
    assert len(starts) == 3
    for _ in range(2):
        send(teacher_client, "/lectures/term", values | {"do": "add", "lecture": starts[1:]})
    assert services.store.lectures().total == 2


def test_the_roll_works_without_a_script(teacher_client: FlaskClient, services: Services, lecture: Lecture) -> None:
    page = f"/lectures/{lecture.id}/roll"
    one, other = key(services, "21"), key(services, "22")
    send(teacher_client, page, {"act": new_id(), f"status-{one}": "late", f"was-{one}": "", f"status-{other}": ""})
    assert statuses(services, lecture) == {"21": "late"}


def test_a_roll_saved_over_what_somebody_else_set_says_so(
    teacher_client: FlaskClient, services: Services, lecture: Lecture, admin: User
) -> None:
    one = key(services, "21")
    set_mark(services, lecture.id, "21", Status.LATE, "Bus", by=admin.id)
    words = {"act": new_id(), f"status-{one}": "present", f"was-{one}": "", f"seen-{one}": ""}
    answer = send(teacher_client, f"/lectures/{lecture.id}/roll", words)
    assert "Somebody else has set some of these meanwhile" in answer.text
    assert statuses(services, lecture) == {"21": "late"}


def test_taps_are_saved_once_however_often_they_come(
    teacher_client: FlaskClient, services: Services, lecture: Lecture
) -> None:
    tap = {"id": new_id(), "key": key(services, "21"), "status": "present", "age_ms": 5000, "seen_at": ""}
    for _ in range(2):
        (row,) = send_taps(teacher_client, lecture, tap).json["rows"]
        assert (row["answer"], row["status"], row["key"]) == ("saved", "present", tap["key"])
    assert len(services.store.mark_history(lecture.id, "21")) == 1


def test_a_tap_over_anothers_decision_is_answered_with_who_and_what(
    teacher_client: FlaskClient, services: Services, lecture: Lecture, admin: User
) -> None:
    set_mark(services, lecture.id, "21", Status.LATE, "Bus", by=admin.id)
    tap = {"id": new_id(), "key": key(services, "21"), "status": "present", "age_ms": 0, "seen_at": ""}
    (row,) = send_taps(teacher_client, lecture, tap).json["rows"]
    assert (row["answer"], row["status"], row["by_name"]) == ("conflict", "late", "Ada Example")
    (row,) = send_taps(teacher_client, lecture, tap | {"id": new_id(), "seen_at": row["seen_at"]}).json["rows"]
    assert (row["answer"], row["status"]) == ("saved", "present")


@pytest.mark.parametrize(
    "wrong",
    [{"id": "x"}, {"status": "unsure"}, {"status": None}, {"age_ms": "1"}, {"age_ms": True}, {"key": "nobody"}],
)
def test_a_tap_that_is_none_is_refused(
    teacher_client: FlaskClient, services: Services, lecture: Lecture, wrong: dict[str, object]
) -> None:
    tap = {"id": new_id(), "key": key(services, "21"), "status": "present", "age_ms": 0}
    assert send_taps(teacher_client, lecture, tap | wrong).status_code in (400, 404)
    assert statuses(services, lecture) == {}


def test_several_are_changed_at_once_and_it_is_undone(
    teacher_client: FlaskClient, services: Services, lecture: Lecture
) -> None:
    students = [key(services, one) for one in ("21", "22")]
    words = {"students": students, "usual": "School event", "reason": "", "status": "excused"}
    answer = send(teacher_client, f"/lectures/{lecture.id}/several", words)
    assert statuses(services, lecture) == {"21": "excused", "22": "excused"}
    page = teacher_client.get(answer.location).text
    assert "2 marks were changed." in page
    assert "data-undo-offer" not in teacher_client.get(answer.location).text, "it is offered once"
    send(teacher_client, undo_button(page), {}, page="/account")
    assert statuses(services, lecture) == {"21": "unsure", "22": "unsure"}
    assert "Undone." in teacher_client.get(f"/lectures/{lecture.id}/changes").text


def test_several_are_given_a_status_of_the_course(
    teacher_client: FlaskClient, services: Services, lecture: Lecture
) -> None:
    own = save_status(
        services,
        lecture.course_id,
        name="Remote",
        letter="R",
        base=Status.PRESENT,
        points=0.5,
        attended=True,
        icon="camera-video",
        tone="calm",
        by="u1",
    )
    page = f"/lectures/{lecture.id}/several"
    assert f'name="own_status" value="{own.id}"' in teacher_client.get(page).text
    words = {"students": [key(services, "21")], "reason": "At home", "own_status": own.id}
    send(teacher_client, page, words)
    assert [mark.own_status for mark in services.store.marks(lecture.id)] == [own.id]
    assert "This course has no such status." in send(teacher_client, page, words | {"own_status": "none"}).text


def test_a_reason_that_was_given_is_offered_again(
    teacher_client: FlaskClient, services: Services, lecture: Lecture
) -> None:
    words = {"students": [key(services, "21")], "reason": "Visit of the museum", "status": "excused"}
    send(teacher_client, f"/lectures/{lecture.id}/several", words)
    assert 'value="Visit of the museum"' in teacher_client.get(f"/lectures/{lecture.id}/several").text


def test_nobody_chosen_is_said(teacher_client: FlaskClient, lecture: Lecture) -> None:
    answer = send(teacher_client, f"/lectures/{lecture.id}/several", {"status": "excused", "reason": "Trip"})
    assert "Choose students first." in answer.text


def test_a_corrected_mark_is_undone_from_its_history(
    teacher_client: FlaskClient, services: Services, lecture: Lecture
) -> None:
    page = f"/lectures/{lecture.id}/marks/{key(services, '21')}"
    send(teacher_client, page, {"status": "late", "reason": "Bus"})
    send(teacher_client, page, {"status": "absent", "reason": "Left at once"})
    shown = teacher_client.get(page).text
    (act,) = re.findall(r'action="(/lectures/[^"]+/acts/[^"]+/undo)"', shown.partition("history-heading")[2])
    send(teacher_client, act, {}, page="/account")
    (mark,) = services.store.marks(lecture.id)
    assert (mark.status, mark.reason) == (Status.LATE, "Bus")


def test_another_teacher_reaches_none_of_it(app: Flask, services: Services, lecture: Lecture) -> None:
    other = signed_in(app, an_account(services, "other@example.org", "Other", Role.TEACHER))
    for page in ("roll", "several", "changes", "change", "check-in", "check-in/screen", "check-in/now"):
        assert other.get(f"/lectures/{lecture.id}/{page}").status_code == 404
    assert send_taps(other, lecture).status_code == 404


def test_a_student_checks_in_by_the_picture_on_the_screen(
    teacher_client: FlaskClient, student_client: FlaskClient, services: Services, lecture: Lecture
) -> None:
    send(teacher_client, f"/lectures/{lecture.id}/check-in/open", {}, page="/account")
    now = teacher_client.get(f"/lectures/{lecture.id}/check-in/now").json
    assert re.fullmatch(r"\d{6}", now["digits"])
    assert (now["came"], now["of"]) == (0, 2)
    picture = teacher_client.get(now["picture"])
    assert picture.mimetype == "image/svg+xml"
    opened = services.store.lecture(lecture.id)
    code = long_code(opened.check_in_key, lecture.id, step_at(services.now()))
    assert student_client.get(f"/check-in/{lecture.id}/{code}").location == "/check-in/here"
    assert statuses(services, lecture) == {}, "a link that is followed changes nothing"
    answer = send(student_client, "/check-in/here", {})
    assert "You are checked in" in answer.text
    (mark,) = services.store.marks(lecture.id)
    assert (mark.status, mark.method) == (Status.PRESENT, Method.SCREEN)
    page = teacher_client.get(f"/lectures/{lecture.id}").text
    assert "code on the screen" in page
    assert opened.check_in_key not in page


def test_a_picture_of_before_is_over(student_client: FlaskClient, services: Services, lecture: Lecture) -> None:
    opened = let_check_in(services, lecture.id, with_code=False, by=None)
    code = long_code(opened.check_in_key, lecture.id, step_at(services.now()) - 2)
    answer = student_client.get(f"/check-in/{lecture.id}/{code}")
    assert answer.status_code == 404
    assert "Scan the one that is on the screen now" in answer.text
    assert student_client.get("/check-in/here").status_code == 404


def test_the_digits_are_no_code_of_the_picture_so_that_nobody_guesses_them(
    client: FlaskClient, services: Services, lecture: Lecture
) -> None:
    opened = let_check_in(services, lecture.id, with_code=True, by=None)
    digits = short_code(opened.check_in_key, lecture.id, step_at(services.now()))
    for code in (digits, opened.check_in_code):
        assert client.get(f"/check-in/{lecture.id}/{code}").status_code == 404


def test_a_scan_before_the_login_counts_from_when_it_was_made(
    app: Flask, student_user: User, services: Services, lecture: Lecture
) -> None:
    client = app.test_client()
    opened = let_check_in(services, lecture.id, with_code=False, by=None)
    code = long_code(opened.check_in_key, lecture.id, step_at(services.now()))
    here = client.get(f"/check-in/{lecture.id}/{code}").location
    login = client.get(here).location
    assert "next=" in login
    sign_in(client, student_user.email)
    assert "You are checked in" in send(client, here, {}).text


def test_what_one_phone_has_scanned_is_worth_nothing_on_another(
    app: Flask, student_client: FlaskClient, services: Services, lecture: Lecture
) -> None:
    opened = let_check_in(services, lecture.id, with_code=False, by=None)
    code = long_code(opened.check_in_key, lecture.id, step_at(services.now()))
    there = app.test_client()
    there.get(f"/check-in/{lecture.id}/{code}")
    scan = there.get_cookie("rollcall-scanned")
    assert scan is not None
    student_client.set_cookie("rollcall-scanned", scan.value)
    assert student_client.get("/check-in/here").status_code == 404


def test_two_students_cannot_check_in_on_one_phone(
    app: Flask, student_client: FlaskClient, services: Services, lecture: Lecture
) -> None:
    let_check_in(services, lecture.id, with_code=True, by=None)
    code = services.store.lecture(lecture.id).check_in_code
    assert "You are checked in" in send(student_client, "/check-in", {"code": code}).text
    device = student_client.get_cookie("rollcall-device")
    assert device is not None
    other = signed_in(app, an_account(services, "two@example.org", "Two", Role.STUDENT, "22"))
    other.set_cookie("rollcall-device", device.value)
    answer = send(other, "/check-in", {"code": code})
    assert "Somebody else has checked in to this lecture on this device" in answer.text
    assert statuses(services, lecture) == {"21": "present"}


def test_codes_cannot_be_guessed_one_after_the_other(
    student_client: FlaskClient, services: Services, lecture: Lecture
) -> None:
    let_check_in(services, lecture.id, with_code=True, by=None)
    answers = [send(student_client, "/check-in", {"code": "WRONG1"}) for _ in range(11)]
    assert [one.status_code for one in answers] == [400] * 10 + [429]


def test_only_the_networks_of_the_course_can_check_in(
    student_client: FlaskClient, services: Services, course: Course, lecture: Lecture
) -> None:
    set_check_in_rules(services, course.id, early_minutes=15, late_minutes=30, networks="192.0.2.0/24", by=None)
    code = let_check_in(services, lecture.id, with_code=True, by=None).check_in_code
    assert "network of the school only" in send(student_client, "/check-in", {"code": code}).text
    assert statuses(services, lecture) == {}


def test_the_log_says_how_marks_came_to_be(
    teacher_client: FlaskClient, student_client: FlaskClient, services: Services, lecture: Lecture
) -> None:
    code = let_check_in(services, lecture.id, with_code=True, by=None).check_in_code
    send(student_client, "/check-in", {"code": code})
    assert "code of the lecture" in teacher_client.get("/log/").text
    table = teacher_client.get("/log/download.csv").data.decode("utf-8-sig")
    (line,) = [one for one in csv.DictReader(io.StringIO(table)) if one["Came by"]]
    assert (line["Decided by"], line["Came by"]) == ("check-in", "code")
