"""Who is told what by which channel, and when: choices and an event in, receivers and moments out. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from attendance.events import (
    AlarmRaised,
    AppealAnswered,
    AppealFiled,
    DeviceSilent,
    Event,
    FoundAtRisk,
    LinkChanged,
    RecordingSearched,
    UnknownAtDoor,
    UnknownSeen,
)
from attendance.model import (
    MAIL,
    SLACK,
    WEBHOOK,
    Course,
    CourseNotices,
    NoticeKind,
    Pace,
    Role,
    User,
    UserNotices,
)
from attendance.wall_time import day_bounds, wall_moment, wall_time

MORNING = time(7)
"""When digests and summaries go, on the reader's clock."""
AFTER_LECTURE = timedelta(minutes=5)
"""So long after its end, or after a search that ends later, the log of a lecture waits for further recordings."""

OF_COURSES = (
    NoticeKind.SEARCH_DONE,
    NoticeKind.UNSURE_WAITING,
    NoticeKind.UNKNOWN_SEEN,
    NoticeKind.LECTURE_LOG,
    NoticeKind.WEEK_LOG,
    NoticeKind.AT_RISK,
    NoticeKind.APPEAL_FILED,
    NoticeKind.LINK_CHANGED,
)
OF_PEOPLE = (NoticeKind.DAILY_SUMMARY, NoticeKind.WEEKLY_SUMMARY)
OF_STUDENTS = (NoticeKind.APPEAL_ANSWERED,)
"""Told to the student whom it is about, who asked."""
OF_ROSTERS = (NoticeKind.LINK_CHANGED,)
"""Told to all students of a course."""
OF_THE_SITE = (NoticeKind.ALARM, NoticeKind.DEVICE_SILENT)
_IN_DIGESTS = (NoticeKind.SEARCH_DONE, NoticeKind.UNSURE_WAITING, NoticeKind.UNKNOWN_SEEN)
_FOR_PEOPLE = (MAIL, SLACK)
_USUAL: Mapping[NoticeKind, frozenset[str]] = {NoticeKind.AT_RISK: frozenset({MAIL})}
"""How people are told where neither they nor the course chose: who sets rules of risk wants to hear of them."""
LOG_FORMATS = ("csv", "pdf")
"""As what logs come by mail."""

_KINDS_OF: Mapping[type[Event], Sequence[NoticeKind]] = {
    RecordingSearched: (NoticeKind.SEARCH_DONE, NoticeKind.UNSURE_WAITING, NoticeKind.LECTURE_LOG),
    UnknownSeen: (NoticeKind.UNKNOWN_SEEN,),
    UnknownAtDoor: (NoticeKind.UNKNOWN_SEEN,),
    AppealFiled: (NoticeKind.APPEAL_FILED,),
    AppealAnswered: (NoticeKind.APPEAL_ANSWERED,),
    LinkChanged: (NoticeKind.LINK_CHANGED,),
    AlarmRaised: (NoticeKind.ALARM,),
    DeviceSilent: (NoticeKind.DEVICE_SILENT,),
    FoundAtRisk: (NoticeKind.AT_RISK,),
}


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody to be told by a channel: a user, or a channel of the service."""

    channel: str
    name: str
    user: User | None = None


def kinds_of(event: Event) -> Sequence[NoticeKind]:
    """What people may be told because of it."""
    return _KINDS_OF.get(type(event), ())


def kinds_for(role: Role) -> Sequence[NoticeKind]:
    """What somebody of this role can choose."""
    if role is Role.STUDENT:
        return (NoticeKind.AT_RISK, *OF_STUDENTS, *OF_ROSTERS)
    return (*OF_COURSES, *OF_PEOPLE, *(OF_THE_SITE if role is Role.ADMIN else ()))


def choices_of(user: User) -> UserNotices:
    """What the user chose; nothing where they never did."""
    said = json.loads(user.notices or "{}")
    return UserNotices(
        channels=_channels(said),
        pace=Pace(said.get("pace", Pace.AT_ONCE)),
        quiet_from=said.get("quiet_from"),
        quiet_until=said.get("quiet_until"),
        log_format=said.get("log_format"),
        since=_moment(said),
    )


def choices_of_course(course: Course) -> CourseNotices:
    """What the course chose; nothing where nobody ever did."""
    said = json.loads(course.notices or "{}")
    return CourseNotices(
        _channels(said), said.get("slack_channel", ""), _moment(said), said.get("log_format", LOG_FORMATS[0])
    )


def written_choices(chosen: UserNotices | CourseNotices) -> str:
    """As it is stored with the user or the course."""
    said: dict[str, Any] = {name: sorted(channels) for name, channels in chosen.channels.items()}
    said = {"channels": said, "since": chosen.since.isoformat() if chosen.since else None}
    if isinstance(chosen, CourseNotices):
        said |= {"slack_channel": chosen.slack_channel, "log_format": chosen.log_format}
    else:
        said |= {
            "log_format": chosen.log_format,
            "pace": chosen.pace,
            "quiet_from": chosen.quiet_from,
            "quiet_until": chosen.quiet_until,
        }
    return json.dumps({name: value for name, value in said.items() if value is not None}, ensure_ascii=False)


def channels_of(kind: NoticeKind, user: User, course: Course | None = None) -> frozenset[str]:
    """By what this user is told: as they chose, else as the course chose, else admins by mail of devices."""
    own = choices_of(user).channels
    if kind in own:
        return own[kind]
    if kind in OF_STUDENTS:
        return frozenset({MAIL})
    if kind in OF_THE_SITE:
        return frozenset({MAIL}) if user.role is Role.ADMIN else frozenset()
    if user.role is Role.STUDENT and kind in OF_ROSTERS:
        return frozenset({MAIL})
    if user.role is Role.STUDENT:  # the course chooses for its teachers
        return _USUAL.get(kind, frozenset())
    of_course = usual_of_course(choices_of_course(course) if course else CourseNotices(), kind)
    return of_course & {MAIL}  # by Slack a course tells its channel, not each teacher


def receivers(
    kind: NoticeKind, people: Sequence[User], course: Course | None, served: Mapping[str, Sequence[str]]
) -> Iterator[Receiver]:
    """Of these people who may know it, those who want to; and the channels that want to.

    `course` is None of what happened at a device. `served` are the channels that this site has, each with the names of
    those who are told of devices without having chosen.
    """
    for user in people:
        for channel in sorted(channels_of(kind, user, course) & set(served) & set(_FOR_PEOPLE)):
            yield Receiver(channel, f"user {user.id}", user)
    if SLACK not in served:
        return
    if course is not None:
        chosen = choices_of_course(course)
        if SLACK in chosen.channels.get(kind, frozenset()) and chosen.slack_channel:
            yield Receiver(SLACK, chosen.slack_channel)
    else:
        yield from (Receiver(SLACK, name) for name in served[SLACK])


def machines(served: Mapping[str, Sequence[str]]) -> Iterator[Receiver]:
    """Who is told of every event."""
    return (Receiver(WEBHOOK, name) for name in served.get(WEBHOOK, ()))


def usual_of_course(chosen: CourseNotices, kind: NoticeKind) -> frozenset[str]:
    """By what its teachers are told who did not choose themselves."""
    return chosen.channels.get(kind, _USUAL.get(kind, frozenset()))


def log_format_for(user: User | None, course: Course | None) -> str:
    """As the user chose, else as the course did."""
    own = choices_of(user).log_format if user else None
    return own or (choices_of_course(course).log_format if course else LOG_FORMATS[0])


def zone_for(user: User | None, course: Course | None, site: str) -> str:
    """The reader's own time zone, else the course's, else the site's."""
    return (user and user.timezone) or (course and course.timezone) or site


def due_for(kind: NoticeKind, user: User | None, now: datetime, zone: str) -> tuple[datetime | None, bool]:
    """When it may go (None: at once), and whether as a part of a digest. What is no person waits for nothing."""
    if user is None:
        return None, False
    chosen = choices_of(user)
    if chosen.pace is Pace.DAILY and kind in _IN_DIGESTS:
        return next_morning(now, zone), True
    return quiet_until(now, zone, chosen.quiet_from, chosen.quiet_until), False


def next_morning(now: datetime, zone: str) -> datetime:
    """The first time after this moment that the reader's clock shows seven."""
    today = wall_time(zone, now).date()
    mornings = (wall_moment(zone, datetime.combine(today + timedelta(days=days), MORNING)) for days in (0, 1))
    return next(moment for moment in mornings if moment > now)


def quiet_until(now: datetime, zone: str, quiet_from: str | None, until: str | None) -> datetime | None:
    """The end of the quiet hours that are on at this moment; None where none are."""
    if not quiet_from or not until or quiet_from == until:
        return None
    local = wall_time(zone, now)
    begins, ends, clock = time.fromisoformat(quiet_from), time.fromisoformat(until), local.time()
    over_midnight = begins > ends
    if not ((clock >= begins or clock < ends) if over_midnight else (begins <= clock < ends)):
        return None
    day = local.date() + timedelta(days=1 if over_midnight and clock >= begins else 0)
    return wall_moment(zone, datetime.combine(day, ends))


def days_to_tell(now: datetime, zone: str, since: datetime | None, keep: timedelta) -> list[str]:
    """Days that are over since `since`, of which the morning has come; none from longer ago than notices are kept."""
    today = wall_time(zone, now).date()
    days = (today - timedelta(days=ago) for ago in range(1, keep.days))
    return [day.isoformat() for day in days if _may_be_told(day + timedelta(days=1), now, zone, since, keep)]


def weeks_to_tell(now: datetime, zone: str, since: datetime | None, keep: timedelta) -> list[str]:
    """The same of weeks, which begin on Monday."""
    today = wall_time(zone, now).date()
    monday = today - timedelta(days=today.weekday())
    after = [monday - timedelta(weeks=ago) for ago in range(keep.days // 7 + 1)]
    return [_week_of(day - timedelta(days=1)) for day in after if _may_be_told(day, now, zone, since, keep)]


def period_bounds(period: str, zone: str) -> tuple[datetime, datetime]:
    """From the first moment of a day or week of this zone to the first after it."""
    if "W" not in period:
        return day_bounds(zone, date.fromisoformat(period))
    year, _, week = period.partition("-W")
    monday = date.fromisocalendar(int(year), int(week), 1)
    return day_bounds(zone, monday)[0], day_bounds(zone, monday + timedelta(days=6))[1]


def _may_be_told(day_after: date, now: datetime, zone: str, since: datetime | None, keep: timedelta) -> bool:
    over = wall_moment(zone, datetime.combine(day_after, time()))
    morning = wall_moment(zone, datetime.combine(day_after, MORNING))
    return since is not None and morning <= now and over > max(since, now - keep + timedelta(days=1))


def _week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _channels(said: Mapping[str, Any]) -> Mapping[NoticeKind, frozenset[str]]:
    known: Collection[str] = {kind.value for kind in NoticeKind}  # a later version may have had more of them
    return {NoticeKind(kind): frozenset(names) for kind, names in said.get("channels", {}).items() if kind in known}


def _moment(said: Mapping[str, Any]) -> datetime | None:
    return datetime.fromisoformat(said["since"]).astimezone(UTC) if "since" in said else None
