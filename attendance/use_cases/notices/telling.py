"""From an event to the notices that follow: each is written once, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from attendance.changes import AddNotice
from attendance.committing import commit
from attendance.errors import AlreadyExists, NotFound
from attendance.events import (
    AppealAnswered,
    AppealFiled,
    Event,
    FoundAtRisk,
    LinkChanged,
    LogAsked,
    NoticeWaits,
    UnknownAtDoor,
    written,
)
from attendance.model import (
    MAIL,
    WEBHOOK,
    Course,
    Lecture,
    Notice,
    NoticeKind,
    Role,
    Status,
    User,
    notice_id,
)
from attendance.rules.notices import (
    AFTER_LECTURE,
    OF_THE_SITE,
    Receiver,
    channels_of,
    due_for,
    kinds_of,
    machines,
    receivers,
    zone_for,
)
from attendance.rules.paging import all_items
from attendance.rules.risks import rules_of
from attendance.rules.visits import may_see
from attendance.services import Services
from attendance.use_cases.site.reading import site

_PAGE = 200


def tell(services: Services, event: Event) -> None:
    """Write down whom of it is told. Raises ServiceUnavailable; called again, it writes down only what is missing."""
    served = served_channels(services)
    for machine in machines(served):
        write(services, event, NoticeKind.EVENT, machine, event.id)
    for kind in kinds_of(event):
        if isinstance(event, UnknownAtDoor):
            _tell_site(services, event, kind, _who_sees(services, event.device_id), served)
        elif isinstance(event, FoundAtRisk):
            tell_at_risk(services, event, served)
        elif isinstance(event, AppealAnswered):
            _tell_who_asked(services, event, kind, served)
        elif isinstance(event, LinkChanged):
            _tell_roster(services, event, kind, served)
        elif isinstance(event, AppealFiled):
            _tell_teachers(services, event, kind, served)
        elif kind in OF_THE_SITE:
            _tell_site(services, event, kind, admins(services), served)
        else:
            _tell_course(services, event, kind, served)


def tell_at_risk(services: Services, event: FoundAtRisk, served: Mapping[str, Sequence[str]]) -> None:
    """Teachers, the student, and the student's contact where course and school allow it; once for each crossing.

    It waits a few minutes, in which a mark may be put right: what does not hold when it is sent is not told.
    """
    try:
        course, student = services.store.course(event.course_id), services.store.student_by_key(event.student_key)
    except NotFound:  # removed since
        return
    rules = rules_of(course)
    people = [user for user in services.store.teachers(course.id) if user.role is not Role.STUDENT]
    found = list(receivers(NoticeKind.AT_RISK, people, course, served))
    for account in services.store.accounts(student.id) if rules.tells_students else ():
        if MAIL in served and MAIL in channels_of(NoticeKind.AT_RISK, account, course):
            found.append(Receiver(MAIL, f"user {account.id}", account))
    if MAIL in served and student.contact_email and rules.tells_contacts and services.settings.tell_contacts:
        found.append(Receiver(MAIL, f"contact {student.key}"))
    not_before = services.now() + AFTER_LECTURE
    for crossing in event.crossings:
        one = replace(event, crossings=(crossing,))
        for receiver in found:
            once = f"risk {course.id} {student.key} {crossing}"
            write(services, one, NoticeKind.AT_RISK, receiver, once, course=course, not_before=not_before)


def _tell_site(
    services: Services, event: Event, kind: NoticeKind, people: Sequence[User], served: Mapping[str, Sequence[str]]
) -> None:
    for receiver in receivers(kind, people, None, served):
        write(services, event, kind, receiver, event.id, zone=site(services).timezone)


def _who_sees(services: Services, door_id: str) -> list[User]:
    """Admins, and the staff named for the door; of a door that was removed nobody."""
    try:
        door = services.store.device(door_id)
    except NotFound:
        return []
    return [user for user in all_users(services) if may_see(user, door)]


def _tell_who_asked(
    services: Services, event: AppealAnswered, kind: NoticeKind, served: Mapping[str, Sequence[str]]
) -> None:
    try:
        course = services.store.course(event.course_id)
        asked = services.store.appeal(event.course_id, event.appeal_id)
        user = services.store.user(asked.by)
    except NotFound:  # removed since
        return
    for channel in sorted(channels_of(kind, user) & set(served)):
        write(services, event, kind, Receiver(channel, f"user {user.id}", user), event.id, course=course)


def _tell_roster(services: Services, event: LinkChanged, kind: NoticeKind, served: Mapping[str, Sequence[str]]) -> None:
    """All students of the course who have an account, and teachers and channels that want to know it."""
    try:
        course = services.store.course(event.course_id)
    except NotFound:
        return
    for receiver in told_of_links(services, course, served):
        write(services, event, kind, receiver, event.id, course=course)


def told_of_links(services: Services, course: Course, served: Mapping[str, Sequence[str]]) -> list[Receiver]:
    """Who is told where the link of a course changes, as each of them chose."""
    students = [student.id for student in services.store.roster(course.id)]
    accounts = services.store.accounts_of(students)
    kind = NoticeKind.LINK_CHANGED
    found = [
        Receiver(channel, f"user {user.id}", user)
        for user in accounts.values()
        for channel in sorted(channels_of(kind, user, course) & set(served))
    ]
    teachers = [user for user in services.store.teachers(course.id) if user.role is not Role.STUDENT]
    return [*found, *receivers(kind, teachers, course, served)]


def _tell_teachers(
    services: Services, event: AppealFiled, kind: NoticeKind, served: Mapping[str, Sequence[str]]
) -> None:
    try:
        course = services.store.course(event.course_id)
    except NotFound:
        return
    people = [user for user in services.store.teachers(course.id) if user.role is not Role.STUDENT]
    for receiver in receivers(kind, people, course, served):
        write(services, event, kind, receiver, event.id, course=course)


def _tell_course(services: Services, event: Event, kind: NoticeKind, served: Mapping[str, Sequence[str]]) -> None:
    try:
        lecture = services.store.lecture(event.lecture_id)  # type: ignore[attr-defined]
        course = services.store.course(lecture.course_id)
        people = [user for user in services.store.teachers(course.id) if user.role is not Role.STUDENT]
    except NotFound:  # removed since
        return
    found = list(receivers(kind, people, course, served))
    once = _once(services, event, kind, lecture) if found else None
    if once is None:
        return
    not_before = None
    if kind is NoticeKind.LECTURE_LOG:
        not_before = max(services.now(), lecture.ends_at) + AFTER_LECTURE
    for receiver in found:
        write(services, event, kind, receiver, once, course=course, not_before=not_before)


def _once(services: Services, event: Event, kind: NoticeKind, lecture: Lecture) -> str | None:
    """What a receiver is told of once. Of a lecture that comes in many clips that is the log, and who waits anew."""
    if kind is NoticeKind.LECTURE_LOG:
        return f"log {lecture.id}"
    if kind is not NoticeKind.UNSURE_WAITING:
        return event.id
    unsure = {mark.student_id for mark in services.store.marks(lecture.id) if mark.status is Status.UNSURE}
    keys = sorted(student.key for student in services.store.roster(lecture.course_id) if student.id in unsure)
    return f"unsure {lecture.id} {' '.join(keys)}" if keys else None


def write(
    services: Services,
    event: Event,
    kind: NoticeKind,
    receiver: Receiver,
    once: str,
    *,
    course: Course | None = None,
    zone: str | None = None,
    not_before: datetime | None = None,
) -> bool:
    """False where it is written already: `once` says what the receiver is told of at most once."""
    now = services.now()
    zone = zone_for(receiver.user, course, zone or site(services).timezone)
    due_at, in_digest = due_for(kind, receiver.user, max(now, not_before or now), zone)
    due_at = due_at or not_before
    notice = Notice(
        id=notice_id(once, kind, receiver.channel, receiver.name),
        kind=kind,
        channel=receiver.channel,
        receiver=receiver.name,
        subject=event.subject,
        body=written(event),
        created_at=now,
        due_at=due_at,
        in_digest=in_digest,
    )
    try:
        commit(services, AddNotice(notice), *([] if due_at else [waits(services, notice)]))
    except AlreadyExists:
        return False
    return True


def waits(services: Services, notice: Notice) -> NoticeWaits:
    """That it may be sent. What machines hear of one lecture stays in order; people wait for nobody else."""
    line = f"{notice.receiver} {notice.subject}" if notice.channel == WEBHOOK else notice.id
    return NoticeWaits(at=services.now(), channel=notice.channel, line=line, notice_id=notice.id)


def ask_log(services: Services, user: User, asked: LogAsked) -> bool:
    """Mail somebody the log that they ask for; False where the same is on its way since this minute."""
    wanted = f"{asked.format} {asked.course_ids} {asked.statuses} {asked.from_at} {asked.before_at}"
    receiver = Receiver(MAIL, f"user {user.id}")  # who asks is not held up by their quiet hours
    return write(services, asked, NoticeKind.LECTURE_LOG, receiver, f"asked {services.now():%Y-%m-%dT%H:%M} {wanted}")


def served_channels(services: Services) -> Mapping[str, Sequence[str]]:
    """The channels that this site has, each with who is told without having chosen."""
    served = {channel: notifier.receivers for channel, notifier in services.notifiers.items()}
    if WEBHOOK in served:
        served[WEBHOOK] += tuple(one.receiver for one in services.store.webhooks() if not one.is_paused)
    return served


def admins(services: Services) -> list[User]:
    """All of them."""
    return [user for user in all_users(services) if user.role is Role.ADMIN]


def all_users(services: Services) -> list[User]:
    """Read page by page."""
    return list(all_items(lambda number: services.store.users(page=number, size=_PAGE)))
