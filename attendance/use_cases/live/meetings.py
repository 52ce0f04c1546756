"""A teacher says where a course or one lecture is held, changes its code, and closes or opens its chat."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from attendance.changes import SaveMeeting
from attendance.committing import commit, read_again
from attendance.errors import Conflict, InvalidInput
from attendance.events import LinkChanged
from attendance.model import (
    AuditEntry,
    Course,
    Lecture,
    Meeting,
    Notice,
    NoticeKind,
    NoticeState,
    Place,
    User,
    notice_id,
)
from attendance.rules.live import (
    checked_address,
    checked_code,
    checked_number,
    checked_room,
    is_zoom,
    with_link,
)
from attendance.rules.notices import machines
from attendance.services import Services
from attendance.use_cases.notices.telling import served_channels, told_of_links
from attendance.use_cases.people.rights import check_may_teach

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # without those that look alike
_SIGNS = 8


@read_again
def set_meeting(
    services: Services,
    user: User,
    course_id: str,
    lecture_id: str | None = None,
    *,
    place: str = "",
    room: str = "",
    url: str = "",
    number: str = "",
    passcode: str = "",
) -> Meeting:
    """Where it is held and how to join; who may join is told where link, id or code is another.

    An empty place of a lecture is that of its course. Raises NotFound, InvalidInput, ServiceUnavailable.
    """
    course, lecture, was = _read(services, user, course_id, lecture_id)
    if place and place not in set(Place):
        raise InvalidInput("Choose where it is held.", field="place")
    address = checked_address(url)
    joined = (address, checked_number(number), checked_code(passcode, address))
    if joined[2] and not (joined[0] or joined[1]):
        raise InvalidInput("A code belongs to a link or a meeting id.", field="link")
    old = was or Meeting(course_id, lecture_id)
    new = replace(old, place=Place(place) if place else None, room=checked_room(room))
    if (old.url, old.number, old.passcode) == joined:
        if new != was:
            commit(services, SaveMeeting(new, was), _entry(services, user, "live.place_changed", course, lecture))
        return new
    if joined[2] != old.passcode:
        _set_in_service(services, *joined)
    return _with_link(services, user, (course, lecture), new, was, joined)


@read_again
def change_code(
    services: Services, user: User, course_id: str, lecture_id: str | None = None, code: str = ""
) -> Meeting:
    """Another code, by chance where none is typed. Raises NotFound, Conflict (no link), InvalidInput, and
    ServiceUnavailable, where the meeting's service does not take it.
    """
    course, lecture, was = _read(services, user, course_id, lecture_id)
    if was is None or not was.has_link:
        raise Conflict("There is no link yet whose code could change.")
    new = checked_code(code, was.url) or new_code()
    if new == was.passcode:
        raise InvalidInput("This is the code already; type another.", field="passcode")
    joined = (was.url, was.number, new)
    _set_in_service(services, *joined)
    return _with_link(services, user, (course, lecture), was, was, joined)


@read_again
def close_chat(
    services: Services, user: User, course_id: str, lecture_id: str | None = None, *, is_closed: bool
) -> Meeting:
    """From now on only teachers write there, or students too. Raises NotFound."""
    course, lecture, was = _read(services, user, course_id, lecture_id)
    old = was or Meeting(course_id, lecture_id)
    if old.is_closed == is_closed:
        return old
    new = replace(old, is_closed=is_closed)
    action = "live.chat_closed" if is_closed else "live.chat_opened"
    commit(services, SaveMeeting(new, was), _entry(services, user, action, course, lecture))
    return new


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one notice of the last change. `name` is whom it is for; `state` is None: not written yet."""

    name: str
    channel: str
    state: NoticeState | None
    reason: str | None = None


def deliveries(services: Services, course: Course, meeting: Meeting) -> list[Delivery]:
    """Of the last change of link or code: those that failed first, then those that wait."""
    if not meeting.event_id:
        return []
    served = served_channels(services)
    wanted: dict[str, tuple[str, str]] = {}
    for one in told_of_links(services, course, served):
        name = (one.user.name or one.user.email) if one.user else one.name
        found = notice_id(meeting.event_id, NoticeKind.LINK_CHANGED, one.channel, one.name)
        wanted[found] = (name, one.channel)
    for one in machines(served):
        found = notice_id(meeting.event_id, NoticeKind.EVENT, one.channel, one.name)
        wanted[found] = (one.name.partition("#")[0], one.channel)
    notices = services.store.notices_by_id(list(wanted))
    told = [_delivery(name, channel, notices.get(key)) for key, (name, channel) in wanted.items()]
    order: list[NoticeState | None] = [NoticeState.FAILED, None, NoticeState.WAITING, NoticeState.SENT]
    return sorted(told, key=lambda one: (order.index(one.state), one.name))


def new_code() -> str:
    """By chance, of signs that people can read out."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_SIGNS))


def _delivery(name: str, channel: str, notice: Notice | None) -> Delivery:
    return Delivery(name, channel, notice.state if notice else None, notice.reason if notice else None)


def _read(
    services: Services, user: User, course_id: str, lecture_id: str | None
) -> tuple[Course, Lecture | None, Meeting | None]:
    course = services.store.course(course_id)
    check_may_teach(services, user, course)
    lecture = services.store.lecture(lecture_id) if lecture_id is not None else None
    return course, lecture, services.store.meeting(course_id, lecture_id)


def _set_in_service(services: Services, url: str, number: str, code: str) -> None:
    """Before it is stored: where the service refuses the code, nobody is told of it."""
    service = services.meetings
    if service is not None and service.sets_codes and is_zoom(url) and number and code:
        service.set_code(number, code)


def _with_link(
    services: Services,
    user: User,
    where: tuple[Course, Lecture | None],
    meeting: Meeting,
    was: Meeting | None,
    joined: tuple[str, str, str],
) -> Meeting:
    course, lecture = where
    now = services.now()
    event = LinkChanged(at=now, course_id=course.id, lecture_id=lecture.id if lecture else "")
    new = with_link(meeting, *joined, now, event.id)
    is_code = (meeting.url, meeting.number) == joined[:2]
    entry = _entry(services, user, "live.code_changed" if is_code else "live.link_changed", course, lecture)
    commit(services, SaveMeeting(new, was), entry, event)
    return new


def _entry(services: Services, user: User, action: str, course: Course, lecture: Lecture | None) -> AuditEntry:
    return AuditEntry(services.now(), user.id, action, subject_of(course, lecture))


def subject_of(course: Course, lecture: Lecture | None) -> str:
    """As the audit trail names it."""
    return f"{course.label} {lecture.starts_at:%Y-%m-%d %H:%M} UTC" if lecture else course.label
