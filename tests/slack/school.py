"""A course in whose newest recording somebody unknown was seen, and a message in Slack that asks who that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from attendance.changes import SaveCourse, SetTeachers
from attendance.model import SLACK, CourseNotices, Notice, NoticeKind, NoticeState, Recording, Role, User
from attendance.rules.notices import written_choices
from attendance.searching.searches import search_recording
from attendance.use_cases.notices import answers
from attendance.use_cases.outbox import drain
from attendance.use_cases.people.accounts import add_user
from tests.slack import SlackServer
from tests.slack.conftest import open_notifier
from tests.slack.payloads import typed
from tests.slack.workspace import CHANNEL_NAME
from tests.unit.in_memory import MemoryServices, a_course, a_student, services_in_memory
from tests.unit.receiving import a_file, receive

ROSTER = ("21", "22")


@dataclass(frozen=True, slots=True)
class School:
    """`message` is what stands in Slack; its first unknown is `target`."""

    services: MemoryServices
    slack: SlackServer
    recording: Recording
    users: Mapping[str, User]

    @property
    def target(self) -> str:
        return f"{self.recording.id}/1"

    @property
    def notice(self) -> Notice:
        """The newest that Slack has."""
        return self.services.store.notices(NoticeState.SENT).items[0]

    @property
    def message(self) -> dict[str, Any]:
        return self.slack.workspace.posted[-1]

    def option(self, student_id: str) -> dict[str, Any]:
        """What the search offers for a student."""
        key = self.services.store.student(student_id).key
        return {"text": {"type": "plain_text", "text": student_id}, "value": key}

    def offered(self, user: str, text: str) -> list[list[str]]:
        """The names that the search offers, by groups."""
        answer = answers.receive(self.services, typed(self.message, text, user=user)) or {}
        return [[one["text"]["text"] for one in group["options"]] for group in answer.get("option_groups", [])]

    def whispers(self) -> list[tuple[str, str]]:
        """Whom Slack told what, where nobody else sees it."""
        return [(one["user"], one["text"]) for one in self.slack.workspace.whispered]


def a_school(tmp_path: Path, slack: SlackServer) -> School:
    """Students 21 and 22 on the roster, 31 with consent elsewhere, 41 without; 900 is unknown, and asked about."""
    services = services_in_memory(tmp_path)
    services = replace(services, notifiers={SLACK: open_notifier(slack)})
    course = a_course(services)
    told = CourseNotices({NoticeKind.UNKNOWN_SEEN: frozenset({SLACK})}, slack_channel=CHANNEL_NAME)
    services.store.commit(SaveCourse(replace(course, notices=written_choices(told))))
    for student_id in ROSTER:
        a_student(services, student_id, f"face:{student_id}".encode(), course_ids=[course.id])
    a_student(services, "31", b"face:31")
    a_student(services, "41", None)
    users = {
        role.value: add_user(services, email=f"{role}@school.example", name=role, role=role, by=None).user
        for role in (Role.ADMIN, Role.TEACHER)
    }
    users["other"] = add_user(services, email="other@school.example", name="Other", role=Role.TEACHER, by=None).user
    services.store.commit(SetTeachers(course.id, (users["teacher"].id,)))
    for name, user in users.items():
        slack.workspace.add_user(f"U0{name.upper()}", user.email)
    recording = receive(services, a_file(tmp_path, "video 3600|21 0 3000|900 10 20"))
    search_recording(services, recording.id)
    drain(services)
    return School(services, slack, recording, users)
