"""What people write to a course or a lecture, and what a teacher makes of it: pinned, hidden, taken along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from attendance.changes import AddPost, SavePost
from attendance.committing import commit, read_again
from attendance.errors import Conflict, InvalidInput, NotAllowed, NotFound
from attendance.model import AuditEntry, Course, Lecture, Post, Role, User, new_id
from attendance.rules.live import checked_words, mentioned
from attendance.sentences import no_course
from attendance.services import Services
from attendance.use_cases.lectures.log import as_csv
from attendance.use_cases.live.meetings import subject_of
from attendance.use_cases.people.rights import check_may_teach
from attendance.wall_time import wall_time

HEADINGS = ("at", "by", "kind", "text", "pinned", "hidden", "answers")


class Step(StrEnum):
    """What a teacher may do to a message."""

    PIN = "pin"
    UNPIN = "unpin"
    HIDE = "hide"
    SHOW = "show"


_CHANGES: Mapping[Step, Mapping[str, Any]] = {
    Step.PIN: {"is_pinned": True},
    Step.UNPIN: {"is_pinned": False},
    Step.HIDE: {"is_hidden": True},
    Step.SHOW: {"is_hidden": False},
}
_ACTIONS = {
    Step.PIN: "live.message_pinned",
    Step.UNPIN: "live.message_unpinned",
    Step.HIDE: "live.message_hidden",
    Step.SHOW: "live.message_shown",
}


def is_staff_of(services: Services, user: User, course: Course) -> bool:
    """Whether the user teaches the course or is an admin. Raises NotFound where they are not in it at all."""
    if user.role is Role.STUDENT:
        own = services.store.courses(student_id=user.student_id) if user.student_id else ()
        if all(one.id != course.id for one in own):
            raise no_course()
        return False
    check_may_teach(services, user, course)
    return True


def write_post(
    services: Services,
    user: User,
    course_id: str,
    lecture_id: str | None,
    words: str,
    *,
    is_announcement: bool = False,
    answers: str | None = None,
) -> Post:
    """Say something to all of a course, or to those in a lecture.

    Raises NotFound (not in this course; no such message to answer), InvalidInput, NotAllowed (an announcement of a
    student), Conflict (the chat is closed).
    """
    course = services.store.course(course_id)
    is_staff = is_staff_of(services, user, course)
    text = checked_words(words)
    if is_announcement and not is_staff:
        raise NotAllowed("Only teachers make announcements.")
    meeting = services.store.meeting(course_id, lecture_id)
    if meeting is not None and meeting.is_closed and not is_staff:
        raise Conflict("The chat is closed. Ask your teacher.")
    if answers is not None:
        answered = services.store.post(course_id, lecture_id, answers)
        if answered.is_hidden and not is_staff:
            raise NotFound("There is no such message.")
        answers = answered.answers or answered.id
    post = Post(
        id=new_id(),
        course_id=course_id,
        by=user.id,
        at=services.now(),
        words=text,
        lecture_id=lecture_id,
        student_id=user.student_id if user.role is Role.STUDENT else None,
        is_announcement=is_announcement,
        answers=answers,
        mentions=_mentions(services, course, text),
    )
    commit(services, AddPost(post))
    return post


@read_again
def moderate(services: Services, user: User, course_id: str, lecture_id: str | None, post_id: str, step: str) -> Post:
    """Pin, unpin, hide or show a message; the audit trail says so. Raises NotFound, InvalidInput."""
    course = services.store.course(course_id)
    check_may_teach(services, user, course)
    if step not in set(Step):
        raise InvalidInput("A message is pinned, unpinned, hidden or shown.", field="step")
    was = services.store.post(course_id, lecture_id, post_id)
    new = replace(was, **_CHANGES[Step(step)])
    if new == was:
        return was
    lecture = services.store.lecture(lecture_id) if lecture_id is not None else None
    entry = AuditEntry(services.now(), user.id, _ACTIONS[Step(step)], subject_of(course, lecture), post_id)
    commit(services, SavePost(new, was), entry)
    return new


def export_posts(services: Services, user: User, course: Course, lecture: Lecture | None) -> bytes:
    """All of a course itself or of a lecture as CSV, with times on the course's clock. Raises NotFound."""
    check_may_teach(services, user, course)
    posts = services.store.posts(course.id, lecture.id if lecture else None)
    names = authors(services, posts)
    rows = [
        (
            f"{wall_time(course.timezone, post.at):%Y-%m-%d %H:%M:%S}",
            names.get(post.id, ""),
            "announcement" if post.is_announcement else "message",
            post.words,
            "yes" if post.is_pinned else "",
            "yes" if post.is_hidden else "",
            post.answers or "",
        )
        for post in posts
    ]
    entry = AuditEntry(services.now(), user.id, "export.messages", subject_of(course, lecture), "csv")
    commit(services, entry)
    headings = (f"{HEADINGS[0]} ({course.timezone})", *HEADINGS[1:])
    return as_csv(headings, rows)


def authors(services: Services, posts: Sequence[Post]) -> dict[str, str]:
    """Who wrote each of these posts, by the post's id; of whose account is gone there is none."""
    names: dict[tuple[str, str | None], str] = {}
    found: dict[str, str] = {}
    for post in posts:
        who = (post.by, post.student_id)
        if who not in names:
            names[who] = _name_of(services, *who)
        found[post.id] = names[who]
    return found


def remove_old_posts(services: Services) -> None:
    """Once they are as old as they are stored."""
    services.store.remove_live(services.now() - timedelta(days=services.settings.messages_days))


def _name_of(services: Services, user_id: str, student_id: str | None) -> str:
    """Of a student the name on the roster; of staff that of the account, never its address."""
    try:
        if student_id is not None:
            return services.store.student(student_id).name
        return services.store.user(user_id).name
    except NotFound:
        return ""


def _mentions(services: Services, course: Course, words: str) -> frozenset[str]:
    if "@" not in words:
        return frozenset()
    students = {student.id: student.name for student in services.store.roster(course.id)}
    accounts = services.store.accounts_of(list(students))
    people = {user.id: students[student_id] for student_id, user in accounts.items()}
    people |= {teacher.id: teacher.name for teacher in services.store.teachers(course.id)}
    return mentioned(words, people)
