"""Who somebody is, said in Slack: by whom it may be said, and that it is said once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from attendance.changes import SetTeachers
from attendance.errors import NotAllowed
from attendance.model import SLACK, Purpose
from attendance.use_cases.lectures.lectures import remove_recording
from attendance.use_cases.notices.answers import receive
from attendance.use_cases.outbox import drain, troubled
from attendance.use_cases.people.accounts import remove_user
from attendance.use_cases.students.consents import withdraw_consent
from attendance.use_cases.students.removing import remove_student
from attendance.use_cases.unknowns.deciding import ignore_group, undo
from attendance.use_cases.unknowns.groups import groups
from attendance.use_cases.upkeep import tidy
from tests.slack import Fault, SlackServer
from tests.slack.messages import who_is_that
from tests.slack.payloads import chosen, elements, pressed
from tests.slack.school import School, a_school
from tests.unit.in_memory import NOW


@pytest.fixture
def school(tmp_path: Path, slack: SlackServer) -> School:
    return a_school(tmp_path, slack)


def said(school: School) -> tuple[str | None, bool]:
    """Who the unknown is, and whether they are nobody of ours."""
    (group,) = groups(school.services, school.services.store.courses()[0])
    return group.student.id if group.student else None, group.ignored


def test_a_teacher_names_an_unknown_and_the_course_is_marked(school: School):
    assert receive(school.services, chosen(school.message, school.option("22"), user="U0TEACHER")) is None
    assert said(school) == (None, False)  # stored, and done by the next sweep
    drain(school.services)
    assert said(school) == ("22", False)
    marks = {mark.student_id: mark.status.value for mark in school.services.store.marks(school.recording.lecture_id)}
    assert marks["22"] != "absent"
    entry = next(entry for entry in school.services.store.audit().items if entry.action == "unknown.named")
    assert entry.by == school.users["teacher"].id


def test_an_admin_says_that_somebody_is_nobody_of_ours(school: School):
    receive(school.services, pressed(school.message, user="U0ADMIN"))
    drain(school.services)
    assert said(school) == (None, True)
    assert school.whispers() == []


@pytest.mark.parametrize("user", ["U0OTHER", "U0NOBODY", "U0GUEST", "U0UNCONFIRMED"])
def test_whoever_may_not_say_it_changes_nothing_and_is_told_why(school: School, user: str):
    workspace = school.slack.workspace
    workspace.add_user("U0NOBODY", "nobody@elsewhere.example")
    workspace.add_user("U0GUEST", "teacher@school.example", is_restricted=True)
    workspace.add_user("U0UNCONFIRMED", "teacher@school.example", is_email_confirmed=False)
    for payload in (chosen(school.message, school.option("22"), user=user), pressed(school.message, user=user)):
        receive(school.services, payload)
        drain(school.services)
    assert said(school) == (None, False)
    assert [one for one, _ in school.whispers()] == [user, user]
    assert all("may say who somebody is" in said or "has an account here" in said for _, said in school.whispers())
    assert school.offered(user, "st") == []
    assert troubled(school.services) == []


def test_a_teacher_who_is_no_more_may_no_more(school: School):
    receive(school.services, chosen(school.message, school.option("22"), user="U0TEACHER"))
    course = school.services.store.courses()[0]
    school.services.store.commit(SetTeachers(course.id, ()))
    remove_user(school.services, school.users["other"].id, by=school.users["admin"].id)
    drain(school.services)
    assert said(school) == (None, False)


def test_another_workspace_is_refused_and_nothing_is_stored(school: School):
    for payload in (pressed(school.message, user="U0ADMIN", team="T0OTHER"),):
        with pytest.raises(NotAllowed):
            receive(school.services, payload)
    assert school.services.store.outbox("answers") == []


def test_the_search_finds_the_roster_first_then_who_consented(school: School):
    assert school.offered("U0TEACHER", "") == [["Student 21 (21)", "Student 22 (22)"]]
    assert school.offered("U0TEACHER", "stud") == [["Student 21 (21)", "Student 22 (22)"], ["Student 31 (31)"]]
    assert school.offered("U0TEACHER", "31") == [["Student 31 (31)"]]
    assert school.offered("U0TEACHER", "41") == []


def test_who_has_not_consented_cannot_be_named_from_slack(school: School):
    receive(school.services, chosen(school.message, school.option("41"), user="U0TEACHER"))
    drain(school.services)
    assert said(school) == (None, False)
    assert len(school.whispers()) == 1


def test_the_same_answer_once_more_changes_nothing(school: School):
    payload = chosen(school.message, school.option("22"), user="U0TEACHER")
    for _ in range(3):
        receive(school.services, payload)
    drain(school.services)
    named = [entry for entry in school.services.store.audit().items if entry.action == "unknown.named"]
    assert (said(school), len(named), school.whispers()) == (("22", False), 1, [])


def test_of_two_answers_the_first_counts_and_the_second_is_told(school: School):
    receive(school.services, chosen(school.message, school.option("22"), user="U0TEACHER"))
    receive(school.services, pressed(school.message, user="U0ADMIN"))
    receive(school.services, chosen(school.message, school.option("21"), user="U0ADMIN"))
    drain(school.services)
    assert said(school) == ("22", False)
    assert [user for user, _ in school.whispers()] == ["U0ADMIN", "U0ADMIN"]
    assert all("Student 22" in sentence for _, sentence in school.whispers())


def test_an_answer_waits_while_slack_does_not_say_who_gave_it(school: School):
    school.slack.workspace.faults.append(Fault("users.info", 503))
    receive(school.services, pressed(school.message, user="U0ADMIN"))
    drain(school.services)
    assert (said(school), len(troubled(school.services))) == ((None, False), 1)
    drain(school.services)
    assert (said(school), troubled(school.services)) == ((None, True), [])


def test_an_answer_about_a_recording_that_is_gone_is_told(school: School):
    payload = pressed(school.message, user="U0ADMIN")
    payload["actions"][0]["block_id"] = f"{school.notice.id} no-such-recording/1"
    receive(school.services, payload)
    drain(school.services)
    assert len(school.whispers()) == 1


def standing(school: School) -> dict[str, Any]:
    (message,) = school.slack.workspace.messages.values()
    return message


def test_the_message_says_who_named_whom_and_asks_no_more(school: School):
    assert len(elements(standing(school), "button")) == 1
    receive(school.services, chosen(school.message, school.option("22"), user="U0TEACHER"))
    drain(school.services)
    message = standing(school)
    texts = [block["text"]["text"] for block in message["blocks"] if block["type"] == "section" and "text" in block]
    assert "Unknown 1: named Student 22 by teacher." in texts
    assert elements(message, "button") == elements(message, "external_select") == []
    assert [block["type"] for block in message["blocks"]].count("image") == 1
    assert school.notice.names == school.services.store.student("22").key


def test_what_is_said_on_a_page_is_shown_in_slack_and_what_is_undone_there_asks_again(school: School):
    course = school.services.store.courses()[0]
    (group,) = groups(school.services, course)
    decision = ignore_group(school.services, school.users["teacher"], group.id)
    drain(school.services)
    assert "nobody of ours, says teacher" in str(standing(school)["blocks"])
    assert elements(standing(school), "button") == []
    undo(school.services, school.users["teacher"], course, decision.id)
    drain(school.services)
    assert len(elements(standing(school), "button")) == 1


def test_a_message_that_still_asks_what_was_answered_is_put_right(school: School):
    receive(school.services, pressed(school.message, user="U0ADMIN"))
    school.slack.workspace.faults.append(Fault("chat.update", 200, error="message_not_found"))
    drain(school.services)
    assert len(elements(standing(school), "button")) == 1
    receive(school.services, chosen(school.message, school.option("21"), user="U0ADMIN", at="9.9"))
    drain(school.services)
    assert elements(standing(school), "button") == []
    assert len(school.whispers()) == 1


def test_whoever_was_named_and_is_removed_leaves_nothing_in_slack(school: School):
    receive(school.services, chosen(school.message, school.option("22"), user="U0TEACHER"))
    drain(school.services)
    remove_student(school.services, "22", by=None)
    drain(school.services)
    assert (school.slack.workspace.messages, school.slack.workspace.files) == ({}, {})


def test_a_picture_goes_with_the_consent_of_whoever_was_named(school: School):
    receive(school.services, chosen(school.message, school.option("22"), user="U0TEACHER"))
    drain(school.services)
    assert len(school.slack.workspace.files) == 1
    withdraw_consent(school.services, "22", {Purpose.EVIDENCE}, by="admin")
    drain(school.services)
    assert school.slack.workspace.files == {}
    assert "named Student 22" in str(standing(school)["blocks"])


def test_a_message_about_a_recording_that_is_gone_goes_within_the_hour(school: School):
    remove_recording(school.services, school.recording.id, by="teacher")
    tidy(school.services)
    assert (school.slack.workspace.messages, school.slack.workspace.files) == ({}, {})
    calls = len(school.slack.workspace.calls)
    tidy(school.services)
    assert len(school.slack.workspace.calls) == calls + 1  # it looks for strays, and takes nothing back twice


def test_a_message_goes_with_its_pictures_when_its_days_are_over(school: School):
    days = timedelta(days=school.services.settings.notices_days)
    tidy(replace(school.services, now=lambda: NOW + days))
    assert len(school.slack.workspace.messages) == 1
    tidy(replace(school.services, now=lambda: NOW + days + timedelta(minutes=1)))
    assert (school.slack.workspace.messages, school.slack.workspace.files) == ({}, {})


def test_pictures_that_a_killed_worker_left_go_within_the_hours(school: School):
    school.slack.workspace.clock = NOW.timestamp
    message = who_is_that()
    school.services.notifiers[SLACK]._upload(message.pictures, 32 * "0", [])
    tidy(replace(school.services, now=lambda: NOW + timedelta(minutes=59)))
    assert len(school.slack.workspace.files) == 2
    tidy(replace(school.services, now=lambda: NOW + timedelta(minutes=61)))
    assert len(school.slack.workspace.files) == 1
    assert "image" in str(standing(school)["blocks"])
