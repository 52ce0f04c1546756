"""A disk that is full, or does not work, stops nothing that would empty it and costs nothing that was kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from device_uploader.clock import Clock, SiteTime, format_time, read_boots
from device_uploader.disk import Disk
from device_uploader.link import Lane, Link
from device_uploader.outbox import Outbox
from device_uploader.sending import Road
from tests.device_uploader.conftest import clip_in, moment, sender
from tests.device_uploader.fake_site import FakeSite

FULL = OSError(28, "No space left on device")


class FullDisk(Disk):
    """Takes half of what is written, until there is room."""

    full = True

    def write(self, path: Path, data: bytes) -> None:
        if self.full:
            path.write_bytes(data[: len(data) // 2])
            raise FULL
        super().write(path, data)


def test_a_sender_outlives_a_full_disk_and_says_so():
    link = Link()

    def step() -> bool:
        raise FULL

    assert 0 <= Lane("one", link, step).once() <= 20
    assert link.trouble is not None
    assert "No space left on device" in link.trouble


def test_the_time_of_the_site_is_known_on_a_full_disk_and_kept_when_there_is_room(tmp_path: Path):
    clock, disk = Clock(), FullDisk()
    site_time = SiteTime(tmp_path / "boots.json", clock, disk)

    def measure() -> None:
        now = clock.now()
        site_time.measured(format_time(now.wall_s + 1000), now.monotonic_ns, now.monotonic_ns)

    measure()
    assert site_time.offset_s() == pytest.approx(1000, abs=1)
    disk.full = False
    measure()
    assert clock.boot_id in read_boots(tmp_path / "boots.json")


def test_a_clip_that_the_disk_does_not_give_lets_the_others_go_first(
    outbox: Outbox, road: Road, fake: FakeSite, monkeypatch: pytest.MonkeyPatch
):
    good, bad = clip_in(outbox, b"good", moment(0)), clip_in(outbox, b"bad", moment(10))
    whole = Path.open

    def opened(path: Path, *words: object, **named: object) -> object:
        if path == outbox.data_path(bad):
            raise OSError(5, "Input/output error")
        return whole(path, *words, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", opened)
    files = sender(outbox, road)
    for _ in range(2):
        with pytest.raises(OSError, match="Input/output"):
            files.step()
    files.step()
    assert list(fake.files) == [good.id]
