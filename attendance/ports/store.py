"""The Store: all its parts, each a small Protocol of its own, and those for lectures, searches, marks and audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from datetime import datetime
from typing import Protocol

from attendance.changes import Part
from attendance.model import (
    ALL_ENTRIES,
    Appeal,
    AtRisk,
    AuditEntry,
    AuditFilter,
    BookMark,
    Lecture,
    LectureCounts,
    LiveVersion,
    LogFilter,
    LoginState,
    LogRow,
    Mark,
    MarkChange,
    MarkTotal,
    Meeting,
    Notice,
    NoticeState,
    OutboxItem,
    Owner,
    Page,
    Platform,
    PlatformAccount,
    PlatformCourse,
    Post,
    Recording,
    Sighting,
    Status,
    ToolKey,
    UnknownDecision,
    UnknownsSwitch,
    Webhook,
    Witness,
)
from attendance.ports.devices import (
    AlarmStore,
    CheckInStore,
    DeviceStore,
    ReadingStore,
    TimetableStore,
    VisitStore,
)
from attendance.ports.people import (
    AccountLinkStore,
    CourseStore,
    ExternalIdStore,
    RenewalStore,
    RequestStore,
    SessionStore,
    SignInStore,
    StudentStore,
    TokenStore,
    UserStore,
)


class LectureStore(Protocol):
    """Lectures, recordings and what was seen in them."""

    def lecture(self, lecture_id: str) -> Lecture:
        """Raises NotFound."""

    def find_lecture(self, course_id: str, at: datetime) -> Lecture | None:
        """The lecture of a course that is on at this moment (start <= moment < end); of several the last to start."""

    def lectures(self, *, course_ids: Sequence[str] | None = None, page: int = 1, size: int = 50) -> Page[Lecture]:
        """Newest first."""

    def lectures_between(
        self, from_at: datetime, before_at: datetime, *, course_ids: Sequence[str] | None = None
    ) -> Sequence[Lecture]:
        """Those that start in this time, the first to start first, then by id."""

    def lecture_counts(self, lecture_ids: Sequence[str]) -> Mapping[str, LectureCounts]:
        """Of each of them, by its id, without reading all that was seen in it."""

    def lectures_in_search(self) -> Set[str]:
        """Ids of all lectures of which a recording is queued or searched."""

    def recording(self, recording_id: str) -> Recording:
        """Raises NotFound."""

    def recordings(self, lecture_id: str) -> Sequence[Recording]:
        """Sorted by start."""

    def sighting(self, sighting_id: str) -> Sighting:
        """Raises NotFound."""

    def sightings(self, lecture_id: str) -> Sequence[Sighting]:
        """Of all recordings of the lecture, sorted by recording and first second."""


class SearchStore(Protocol):
    """The lease on a recording's search. One worker holds it at a time; a worker that dies loses it with time."""

    def waiting_searches(self, now: datetime) -> Sequence[str]:
        """Ids of recordings that are queued, or searching under a lease that ended before `now`; oldest first."""

    def claim_search(self, recording_id: str, worker: str, now: datetime, until: datetime) -> Recording | None:
        """Take the lease, set to searching, count an attempt. None where it is held, done, failed or gone."""

    def renew_claim(self, recording_id: str, worker: str, until: datetime, progress: float) -> bool:
        """False where the lease was lost: the worker must stop."""

    def release_claim(self, recording_id: str, worker: str, reason: str | None = None) -> None:
        """Back to queued, the attempt not counted, with the reason why it waits; nothing where the lease was lost."""

    def save_sightings(
        self, recording_id: str, worker: str, sightings: Sequence[Sighting], engine: str, at: datetime
    ) -> bool:
        """Replace the recording's sightings and say since when it counts as searched, and by which engine.

        Pictures of the old sightings become erasures. False where the lease was lost.
        """

    def fail_search(self, recording_id: str, worker: str, sentence: str) -> bool:
        """Set to failed with the reason; earlier sightings stay. False where the lease was lost."""


class MarkStore(Protocol):
    """Marks, their history, and the log."""

    def marks(self, lecture_id: str) -> Sequence[Mark]:
        """Sorted by student id."""

    def course_marks(self, course_id: str) -> Sequence[BookMark]:
        """Of all lectures of a course, sorted by lecture id and student id; none where there is no such course."""

    def mark_changes(self, lecture_id: str) -> Sequence[MarkChange]:
        """The history of all marks of a lecture, oldest first."""

    def mark_totals(
        self, bounds: Sequence[datetime], *, course_ids: Sequence[str] | None = None, without: Collection[str] = ()
    ) -> Sequence[MarkTotal]:
        """How many marks of each status and own status each course has, between one bound and the next.

        Of lectures that ended by the last bound, but not of those in `without`; in any order.
        """

    def mark_history(self, lecture_id: str, student_id: str) -> Sequence[MarkChange]:
        """Oldest first."""

    def log(self, wanted: LogFilter, *, page: int = 1, size: int = 50) -> Page[LogRow]:
        """The attendance log. Ties are sorted by time, course and student id, so that pages never overlap."""

    def log_totals(self, wanted: LogFilter) -> Counter[Status]:
        """How many lines of the log have each status."""


class UnknownStore(Protocol):
    """What people said of unknown faces, and where vectors of them may be kept."""

    def unknown_decisions(self, owner: Owner) -> Sequence[UnknownDecision]:
        """Of a course or a door, oldest first; those at one moment by id."""

    def unknowns_switch(self, owner: Owner) -> UnknownsSwitch | None:
        """None where it was never set."""

    def unknowns_switches(self) -> Sequence[UnknownsSwitch]:
        """All that were ever set, by kind and id of their owner."""

    def set_vectors(self, vectors: Mapping[str, tuple[float, ...] | None]) -> None:
        """Keep these vectors with their sightings, or forget them (None); sightings that are gone are passed over."""


class AppealStore(Protocol):
    """Objections and excuses of students; each list is oldest first. They are written by `commit` alone."""

    def appeal(self, course_id: str, appeal_id: str) -> Appeal:
        """Raises NotFound."""

    def appeals_in(self, course_id: str) -> Sequence[Appeal]:
        """All of a course."""

    def appeals_of(self, student_id: str) -> Sequence[Appeal]:
        """All of a student."""

    def open_appeals(self) -> Sequence[Appeal]:
        """Those of all courses that wait for an answer."""

    def appeals_with_files(self) -> Sequence[Appeal]:
        """Those of all courses whose file is stored."""


class LiveStore(Protocol):
    """Meetings, what people wrote, and who meeting services saw. Written by `commit` alone, save for what is old."""

    def meeting(self, course_id: str, lecture_id: str | None = None) -> Meeting | None:
        """Of a course, or of one lecture alone; None where nobody ever said anything of it."""

    def meetings(self, course_ids: Sequence[str]) -> Sequence[Meeting]:
        """Of these courses and all their lectures, by id."""

    def meetings_numbered(self, number: str) -> Sequence[Meeting]:
        """Those with this id to type, by id."""

    def live_version(self, course_id: str) -> LiveVersion:
        """Zero where nothing was ever changed. Open pages ask this every second."""

    def posts(self, course_id: str, lecture_id: str | None = None, *, after: int = 0) -> Sequence[Post]:
        """Of the course itself, or of one lecture: those of later versions than that, oldest first."""

    def post(self, course_id: str, lecture_id: str | None, post_id: str) -> Post:
        """Raises NotFound."""

    def witnesses(self, lecture_id: str) -> Sequence[Witness]:
        """Oldest first."""

    def remove_live(self, before: datetime) -> None:
        """Erase posts that were written, and what meeting services saw, before this."""


class SpendingStore(Protocol):
    """How much of a month's searches by a service that charges has been ordered, in seconds of video."""

    def order_search(self, month: str, token: str, seconds: float, most_seconds: float | None) -> bool:
        """Write down a search that is about to be paid for; the same `token` again is the same order, and true.

        False, and nothing written, where the month (`YYYY-MM`, UTC) would come to more than `most_seconds`. Orders at
        once never come to more than that together. Seconds below zero take back what was ordered.
        """

    def ordered_seconds(self, month: str) -> float:
        """The sum of the month's orders; 0 where there are none."""


class AuditStore(Protocol):
    """What people did, and what is still to be erased."""

    def audit(self, wanted: AuditFilter = ALL_ENTRIES, *, page: int = 1, size: int = 50) -> Page[AuditEntry]:
        """Newest first."""

    def pending_erasures(self, limit: int = 1000) -> Sequence[str]:
        """Media keys whose rows are gone and whose files must go; what begins with COPY is for the face engine."""

    def unclaimed(self, keys: Sequence[str]) -> Sequence[str]:
        """Those of these media keys that no face, recording, sighting or mark names; in the order given."""


class SiteStore(Protocol):
    """What admins chose for the whole site. It is written by `commit` alone."""

    def site_settings(self) -> Mapping[str, str]:
        """By name; what was never chosen is left out."""


class OutboxStore(Protocol):
    """What waits for its handler: events, and deletions. It is written by `commit` alone."""

    def outbox(self, handler: str, *, limit: int = 1000) -> Sequence[OutboxItem]:
        """All that is not done, given up or not; the oldest first, but deletions in any order."""

    def claim_outbox(self, item: OutboxItem, until: datetime) -> bool:
        """Count an attempt and let nobody else begin one before `until`. False where it is not as it was read."""

    def postpone_outbox(self, item: OutboxItem) -> None:
        """Store when it is due, its attempts and its error. Nothing happens where it is done."""

    def finish_outbox(self, items: Sequence[OutboxItem]) -> None:
        """They are done, and forgotten."""


class NoticeStore(Protocol):
    """Whom of what is told. Notices are written by `commit` alone."""

    def notice(self, notice_id: str) -> Notice:
        """Raises NotFound."""

    def notices(self, state: NoticeState, *, page: int = 1, size: int = 50) -> Page[Notice]:
        """Newest first."""

    def notices_by_id(self, notice_ids: Collection[str]) -> Mapping[str, Notice]:
        """Those that there are, by id."""

    def notices_to(self, receiver: str, limit: int) -> Sequence[Notice]:
        """To a program, newest first. Of other receivers there may be none here."""

    def due_notices(self, now: datetime, *, limit: int = 1000) -> Sequence[Notice]:
        """Those that wait for a moment that has come; the first to be due first."""

    def remove_notices(self, before: datetime) -> None:
        """Those that were written before this and do not wait."""


class RiskStore(Protocol):
    """Who is at risk. It goes with the student and with the course, and is written by `commit` alone."""

    def at_risk(self, course_ids: Sequence[str] | None = None, *, page: int = 1, size: int = 50) -> Page[AtRisk]:
        """Who is at risk now, in these courses or in all; the newest first, then by course and student."""

    def risks(self, course_id: str) -> Sequence[AtRisk]:
        """Of a course, also of those who are no longer at risk; by student id."""

    def risk(self, course_id: str, student_id: str) -> AtRisk | None:
        """None where no rule ever found anything."""


class WebhookStore(Protocol):
    """Receivers of events that admins added."""

    def webhooks(self) -> Sequence[Webhook]:
        """In the order in which they were added."""

    def webhook(self, webhook_id: str) -> Webhook:
        """Raises NotFound."""


class PlatformStore(Protocol):
    """Learning platforms, and what of theirs is what of ours. Links go with the course, the user and the platform."""

    def platforms(self) -> Sequence[Platform]:
        """Sorted by name."""

    def platform(self, platform_id: str) -> Platform:
        """Raises NotFound."""

    def platform_course(self, platform_id: str, link_id: str) -> PlatformCourse | None:
        """None where it is linked to none of ours."""

    def platform_courses(self, course_id: str) -> Sequence[PlatformCourse]:
        """All that are linked to this course, in the order in which they were."""

    def platform_account(self, platform_id: str, subject: str) -> PlatformAccount | None:
        """None where it is linked to nobody."""

    def platform_accounts(self, user_id: str) -> Sequence[PlatformAccount]:
        """All that are linked to this user, in the order in which they were."""

    def tool_key(self) -> ToolKey | None:
        """None where none was made yet."""

    def begin_login(self, state: LoginState) -> None:
        """Raises NotFound (platform), AlreadyExists."""

    def take_login(self, state_id: str) -> LoginState | None:
        """Once: of several who ask at the same moment one alone gets it. None for all others."""

    def remove_old_logins(self, now: datetime) -> None:
        """Those whose end has come, unless the database forgets them by itself."""


class Store(
    UserStore,
    AccountLinkStore,
    SessionStore,
    TokenStore,
    SignInStore,
    RequestStore,
    CourseStore,
    StudentStore,
    ExternalIdStore,
    RenewalStore,
    LectureStore,
    SearchStore,
    MarkStore,
    UnknownStore,
    AppealStore,
    LiveStore,
    SpendingStore,
    DeviceStore,
    TimetableStore,
    ReadingStore,
    AlarmStore,
    VisitStore,
    CheckInStore,
    AuditStore,
    SiteStore,
    OutboxStore,
    NoticeStore,
    RiskStore,
    WebhookStore,
    PlatformStore,
    Protocol,
):
    """All that is remembered."""

    def commit(self, *parts: Part) -> None:
        """Apply one change of rows, with what the audit trail says of it and the events that follow: all or nothing.

        Raises what the change says that refuses it, and then nothing is changed. What is too much for one transaction
        is done in steps, of which audit and events are the last; the same commit completes what broke off.
        """

    def prepare(self) -> None:
        """Make or migrate what it needs (tables). Safe to call again, also from two processes at once."""

    def purge(self) -> bool:
        """Leave nothing of what was removed in its own files; False where somebody still reads it there.

        Raises OutOfSpace, ServiceUnavailable.
        """

    def check(self) -> None:
        """Raises ServiceUnavailable where it does not answer or is of another version."""
