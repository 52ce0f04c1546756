"""A course of a learning platform linked to one of ours, and its roster compared with ours and taken over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from attendance.changes import LinkCourse, SavePlatformCourse, UnlinkCourse
from attendance.committing import commit, read_again
from attendance.errors import NotFound, PlatformRefused
from attendance.model import (
    AuditEntry,
    Course,
    Launch,
    Platform,
    PlatformCourse,
    PlatformMember,
    Student,
    User,
)
from attendance.sentences import not_linked
from attendance.services import Services
from attendance.use_cases.courses.courses import add_to_roster, remove_from_roster
from attendance.use_cases.people.rights import check_may_teach
from attendance.use_cases.platforms.registering import platform_services, tool_key


@dataclass(frozen=True, slots=True)
class LinkedCourse:
    """A link with its platform."""

    link: PlatformCourse
    platform: Platform


@dataclass(frozen=True, slots=True)
class Comparison:
    """Who is on the platform's roster and not on ours, on ours and not there, and who is nobody here."""

    missing: tuple[Student, ...]
    surplus: tuple[Student, ...]
    same: int
    unknown: tuple[PlatformMember, ...]


def linked_courses(services: Services, course: Course) -> list[LinkedCourse]:
    """Of a course of ours."""
    found = services.store.platform_courses(course.id)
    return [LinkedCourse(link, services.store.platform(link.platform_id)) for link in found]


def link_course(services: Services, user: User, launch: Launch, course: Course) -> PlatformCourse:
    """The course from which a teacher came is this one. Raises NotFound, NotAllowed."""
    check_may_teach(services, user, course)
    link = PlatformCourse(
        platform_id=launch.platform_id,
        id=launch.course,
        course_id=course.id,
        title=launch.title,
        roster_url=launch.roster_url,
        line_items_url=launch.line_items_url,
        linked_at=services.now(),
    )
    commit(services, LinkCourse(link), _entry(services, user, "platform.course_linked", course, link))
    return link


def unlink_course(services: Services, user: User, course: Course, platform_id: str, link_id: str) -> None:
    """Rosters and grades stay as they are on both sides. Raises NotFound."""
    link = link_of(services, course, platform_id, link_id)
    commit(
        services, UnlinkCourse(platform_id, link_id), _entry(services, user, "platform.course_unlinked", course, link)
    )


@read_again
def switch_grades(
    services: Services, user: User, course: Course, platform_id: str, link_id: str, *, on: bool
) -> PlatformCourse:
    """Whether grades go after each lecture. Raises NotFound."""
    was = link_of(services, course, platform_id, link_id)
    link = replace(was, sends_grades=on)
    action = "platform.grades_on" if on else "platform.grades_off"
    if link != was:
        commit(services, SavePlatformCourse(link, was), _entry(services, user, action, course, link))
    return link


def compare_rosters(services: Services, course: Course, platform_id: str, link_id: str) -> Comparison:
    """Nothing is changed. Raises NotFound, ServiceUnavailable, PlatformRefused."""
    link = link_of(services, course, platform_id, link_id)
    ours = {student.id: student for student in services.store.roster(course.id)}
    theirs: dict[str, Student] = {}
    unknown = []
    for member in members_of(services, link):
        if member.is_active and member.is_learner:
            student = student_of(services, link.platform_id, member)
            if student is None:
                unknown.append(member)
            else:
                theirs[student.id] = student
    return Comparison(
        missing=tuple(sorted((theirs[one] for one in theirs.keys() - ours.keys()), key=_by_name)),
        surplus=tuple(sorted((ours[one] for one in ours.keys() - theirs.keys()), key=_by_name)),
        same=len(theirs.keys() & ours.keys()),
        unknown=tuple(sorted(unknown, key=lambda one: (one.name, one.subject))),
    )


def take_over_roster(
    services: Services, course: Course, platform_id: str, link_id: str, *, removes: bool, by: str
) -> Comparison:
    """What the comparison says at this moment; who is on ours alone is taken off where `removes`. Raises as it does."""
    found = compare_rosters(services, course, platform_id, link_id)
    if found.missing:
        add_to_roster(services, course.id, [student.id for student in found.missing], by=by)
    for student in found.surplus if removes else ():
        remove_from_roster(services, course.id, student.id, by=by)
    return found


def members_of(services: Services, link: PlatformCourse) -> Sequence[PlatformMember]:
    """Raises ServiceUnavailable, PlatformRefused, also where the platform does not tell its roster."""
    platform = services.store.platform(link.platform_id)
    if not link.roster_url:
        raise PlatformRefused("%(platform)s does not tell Rollcall the roster of this course.", platform=platform.name)
    return platform_services(services).members(platform, tool_key(services), link.roster_url)


def student_of(services: Services, platform_id: str, member: PlatformMember) -> Student | None:
    """By the school's id, else by the account that is linked, else by the mail address where the platform vouches."""
    if member.school_id:
        try:
            return services.store.student(member.school_id)
        except NotFound:
            pass
    account = services.store.platform_account(platform_id, member.subject)
    try:
        user = services.store.user(account.user_id) if account else None
        if user is None and member.email and services.store.platform(platform_id).vouches_for_mail:
            user = services.store.find_user(member.email)
        return services.store.student(user.student_id) if user and user.student_id else None
    except NotFound:
        return None


def link_of(services: Services, course: Course, platform_id: str, link_id: str) -> PlatformCourse:
    """Raises NotFound, also where it is of another course."""
    link = services.store.platform_course(platform_id, link_id)
    if link is None or link.course_id != course.id:
        raise not_linked()
    return link


def _by_name(student: Student) -> tuple[str, str]:
    return student.name, student.id


def _entry(services: Services, user: User, action: str, course: Course, link: PlatformCourse) -> AuditEntry:
    platform = services.store.platform(link.platform_id)
    return AuditEntry(services.now(), user.id, action, course.label, f"{platform.name}: {link.title}")
