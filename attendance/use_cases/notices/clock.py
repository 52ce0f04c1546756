"""What the clock has to do with notices: quiet hours that end, digests, days and weeks that are over, old ones."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from attendance.changes import AddNotice, SaveNotice
from attendance.committing import commit
from attendance.errors import AlreadyExists, MovedOn, NotFound
from attendance.events import FoundAtRisk, PeriodEnded, RecordingSearched, read, written
from attendance.model import (
    Course,
    Notice,
    NoticeKind,
    NoticeState,
    Role,
    SearchStatus,
    User,
    notice_id,
)
from attendance.ports import MailFolder
from attendance.rules.notices import (
    AFTER_LECTURE,
    Receiver,
    channels_of,
    choices_of,
    choices_of_course,
    days_to_tell,
    receivers,
    weeks_to_tell,
    zone_for,
)
from attendance.services import Services
from attendance.use_cases.notices.composing import digest_members
from attendance.use_cases.notices.telling import all_users, served_channels, waits, write
from attendance.use_cases.site.reading import site

_GRACE = timedelta(minutes=1)
"""A digest is made so long after its moment, so that who is just writing a part of it has written it."""
_LONGEST_WAIT = timedelta(days=1)
"""For further recordings of a lecture, before its log is sent without them."""
_DAYS_BACK = timedelta(days=4)
"""After a longer downtime the summaries of the last days are sent, not of all."""


def release_due(services: Services) -> None:
    """What waited for a moment that has come goes into the outbox, or into a digest."""
    due = services.store.due_notices(services.now())
    for notice in due:
        if not notice.in_digest:
            _release(services, notice)
    parts = sorted((one for one in due if one.in_digest), key=_digest_of)
    for _, members in groupby(parts, key=_digest_of):
        _make_digest(services, next(members))


def tell_periods(services: Services) -> None:
    """Summaries of days and weeks, and the logs of weeks: each is written once, also after a downtime."""
    for user in all_users(services):
        if user.role is not Role.STUDENT:
            _tell_summaries(services, user)
    for course in services.store.courses():
        _tell_weeks(services, course)


def remove_old_notices(services: Services) -> None:
    """After the days that the setting says; what waits stays."""
    before = services.now() - _kept(services)
    services.store.remove_notices(before)
    for notifier in services.notifiers.values():
        if isinstance(notifier, MailFolder):
            notifier.remove_older_than(before)


def _release(services: Services, notice: Notice) -> None:
    later = services.now() + AFTER_LECTURE
    released = replace(notice, due_at=None)
    with suppress(MovedOn, NotFound):  # another worker did it
        if _waits_for_searches(services, notice):
            commit(services, SaveNotice(replace(notice, due_at=later)))
        else:
            commit(services, SaveNotice(released), waits(services, released))


def _waits_for_searches(services: Services, notice: Notice) -> bool:
    event = read(notice.body)
    if isinstance(event, FoundAtRisk):
        lecture_ids = [crossing.partition(":")[2] for crossing in event.crossings]
    elif notice.kind is NoticeKind.LECTURE_LOG and isinstance(event, RecordingSearched):
        lecture_ids = [event.lecture_id]
    else:
        return False
    if services.now() - notice.created_at > _LONGEST_WAIT:
        return False
    recordings = [one for lecture_id in lecture_ids for one in services.store.recordings(lecture_id)]
    return any(one.status in (SearchStatus.QUEUED, SearchStatus.SEARCHING) for one in recordings)


def _digest_of(notice: Notice) -> tuple[str, str, datetime]:
    assert notice.due_at is not None
    return notice.receiver, notice.channel, notice.due_at


def _make_digest(services: Services, member: Notice) -> None:
    """Once for its receiver and moment; its parts are done when it is."""
    receiver, channel, due_at = _digest_of(member)
    if due_at + _GRACE > services.now():
        return
    event = PeriodEnded(at=due_at, period="digest")
    digest = Notice(
        id=notice_id(f"digest {due_at.isoformat()}", NoticeKind.DIGEST, channel, receiver),
        kind=NoticeKind.DIGEST,
        channel=channel,
        receiver=receiver,
        subject=event.subject,
        body=written(event),
        created_at=services.now(),
    )
    try:
        commit(services, AddNotice(digest), waits(services, digest))
    except AlreadyExists:
        _settle(services, services.store.notice(digest.id))


def _settle(services: Services, digest: Notice) -> None:
    if digest.state is not NoticeState.SENT:  # one that failed waits, with its parts, for an admin
        return
    for member in digest_members(services, digest):
        done = replace(member, state=NoticeState.SENT, sent_at=digest.sent_at or services.now(), reason=digest.reason)
        with suppress(MovedOn, NotFound):
            commit(services, SaveNotice(done))


def _tell_summaries(services: Services, user: User) -> None:
    now, zone, since = services.now(), zone_for(user, None, site(services).timezone), choices_of(user).since
    days = days_to_tell(now, zone, since, min(_DAYS_BACK, _kept(services)))
    weeks = weeks_to_tell(now, zone, since, _kept(services))
    served = set(served_channels(services))
    for kind, periods in ((NoticeKind.DAILY_SUMMARY, days), (NoticeKind.WEEKLY_SUMMARY, weeks)):
        for channel in sorted(channels_of(kind, user) & served):
            _tell_each(services, kind, Receiver(channel, f"user {user.id}", user), periods, None)


def _tell_weeks(services: Services, course: Course) -> None:
    people = [user for user in services.store.teachers(course.id) if user.role is not Role.STUDENT]
    for receiver in receivers(NoticeKind.WEEK_LOG, people, course, served_channels(services)):
        user = receiver.user
        zone = zone_for(user, course, site(services).timezone)
        has_chosen = user is not None and NoticeKind.WEEK_LOG in choices_of(user).channels
        since = choices_of(user).since if user and has_chosen else choices_of_course(course).since
        periods = weeks_to_tell(services.now(), zone, since, _kept(services))
        _tell_each(services, NoticeKind.WEEK_LOG, receiver, periods, course)


def _tell_each(
    services: Services, kind: NoticeKind, receiver: Receiver, periods: Sequence[str], course: Course | None
) -> None:
    for period in sorted(periods):
        once = f"{period} {course.id if course else ''}"
        if not _is_written(services, notice_id(once, kind, receiver.channel, receiver.name)):
            event = PeriodEnded(at=services.now(), period=period, course_id=course.id if course else "")
            write(services, event, kind, receiver, once, course=course)


def _is_written(services: Services, wanted: str) -> bool:
    try:
        services.store.notice(wanted)
    except NotFound:
        return False
    return True


def _kept(services: Services) -> timedelta:
    return timedelta(days=services.settings.notices_days)
