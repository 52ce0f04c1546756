"""Lectures without a recording: added one by one or for a term, and their title and time changed afterwards."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from attendance.changes import AddLecture, SaveLecture
from attendance.committing import commit, read_again
from attendance.errors import AlreadyExists, Conflict, InvalidInput
from attendance.model import AuditEntry, Course, Lecture, Mark, Recording, new_id
from attendance.rules.check_ins import check_in_window
from attendance.rules.paging import all_items
from attendance.rules.terms import Planned, Term, check_year, overlapping, planned_lectures
from attendance.rules.versions import check_as_read
from attendance.services import Services
from attendance.use_cases.lectures.marks import excuse_ahead, mark_lecture, marks_changed, steps_for_times
from attendance.wall_time import wall_time

_LONGEST_LECTURE = timedelta(hours=24)
_LONGEST_TITLE = 200
_PAGE = 200


def add_lecture(
    services: Services, *, course_id: str, starts_at: datetime, ends_at: datetime, title: str = "", by: str | None
) -> Lecture:
    """A lecture without a recording; one that is uploaded for that time later lands in it.

    Raises NotFound (course), InvalidInput, AlreadyExists (it starts then), Conflict (another one is on then).
    """
    course = services.store.course(course_id)
    _check_times(starts_at, ends_at)
    lecture = Lecture(new_id(), course_id, starts_at, ends_at, services.now(), clean_title(title))
    _refuse_overlap(lecture, course, lectures_of(services, course_id))
    commit(services, AddLecture(lecture), _entry(services, by, "lecture.added", lecture, course))
    excuse_ahead(services, lecture.id)
    return lecture


def plan_term(services: Services, course_id: str, term: Term) -> Sequence[Planned]:
    """What `add_term` would add, and what it would leave out. Raises NotFound, InvalidInput."""
    course = services.store.course(course_id)
    return planned_lectures(term, course.timezone, lectures_of(services, course_id))


def add_term(
    services: Services,
    course_id: str,
    term: Term,
    *,
    only: Collection[datetime] | None = None,
    title: str = "",
    by: str | None,
) -> Sequence[Lecture]:
    """Add the lectures of a term, each by a commit of its own: the same again adds what is missing.

    `only` are the starts that were chosen. Raises NotFound, InvalidInput.
    """
    course = services.store.course(course_id)
    title, added = clean_title(title), []
    for planned in plan_term(services, course_id, term):
        if not planned.is_new or (only is not None and planned.starts_at not in only):
            continue
        lecture = Lecture(new_id(), course_id, planned.starts_at, planned.ends_at, services.now(), title)
        try:
            commit(services, AddLecture(lecture), _entry(services, by, "lecture.added", lecture, course))
        except AlreadyExists:  # another request adds the same term at this moment
            continue
        excuse_ahead(services, lecture.id)
        added.append(lecture)
    return added


@read_again
def change_lecture(
    services: Services,
    lecture_id: str,
    *,
    starts_at: datetime,
    ends_at: datetime,
    title: str,
    by: str | None,
    was: Lecture | None = None,
) -> Lecture:
    """Change title and time; marks are decided by the new time, without a search, in the same commit.

    Raises NotFound, InvalidInput, AlreadyExists, MovedOn (it is not as `was`), and Conflict where another lecture is on
    then or something that it holds would be outside of it.
    """
    lecture = services.store.lecture(lecture_id)
    check_as_read(lecture, was)
    course = services.store.course(lecture.course_id)
    changed = replace(lecture, starts_at=starts_at, ends_at=ends_at, title=clean_title(title))
    if changed == lecture:
        return lecture
    steps = []
    if (starts_at, ends_at) != (lecture.starts_at, lecture.ends_at):
        _check_times(starts_at, ends_at)
        _refuse_overlap(changed, course, lectures_of(services, course.id))
        _refuse_leaving(changed, course, services.store.recordings(lecture_id), services.store.marks(lecture_id))
        steps = list(steps_for_times(services, changed, by=by))
    entry = _entry(services, by, "lecture.changed", changed, course, _detail(lecture, changed))
    commit(services, SaveLecture(changed, lecture, steps), entry, *marks_changed(services, lecture_id, steps))
    if (starts_at, ends_at) != (lecture.starts_at, lecture.ends_at):
        mark_lecture(
            services, lecture_id
        )  # changes nothing, but asks again where the lecture is not over by its new time
    return services.store.lecture(lecture_id)


def clean_title(title: str) -> str:
    """Raises InvalidInput."""
    title = " ".join(title.split())
    if len(title) > _LONGEST_TITLE:
        raise InvalidInput("The title can have %(most)s characters at most.", most=_LONGEST_TITLE, field="title")
    return title


def lectures_of(services: Services, course_id: str) -> Sequence[Lecture]:
    """All of a course."""
    return list(all_items(lambda page: services.store.lectures(course_ids=[course_id], page=page, size=_PAGE)))


def _check_times(starts_at: datetime, ends_at: datetime) -> None:
    check_year(starts_at.year)
    if ends_at <= starts_at:
        raise InvalidInput("The lecture must end after it starts.", field="ends")
    if ends_at - starts_at > _LONGEST_LECTURE:
        raise InvalidInput("A lecture can last 24 hours at most; check its end.", field="ends")


def _refuse_overlap(lecture: Lecture, course: Course, others: Collection[Lecture]) -> None:
    other = overlapping([one for one in others if one.id != lecture.id], lecture.starts_at, lecture.ends_at)
    if other is not None:
        raise Conflict(
            "%(course)s has a lecture from %(starts)s to %(ends)s already; choose a time beside it.",
            course=course.label,
            starts=_clock(other.starts_at, course),
            ends=_clock(other.ends_at, course),
        )


def _refuse_leaving(lecture: Lecture, course: Course, recordings: Sequence[Recording], marks: Sequence[Mark]) -> None:
    for recording in recordings:
        if recording.started_at >= lecture.ends_at or recording.ended_at < lecture.starts_at:
            raise Conflict(
                "The recording %(name)s is from %(starts)s to %(ends)s and would be outside the lecture; choose a time "
                "that it is in, or remove it first.",
                name=recording.original_name,
                starts=_clock(recording.started_at, course),
                ends=_clock(recording.ended_at, course),
            )
    opens, _ = check_in_window(lecture, course)
    for mark in marks:
        if mark.check_in is not None and not opens <= mark.check_in.at <= lecture.ends_at:
            raise Conflict(
                "Somebody checked in at %(time)s, which would be outside the lecture; choose a time that it is in.",
                time=_clock(mark.check_in.at, course),
            )


def _clock(moment: datetime, course: Course) -> str:
    return f"{wall_time(course.timezone, moment):%Y-%m-%d %H:%M}"


def _detail(old: Lecture, new: Lecture) -> str:
    return f"{old.starts_at:%Y-%m-%d %H:%M}-{old.ends_at:%H:%M} UTC {old.title}".strip() if old != new else ""


def _entry(
    services: Services, by: str | None, action: str, lecture: Lecture, course: Course, detail: str = ""
) -> AuditEntry:
    subject = f"{course.label} {lecture.starts_at:%Y-%m-%d %H:%M} UTC"
    return AuditEntry(at=services.now(), by=by, action=action, subject=subject, detail=detail)
