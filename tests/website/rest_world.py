"""A school that programs ask about: one of everything that has an address, and a token for everybody."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.changes import (
    AddAccessToken,
    AddAlarms,
    AddAppeal,
    AddLecture,
    AddNotice,
    AddPost,
    AddRecording,
    AddToRoster,
    AddVisits,
    CheckInStep,
    FinishSearch,
    MarkStep,
    RevokeAccessToken,
    SaveCheckIns,
    SaveMarks,
    SaveMeeting,
)
from attendance.media_keys import recording_key
from attendance.model import (
    MAIL,
    AccessToken,
    Alarm,
    Appeal,
    AppealKind,
    Course,
    DeviceKind,
    DoorCheckIn,
    DoorMethod,
    GivenBy,
    Lecture,
    Manner,
    Mark,
    MarkChange,
    Meeting,
    Notice,
    NoticeKind,
    NoticeState,
    Post,
    Purpose,
    Recording,
    RecordingKind,
    Role,
    Sighting,
    Status,
    User,
    Verdict,
    Visit,
    new_id,
)
from attendance.rules.scopes import SCOPES
from attendance.services import Services
from attendance.use_cases.courses.timetable import add_slot
from attendance.use_cases.devices.devices import add_device
from attendance.use_cases.doors.deciding import ignore_group as ignore_visits
from attendance.use_cases.doors.doors import set_door
from attendance.use_cases.imports.school_stored import begin_school_import
from attendance.use_cases.imports.stored import begin_import
from attendance.use_cases.notices.webhooks import add_webhook
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.people.invitations import invite
from attendance.use_cases.people.tokens import make_token
from attendance.use_cases.students.consents import Given, record_consent
from attendance.use_cases.students.registering import register_student
from attendance.use_cases.unknowns.deciding import ignore_group, merge
from tests.website.conftest import NOW, an_account

OPENAPI = "/api/v1/openapi.json"


@dataclass(frozen=True, slots=True)
class World:
    """The ids that stand in addresses, by their names there, and a secret for everybody."""

    ids: dict[str, str]
    secrets: dict[str, str]
    unsure: str


def make_world(services: Services, admin: User, teacher: User, student_user: User, course: Course) -> World:
    """Made without asking the API."""
    photographed = register_student(
        services, student_id="60", name="Student 60", consent_on=date(2026, 3, 1), photos=[b"face:60"], by=None
    ).student
    services.store.commit(AddToRoster(course.id, [photographed.id]))
    lecture = Lecture(new_id(), course.id, NOW, NOW + timedelta(hours=1), NOW)
    services.store.commit(AddLecture(lecture))
    key = recording_key(lecture.id, ".mp4")
    recording = Recording(new_id(), lecture.id, RecordingKind.VIDEO, key, "monday.mp4", NOW, 60.0, 1000, NOW)
    services.store.commit(AddRecording(recording))
    unsure = Mark(lecture.id, photographed.id, Status.UNSURE, Status.UNSURE, NOW)
    act = MarkChange(lecture.id, photographed.id, NOW, Status.UNSURE, by=admin.id, action=new_id())
    services.store.commit(SaveMarks(lecture.id, [MarkStep(photographed.id, None, unsure, [act])]))
    appeal = Appeal(
        new_id(), AppealKind.OBJECTION, course.id, photographed.id, admin.id, NOW, "I was there.", lecture.id
    )
    services.store.commit(AddAppeal(appeal))
    post = Post(new_id(), course.id, admin.id, NOW, "Welcome.", lecture.id)
    services.store.commit(AddPost(post))
    services.store.commit(SaveMeeting(Meeting(course.id, url="https://meet.jit.si/x", passcode="one")))
    other = an_account(services, "other@example.org", "Other Example", Role.TEACHER)
    invited = add_user(services, email="new@school.example", name="New", role=Role.TEACHER, by=None, invited=True).user
    invite(services, invited.id, by_mail=False, by=None)
    device = add_device(services, name="Camera", room="101", by=None).device
    school = begin_school_import(services, b"id,name\n80,Student 80\n", "list.csv", accounts=False, by=admin.id)
    door = add_device(services, name="Door", room="Entrance", by=None, kind=DeviceKind.DOOR).device
    door = set_door(services, door.id, records=True, staff_ids=[teacher.id], tells_names=False, by=None)
    visit = Visit(new_id(), door.id, NOW, NOW, Verdict.UNSURE, photographed.id, 50.0)
    services.store.commit(AddVisits([visit]))
    agreed = Given(GivenBy.STUDENT, Manner.PAPER, purposes=(Purpose.VISITS,))
    record_consent(services, photographed.id, date(2026, 3, 1), agreed, by=None)
    seen = [
        Sighting(new_id(), recording.id, None, at, at + 5.0, 9, 0, None, None, None, at, number)
        for number, at in enumerate((1.0, 20.0, 40.0, 50.0), start=1)
    ]
    services.store.claim_search(recording.id, "w", NOW, NOW + timedelta(hours=1))
    services.store.save_sightings(recording.id, "w", seen, "fake", NOW)
    services.store.commit(FinishSearch(recording.id, "w"))
    merge(services, admin, seen[0].id, seen[1].id)
    said = ignore_group(services, admin, seen[2].id)
    stranger = Visit(new_id(), door.id, services.now(), services.now(), Verdict.UNKNOWN)
    services.store.commit(AddVisits([stranger]))
    at_door = ignore_visits(services, admin, stranger.id)
    came = DoorCheckIn(new_id(), photographed.id, device.id, "101", "Asia/Seoul", NOW, DoorMethod.FACE)
    services.store.commit(SaveCheckIns([CheckInStep(None, came)]))
    slot = add_slot(services, course_id=course.id, room="101", weekday=0, starts="09:00", ends="10:00", by=None)
    alarm = Alarm(new_id(), device.id, NOW, 38.0, 37.5, "r1")
    services.store.commit(AddAlarms(device.id, [alarm], timedelta(hours=1)))
    failed = Notice(new_id(), NoticeKind.SEARCH_DONE, MAIL, f"user {teacher.id}", "lecture x", "{}", NOW)
    services.store.commit(AddNotice(replace(failed, state=NoticeState.FAILED)))
    webhook = add_webhook(services, "https://receiver.example/events", by=admin.id).webhook
    listed = b"id,name\n70,Student 70\n"
    waiting = begin_import(services, csv=listed, csv_name="class.csv", photos=None, course_ids=[], by=admin.id)
    return World(
        ids={
            "school_import_id": school.id,
            "student_key": photographed.key,
            "course_id": course.id,
            "lecture_id": lecture.id,
            "recording_id": recording.id,
            "photo_id": services.store.faces([photographed.id])[0].id,
            "purpose": "evidence",
            "user_id": other.id,
            "act_id": act.action,
            "invited_id": invited.id,
            "device_id": device.id,
            "door_id": door.id,
            "visit_id": visit.id,
            "group_id": seen[0].id,
            "sibling_id": seen[1].id,
            "other_id": seen[3].id,
            "decision_id": said.id,
            "person_id": stranger.id,
            "door_decision_id": at_door.id,
            "slot_id": slot.id,
            "alarm_id": alarm.id,
            "notice_id": failed.id,
            "webhook_id": webhook.id,
            "import_id": waiting.id,
            "appeal_id": appeal.id,
            "check_in_id": came.id,
            "post_id": post.id,
        },
        secrets={
            "admin": secret_of(services, admin),
            "teacher": secret_of(services, teacher),
            "other teacher": secret_of(services, other),
            "student": secret_of(services, student_user),
        },
        unsure=photographed.key,
    )


def secret_of(services: Services, user: User, *scopes: str) -> str:
    """Of a token with these scopes, or all."""
    return make_token(services, user.id, name="A script", scopes=scopes or SCOPES, days=1).secret


def old_secret_of(services: Services, user: User) -> str:
    """Of a token that has expired."""
    secret, made = "rollcall_old", datetime.now(UTC) - timedelta(days=2)
    hashed = hashlib.sha256(secret.encode()).hexdigest()
    token = AccessToken(new_id(), user.id, "Old", hashed, frozenset(SCOPES), made, made + timedelta(days=1))
    services.store.commit(AddAccessToken(token))
    return secret


def revoked_secret_of(services: Services, user: User) -> str:
    """Of a token that was revoked."""
    made = make_token(services, user.id, name="Revoked", scopes=SCOPES, days=1)
    services.store.commit(RevokeAccessToken(user.id, made.token.id, services.now()))
    return made.secret


def ask(client: FlaskClient, secret: str | None, method: str, path: str, **more: Any) -> TestResponse:
    """With the token, where there is one."""
    headers = dict(more.pop("headers", {}))
    if secret is not None:
        headers["Authorization"] = f"Bearer {secret}"
    return client.open(path, method=method, headers=headers, **more)


def photo() -> tuple[io.BytesIO, str]:
    """As a form sends it."""
    return io.BytesIO(b"face:61"), "photo.jpg"
