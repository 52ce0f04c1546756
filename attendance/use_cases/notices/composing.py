"""What a notice says, composed when it is sent, from what is there then: who was removed since is not named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from attendance.errors import NotFound
from attendance.events import Event, LogAsked, UnknownAtDoor, read
from attendance.model import ABOUT_ACCOUNTS, Course, Link, Message, Notice, NoticeKind, User
from attendance.rules.notices import zone_for
from attendance.services import Services
from attendance.use_cases.notices import (
    account_messages,
    appeal_messages,
    course_messages,
    device_messages,
    link_messages,
    risk_messages,
)
from attendance.use_cases.notices.composed import Reader, language_of
from attendance.use_cases.notices.unsubscribing import unsubscribe_url
from attendance.use_cases.site.reading import site
from attendance.words import Words

_Composer = Callable[[Services, Event, Reader], Message]
_COMPOSED_BY: Mapping[NoticeKind, _Composer] = {
    NoticeKind.SEARCH_DONE: course_messages.search_done,
    NoticeKind.UNSURE_WAITING: course_messages.unsure_waiting,
    NoticeKind.UNKNOWN_SEEN: course_messages.unknown_seen,
    NoticeKind.LECTURE_LOG: course_messages.lecture_log,
    NoticeKind.WEEK_LOG: course_messages.week_log,
    NoticeKind.DAILY_SUMMARY: course_messages.summary,
    NoticeKind.WEEKLY_SUMMARY: course_messages.summary,
    NoticeKind.AT_RISK: risk_messages.at_risk,
    NoticeKind.INVITATION: account_messages.invitation,
    NoticeKind.PASSWORD_RESET: account_messages.password_reset,
    NoticeKind.APPEAL_FILED: appeal_messages.appeal_filed,
    NoticeKind.APPEAL_ANSWERED: appeal_messages.appeal_answered,
    NoticeKind.LINK_CHANGED: link_messages.link_changed,
    NoticeKind.ALARM: device_messages.alarm,
    NoticeKind.DEVICE_SILENT: device_messages.device_silent,
}


def compose(services: Services, notice: Notice, user: User | None) -> Message | None:
    """None where nothing is left to tell of. Raises ServiceUnavailable."""
    event = read(notice.body)
    if notice.kind is NoticeKind.EVENT:
        return _for_machines(event)
    try:
        reader = _reader(services, event, user)
        if notice.kind is NoticeKind.DIGEST:
            message = _digest(services, notice, user, reader)
        else:
            message = _composer(notice.kind, event)(services, event, reader)
    except NotFound:
        return None
    if message is None:
        return None
    is_chosen = not isinstance(event, LogAsked) and notice.kind not in ABOUT_ACCOUNTS
    ends = unsubscribe_url(services, user, notice.kind) if user and is_chosen else None
    return replace(
        message,
        kind=notice.kind,
        language=reader.words.language,
        timezone=reader.words.zone,
        data=_data(event),
        unsubscribe_url=ends,
    )


def _composer(kind: NoticeKind, event: Event) -> _Composer:
    return device_messages.unknown_at_door if isinstance(event, UnknownAtDoor) else _COMPOSED_BY[kind]


def digest_members(services: Services, notice: Notice) -> Sequence[Notice]:
    """What waits for this digest: of its receiver and channel, due at its moment."""
    due = services.store.due_notices(services.now(), limit=10_000)
    mine = (notice.receiver, notice.channel, read(notice.body).at)
    return [one for one in due if one.in_digest and (one.receiver, one.channel, one.due_at) == mine]


def _digest(services: Services, notice: Notice, user: User | None, reader: Reader) -> Message | None:
    """One paragraph each; None where all that they told of is gone."""
    composed = [compose(services, member, user) for member in digest_members(services, notice)]
    messages = [message for message in composed if message is not None]
    if not messages:
        return None
    _ = reader.words
    return Message(
        kind=NoticeKind.DIGEST,
        subject=_.count("Rollcall: %(num)s notice of a day", "Rollcall: %(num)s notices of a day", len(messages)),
        paragraphs=tuple(f"{one.subject}: {' '.join(one.paragraphs)}" for one in messages),
        at=services.now(),
        links=tuple(dict.fromkeys(Link(one.subject, link.url) for one in messages for link in one.links[:1])),
        names=tuple(dict.fromkeys(key for one in messages for key in one.names)),
    )


def _for_machines(event: Event) -> Message:
    return Message(
        kind=NoticeKind.EVENT, subject=event.subject, paragraphs=(), at=event.at, data=_data(event), timezone="UTC"
    )


def _data(event: Event) -> Mapping[str, Any]:
    values = {name: getattr(event, name) for kind in type(event).__mro__ for name in getattr(kind, "__slots__", ())}
    readable = {name: one.isoformat() if isinstance(one, datetime) else one for name, one in values.items()}
    return {"id": event.id, "kind": event.kind, "subject": event.subject} | readable


def _reader(services: Services, event: Event, user: User | None) -> Reader:
    """Raises NotFound."""
    course = _course_of(services, event)
    return Reader(Words(language_of(services, user), zone_for(user, course, site(services).timezone)), user, course)


def _course_of(services: Services, event: Event) -> Course | None:
    if lecture_id := getattr(event, "lecture_id", None):
        return services.store.course(services.store.lecture(lecture_id).course_id)
    course_ids: Sequence[str] = getattr(event, "course_ids", ()) or [getattr(event, "course_id", "")]
    return services.store.course(course_ids[0]) if len(course_ids) == 1 and course_ids[0] else None
