"""What is said where the link or code of a course or lecture changed: to who may join alone."""

from __future__ import annotations

from attendance.errors import NotFound
from attendance.events import Event, LinkChanged
from attendance.model import Course, Fact, Link, Message, NoticeKind, Role, User
from attendance.services import Services
from attendance.use_cases.notices.composed import Reader, lecture_in_words, link_to


def link_changed(services: Services, event: Event, reader: Reader) -> Message:
    """Raises NotFound, also where it changed again since, or the reader may not join any more."""
    assert isinstance(event, LinkChanged)
    course, _ = services.store.course(event.course_id), reader.words
    meeting = services.store.meeting(course.id, event.lecture_id or None)
    if meeting is None or meeting.event_id != event.id or not meeting.has_link:
        raise NotFound("The link changed again since.")
    if reader.user is not None and not _may_join(services, reader.user, course):
        raise NotFound("The reader is not in this course any more.")
    facts = [Fact(_("Course"), f"{course.label} · {course.name}")]
    path = f"/live/courses/{course.id}"
    if event.lecture_id:
        lecture = services.store.lecture(event.lecture_id)
        facts.append(Fact(_("Lecture"), lecture_in_words(_, course, lecture)))
        path = f"/live/lectures/{lecture.id}"
    if meeting.number:
        facts.append(Fact(_("Meeting id"), meeting.number))
    if meeting.passcode:
        facts.append(Fact(_("Code"), meeting.passcode))
    join = (Link(_("Join the lecture"), meeting.url),) if meeting.url else ()
    return Message(
        kind=NoticeKind.LINK_CHANGED,
        subject=_("%(course)s: the link to the lecture changed", course=course.label),
        paragraphs=(_("Use this from now on; a link or code that you had before does not count any more."),),
        at=event.at,
        facts=tuple(facts),
        links=(*join, *link_to(services, _("Open the live page"), path)),
    )


def _may_join(services: Services, user: User, course: Course) -> bool:
    if user.role is Role.ADMIN:
        return True
    if user.role is Role.TEACHER:
        return any(teacher.id == user.id for teacher in services.store.teachers(course.id))
    own = services.store.courses(student_id=user.student_id) if user.student_id else ()
    return any(one.id == course.id for one in own)
