"""Which courses meet where a kiosk stands, who may use it, and which lectures its check-ins are evidence for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from attendance.changes import AddLecture
from attendance.committing import commit
from attendance.errors import AlreadyExists, NotFound
from attendance.model import Course, Device, DoorCheckIn, Lecture, Student, new_id
from attendance.rules.door_check_ins import LONGEST, day_ends, ends, is_held_in, overlaps
from attendance.rules.texts import folded
from attendance.services import Services
from attendance.use_cases.courses.timetable import meeting_in_room, meets_during, timetable_of_room

_AT_ONCE = 500


def courses_at(services: Services, device: Device) -> list[Course]:
    """Those that meet in its room by the timetable, or else those that an admin chose for it; by code and section."""
    by_timetable = {row.course.id for row in timetable_of_room(services, device.room)}
    wanted = by_timetable or device.kiosk_settings.course_ids
    return [course for course in services.store.courses() if course.id in wanted]


def students_at(services: Services, device: Device) -> dict[str, Student]:
    """Everybody on the rosters of these courses, by id."""
    return {one.id: one for course in courses_at(services, device) for one in services.store.roster(course.id)}


def check_ins_around(services: Services, lecture: Lecture, course: Course) -> list[DoorCheckIn]:
    """All at kiosks of its place that may overlap the lecture, in the order in which they came."""
    from_at = lecture.starts_at - LONGEST
    found = [
        one for room in rooms_of(services, lecture, course) for one in _all(services, room, from_at, lecture.ends_at)
    ]
    return sorted((one for one in found if overlaps(one, lecture)), key=lambda one: one.place)


def rooms_of(services: Services, lecture: Lecture, course: Course) -> list[str]:
    """Where it is held: by the timetable, or else where a kiosk is for its course. Names are compared without case."""
    slots = services.store.slots(course_id=course.id)
    meets = [one for one in slots if meets_during(one, course.timezone, lecture.starts_at, lecture.ends_at)]
    rooms = [slot.room for slot in meets or slots]
    if not slots:
        kiosks = [device for device in services.store.devices() if device.is_kiosk]
        rooms = [one.room for one in kiosks if course.id in {its.id for its in courses_at(services, one)}]
    return list({folded(room): room for room in rooms}.values())


def lectures_of_check_in(services: Services, check_in: DoorCheckIn) -> list[Lecture]:
    """Those of the student's courses, in its place, that may overlap it; also those that begin later on its day."""
    found = []
    courses = {course.id: course for course in services.store.courses(student_id=check_in.student_id)}
    from_at, before_at = check_in.checked_in_at - LONGEST, max(ends(check_in), day_ends(check_in))
    for lecture in services.store.lectures_between(from_at, before_at, course_ids=list(courses)) if courses else ():
        if lecture.ends_at <= check_in.checked_in_at:
            continue
        course = courses[lecture.course_id]
        slots = services.store.slots(course_id=course.id)
        meets = [one for one in slots if meets_during(one, course.timezone, lecture.starts_at, lecture.ends_at)]
        here = is_held_in(check_in.room, meets, slots) if slots else _is_kiosk_of(services, check_in, course)
        if here:
            found.append(lecture)
    return found


def make_lecture_of(services: Services, check_in: DoorCheckIn) -> None:
    """The lecture that is on, or is about to begin, by the timetable of the place, where the day has none yet."""
    at, on = check_in.checked_in_at, {one.id: one for one in services.store.courses(student_id=check_in.student_id)}
    early = max((course.check_in_early_minutes for course in on.values()), default=0)
    for moment in (at, at + timedelta(minutes=early)):
        meeting = meeting_in_room(services, check_in.room, moment, moment)
        if meeting is None or meeting.slot.course_id not in on or meeting.ends_at <= at:
            continue
        course_id = meeting.slot.course_id
        around = services.store.lectures_between(meeting.starts_at - LONGEST, meeting.ends_at, course_ids=[course_id])
        if not any(one.ends_at > meeting.starts_at for one in around):
            lecture = Lecture(new_id(), course_id, meeting.starts_at, meeting.ends_at, services.now())
            with suppress(AlreadyExists):  # somebody else checked in at the same moment
                commit(services, AddLecture(lecture))


def _is_kiosk_of(services: Services, check_in: DoorCheckIn, course: Course) -> bool:
    with suppress(NotFound):
        device = services.store.device(check_in.device_id)
        return folded(device.room) == folded(check_in.room) and course in courses_at(services, device)
    return False


def _all(services: Services, room: str, from_at: datetime, before_at: datetime) -> Iterator[DoorCheckIn]:
    before = None
    while True:
        part: Sequence[DoorCheckIn] = services.store.door_check_ins(
            from_at=from_at, before_at=before_at, room=room, before=before, limit=_AT_ONCE
        )
        yield from part
        if len(part) < _AT_ONCE:
            return
        before = part[-1].place
