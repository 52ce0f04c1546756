"""The pages of notices: what people choose, what became of each, mails in the folder, and the link that ends them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.changes import AddLecture, AddNotice
from attendance.model import MAIL, Course, Lecture, Notice, NoticeKind, NoticeState, Pace, User
from attendance.rules.notices import choices_of, choices_of_course
from attendance.services import Services
from attendance.use_cases.notices.unsubscribing import unsubscribe_url
from attendance.use_cases.upkeep import sweep
from tests.contract.test_store_notices import a_notice
from tests.website.browsing import post_form

WHEN = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def environment() -> dict[str, str]:
    return {"ROLLCALL_ADDRESS": "https://rollcall.school.example"}


@pytest.fixture
def failed(services: Services, teacher: User) -> Notice:
    notice = a_notice("f" * 32, receiver=f"user {teacher.id}", state=NoticeState.FAILED, reason="No <b>mailbox</b>.")
    services.store.commit(AddNotice(notice))
    return notice


@pytest.fixture
def lecture(services: Services, course: Course) -> Lecture:
    found = Lecture("l1", course.id, WHEN, WHEN.replace(hour=10), WHEN)
    services.store.commit(AddLecture(found))
    return found


def test_a_teacher_chooses_what_comes_and_when(teacher_client: FlaskClient, services: Services, teacher: User) -> None:
    page = teacher_client.get("/account/notices").text
    assert "As the course says" in page
    assert "A temperature reached its threshold" not in page
    answer = post_form(
        teacher_client,
        "/account/notices",
        unsure_waiting="mail",
        search_done="",
        week_log="usual",
        unknown_seen="slack",
        alarm="mail",
        pace="daily",
        quiet_from="22:00",
        quiet_until="06:30",
    )
    assert answer.status_code == 302
    chosen = choices_of(services.store.user(teacher.id))
    assert chosen.channels == {NoticeKind.UNSURE_WAITING: {MAIL}, NoticeKind.SEARCH_DONE: frozenset()}
    assert (chosen.pace, chosen.quiet_from, chosen.quiet_until) == (Pace.DAILY, "22:00", "06:30")
    assert '<option value="mail" selected>' in teacher_client.get("/account/notices").text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"quiet_from": "22:00"}, "Quiet hours need a beginning and an end."),
        ({"quiet_from": "late", "quiet_until": "06:00"}, "Write a time such as 22:00."),
        ({"pace": "hourly"}, "Choose when you are told."),
    ],
)
def test_a_wrong_choice_is_told_and_nothing_is_stored(
    teacher_client: FlaskClient, services: Services, teacher: User, wrong: dict[str, str], sentence: str
) -> None:
    answer = post_form(teacher_client, "/account/notices", **{"pace": "at_once", "unsure_waiting": "mail", **wrong})
    assert sentence in answer.text
    assert services.store.user(teacher.id).notices is None


def test_admins_choose_of_devices_too_and_students_of_what_is_about_themselves_alone(
    admin_client: FlaskClient, student_client: FlaskClient
) -> None:
    assert "A temperature reached its threshold" in admin_client.get("/account/notices").text
    page = student_client.get("/account/notices").text
    assert 'name="at_risk"' in page and 'name="appeal_answered"' in page
    assert 'name="link_changed"' in page
    assert page.count('class="field notice-kind"') == 3


def test_the_teacher_of_a_course_chooses_for_it(
    teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    address = f"/courses/{course.id}/notices"
    assert post_form(teacher_client, address, week_log="mail", alarm="mail").status_code == 302
    assert choices_of_course(services.store.course(course.id)).channels[NoticeKind.WEEK_LOG] == {MAIL}
    assert NoticeKind.ALARM not in choices_of_course(services.store.course(course.id)).channels
    assert services.store.audit().items[0].action == "course.notices_set"
    refused = post_form(teacher_client, address, week_log="", slack_channel="two words")
    assert "not the name of a Slack channel" in refused.text
    assert choices_of_course(services.store.course(course.id)).channels[NoticeKind.WEEK_LOG] == {MAIL}


def test_the_notices_of_a_foreign_course_are_not_there(
    app: Flask, student_client: FlaskClient, teacher_client: FlaskClient, course: Course, services: Services
) -> None:
    assert student_client.get(f"/courses/{course.id}/notices").status_code == 403
    assert teacher_client.get("/courses/another/notices").status_code == 404


def test_what_failed_is_shown_with_its_reason_and_sent_again(
    admin_client: FlaskClient, services: Services, failed: Notice
) -> None:
    page = admin_client.get("/notices/").text
    assert "No &lt;b&gt;mailbox&lt;/b&gt;." in page
    assert "Teacher Example" in page
    answer = post_form(admin_client, f"/notices/{failed.id}/again", token_from="/notices/")
    assert answer.status_code == 302
    assert services.store.notice(failed.id).state is NoticeState.WAITING
    assert len(services.store.outbox(MAIL)) == 1
    post_form(admin_client, f"/notices/{failed.id}/again", token_from="/notices/")
    assert len(services.store.outbox(MAIL)) == 1
    for state in NoticeState:
        assert admin_client.get(f"/notices/?state={state}").status_code == 200


@pytest.mark.parametrize("address", ["/notices/", "/notices/mails", f"/notices/mails/{'a' * 32}"])
def test_teachers_do_not_see_the_notices_of_others(teacher_client: FlaskClient, address: str) -> None:
    assert teacher_client.get(address).status_code == 403


def test_the_log_is_mailed_and_an_admin_reads_it_in_the_folder(
    teacher_client: FlaskClient, admin_client: FlaskClient, services: Services, lecture: Lecture
) -> None:
    page = f"/lectures/{lecture.id}"
    assert "Mail me this log" in teacher_client.get(page).text
    post_form(teacher_client, f"{page}/mail-log", token_from=page)
    assert "on its way to teacher@example.org" in teacher_client.get(page).text
    post_form(teacher_client, f"{page}/mail-log", token_from=page)
    sweep(services)
    listed = admin_client.get("/notices/mails").text
    assert listed.count("The attendance log that you asked for") == 1
    (reference,) = re.findall(r"/notices/mails/([0-9a-f]{32})", listed)
    shown = admin_client.get(f"/notices/mails/{reference}").text
    assert "teacher@example.org" in shown
    assert "attendance-" in shown
    file = admin_client.get(f"/notices/mails/{reference}.eml")
    assert file.mimetype == "message/rfc822"
    assert "Sent" in admin_client.get("/notices/?state=sent").text


def test_a_log_that_is_filtered_by_a_name_is_not_mailed(
    teacher_client: FlaskClient, services: Services, lecture: Lecture
) -> None:
    assert "Mail me" not in teacher_client.get("/log/?student=Kim").text
    post_form(teacher_client, "/log/mail?student=Kim", token_from="/log/")
    assert services.store.notices(NoticeState.WAITING).total == 0
    post_form(teacher_client, "/log/mail?from=2026-03-01", token_from="/log/")
    assert services.store.notices(NoticeState.WAITING).total == 1


def test_a_foreign_lecture_is_not_mailed(teacher_client: FlaskClient, services: Services, course: Course) -> None:
    assert post_form(teacher_client, "/lectures/none/mail-log", token_from="/account/").status_code == 404


@pytest.mark.parametrize("reference", ["..%2fsecret-key", "a" * 32, "A" * 32, "x"])
def test_no_mail_but_ours_is_read(admin_client: FlaskClient, reference: str) -> None:
    assert admin_client.get(f"/notices/mails/{reference}").status_code == 404
    assert admin_client.get(f"/notices/mails/{reference}.eml").status_code == 404


def test_the_link_in_a_mail_ends_it_by_post_alone_without_login(
    client: FlaskClient, services: Services, teacher: User
) -> None:
    url = unsubscribe_url(services, teacher, NoticeKind.UNSURE_WAITING)
    assert url is not None
    path = url.removeprefix("https://rollcall.school.example")
    page = client.get(path)
    assert "Faces wait to be decided" in page.text
    assert services.store.user(teacher.id).notices is None
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert choices_of(services.store.user(teacher.id)).channels[NoticeKind.UNSURE_WAITING] == frozenset()
    assert client.post(path).status_code == 200


@pytest.mark.parametrize("token", ["x", "é", "AAAA", "A" * 60, "%00", "." * 400])
def test_a_link_that_is_not_ours_ends_nothing(client: FlaskClient, token: str) -> None:
    assert client.get(f"/unsubscribe/{token}").status_code == 404
    assert client.post(f"/unsubscribe/{token}").status_code == 404


def test_a_link_that_somebody_changed_ends_nothing(
    client: FlaskClient, services: Services, teacher: User, admin: User
) -> None:
    token = (unsubscribe_url(services, teacher, NoticeKind.ALARM) or "").rpartition("/")[2]
    for place in (0, 20, len(token) // 2, len(token) - 1):
        forged = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert client.post(f"/unsubscribe/{forged}").status_code == 404
    assert services.store.user(teacher.id) == replace(teacher, notices=None)
