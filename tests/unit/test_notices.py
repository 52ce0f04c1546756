"""From events to what people and programs are told: once each, retried, in digests, and never of who is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from attendance.changes import AddUser, MarkStep, RemoveUser, SaveCourse, SaveMarks, SaveUser
from attendance.committing import commit
from attendance.errors import NoticeRefused, ServiceBusy, ServiceUnavailable
from attendance.events import DeviceSilent, MarkSet, RecordingSearched, UnknownSeen
from attendance.model import (
    MAIL,
    WEBHOOK,
    CourseNotices,
    Mark,
    Message,
    NoticeKind,
    NoticeState,
    Pace,
    Role,
    Status,
    UserNotices,
)
from attendance.ports import Store
from attendance.rules.notices import written_choices
from attendance.services import Services
from attendance.use_cases.lectures.marks import set_mark as correct_mark
from attendance.use_cases.notices.clock import release_due, remove_old_notices, tell_periods
from attendance.use_cases.notices.sending import send_again, settle_given_up
from attendance.use_cases.outbox import drain
from attendance.use_cases.students.removing import remove_student
from tests.contract.samples import a_class, a_mark, a_sighting, a_user, searched
from tests.fakes.notifier import FakeNotifier
from tests.unit.in_memory import MemoryServices, services_in_memory

NOW = datetime(2025, 3, 3, 3, tzinfo=UTC)  # the sample lecture ended at 01:30; a Monday, noon in Seoul
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ALL = frozenset({MAIL})
CLASS = ("21", "22")
KEY = f"evidence/{'0' * 32}/{'1' * 32}.jpg"


def marked(store: Store, mark: Mark) -> None:
    """As a search decides it."""
    store.commit(SaveMarks("l1", [MarkStep(mark.student_id, None, mark)]))


class Site:
    """A class, a mail and a webhook service, and a clock that a test moves."""

    def __init__(self, **settings: str) -> None:
        self.now = NOW
        self.mail, self.hook = FakeNotifier(MAIL), FakeNotifier(WEBHOOK, ("hook#1",))
        memory: MemoryServices = services_in_memory(**settings)
        self.services: Services = replace(memory, now=lambda: self.now, notifiers={MAIL: self.mail, WEBHOOK: self.hook})
        self.store = self.services.store
        a_class(memory.store, *CLASS)

    def teacher_wants(self, *kinds: NoticeKind, **more: Any) -> None:
        chosen = UserNotices(dict.fromkeys(kinds, ALL), since=self.now - 400 * HOUR, **more)
        user = replace(self.store.user("u1"), notices=written_choices(chosen))
        self.store.commit(SaveUser(user))

    def happened(self, event: Any) -> None:
        commit(self.services, event)
        self.work()

    def work(self) -> None:
        release_due(self.services)
        drain(self.services)
        settle_given_up(self.services)

    def later(self, pause: timedelta) -> None:
        self.now += pause
        self.work()

    def mails(self) -> list[str]:
        return [message.subject for _, message in self.mail.sent.values()]

    def message(self) -> Message:
        ((_, message),) = self.mail.sent.values()
        return message

    def searched(self, number: int = 1) -> RecordingSearched:
        return RecordingSearched(at=self.now, lecture_id="l1", recording_id="r1", id=f"e{number}")

    def states(self) -> dict[NoticeState, int]:
        return {state: self.store.notices(state).total for state in NoticeState if self.store.notices(state).total}


@pytest.fixture
def site() -> Site:
    return Site()


def test_nobody_is_told_who_did_not_ask(site: Site) -> None:
    site.happened(site.searched())
    assert site.mails() == []


def test_an_event_is_told_once_however_often_it_is_handled(site: Site) -> None:
    site.teacher_wants(NoticeKind.SEARCH_DONE)
    event = site.searched()
    site.happened(event)
    site.happened(event)
    assert site.mails() == ["Searched: C1, Mar 3, 2025, 09:30"]
    assert [to for to, _ in site.mail.sent.values()] == ["u1@example.org"]
    assert len(site.hook.sent) == 1


def test_machines_hear_of_everything_in_ids_alone(site: Site) -> None:
    site.happened(MarkSet(at=NOW, lecture_id="l1", student_key="key-of-21", by="u1", id="e1"))
    ((to, message),) = site.hook.sent.values()
    assert to == "hook#1"
    assert dict(message.data) == {
        "id": "e1",
        "kind": "mark.set",
        "subject": "lecture l1",
        "at": NOW.isoformat(),
        "lecture_id": "l1",
        "student_key": "key-of-21",
        "by": "u1",
    }


def test_the_marks_that_a_person_set_are_told_by_key(site: Site) -> None:
    correct_mark(site.services, "l1", "21", Status.EXCUSED, "ill", by="u1")
    site.work()
    ((_, message),) = site.hook.sent.values()
    assert message.data["student_key"] == "key-of-21"
    assert "21" not in message.data.values()


def test_who_waits_for_a_decision_is_told_anew_only_where_others_wait(site: Site) -> None:
    site.teacher_wants(NoticeKind.UNSURE_WAITING)
    site.happened(site.searched(1))
    assert site.mails() == []
    marked(site.store, a_mark("21", Status.UNSURE))
    for number in (2, 3):
        site.happened(site.searched(number))
    assert site.mails() == ["1 face to decide: C1, Mar 3, 2025, 09:30"]
    assert "Student 21" not in str(site.message())
    marked(site.store, a_mark("22", Status.UNSURE))
    site.happened(site.searched(4))
    assert site.mails()[1:] == ["2 faces to decide: C1, Mar 3, 2025, 09:30"]


def test_unknown_people_come_with_pictures_and_what_can_be_done(site: Site) -> None:
    site.teacher_wants(NoticeKind.UNKNOWN_SEEN)
    searched(site.store, a_sighting("s1", student_id=None, number=1, picture_key=KEY))
    site.services.media.put(KEY, b"jpeg")
    site.happened(UnknownSeen(at=NOW, lecture_id="l1", recording_id="r1", numbers=(1,)))
    (picture,) = site.message().pictures
    assert (picture.content, picture.shows_a_face) == (b"jpeg", True)
    assert {action.target for action in site.message().actions} == {"r1/1"}


def test_a_failing_receiver_holds_up_nobody_else_and_is_tried_again(site: Site) -> None:
    site.teacher_wants(NoticeKind.SEARCH_DONE)
    site.hook.refusals = [ServiceUnavailable("No answer.")]
    site.happened(site.searched())
    assert len(site.mail.sent) == 1
    assert site.hook.sent == {}
    (waiting,) = site.store.notices(NoticeState.WAITING).items
    assert waiting.reason == "No answer."
    site.later(10 * MINUTE)
    assert len(site.hook.sent) == 1
    assert site.store.notice(waiting.id).reason is None


def test_events_of_one_lecture_reach_a_program_in_order(site: Site) -> None:
    site.hook.refusals = [ServiceUnavailable("No answer.")] * 2
    for number in (1, 2, 3):
        commit(site.services, site.searched(number))
    site.work()
    site.later(10 * MINUTE)
    site.later(10 * MINUTE)
    assert [message.data["id"] for _, message in site.hook.sent.values()] == ["e1", "e2", "e3"]


def test_what_is_refused_for_good_fails_at_once_and_is_sent_again_on_demand(site: Site) -> None:
    site.teacher_wants(NoticeKind.SEARCH_DONE)
    site.mail.refusals = [NoticeRefused("No such mailbox.")]
    site.happened(site.searched())
    (failed,) = site.store.notices(NoticeState.FAILED).items
    assert failed.reason == "No such mailbox."
    assert site.store.outbox(MAIL) == []
    send_again(site.services, failed.id)
    site.work()
    assert len(site.mails()) == 1


def test_what_never_works_fails_after_two_days_with_its_reason(site: Site) -> None:
    site.teacher_wants(NoticeKind.SEARCH_DONE)
    site.mail.refusals = [ServiceUnavailable("No answer.")] * 50
    site.happened(site.searched())
    for _ in range(200):
        site.later(30 * MINUTE)
    (failed,) = site.store.notices(NoticeState.FAILED).items
    assert failed.reason == "No answer."
    assert site.store.outbox(MAIL) == []


def test_a_service_that_is_busy_is_left_alone_as_long_as_it_asks_and_nothing_is_lost(site: Site) -> None:
    events, allowed, pause = 1500, 40, timedelta(seconds=30)
    asked_at: list[datetime] = []
    real = site.hook.send

    def limited(message: Message, to: str, key: str) -> str:
        recent = [at for at in asked_at if site.now - at < pause]
        assert site.services.pauses.get(WEBHOOK, site.now) <= site.now, "asked before Retry-After was over"
        if len(recent) >= allowed:
            raise ServiceBusy("Too much.", retry_after=pause)
        asked_at.append(site.now)
        return real(message, to, key)

    site.hook.send = limited  # type: ignore[method-assign]
    for number in range(events):
        event = RecordingSearched(at=NOW, lecture_id=f"x{number}", recording_id="r", id=f"e{number}")
        commit(site.services, event)
    drain(site.services)
    for _ in range(4 * events // allowed):
        site.later(timedelta(seconds=15))
    assert len(site.hook.sent) == events
    assert site.states() == {NoticeState.SENT: events}
    assert site.store.outbox(WEBHOOK) == []


def test_quiet_hours_hold_back_what_comes_when_they_end(site: Site) -> None:
    site.teacher_wants(NoticeKind.SEARCH_DONE, quiet_from="11:00", quiet_until="13:00")
    site.happened(site.searched())
    assert site.mails() == []
    site.later(59 * MINUTE)
    assert site.mails() == []
    site.later(MINUTE)
    assert len(site.mails()) == 1
    assert len(site.hook.sent) == 1


def test_a_digest_is_one_mail_of_all_that_waited(site: Site) -> None:
    site.teacher_wants(NoticeKind.SEARCH_DONE, NoticeKind.UNSURE_WAITING, pace=Pace.DAILY)
    marked(site.store, a_mark("21", Status.UNSURE))
    site.happened(site.searched(1))
    site.happened(site.searched(2))
    site.later(12 * HOUR)
    assert site.mails() == []
    site.now = datetime(2025, 3, 3, 22, 2, tzinfo=UTC)  # two past seven in Seoul
    for _ in range(3):
        site.work()
    assert site.mails() == ["Rollcall: 3 notices of a day"]
    assert len(site.message().paragraphs) == 3
    assert NoticeState.WAITING not in site.states()


def test_the_log_of_a_lecture_comes_once_when_all_of_it_is_searched(site: Site) -> None:
    site.teacher_wants(NoticeKind.LECTURE_LOG)
    marked(site.store, a_mark("21"))
    site.happened(site.searched(1))
    site.later(6 * MINUTE)
    assert site.mails() == []  # r1 is queued still
    searched(site.store)
    site.happened(site.searched(2))
    site.later(6 * MINUTE)
    site.later(6 * MINUTE)
    (file,) = site.message().attachments
    assert "Student 21" in file.content.decode("utf-8-sig")
    assert site.message().names == ("key-of-21",)


def test_a_mail_and_its_file_are_in_the_language_of_who_reads_them(site: Site) -> None:
    site.store.commit(SaveUser(replace(site.store.user("u1"), language="ko")))
    site.teacher_wants(NoticeKind.LECTURE_LOG)
    marked(site.store, a_mark("21", Status.LATE))
    searched(site.store)
    site.happened(site.searched())
    site.later(6 * MINUTE)
    message = site.message()
    assert message.subject.startswith("출결: ")
    assert "2025. 3. 3." in message.subject
    assert message.paragraphs[0] == "첨부 파일은 1줄입니다."
    (file,) = message.attachments
    assert "지각" in file.content.decode("utf-8-sig")


def test_who_has_chosen_no_language_reads_that_of_the_site() -> None:
    site = Site(ROLLCALL_LANGUAGE="ko")
    site.teacher_wants(NoticeKind.SEARCH_DONE)
    searched(site.store)
    site.happened(site.searched())
    assert site.mails()[0].startswith("분석 완료: ")


def test_a_week_is_mailed_once_also_after_a_downtime(site: Site) -> None:
    course = site.store.course("c1")
    chosen = CourseNotices({NoticeKind.WEEK_LOG: ALL}, since=NOW)
    site.store.commit(SaveCourse(replace(course, notices=written_choices(chosen))))
    marked(site.store, a_mark("21"))
    site.now = NOW + timedelta(days=12)  # down since, until the Saturday after the Monday on which it was due
    for _ in range(3):
        tell_periods(site.services)
        site.work()
    assert site.mails() == ["Attendance of the week: C1, Mar 3, 2025 – Mar 9, 2025"]
    assert len(site.message().attachments) == 1


def test_a_summary_tells_of_the_lectures_of_a_day(site: Site) -> None:
    site.teacher_wants(NoticeKind.DAILY_SUMMARY)
    marked(site.store, a_mark("21"))
    marked(site.store, a_mark("22", Status.UNSURE))
    site.now = datetime(2025, 3, 3, 22, 30, tzinfo=UTC)
    tell_periods(site.services)
    site.work()
    assert site.mails() == ["Attendance of Mar 3, 2025"]
    (line,) = site.message().facts
    assert (line.label, line.value) == ("C1, Mar 3, 2025, 09:30", "Present: 1, Unsure: 1")


def test_a_day_without_lectures_is_not_told(site: Site) -> None:
    site.teacher_wants(NoticeKind.DAILY_SUMMARY)
    site.now = datetime(2025, 3, 4, 22, 30, tzinfo=UTC)
    tell_periods(site.services)
    site.work()
    assert all("Mar 4" not in subject for subject in site.mails())


def test_who_was_removed_is_named_in_nothing_that_waits_and_what_was_sent_is_taken_back(tmp_path: Any) -> None:
    site = Site(ROLLCALL_DATA=str(tmp_path))
    site.teacher_wants(NoticeKind.LECTURE_LOG)
    searched(site.store)
    for student_id in CLASS:
        marked(site.store, a_mark(student_id))
    site.happened(site.searched())
    site.later(6 * MINUTE)
    assert "Student 22" in site.message().attachments[0].content.decode()
    remove_student(site.services, "22", by=None)
    site.work()
    assert site.mail.sent == {}
    again = Site()
    again.teacher_wants(NoticeKind.LECTURE_LOG)
    searched(again.store)
    again.happened(again.searched())
    remove_student(replace(again.services, settings=site.services.settings), "22", by=None)
    again.later(6 * MINUTE)
    assert "Student 22" not in again.message().attachments[0].content.decode()


def test_what_is_gone_when_its_turn_comes_is_told_to_nobody(site: Site) -> None:
    site.store.commit(AddUser(a_user("a1", role=Role.ADMIN)))
    site.happened(DeviceSilent(at=NOW, device_id="gone", since=NOW))
    assert site.mails() == []
    assert site.states() == {NoticeState.SENT: 2}


def test_old_notices_go(site: Site) -> None:
    site.happened(site.searched())
    assert site.states() == {NoticeState.SENT: 1}
    site.now += timedelta(days=31)
    remove_old_notices(site.services)
    assert site.states() == {}


def test_a_removed_teacher_gets_nothing(site: Site) -> None:
    site.teacher_wants(NoticeKind.SEARCH_DONE)
    site.mail.refusals = [ServiceUnavailable("No answer.")]
    commit(site.services, site.searched())
    site.mail.refusals = [ServiceUnavailable("No answer.")] * 2
    site.work()
    site.store.commit(RemoveUser("u1"))
    site.later(10 * MINUTE)
    assert site.mails() == []
    (failed,) = site.store.notices(NoticeState.FAILED).items
    assert failed.reason == "The account of its receiver was removed."
