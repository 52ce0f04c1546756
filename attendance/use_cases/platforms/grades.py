"""The attendance of each student, in percent, in the grade book of a learning platform: one column a course."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace

from attendance.changes import SavePlatformCourse
from attendance.committing import commit
from attendance.errors import MovedOn, NotFound, PlatformRefused, SettingsError
from attendance.events import GradesAsked
from attendance.model import AuditEntry, Course, LogFilter, PlatformCourse, Score, User
from attendance.rules.outbox import reason_of
from attendance.rules.statuses import share_attended
from attendance.services import Services
from attendance.use_cases.platforms.registering import platform_services, tool_key
from attendance.use_cases.platforms.rosters import link_of, members_of, student_of

LABEL = "Attendance (%)"


def ask_grades(services: Services, user: User, course: Course, platform_id: str, link_id: str) -> None:
    """They go with the next sweep. Raises NotFound."""
    link = link_of(services, course, platform_id, link_id)
    now = services.now()
    entry = AuditEntry(now, user.id, "platform.grades_asked", course.label, link.title)
    commit(services, entry, GradesAsked(at=now, platform_id=platform_id, link_id=link_id))


def send_after_marks(services: Services, lecture_id: str, student_keys: Collection[str]) -> None:
    """Of these students, where their course is linked and an admin or teacher switched it on."""
    try:
        course_id = services.store.lecture(lecture_id).course_id
    except NotFound:
        return
    for link in services.store.platform_courses(course_id):
        if link.sends_grades:
            _send(services, link, student_keys)


def send_grades(services: Services, platform_id: str, link_id: str) -> None:
    """Of everybody on both rosters. Raises ServiceUnavailable; what the platform does not allow stands in the link."""
    link = services.store.platform_course(platform_id, link_id)
    if link is not None:
        _send(services, link, None)


def _send(services: Services, link: PlatformCourse, student_keys: Collection[str] | None) -> None:
    try:
        scores = _scores(services, link, student_keys)
        line_item_url = _sent(services, link, scores)
    except (PlatformRefused, SettingsError) as refused:
        _save(services, link, replace(link, error=reason_of(refused)))
        return
    _save(services, link, replace(link, line_item_url=line_item_url, sent_at=services.now(), error=None))


def _sent(services: Services, link: PlatformCourse, scores: Sequence[Score]) -> str:
    """The column into which they went; it is made where there is none, or is gone."""
    platform, its, key = services.store.platform(link.platform_id), platform_services(services), tool_key(services)
    if link.line_item_url and its.send_scores(platform, key, link.line_item_url, scores):
        return link.line_item_url
    if not link.line_items_url:
        raise PlatformRefused("%(platform)s does not take grades for this course.", platform=platform.name)
    made = its.line_item(platform, key, link.line_items_url, LABEL)
    if not its.send_scores(platform, key, made, scores):
        raise PlatformRefused("%(platform)s does not take grades for this course.", platform=platform.name)
    return made


def _scores(services: Services, link: PlatformCourse, student_keys: Collection[str] | None) -> list[Score]:
    """Of students of whom something is decided."""
    roster = {student.id for student in services.store.roster(link.course_id)}
    found = []
    for member in members_of(services, link):
        student = student_of(services, link.platform_id, member) if member.is_learner and member.is_active else None
        if student is None or student.id not in roster or not (student_keys is None or student.key in student_keys):
            continue
        wanted = LogFilter(course_ids=[link.course_id], student_id=student.id)
        share = share_attended(services.store.log_totals(wanted))
        if share is not None:
            found.append(Score(member.subject, round(100 * share, 1), services.now()))
    return found


def _save(services: Services, was: PlatformCourse, link: PlatformCourse) -> None:
    """Where somebody else changed or unlinked it meanwhile, theirs counts."""
    with suppress(MovedOn, NotFound):
        commit(services, SavePlatformCourse(link, was))
