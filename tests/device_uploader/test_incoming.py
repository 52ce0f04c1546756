"""Whatever lies in the folder of other cameras, it costs neither the files beside it nor the device."""

from __future__ import annotations

import os
import shutil
import threading
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from device_uploader.incoming import Incoming, length_of
from device_uploader.outbox import Outbox
from device_uploader.sending import Road, as_text, words_about
from tests.device_uploader.test_filming import SteppedClock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "incoming").mkdir()
    return tmp_path / "incoming"


def look_until_settled(outbox: Outbox, folder: Path) -> None:
    clock = SteppedClock(1_790_000_000.0, 1_800_000_000.0, threading.Event())
    incoming = Incoming(outbox, folder, 1, clock)
    incoming.look()
    clock.wall_s += 2
    incoming.look()


def test_a_name_in_another_encoding_is_sent_with_what_can_be_read_of_it(outbox: Outbox, road: Road, folder: Path):
    Path(os.fsdecode(os.fsencode(folder) + b"/T\xfcr.jpg")).write_bytes(b"picture")
    look_until_settled(outbox, folder)
    (item,) = outbox.waiting()
    assert item.filename == "T?r.jpg"
    assert all(as_text(value).encode() for value in words_about(item, road.site_time).values())


def test_what_is_no_file_is_left_alone(outbox: Outbox, folder: Path, tmp_path: Path):
    (tmp_path / "key").write_text("a secret of the device")
    (folder / "a.jpg").symlink_to(tmp_path / "key")
    (folder / "b.mp4").mkdir()
    os.mkfifo(folder / "c.mp4")
    (folder / "d.jpg").write_bytes(b"picture")
    look_until_settled(outbox, folder)
    assert [item.filename for item in outbox.waiting()] == ["d.jpg"]
    assert sorted(path.name for path in folder.iterdir()) == ["a.jpg", "b.mp4", "c.mp4"]


def test_a_file_that_cannot_be_taken_does_not_block_the_others(
    outbox: Outbox, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    (folder / "a.jpg").write_bytes(b"nobody may read this")
    (folder / "b.jpg").write_bytes(b"picture")
    whole = shutil.copyfile

    def copyfile(source: Path, target: Path) -> Path:
        if source.name == "a.jpg":
            raise PermissionError(13, "Permission denied", str(source))
        return whole(source, target)

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    with pytest.raises(PermissionError, match=r"a\.jpg"):
        look_until_settled(outbox, folder)
    assert [item.filename for item in outbox.waiting()] == ["b.jpg"]


def test_a_clip_that_lies_about_its_length_has_none(tmp_path: Path):
    path = tmp_path / "clip.mkv"
    with av.open(str(path), "w") as clip:
        stream = clip.add_stream("libx264", Fraction(5))
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for _ in range(10):
            clip.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((120, 160, 3), np.uint8), format="bgr24")))
        clip.mux(stream.encode(None))
    assert length_of(path) == pytest.approx(2, abs=0.3)
    data = path.read_bytes()
    place = data.index(b"\x44\x89\x88") + 3
    path.write_bytes(data[:place] + np.array([1e15], ">f8").tobytes() + data[place + 8 :])
    assert length_of(path) == 0.0
