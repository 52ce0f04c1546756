"""What happened, for handlers: a word for each, committed with the change that it tells of.

An event names what it is about by ids alone: names and pictures are read when it is handled, if they are still there.
What may wait in the outbox when a student is removed names them by the key that is ours, which means nothing then.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import ClassVar

from attendance.model.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened at a moment. `id` is what a handler tells by that it has seen it already."""

    kind: ClassVar[str]
    about: ClassVar[tuple[str, str]]
    """A word for what it is about, and the field that says which."""
    at: datetime
    id: str = field(default_factory=new_id)

    @property
    def subject(self) -> str:
        """What it is about: events of one subject reach each receiver in the order in which they happened."""
        word, field_name = self.about
        return f"{word} {getattr(self, field_name)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSearched(Event):
    """The search of a recording has ended, and of a lecture that is over the marks are decided."""

    kind: ClassVar[str] = "recording.searched"
    about: ClassVar[tuple[str, str]] = ("lecture", "lecture_id")
    lecture_id: str
    recording_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownSeen(Event):
    """A search saw people who are nobody of the roster; `numbers` tell them apart in their recording."""

    kind: ClassVar[str] = "unknown.seen"
    about: ClassVar[tuple[str, str]] = ("lecture", "lecture_id")
    lecture_id: str
    recording_id: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownDecided(Event):
    """A person said who unknown people of a course are, or are not, or took that back; these lectures show them."""

    kind: ClassVar[str] = "unknown.decided"
    about: ClassVar[tuple[str, str]] = ("course", "course_id")
    course_id: str
    decision_id: str
    decision: str
    lecture_ids: tuple[str, ...]
    by: str | None
    undone: bool
    student_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarksChanged(Event):
    """Searches, or a list that a person imported, gave these students of a lecture another status than before."""

    kind: ClassVar[str] = "marks.changed"
    about: ClassVar[tuple[str, str]] = ("lecture", "lecture_id")
    lecture_id: str
    student_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarksWait(Event):
    """A lecture runs or is still searched: its marks are decided when it is over."""

    kind: ClassVar[str] = "marks.wait"
    about: ClassVar[tuple[str, str]] = ("lecture", "lecture_id")
    lecture_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkSet(Event):
    """A person set a mark, or gave it back to the search."""

    kind: ClassVar[str] = "mark.set"
    about: ClassVar[tuple[str, str]] = ("lecture", "lecture_id")
    lecture_id: str
    student_key: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarksSet(Event):
    """A person set marks of several students at once, or undid that."""

    kind: ClassVar[str] = "marks.set"
    about: ClassVar[tuple[str, str]] = ("lecture", "lecture_id")
    lecture_id: str
    student_keys: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseTimesChanged(Event):
    """What is late, or early, in a course was changed: its lectures are to be marked by that."""

    kind: ClassVar[str] = "course.times_changed"
    about: ClassVar[tuple[str, str]] = ("course", "course_id")
    course_id: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealFiled(Event):
    """A student objects to a mark, or excuses themselves in advance."""

    kind: ClassVar[str] = "appeal.filed"
    about: ClassVar[tuple[str, str]] = ("appeal", "appeal_id")
    course_id: str
    appeal_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealAnswered(Event):
    """A person answered an objection or an excuse."""

    kind: ClassVar[str] = "appeal.answered"
    about: ClassVar[tuple[str, str]] = ("appeal", "appeal_id")
    course_id: str
    appeal_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged(Event):
    """Link, id or code of a course's meeting is another, or of one lecture's alone; what it is now is read."""

    kind: ClassVar[str] = "link.changed"
    about: ClassVar[tuple[str, str]] = ("course", "course_id")
    course_id: str
    lecture_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentRegistered(Event):
    """A student is known from now on."""

    kind: ClassVar[str] = "student.registered"
    about: ClassVar[tuple[str, str]] = ("student", "student_key")
    student_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentRemoved(Event):
    """A student is gone; the pseudonym of the audit trail is left, and a key that leads to nobody any more."""

    kind: ClassVar[str] = "student.removed"
    about: ClassVar[tuple[str, str]] = ("student", "pseudonym")
    pseudonym: str
    student_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(Event):
    """A student's consent to these purposes was taken back."""

    kind: ClassVar[str] = "student.consent_withdrawn"
    about: ClassVar[tuple[str, str]] = ("student", "student_key")
    student_key: str
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotosRemoved(Event):
    """Photos of a student were removed: one, or with the consent to them all."""

    kind: ClassVar[str] = "student.photos_removed"
    about: ClassVar[tuple[str, str]] = ("student", "student_key")
    student_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised(Event):
    """A reading reached the threshold of its device."""

    kind: ClassVar[str] = "alarm.raised"
    about: ClassVar[tuple[str, str]] = ("device", "device_id")
    alarm_id: str
    device_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSilent(Event):
    """Nothing was heard of a device for longer than it may be silent; `since` is when it was heard of last."""

    kind: ClassVar[str] = "device.silent"
    about: ClassVar[tuple[str, str]] = ("device", "device_id")
    device_id: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSeen(Event):
    """Somebody who agreed to be known there was at a door, for sure or perhaps: the visit says who."""

    kind: ClassVar[str] = "visit.seen"
    about: ClassVar[tuple[str, str]] = ("device", "device_id")
    device_id: str
    visit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownAtDoor(Event):
    """Somebody was at a door who is nobody that agreed to be known there."""

    kind: ClassVar[str] = "visit.unknown"
    about: ClassVar[tuple[str, str]] = ("device", "device_id")
    device_id: str
    visit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitNamed(Event):
    """A person said whom a visit shows, or that it shows somebody else."""

    kind: ClassVar[str] = "visit.named"
    about: ClassVar[tuple[str, str]] = ("device", "device_id")
    device_id: str
    visit_id: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsDecided(Event):
    """A person said who unknown people at a door are, or are not, or took that back; these visits show them."""

    kind: ClassVar[str] = "visits.decided"
    about: ClassVar[tuple[str, str]] = ("device", "device_id")
    device_id: str
    decision_id: str
    decision: str
    visit_ids: tuple[str, ...]
    by: str
    undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedIn(Event):
    """A student checked in at a kiosk."""

    kind: ClassVar[str] = "kiosk.checked_in"
    about: ClassVar[tuple[str, str]] = ("student", "student_key")
    student_key: str
    check_in_id: str
    device_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedOut(Event):
    """A student checked out at a kiosk."""

    kind: ClassVar[str] = "kiosk.checked_out"
    about: ClassVar[tuple[str, str]] = ("student", "student_key")
    student_key: str
    check_in_id: str
    device_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInTakenBack(Event):
    """Somebody said at a kiosk that a check-in, or a check-out, was not theirs."""

    kind: ClassVar[str] = "kiosk.taken_back"
    about: ClassVar[tuple[str, str]] = ("student", "student_key")
    student_key: str
    check_in_id: str
    device_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAtRisk(Event):
    """A student crossed rules of a course; `crossings` say which, and in which lectures."""

    kind: ClassVar[str] = "student.at_risk"
    about: ClassVar[tuple[str, str]] = ("student", "student_key")
    course_id: str
    student_key: str
    crossings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRulesSet(Event):
    """A course asks from now on for something else before it calls a student at risk."""

    kind: ClassVar[str] = "course.risk_rules_set"
    about: ClassVar[tuple[str, str]] = ("course", "course_id")
    course_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeWaits(Event):
    """A notice may be sent now. Those of one `line` reach the channel in order; others do not wait for each other."""

    kind: ClassVar[str] = "notice.waits"
    about: ClassVar[tuple[str, str]] = ("notice", "line")
    channel: str
    line: str
    notice_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTried(Event):
    """An admin wants to see whether a webhook works: it alone is told."""

    kind: ClassVar[str] = "webhook.tried"
    about: ClassVar[tuple[str, str]] = ("webhook", "webhook_id")
    webhook_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodEnded(Event):
    """A day (`2026-03-02`) or an ISO week (`2026-W10`) is over on a reader's clock; of one course, or of all theirs."""

    kind: ClassVar[str] = "period.ended"
    about: ClassVar[tuple[str, str]] = ("period", "period")
    period: str
    course_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogAsked(Event):
    """Somebody wants the log by mail now: of these courses, from one moment to before another where they are given."""

    kind: ClassVar[str] = "log.asked"
    about: ClassVar[tuple[str, str]] = ("log of", "by")
    by: str
    course_ids: tuple[str, ...]
    statuses: tuple[str, ...] = ()
    from_at: str = ""
    before_at: str = ""
    format: str = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdsChanged(Event):
    """An admin chose other thresholds: lectures are marked again, this page of them first."""

    kind: ClassVar[str] = "site.thresholds_changed"
    about: ClassVar[tuple[str, str]] = ("lectures of page", "page")
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited(Event):
    """Somebody is to be sent the link by which they set their first password."""

    kind: ClassVar[str] = "user.invited"
    about: ClassVar[tuple[str, str]] = ("user", "user_id")
    user_id: str
    link_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordForgotten(Event):
    """Somebody asked on the sign-in page for a link to set a new password; of no user where nobody has the address."""

    kind: ClassVar[str] = "user.password_forgotten"
    about: ClassVar[tuple[str, str]] = ("user", "user_id")
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GradesAsked(Event):
    """Somebody wants the attendance in the grade book of a learning platform now."""

    kind: ClassVar[str] = "grades.asked"
    about: ClassVar[tuple[str, str]] = ("grades of", "link_id")
    platform_id: str
    link_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAnswered(Event):
    """Somebody pressed or chose something in a notice; `account` is who, as the notice's channel calls them."""

    kind: ClassVar[str] = "notice.answered"
    about: ClassVar[tuple[str, str]] = ("notice", "notice_id")
    notice_id: str
    action: str
    target: str
    account: str
    reference: str
    choice: str
    keeps_photo: bool = False


KINDS: dict[str, type[Event]] = {
    kind.kind: kind
    for kind in (
        RecordingSearched,
        UnknownSeen,
        UnknownDecided,
        MarksChanged,
        MarksWait,
        MarkSet,
        MarksSet,
        CourseTimesChanged,
        AppealFiled,
        AppealAnswered,
        LinkChanged,
        StudentRegistered,
        StudentRemoved,
        ConsentWithdrawn,
        PhotosRemoved,
        AlarmRaised,
        DeviceSilent,
        VisitSeen,
        UnknownAtDoor,
        VisitNamed,
        VisitsDecided,
        CheckedIn,
        CheckedOut,
        CheckInTakenBack,
        FoundAtRisk,
        RiskRulesSet,
        NoticeWaits,
        WebhookTried,
        PeriodEnded,
        LogAsked,
        GradesAsked,
        NoticeAnswered,
        ThresholdsChanged,
        Invited,
        PasswordForgotten,
    )
}


def written(event: Event) -> str:
    """The event as the outbox holds it."""
    values = {one.name: getattr(event, one.name) for one in fields(event)}
    return json.dumps({"kind": event.kind} | values, default=datetime.isoformat, ensure_ascii=False)


def read(text: str) -> Event:
    """The event that `written` made the text of. Raises KeyError for a kind that this version does not know."""
    values = json.loads(text)
    kind = KINDS[values.pop("kind")]
    for one in fields(kind):
        if one.type == "datetime":
            values[one.name] = datetime.fromisoformat(values[one.name])
        elif str(one.type).startswith("tuple"):
            values[one.name] = tuple(values[one.name])
    return kind(**values)
