"""The key of every item in the one table; docs/store-dynamodb.md says which query reads which."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from attendance.model import ERASE, Owner, OwnerKind
from attendance.rules.texts import folded

Key = tuple[str, str]  # partition key and sort key

USERS, ADMINS, STUDENTS, COURSES, FACES, AUDIT, ERASURES = (
    "users",
    "admins",
    "students",
    "courses",
    "faces",
    "audit",
    "erasures",
)
LECTURE, RECORDING, SEEN, MARK, CHANGE, COURSE, STUDENT, USER, SESSION, TOKEN, REQUEST = (
    "lecture#",
    "recording#",
    "seen#",
    "mark#",
    "change#",
    "course#",
    "student#",
    "user#",
    "session#",
    "token#",
    "request#",
)
FACES_IN_USE: Key = ("faces-in-use", "state")
AUDIT_COUNT: Key = ("audit-count", "count")
AUDIT_LEADS: Key = ("audit-count", "leads")
SITE: Key = ("site", "settings")
LINK = "link#"
INDEX = "found"  # sparse: items that are waiting for a search, and sightings by their ids
WAITING = "waiting"


def moment(value: datetime) -> str:
    """UTC with microseconds, so that text sorts as time does. Raises ValueError without a time zone."""
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def plain(words: str) -> str:
    """The words without the sign that parts of a key are joined by."""
    return words.replace("%", "%25").replace("#", "%23")


def unique(*words: str) -> str:
    """One short key for words that must be unique together, however long they are."""
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()


def user(user_id: str) -> Key:
    return USERS, USER + plain(user_id)


def admin(user_id: str) -> Key:
    return ADMINS, USER + plain(user_id)


def email(folded_email: str) -> Key:
    """Of the item that keeps an email unique and leads to its user."""
    return f"email#{unique(folded_email)}", "user"


def course(course_id: str) -> Key:
    return COURSES, COURSE + plain(course_id)


def course_name(code: str, section: str) -> Key:
    """Of the item that keeps code and section unique and leads to their course."""
    return f"course-name#{unique(code, section)}", "course"


def of_course(course_id: str) -> str:
    """The partition of a course's lectures and roster."""
    return COURSE + plain(course_id)


def of_student(student_id: str) -> str:
    """The partition that says where a student is named."""
    return STUDENT + plain(student_id)


def of_user(user_id: str) -> str:
    """The partition of the courses that a user teaches, of their sessions, tokens and requests of programs."""
    return USER + plain(user_id)


def of_lecture(lecture_id: str) -> str:
    """The partition of a lecture with all that was recorded, seen and marked in it."""
    return LECTURE + plain(lecture_id)


def student(student_id: str) -> Key:
    return STUDENTS, STUDENT + plain(student_id)


def student_key(key: str) -> Key:
    """Of the item that keeps a student's key unique and leads to the student."""
    return f"student-key#{unique(key)}", "student"


def face(face_id: str) -> Key:
    return FACES, f"face#{plain(face_id)}"


def on_roster(course_id: str, student_id: str) -> tuple[Key, Key]:
    """The two items of a student on a roster: one for the course, one for the student."""
    return (
        (of_course(course_id), STUDENT + plain(student_id)),
        (of_student(student_id), COURSE + plain(course_id)),
    )


def teaching(user_id: str, course_id: str) -> Key:
    return of_user(user_id), COURSE + plain(course_id)


def session(user_id: str, session_id: str) -> Key:
    return of_user(user_id), SESSION + plain(session_id)


def access_token(user_id: str, token_id: str) -> Key:
    return of_user(user_id), TOKEN + plain(token_id)


def token_secret(secret_hash: str) -> Key:
    """Of the item that keeps a token's secret unique and leads to the token."""
    return f"token-secret#{unique(secret_hash)}", "token"


def account_link(user_id: str, purpose: str) -> Key:
    return of_user(user_id), LINK + plain(purpose)


def link_secret(secret_hash: str) -> Key:
    """Of the item that keeps a link's secret unique and leads to the link."""
    return f"link-secret#{unique(secret_hash)}", "link"


def request(user_id: str, request_id: str) -> Key:
    return of_user(user_id), REQUEST + plain(request_id)


def account(student_id: str, user_id: str) -> Key:
    """Of the item that leads from a student to an account."""
    return of_student(student_id), USER + plain(user_id)


def lecture(lecture_id: str) -> Key:
    return of_lecture(lecture_id), "lecture"


def lecture_at(course_id: str, starts_at: datetime) -> Key:
    """Of the lecture's copy among those of its course, where no other can start at that time."""
    return of_course(course_id), LECTURE + moment(starts_at)


def recording(lecture_id: str, recording_id: str) -> Key:
    return of_lecture(lecture_id), RECORDING + plain(recording_id)


def recording_place(recording_id: str) -> Key:
    """Of the item that keeps a recording's id unique and leads to its lecture."""
    return RECORDING + plain(recording_id), "place"


def seen_in(recording_id: str) -> str:
    """How the sort keys of a recording's sightings begin."""
    return f"{SEEN}{plain(recording_id)}#"


def seen(lecture_id: str, recording_id: str, search: str, sighting_id: str) -> Key:
    """`search` tells the sightings of one search from those of another."""
    return of_lecture(lecture_id), f"{seen_in(recording_id)}{search}#{plain(sighting_id)}"


def student_seen(student_id: str, lecture_id: str, recording_id: str) -> Key:
    """Of the item that says that a student was seen in a recording."""
    return of_student(student_id), f"{SEEN}{plain(lecture_id)}#{plain(recording_id)}"


def student_marked(student_id: str, lecture_id: str) -> Key:
    """Of the item that says that a student has a mark, or its history, in a lecture."""
    return of_student(student_id), LECTURE + plain(lecture_id)


def mark(lecture_id: str, student_id: str) -> Key:
    return of_lecture(lecture_id), MARK + plain(student_id)


def changes_of(student_id: str) -> str:
    """How the sort keys of a mark's history begin."""
    return f"{CHANGE}{plain(student_id)}#"


def change(lecture_id: str, student_id: str, number: int) -> Key:
    return of_lecture(lecture_id), f"{changes_of(student_id)}{number:09d}"


def sighting_index(sighting_id: str) -> str:
    """Under which the index finds a sighting."""
    return f"sighting#{plain(sighting_id)}"


APPEAL, OPEN_APPEALS, APPEALS_WITH_FILES = "appeal#", "appeals-open", "appeals-with-files"


def appeal(course_id: str, appeal_id: str) -> Key:
    return of_course(course_id), APPEAL + plain(appeal_id)


def student_appeal(student_id: str, course_id: str, appeal_id: str) -> Key:
    """Of the item that leads from a student to an objection or excuse."""
    return of_student(student_id), f"{APPEAL}{plain(course_id)}#{plain(appeal_id)}"


def listed_appeal(partition: str, course_id: str, appeal_id: str) -> Key:
    """Of the item that leads there from a list of those in all courses."""
    return partition, f"{plain(course_id)}#{plain(appeal_id)}"


UNKNOWN, SWITCHES = "unknown#", "unknown-switches"


def said_in(owner: Owner) -> str:
    """The partition of what was said of unknown faces of a course or a door."""
    return of_course(owner.id) if owner.kind is OwnerKind.COURSE else of_device(owner.id)


def unknown_decision(owner: Owner, decision_id: str) -> Key:
    return said_in(owner), UNKNOWN + plain(decision_id)


def student_spoken_of(student_id: str, owner: Owner, decision_id: str) -> Key:
    """Of the item that leads from a student to what was said of unknown faces."""
    return of_student(student_id), f"{UNKNOWN}{plain(owner.id)}#{plain(decision_id)}"


def unknowns_switch(owner: Owner) -> Key:
    return SWITCHES, f"{owner.kind.value}#{plain(owner.id)}"


def month(name: str) -> Key:
    return f"month#{plain(name)}", "ordered"


def order(token: str) -> Key:
    return f"order#{plain(token)}", "order"


def erasure(media_key: str) -> Key:
    return ERASURES, f"key#{media_key}"


def of_outbox(handler: str) -> str:
    """The partition of what waits for a handler; deletions wait in their own, by what is to be deleted."""
    return ERASURES if handler == ERASE else f"outbox#{plain(handler)}"


def outbox_place(created_at: datetime, item_id: str) -> str:
    """The sort key of an item that is no deletion: those of before come first."""
    return f"{moment(created_at)}#{item_id}"


DEVICES, SLOTS, ALARMS, UNSEEN = "devices", "slots", "alarms", "alarms-unseen"
DEVICE, SLOT, REFUSED, HOUR, AT, READING = "device#", "slot#", "refused#", "hour#", "at#", "reading#"
ALARM_COUNT: Key = ("alarm-count", "count")


def device(device_id: str) -> Key:
    return DEVICES, DEVICE + plain(device_id)


def device_key(key_hash: str) -> Key:
    """Of the item that keeps a device's key unique and leads to the device."""
    return f"device-key#{unique(key_hash)}", "device"


def device_pairing(pairing_hash: str) -> Key:
    """Of the item that leads from a pairing code to the device that offers it."""
    return f"device-pairing#{unique(pairing_hash)}", "device"


def of_device(device_id: str) -> str:
    """The partition of the hours in which a device measured, and of what was refused of it."""
    return DEVICE + plain(device_id)


def refused(device_id: str, item_id: str) -> Key:
    return of_device(device_id), REFUSED + plain(item_id)


def slot(slot_id: str) -> Key:
    return SLOTS, SLOT + plain(slot_id)


def of_room(room: str) -> str:
    """The partition of the timetable of a room, whose name is compared without case."""
    return f"room#{unique(folded(room))}"


def slot_copies(slot_id: str, room: str, course_id: str) -> tuple[Key, Key]:
    """Of a line of the timetable among those of its room, and of its course."""
    return (of_room(room), SLOT + plain(slot_id)), (of_course(course_id), SLOT + plain(slot_id))


def hour_of(at: datetime) -> str:
    """In UTC, such as 2025-03-03T10."""
    return moment(at)[:13]


def hour(device_id: str, name: str) -> Key:
    """Of the item that says that a device measured in this hour."""
    return of_device(device_id), HOUR + name


def packs_of(device_id: str, hour_name: str) -> str:
    """The partition of the readings of a device in an hour."""
    return f"{of_device(device_id)}#{hour_name}"


def pack(device_id: str, hour_name: str, last_at: datetime, name: str) -> Key:
    """Of some readings, sorted by the last of them; `name` tells apart packs that end at one moment."""
    return packs_of(device_id, hour_name), f"{moment(last_at)}#{name}"


def reading(device_id: str, reading_id: str) -> Key:
    """Of the item that keeps a reading's id unique for its device and leads to its pack."""
    return f"{of_device(device_id)}#{READING}{plain(reading_id)}", "reading"


def alarm(alarm_id: str) -> Key:
    return f"alarm#{plain(alarm_id)}", "alarm"


def alarm_at(at: datetime, alarm_id: str) -> str:
    """The sort key of an alarm among others."""
    return f"{AT}{moment(at)}#{plain(alarm_id)}"


def alarms_of(device_id: str) -> str:
    """The partition of a device's alarms by time, and of the readings that they name."""
    return f"{of_device(device_id)}#alarms"


def alarmed_reading(device_id: str, reading_id: str) -> Key:
    return alarms_of(device_id), READING + plain(reading_id)


def alarm_count(device_id: str) -> Key:
    return of_device(device_id), "alarm-count"


def picture(recording_id: str) -> Key:
    """Of what a device took with a reading, beside the item that leads to the recording it became."""
    return RECORDING + plain(recording_id), "picture"


def pictures_of(device_id: str) -> str:
    """The partition of a device's pictures by time."""
    return f"{of_device(device_id)}#pictures"


def picture_at(device_id: str, at: datetime, recording_id: str) -> Key:
    return pictures_of(device_id), f"{moment(at)}#{plain(recording_id)}"


VISIT = "visit#"


def visit(visit_id: str) -> Key:
    return VISIT + plain(visit_id), "visit"


def visits_of(device_id: str) -> str:
    """The partition of a door's visits by time."""
    return f"{of_device(device_id)}#visits"


def vectors_of(device_id: str) -> str:
    """The partition of those of a door's visits that have a vector, by time."""
    return f"{of_device(device_id)}#vectors"


def unnamed_of(device_id: str) -> str:
    """The partition of those by time that nobody is known in."""
    return f"{of_device(device_id)}#unnamed"


def people_of(device_id: str) -> str:
    """The partition of the newest visit of each student at a door."""
    return f"{of_device(device_id)}#people"


def last_visit(device_id: str, student_id: str) -> Key:
    return people_of(device_id), STUDENT + plain(student_id)


def visit_place(at: datetime, visit_id: str) -> str:
    """The sort key of a visit among others."""
    return f"{moment(at)}#{plain(visit_id)}"


def student_visit(student_id: str, place: str) -> Key:
    """Of the item that says that a visit shows, or may show, a student."""
    return of_student(student_id), VISIT + place


NOTICES_DUE = "notices-due"


RISK = "risk#"
AT_RISK = "at-risk"


def risk(course_id: str, student_id: str) -> Key:
    """Of a student among those of the course."""
    return of_course(course_id), RISK + plain(student_id)


def student_risk(student_id: str, course_id: str) -> Key:
    """Of the item that leads from a student to it."""
    return of_student(student_id), RISK + plain(course_id)


def open_risk(since: datetime, course_id: str, student_id: str) -> Key:
    """Of the item that leads to it while the student is at risk."""
    return AT_RISK, f"{moment(since)}#{plain(course_id)}#{plain(student_id)}"


def notice(notice_id: str) -> Key:
    return f"notice#{plain(notice_id)}", "notice"


def notices_in(state: str) -> str:
    """The partition of the notices that are in this state, by when they were written."""
    return f"notices-{state}"


def notice_at(at: datetime, notice_id: str) -> str:
    """The sort key of a notice among others."""
    return f"{moment(at)}#{plain(notice_id)}"


EXTERNAL = "external#"


def of_source(source: str) -> str:
    """The partition of the ids that another system gave."""
    return EXTERNAL + plain(source)


def external_id(source: str, kind: str, name: str) -> Key:
    return of_source(source), f"{kind}#{unique(name)}"


def external_lead(source: str, kind: str, name: str) -> str:
    """The sort key of what leads to such an id from the course, student or user that it names."""
    return EXTERNAL + unique(source, kind, name)


def audit_by(user_id: str) -> str:
    """The partition that leads to what a user did; without an id, to what nobody signed in did."""
    return f"{AUDIT}#by#{plain(user_id)}"


def audit_topic(topic: str) -> str:
    """The partition that leads to the entries whose actions are about this."""
    return f"{AUDIT}#topic#{plain(topic)}"


def audit_subject(key: str) -> str:
    """The partition that leads to the entries about one subject; see rules/audit.py."""
    return f"{AUDIT}#subject#{key}"


WEBHOOKS, PLATFORMS = "webhooks", "platforms"
PLATFORM = "platform#"
TOOL_KEY: Key = ("tool-key", "key")


def webhook(webhook_id: str) -> Key:
    return WEBHOOKS, f"webhook#{plain(webhook_id)}"


def notices_to(receiver: str) -> str:
    """The partition of what leads to the notices of a program, by when they were written."""
    return f"notices-to#{plain(receiver)}"


def platform(platform_id: str) -> Key:
    return PLATFORMS, PLATFORM + plain(platform_id)


def platform_client(issuer: str, client_id: str) -> Key:
    """Of the item that keeps issuer and client id unique."""
    return f"platform-client#{unique(issuer, client_id)}", "platform"


def of_platform(platform_id: str) -> str:
    """The partition of a platform's courses and accounts that are linked."""
    return PLATFORM + plain(platform_id)


def platform_course(platform_id: str, link_id: str) -> Key:
    return of_platform(platform_id), COURSE + plain(link_id)


def platform_account(platform_id: str, subject: str) -> Key:
    return of_platform(platform_id), USER + plain(subject)


def linked(platform_id: str, name: str) -> str:
    """The sort key of what leads from a course or a user to what is linked to it."""
    return f"{PLATFORM}{plain(platform_id)}#{plain(name)}"


def login_state(state_id: str) -> Key:
    return f"login-state#{plain(state_id)}", "state"


CHECK_IN, CHECK_INS, OPEN_CHECK_INS, REGISTRATIONS = "check-in#", "check-ins", "check-ins-open", "door-registrations"
TRACED_CHECK_INS = "check-ins-traced"
ATTEMPT = "attempt#"


def check_in(check_in_id: str) -> Key:
    return CHECK_IN + plain(check_in_id), "check-in"


def check_ins_in(room: str) -> str:
    """The partition of those in a place, whose name is compared without case."""
    return f"{CHECK_INS}#{unique(folded(room))}"


def check_in_place(at: datetime, check_in_id: str) -> str:
    """The sort key of a check-in at a kiosk among others."""
    return f"{moment(at)}#{plain(check_in_id)}"


def student_check_in(student_id: str, place: str) -> Key:
    """Of the item that leads from a student to a check-in."""
    return of_student(student_id), CHECK_IN + place


def open_check_in(student_id: str) -> Key:
    """Of the item that keeps a student's open check-in the only one, and leads to it."""
    return OPEN_CHECK_INS, STUDENT + plain(student_id)


def attempt(attempt_id: str) -> Key:
    return ATTEMPT + plain(attempt_id), "attempt"


def attempts_of(device_id: str) -> str:
    """The partition of what a kiosk asked, by the time of the answer."""
    return f"{of_device(device_id)}#attempts"


def attempt_place(answered_at: datetime, attempt_id: str) -> str:
    """The sort key of an attempt among others."""
    return f"{moment(answered_at)}#{plain(attempt_id)}"


def pin(student_id: str) -> Key:
    return of_student(student_id), "pin"


def registration(registration_id: str) -> Key:
    return REGISTRATIONS, plain(registration_id)
