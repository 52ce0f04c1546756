"""Everything that an address of the site can name, of the teacher's course and of another."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from attendance.changes import AddAppeal, AddCourse, AddPlatform, CheckInStep, RecordAttempt, SaveCheckIns
from attendance.media_keys import kiosk_key
from attendance.model import (
    Appeal,
    AppealKind,
    Course,
    Device,
    DeviceKind,
    DoorCheckIn,
    DoorMethod,
    DoorRegistration,
    KioskAttempt,
    KioskCommand,
    KioskOutcome,
    Role,
    User,
    new_id,
)
from attendance.services import Services
from attendance.use_cases.courses.timetable import add_slot
from attendance.use_cases.devices.devices import add_device, set_alarm_threshold
from attendance.use_cases.imports.school_stored import begin_school_import
from attendance.use_cases.imports.stored import begin_import
from attendance.use_cases.notices.webhooks import add_webhook
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.people.tokens import make_token
from attendance.use_cases.platforms.registering import tool_key
from attendance.use_cases.unknowns.deciding import ignore_group
from tests.contract.test_store_platforms import a_platform
from tests.website.browsing import PASSWORD, sign_in
from tests.website.lecturing import add_student, create, enrol, searched_lecture
from tests.website.measuring import measure, paired_device

VIDEO = b"video 3000|21 5 2900|30.35 12 40|900 100 200"


@dataclass(frozen=True)
class World:
    """An object of each kind that stands in an address, and what is of another course."""

    names: dict[str, str]
    others: dict[str, str]

    def address(self, rule: Rule) -> str:
        """The rule's address with real names in it."""
        return self._with(rule, self.names)

    def other_address(self, rule: Rule) -> str:
        """The same of the other course."""
        return self._with(rule, self.names | self.others)

    def _with(self, rule: Rule, names: dict[str, str]) -> str:
        built = rule.build(
            names
            | {
                "kind": "csv",
                "purpose": "face",
                "filename": "js/theme.js",
                "version": "0" * 12,
                "token": "no-token",
                "scope": "all",
                "signature": "0" * 40,
                "session_id": "0" * 32,
                "act_id": "0" * 32,
                "person_id": "0" * 32,
                "door_decision_id": "0" * 32,
                "code": "A" * 16,
                "attempt_name": "0" * 32,
                "which": "in",
                "step": "0",
            },
            append_unknown=False,
        )
        assert built is not None, rule
        return built[1]


@pytest.fixture
def world(
    services: Services,
    admin: User,
    admin_client: FlaskClient,
    teacher_client: FlaskClient,
    course: Course,
    student_user: User,
) -> World:
    """A searched lecture of the teacher's course, and one of a course that is nobody's."""
    other = replace(course, id=new_id(), section="2")
    services.store.commit(AddCourse(other))
    import_ = begin_import(services, csv=b"id,name\n99,x\n", csv_name="a.csv", photos=None, course_ids=[], by=admin.id)
    waiting = begin_school_import(services, b"id,name\n98,y\n", "b.csv", accounts=False, by=admin.id)
    add_webhook(services, "https://receiver.example/events", by=admin.id)
    services.store.commit(AddPlatform(a_platform()))
    kiosk = add_device(services, name="Kiosk", room="Hall", by=None, kind=DeviceKind.KIOSK).device
    tool_key(services)
    own = _names(services, teacher_client, course, "21", admin, import_.id) | _names_of_a_kiosk(services, course, kiosk)
    own["school_import_id"] = waiting.id
    add_student(services, other.id, "30")
    own |= _names_of_a_room(services, course)
    return World(own, _names(services, admin_client, other, "30", admin, import_.id))


def _names(
    services: Services, client: FlaskClient, course: Course, student_id: str, admin: User, import_id: str
) -> dict[str, str]:
    face = enrol(services, student_id, float(student_id))
    lecture_id, recording_id = searched_lecture(services, client, course.id, VIDEO)
    seen = next(one for one in services.store.sightings(lecture_id) if one.student_id is None)
    upload = create(client, course.id, 100).headers["Location"]
    return {
        "course_id": course.id,
        "student_key": services.store.student(student_id).key,
        "face_id": face.id,
        "photo_id": face.id,
        "lecture_id": lecture_id,
        "recording_id": recording_id,
        "check_in_id": _check_in(services, student_id),
        "appeal_id": _appeal(services, course, student_id, lecture_id),
        "sighting_id": seen.id,
        "group_id": seen.id,
        "decision_id": ignore_group(services, admin, seen.id).id,
        "upload_id": upload.rpartition("/")[2],
        "user_id": admin.id,
        "session_id": services.store.sessions(admin.id, services.now())[0].id,
        "import_id": import_id,
        "token_id": make_token(services, admin.id, name="A script", scopes=["marks:read"], days=1).token.id,
        "webhook_id": services.store.webhooks()[0].id,
        "platform_id": services.store.platforms()[0].id,
        **dict.fromkeys(("notice_id", "visit_id", "door_id", "link_id", "status_id", "reference", "name"), "0" * 32),
    }


def _appeal(services: Services, course: Course, student_id: str, lecture_id: str) -> str:
    appeal = Appeal(new_id(), AppealKind.OBJECTION, course.id, student_id, "u", services.now(), "No.", lecture_id)
    services.store.commit(AddAppeal(appeal))
    return appeal.id


def _check_in(services: Services, student_id: str) -> str:
    """At a kiosk, with a picture."""
    key = kiosk_key("0" * 32)
    services.media.put(key, b"a picture")
    came = DoorCheckIn(new_id(), student_id, "k1", "Hall", "UTC", services.now(), DoorMethod.FACE, picture_key=key)
    services.store.commit(SaveCheckIns([CheckInStep(None, came)]))
    return came.id


def _names_of_a_kiosk(services: Services, course: Course, kiosk: Device) -> dict[str, str]:
    """Somebody who asked at it to be registered."""
    now, name, key = services.now(), new_id(), kiosk_key(kiosk.id)
    services.media.put(key, b"a picture")
    asked = KioskAttempt(name, kiosk.id, now, now, KioskCommand.REGISTER, "ko", KioskOutcome.PENDING)
    asking = DoorRegistration(name, kiosk.id, "Hall", course.id, "Somebody", now, key)
    services.store.commit(RecordAttempt(asked, None, (), asking))
    return {"registration_id": name}


def _names_of_a_room(services: Services, course: Course) -> dict[str, str]:
    device = paired_device(services)
    set_alarm_threshold(services, device.id, threshold_c=37.5, by=None)
    measure(services, device, services.now(), 39.0)
    (alarm,) = services.store.alarms().items
    slot = add_slot(services, course_id=course.id, room=device.room, weekday=0, starts="09:00", ends="10:00", by=None)
    return {"device_id": device.id, "alarm_id": alarm.id, "slot_id": slot.id}


@pytest.fixture
def other_teacher_client(app: Flask, services: Services) -> FlaskClient:
    """A teacher who teaches nothing."""
    add_user(services, email="other@example.org", name="Other", role=Role.TEACHER, password=PASSWORD, by=None)
    client = app.test_client()
    assert sign_in(client, "other@example.org").status_code == 302
    return client
