"""Who is told what by which channel, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from attendance.model import MAIL, SLACK, WEBHOOK, CourseNotices, NoticeKind, Pace, Role, User, UserNotices
from attendance.rules.notices import (
    choices_of,
    choices_of_course,
    days_to_tell,
    due_for,
    machines,
    next_morning,
    period_bounds,
    quiet_until,
    receivers,
    weeks_to_tell,
    written_choices,
)
from tests.contract.samples import a_course, a_user

SEOUL = "Asia/Seoul"  # nine hours before UTC, without summer time
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday, 18:00 in Seoul
LONG_AGO = NOW - timedelta(days=400)
KEEP = timedelta(days=30)
SERVED = {MAIL: (), SLACK: ("#site",), WEBHOOK: ("hook#1",)}


def seoul(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=9)


def a_teacher(user_id: str = "t1", **chosen: object) -> User:
    return a_user(user_id, notices=written_choices(UserNotices(**chosen)) if chosen else None)  # type: ignore[arg-type]


def told(kind: NoticeKind, *people: User, course: CourseNotices | None = None) -> list[tuple[str, str]]:
    where = a_course(notices=written_choices(course) if course else None)
    return [(one.channel, one.name) for one in receivers(kind, people, where, SERVED)]


@pytest.mark.parametrize(
    "chosen",
    [
        UserNotices(),
        UserNotices({NoticeKind.ALARM: frozenset(), NoticeKind.WEEK_LOG: frozenset({MAIL, SLACK})}),
        UserNotices(pace=Pace.DAILY, quiet_from="22:00", quiet_until="06:30", since=NOW),
    ],
)
def test_what_a_user_chose_is_read_as_it_was_written(chosen: UserNotices) -> None:
    assert choices_of(a_user(notices=written_choices(chosen))) == chosen


def test_what_a_course_chose_is_read_as_it_was_written() -> None:
    chosen = CourseNotices({NoticeKind.UNKNOWN_SEEN: frozenset({SLACK})}, "#강의", NOW)
    assert choices_of_course(a_course(notices=written_choices(chosen))) == chosen


def test_choices_of_a_later_version_are_passed_over() -> None:
    assert choices_of(a_user(notices='{"channels": {"moon_phase": ["mail"]}, "colour": "red"}')) == UserNotices()


def test_unasked_teachers_are_told_of_who_is_at_risk_alone_and_admins_of_devices() -> None:
    admin = a_user("a1", role=Role.ADMIN)
    for kind in set(NoticeKind) - {NoticeKind.AT_RISK, NoticeKind.APPEAL_ANSWERED}:
        assert told(kind, a_teacher()) == []
    assert told(NoticeKind.AT_RISK, a_teacher()) == [(MAIL, "user t1")]
    assert told(NoticeKind.AT_RISK, a_teacher(), course=CourseNotices({NoticeKind.AT_RISK: frozenset()})) == []
    found = [one.name for one in receivers(NoticeKind.ALARM, [admin, a_teacher()], None, {MAIL: ()})]
    assert found == ["user a1"]


def test_a_course_tells_its_teachers_who_did_not_choose_themselves() -> None:
    course = CourseNotices({NoticeKind.UNSURE_WAITING: frozenset({MAIL})})
    never = a_teacher("t2", channels={NoticeKind.UNSURE_WAITING: frozenset()})
    other = a_teacher("t3", channels={NoticeKind.SEARCH_DONE: frozenset({MAIL})})
    assert told(NoticeKind.UNSURE_WAITING, a_teacher(), never, other, course=course) == [
        (MAIL, "user t1"),
        (MAIL, "user t3"),
    ]


def test_by_slack_a_course_tells_its_channel_once_and_no_teacher() -> None:
    course = CourseNotices({NoticeKind.UNSURE_WAITING: frozenset({SLACK})}, "#cs")
    assert told(NoticeKind.UNSURE_WAITING, a_teacher(), a_teacher("t2"), course=course) == [(SLACK, "#cs")]
    assert told(NoticeKind.UNSURE_WAITING, a_teacher(), course=replace(course, slack_channel="")) == []


def test_a_channel_that_the_site_does_not_have_tells_nobody() -> None:
    chosen = a_teacher(channels={NoticeKind.SEARCH_DONE: frozenset({MAIL, SLACK})})
    found = [one.channel for one in receivers(NoticeKind.SEARCH_DONE, [chosen], a_course(), {MAIL: ()})]
    assert found == [MAIL]
    assert [one.name for one in machines(SERVED)] == ["hook#1"]
    assert list(machines({MAIL: ()})) == []


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (seoul(2, 21, 59), None),
        (seoul(2, 22), seoul(3, 6, 30)),
        (seoul(3, 3), seoul(3, 6, 30)),
        (seoul(3, 6, 30), None),
    ],
)
def test_quiet_hours_go_over_midnight(at: datetime, expected: datetime | None) -> None:
    assert quiet_until(at, SEOUL, "22:00", "06:30") == expected


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    assert quiet_until(seoul(2, 12), SEOUL, "11:00", "13:00") == seoul(2, 13)
    assert quiet_until(seoul(2, 13), SEOUL, "11:00", "13:00") is None
    assert quiet_until(NOW, SEOUL, None, None) is None
    assert quiet_until(NOW, SEOUL, "11:00", "11:00") is None


def test_a_digest_goes_at_seven_and_holds_up_no_alarm() -> None:
    daily = a_teacher(pace=Pace.DAILY, quiet_from="17:00", quiet_until="19:00")
    assert due_for(NoticeKind.UNSURE_WAITING, daily, NOW, SEOUL) == (seoul(3, 7), True)
    assert due_for(NoticeKind.ALARM, daily, NOW, SEOUL) == (seoul(2, 19), False)
    assert due_for(NoticeKind.ALARM, a_teacher(), NOW, SEOUL) == (None, False)
    assert due_for(NoticeKind.EVENT, None, NOW, SEOUL) == (None, False)
    assert next_morning(seoul(2, 7), SEOUL) == seoul(3, 7)
    assert next_morning(seoul(2, 6, 59), SEOUL) == seoul(2, 7)


def test_a_day_is_told_once_its_morning_after_has_come() -> None:
    assert days_to_tell(seoul(3, 6, 59), SEOUL, LONG_AGO, KEEP)[0] == "2026-03-01"
    assert days_to_tell(seoul(3, 7), SEOUL, LONG_AGO, KEEP)[:2] == ["2026-03-02", "2026-03-01"]


def test_a_week_is_told_on_monday_morning_and_missed_ones_with_it() -> None:
    assert weeks_to_tell(seoul(2, 6, 59), SEOUL, LONG_AGO, KEEP)[0] == "2026-W08"
    assert weeks_to_tell(seoul(2, 7), SEOUL, LONG_AGO, KEEP) == [
        "2026-W09",
        "2026-W08",
        "2026-W07",
        "2026-W06",
        "2026-W05",
    ]


def test_nothing_is_told_of_what_was_before_the_choice() -> None:
    assert weeks_to_tell(NOW, SEOUL, seoul(2, 10), KEEP) == []
    assert weeks_to_tell(NOW, SEOUL, seoul(1, 10), KEEP) == ["2026-W09"]
    assert days_to_tell(NOW, SEOUL, None, KEEP) == []


def test_a_week_is_seven_days_of_the_readers_clock_also_where_clocks_change() -> None:
    assert period_bounds("2026-W09", SEOUL) == (seoul(2, 0) - timedelta(days=7), seoul(2, 0))
    first, after = period_bounds("2026-W13", "Europe/Berlin")  # summer time begins on its Sunday
    assert after - first == timedelta(days=7, hours=-1)
    assert period_bounds("2026-03-02", SEOUL) == (seoul(2, 0), seoul(3, 0))
