"""The hourly grid: who was there in which hour, at the edges of hours, over several recordings, and on odd days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, permutations

import pytest

from attendance.model import Mark, Recording, RecordingKind, SearchStatus, Sighting, Status, Thresholds
from attendance.rules.hours import HourlyGrid, Presence, hourly_grid, hours_of_day
from tests.contract.samples import a_face, a_mark, a_recording, a_sighting, a_student

LINES = Thresholds(review=60.0, accept=75.0, margin=10.0)
DAY = date(2026, 3, 2)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
P, U, A, N = Presence.PRESENT, Presence.UNSURE, Presence.ABSENT, Presence.NOT_WATCHED
W = Presence.ANOTHER_WAY
EARLIER = datetime(2025, 9, 1, tzinfo=UTC)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute, second, tzinfo=UTC)


def film(name: str, starts_at: datetime, minutes: float, *, searched: bool = True) -> Recording:
    searched_at = starts_at + HOUR if searched else None
    return a_recording(name, started_at=starts_at, duration_s=minutes * 60, searched_at=searched_at)


def snapshot(name: str, taken_at: datetime) -> Recording:
    return a_recording(
        name, kind=RecordingKind.SNAPSHOT, started_at=taken_at, duration_s=0.0, searched_at=taken_at + MINUTE
    )


def seen(recording_id: str, first_s: float, last_s: float, student_id: str | None = "21", **more: object) -> Sighting:
    name = f"{recording_id}-{student_id}-{first_s}"
    return a_sighting(name, recording_id, student_id, first_s=first_s, last_s=last_s, **more)


def unsure(recording_id: str, first_s: float, last_s: float) -> Sighting:
    return seen(recording_id, first_s, last_s, similarity=65.0)


def grid(
    recordings: Sequence[Recording],
    sightings: Sequence[Sighting],
    *students: str,
    day: date = DAY,
    timezone: str = "UTC",
    without_photo: Sequence[str] = (),
    marks: Sequence[Mark] = (),
) -> HourlyGrid:
    roster = [a_student(one) for one in students or ("21",)]
    faces = [a_face(f"f-{one.id}", one.id, created_at=EARLIER) for one in roster if one.id not in without_photo]
    return hourly_grid(day, timezone, roster, recordings, sightings, faces, LINES, marks)


def row(found: HourlyGrid, number: int = 0) -> list[Presence]:
    return [cell.presence for cell in found.rows[number].cells]


def clocks(found: HourlyGrid) -> list[str]:
    return [hour.clock for hour in found.hours]


def test_a_day_without_recordings_has_no_hours() -> None:
    found = grid([], [])
    assert (found.hours, row(found), found.percent, found.rows[0].percent) == ([], [], None, None)


def test_who_was_seen_is_present_in_that_hour_and_absent_in_the_next() -> None:
    found = grid([film("r1", at(9), 120)], [seen("r1", 60, 600)])
    assert clocks(found) == ["09:00", "10:00"]
    assert row(found) == [P, A]


def test_who_was_seen_over_the_edge_of_an_hour_is_present_in_both() -> None:
    assert row(grid([film("r1", at(9), 120)], [seen("r1", 3000, 4000)])) == [P, P]


def test_who_left_and_came_back_is_absent_in_the_hour_between() -> None:
    film_ = film("r1", at(9), 240)
    came_back = seen("r1", 60, 12000, appearances_s=(60.0, 600.0, 10700.0, 10800.0, 11000.0, 12000.0))
    assert row(grid([film_], [came_back])) == [P, A, P, P]


def test_where_only_first_and_last_second_are_known_the_time_between_counts() -> None:
    assert row(grid([film("r1", at(9), 180)], [seen("r1", 60, 9000, appearances_s=None)])) == [P, P, P]


def test_the_first_moment_of_an_hour_belongs_to_it() -> None:
    film_ = film("r1", at(9), 120)
    assert row(grid([film_], [seen("r1", 3600, 3700)])) == [A, P]
    assert row(grid([film_], [seen("r1", 3500, 3600)])) == [P, P]
    assert row(grid([film_], [seen("r1", 3500, 3599.9)])) == [P, A]


def test_a_film_that_ends_with_the_hour_shows_nothing_of_the_next() -> None:
    found = grid([film("r1", at(9), 60)], [seen("r1", 0, 3600)])
    assert clocks(found) == ["09:00"]


def test_a_snapshot_belongs_to_the_hour_that_it_begins() -> None:
    found = grid([snapshot("r1", at(10))], [seen("r1", 0, 0, good_frames=1)])
    assert clocks(found) == ["10:00"]
    assert row(found) == [P]


def test_a_snapshot_every_hour_makes_a_day() -> None:
    shots = [snapshot(f"r{hour}", at(hour, 5)) for hour in (9, 10, 11)]
    found = grid(shots, [seen("r9", 0, 0), seen("r11", 0, 0)])
    assert row(found) == [P, A, P]
    assert found.rows[0].percent == pytest.approx(200 / 3)


def test_an_hour_between_that_nobody_watched_says_so_and_counts_for_nobody() -> None:
    found = grid([film("r1", at(9), 30), film("r2", at(11), 30)], [seen("r1", 0, 60), seen("r2", 0, 60)])
    assert row(found) == [P, N, P]
    assert found.rows[0].percent == 100.0
    assert [hour.percent for hour in found.hours] == [100.0, None, 100.0]
    assert found.percent == 100.0


def test_an_unsure_sighting_is_unsure_and_counts_as_not_present() -> None:
    found = grid([film("r1", at(9), 60)], [unsure("r1", 0, 60)])
    assert row(found) == [U]
    assert (found.hours[0].present, found.hours[0].unsure, found.hours[0].absent) == (0, 1, 0)
    assert found.rows[0].percent == 0.0


def test_who_has_no_photo_is_absent_in_no_hour_and_counts_in_no_percentage() -> None:
    found = grid([film("r1", at(9), 120)], [seen("r1", 0, 60)], "21", "52", without_photo=["52"])
    assert (row(found, 0), row(found, 1)) == ([P, A], [W, W])
    assert [hour.percent for hour in found.hours] == [100.0, 0.0]
    assert (found.rows[1].percent, found.percent) == (None, 50.0)


@pytest.mark.parametrize(("status", "cell"), [(Status.ABSENT, A), (Status.EXCUSED, A), (Status.PRESENT, P)])
def test_what_a_person_decided_holds_without_a_photo(status: Status, cell: Presence) -> None:
    decided = a_mark("21", status, set_by="u1")
    assert row(grid([film("r1", at(9), 60)], [], without_photo=["21"], marks=[decided])) == [cell]


def test_one_sure_sighting_of_two_recordings_is_enough_in_any_order() -> None:
    films = [film("r1", at(9), 30), film("r2", at(9, 30), 30)]
    for order in permutations([unsure("r1", 0, 60), seen("r2", 0, 60), seen("r2", 0, 60, "52")]):
        found = grid(films[::-1], order)
        assert row(found) == [P]
        assert found.rows[0].cells[0].sighting == seen("r2", 0, 60)


def test_the_nearest_sure_sighting_proves_the_cell() -> None:
    films = [film("r1", at(9), 30), film("r2", at(9, 30), 30)]
    near, nearer = seen("r1", 0, 60, similarity=80.0), seen("r2", 0, 60, similarity=95.0)
    weak = seen("r2", 100, 160, similarity=99.0, margin=1.0)
    assert grid(films, [near, nearer, weak]).rows[0].cells[0].sighting == nearer


def test_below_the_review_line_it_is_nobody() -> None:
    assert row(grid([film("r1", at(9), 60)], [seen("r1", 0, 60, similarity=59.9)])) == [A]


def test_unknown_people_are_in_no_row() -> None:
    assert row(grid([film("r1", at(9), 60)], [seen("r1", 0, 60, None)])) == [A]


def test_a_recording_that_is_not_searched_watches_nothing_yet() -> None:
    found = grid([film("r1", at(9), 60, searched=False)], [seen("r1", 0, 60)])
    assert row(found) == [N]
    assert (found.hours[0].recordings, found.hours[0].waiting, found.hours[0].is_watched) == (0, 1, False)


def test_a_recording_that_cannot_be_searched_is_not_waited_for() -> None:
    failed = replace(film("r1", at(9), 30, searched=False), status=SearchStatus.FAILED)
    (hour,) = grid([failed], []).hours
    assert (hour.recordings, hour.waiting, hour.is_watched) == (0, 0, False)


def test_percentages_of_students_and_hours() -> None:
    films = [film("r1", at(9), 120)]
    found = grid(films, [seen("r1", 0, 7000, "21"), seen("r1", 0, 60, "52")], "21", "52", "60", "61")
    assert [one.percent for one in found.rows] == [100.0, 50.0, 0.0, 0.0]
    assert [hour.percent for hour in found.hours] == [50.0, 25.0]
    assert found.percent == 37.5


def test_an_empty_roster_has_hours_and_no_percentages() -> None:
    found = hourly_grid(DAY, "UTC", [], [film("r1", at(9), 60)], [], [], LINES)
    assert [hour.percent for hour in found.hours] == [None]
    assert found.percent is None


def test_hours_are_those_of_the_courses_clock() -> None:
    found = grid([film("r1", at(0, 15), 30)], [seen("r1", 0, 60)], timezone="Asia/Kolkata")
    assert clocks(found) == ["05:00", "06:00"]
    assert row(found) == [P, A]
    assert found.hours[1].starts_at == at(0, 30)


def test_a_recording_that_begins_the_day_before_counts_from_midnight() -> None:
    found = grid([film("r1", at(0) - HOUR, 90)], [seen("r1", 0, 5000)])
    assert clocks(found) == ["00:00"]
    assert row(found) == [P]


def test_recordings_of_other_days_are_left_out() -> None:
    others = [film("r1", at(9) + 24 * HOUR, 60), film("r2", at(9) - 24 * HOUR, 60)]
    assert grid(others, [seen("r1", 0, 60)]).hours == []


def test_a_day_whose_clocks_are_put_forward_has_23_hours() -> None:
    day = date(2026, 3, 29)
    assert len(hours_of_day("Europe/Berlin", day)) == 23
    midnight = datetime(2026, 3, 28, 23, tzinfo=UTC)
    found = grid([film("r1", midnight, 240)], [seen("r1", 7200, 7300)], day=day, timezone="Europe/Berlin")
    assert clocks(found) == ["00:00", "01:00", "03:00", "04:00"]
    assert row(found) == [A, A, P, A]


def test_a_day_whose_clocks_are_put_back_has_25_hours_one_of_them_twice() -> None:
    day = date(2026, 10, 25)
    assert len(hours_of_day("Europe/Berlin", day)) == 25
    midnight = datetime(2026, 10, 24, 22, tzinfo=UTC)
    found = grid([film("r1", midnight, 300)], [seen("r1", 3 * 3600, 3 * 3600 + 5)], day=day, timezone="Europe/Berlin")
    assert clocks(found) == ["00:00", "01:00", "02:00", "02:00", "03:00"]
    assert row(found) == [A, A, A, P, A]


def test_after_a_jump_of_half_an_hour_hours_begin_with_the_clock_again() -> None:
    day = date(2026, 4, 5)
    midnight = datetime(2026, 4, 4, 13, tzinfo=UTC)
    found = grid([film("r1", midnight, 240)], [], day=day, timezone="Australia/Lord_Howe")
    assert clocks(found) == ["00:00", "01:00", "01:30", "02:00", "03:00"]


@pytest.mark.parametrize("timezone", ["Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "Asia/Seoul"])
@pytest.mark.parametrize("day", [date(2026, 4, 5), date(2026, 9, 6), date(2026, 10, 4), DAY])
def test_the_hours_of_a_day_follow_each_other_without_a_gap(timezone: str, day: date) -> None:
    hours = hours_of_day(timezone, day)
    assert all(before[1] == after[0] for before, after in pairwise(hours))
    assert all(timedelta() < ends - starts <= HOUR for starts, ends in hours)
