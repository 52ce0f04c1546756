"""Notices: one message about one event to one receiver by one channel, and what people chose to be told."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

MAIL, SLACK, WEBHOOK = "mail", "slack", "webhook"
"""The channels: what a service is for, whichever adapter serves it."""


class NoticeKind(StrEnum):
    """What a notice is about, as people choose it."""

    SEARCH_DONE = "search_done"
    UNSURE_WAITING = "unsure_waiting"
    UNKNOWN_SEEN = "unknown_seen"
    LECTURE_LOG = "lecture_log"
    WEEK_LOG = "week_log"
    DAILY_SUMMARY = "daily_summary"
    WEEKLY_SUMMARY = "weekly_summary"
    AT_RISK = "at_risk"
    ALARM = "alarm"
    DEVICE_SILENT = "device_silent"
    INVITATION = "invitation"  # about the reader's own account, and not chosen
    PASSWORD_RESET = "password_reset"  # noqa: S105 - likewise
    APPEAL_FILED = "appeal_filed"
    APPEAL_ANSWERED = "appeal_answered"
    LINK_CHANGED = "link_changed"
    DIGEST = "digest"  # several notices of a day in one: follows from what was chosen, and is not chosen itself
    EVENT = "event"  # any event as it is, for machines


ABOUT_ACCOUNTS = (NoticeKind.INVITATION, NoticeKind.PASSWORD_RESET)
"""What nobody can be without, and hold a secret of the reader's."""


class NoticeState(StrEnum):
    """Where a notice is on its way."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Notice:
    """That one receiver is told of one event by one channel; what it says is composed when it is sent, from ids.

    `receiver` is `user ID`, `contact KEY` of a student's contact, or the name of a channel of the service.
    `subject` and `body` are those of the event in the outbox. `due_at` is when it may go where it must wait for that
    (quiet hours, a digest); None once its sending waits in the outbox. `reference` is what the service calls it;
    `reason` is why the last attempt failed. `names` are the keys of the students whom it named when it was sent, with
    blanks between them. `version` counts its changes, so that of two who change it at once one is refused.
    """

    id: str
    kind: NoticeKind
    channel: str
    receiver: str
    subject: str
    body: str
    created_at: datetime
    due_at: datetime | None = None
    in_digest: bool = False
    state: NoticeState = NoticeState.WAITING
    sent_at: datetime | None = None
    reference: str | None = None
    reason: str | None = None
    names: str = ""
    version: int = 0


def notice_id(event_id: str, kind: NoticeKind, channel: str, receiver: str) -> str:
    """The same for the same event, kind, receiver and channel: so there is at most one notice of them."""
    return hashlib.sha256("\n".join((event_id, kind, channel, receiver)).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a table: what it is, and its value with its unit."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with the text for who does not see it.

    `media_key` is that of the stored file, None of one that was drawn for the message; `content` are its bytes either
    way. Where `shows_a_face`, a mail has it only where the school allows that.
    """

    content: bytes
    media_type: str
    alt: str
    media_key: str | None = None
    shows_a_face: bool = True


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the site by its whole address."""

    text: str
    url: str


class ActionKind(StrEnum):
    """What a receiver can answer where the channel takes answers."""

    NAME_UNKNOWN = "name_unknown"
    IGNORE_UNKNOWN = "ignore_unknown"
    SEE_ALARM = "see_alarm"
    KEEP_PHOTO = "keep_photo"  # a tick beside NAME_UNKNOWN, and no answer of its own


@dataclass(frozen=True, slots=True)
class Action:
    """A button: what it does, its label, and what it does it to.

    `target` is `RECORDING_ID/NUMBER` of an unknown of a lecture, the id of a visit of one at a door, and that of an
    alarm.
    """

    kind: ActionKind
    label: str
    target: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a notice says, in the reader's language and zone. Texts are plain: each channel escapes them its own way.

    `data` is the same for machines: ids, words and times, no text for people. `unsubscribe_url` ends this kind of
    notice for this reader, by one POST without login. `names` are the keys of the students whom it names.
    """

    kind: NoticeKind
    subject: str
    paragraphs: tuple[str, ...]
    at: datetime
    facts: tuple[Fact, ...] = ()
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    links: tuple[Link, ...] = ()
    actions: tuple[Action, ...] = ()
    language: str = "en"
    timezone: str = "UTC"
    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    unsubscribe_url: str | None = None
    names: tuple[str, ...] = ()


class Pace(StrEnum):
    """When a person is told."""

    AT_ONCE = "at_once"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class UserNotices:
    """What a user chose: the channels of each kind, where they chose for that kind, and when.

    An empty set is "never"; a kind that is missing is as the course says, or as usual. `log_format` is that of logs by
    mail, None as the course says. Quiet hours are `HH:MM` of the reader's clock and may go over midnight; without both
    there are none. `since` is when this was chosen: no summary goes back to before.
    """

    channels: Mapping[NoticeKind, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    pace: Pace = Pace.AT_ONCE
    quiet_from: str | None = None
    quiet_until: str | None = None
    since: datetime | None = None
    log_format: str | None = None


@dataclass(frozen=True, slots=True)
class CourseNotices:
    """What a course chose: the channels of each kind, for all its teachers who did not choose themselves.

    `slack_channel` is where its notices by Slack go: a channel's name or id; empty: to nobody. `since` as of a user.
    """

    channels: Mapping[NoticeKind, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    slack_channel: str = ""
    since: datetime | None = None
    log_format: str = "csv"
