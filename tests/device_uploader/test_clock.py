"""Times are the site's, whatever the clock of the device says."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from device_uploader.clock import Clock, FastClock, SiteTime, format_time, parse_time
from device_uploader.disk import Disk
from device_uploader.item import Moment


class SetClock(Clock):
    """Goes on when it is told to; its wall can be wrong and jump."""

    def __init__(self, boot: str = "boot") -> None:
        self.boot_id, self.wall_s, self.seconds = boot, 1_790_000_000.0, 100.0

    def now(self) -> Moment:
        return Moment(self.wall_s, self.monotonic_ns(), self.boot_id)

    def monotonic_ns(self) -> int:
        return int(self.seconds * 1e9)


SITE = 1_800_000_000.0


def measure(site_time: SiteTime, clock: SetClock, site_s: float, there_s: float = 0.1, back_s: float = 0.1) -> None:
    asked = clock.monotonic_ns()
    clock.seconds += there_s + back_s
    site_time.measured(format_time(site_s + there_s), asked, clock.monotonic_ns())


def test_half_of_the_way_is_taken_off(tmp_path: Path):
    clock = SetClock()
    site_time = SiteTime(tmp_path / "boots", clock, Disk())
    assert site_time.offset_s() is None
    measure(site_time, clock, SITE)
    assert site_time.of(clock.now()) == pytest.approx(SITE + 0.2, abs=0.001)


def test_what_was_recorded_before_the_first_answer_is_put_right_when_it_is_sent(tmp_path: Path):
    clock = SetClock()
    site_time = SiteTime(tmp_path / "boots", clock, Disk())
    early = clock.now()
    clock.seconds += 3600
    clock.wall_s += 500_000  # NTP found the time meanwhile
    late = clock.now()
    measure(site_time, clock, SITE)
    assert site_time.of(late) == pytest.approx(SITE, abs=0.001)
    assert site_time.of(early) == pytest.approx(SITE - 3600, abs=0.001)


def test_things_of_an_earlier_boot_get_the_time_that_was_known_then(tmp_path: Path):
    before = SetClock("first")
    site_time = SiteTime(tmp_path / "boots", before, Disk())
    measure(site_time, before, SITE)
    recorded = before.now()
    after = SetClock("second")
    again = SiteTime(tmp_path / "boots", after, Disk())
    assert again.of(recorded) == pytest.approx(site_time.of(recorded), abs=0.001)
    assert again.of(Moment(1_790_000_123.0, 5, "third")) == 1_790_000_123.0


def test_a_slow_answer_does_not_spoil_a_quick_one(tmp_path: Path):
    clock = SetClock()
    site_time = SiteTime(tmp_path / "boots", clock, Disk())
    measure(site_time, clock, SITE, 0.05, 0.05)
    measure(site_time, clock, SITE + 0.1, 8.0, 0.1)
    assert site_time.of(clock.now()) == pytest.approx(SITE + 8.2, abs=0.01)


def test_a_file_of_boots_that_was_spoilt_tells_nothing(tmp_path: Path):
    (tmp_path / "boots").write_bytes(b'{"first": 1')
    clock = SetClock("first")
    assert SiteTime(tmp_path / "boots", clock, Disk()).of(clock.now()) == clock.wall_s


def test_a_fast_clock_ends_at_the_right_time_and_the_site_fits_in():
    clock = FastClock(100.0, ends_at_s=2_000.0)
    assert clock._from_real(2_000.0) == 2_000.0
    assert clock._from_real(1_999.0) == 1_900.0
    assert clock.site_time(format_time(1_999.0)) == pytest.approx(1_900.0, abs=0.001)
    before = clock.monotonic_ns()
    clock.wait(threading.Event(), 1.0)
    assert 1.0 <= (clock.monotonic_ns() - before) / 1e9 < 30


def test_times_without_a_zone_are_refused():
    with pytest.raises(ValueError, match="zone"):
        parse_time("2026-09-21T10:00:00")
    assert parse_time("2026-09-21T10:00:00Z") == parse_time("2026-09-21T19:00:00+09:00")
