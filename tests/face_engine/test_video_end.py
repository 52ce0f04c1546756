"""Whether a file ends before its header says."""

import av
import numpy as np
import pytest

from face_engine.video import probe
from face_engine.video_end import is_cut_short
from tests.face_engine.films import film, marked_pictures, noisy_pictures

KINDS = {
    "a.mp4": {"container_options": {"movflags": "faststart"}},
    "a.mov": {"container_options": {"movflags": "faststart"}},
    "a.mkv": {},
    "a.webm": {"codec": "libvpx", "options": {"deadline": "realtime"}},
    "a.avi": {"codec": "mpeg4"},
}


def lecture(path, **more):
    """Twelve seconds of pictures that do not compress."""
    return film(path, noisy_pictures(24), fps=2, **more)


def cut(path, share):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])


@pytest.mark.parametrize("name", KINDS)
def test_a_whole_video_is_not_cut_short(tmp_path, name):
    path = lecture(tmp_path / name, **KINDS[name])
    assert not is_cut_short(path, probe(path))


@pytest.mark.parametrize("share", [0.3, 0.7])
@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.webm"])
def test_a_copy_that_was_broken_off_is_cut_short(tmp_path, name, share):
    path = lecture(tmp_path / name, **KINDS[name])
    cut(path, share)
    assert is_cut_short(path, probe(path))


def test_the_last_bytes_may_be_missing(tmp_path):
    path = lecture(tmp_path / "a.mp4", **KINDS["a.mp4"])
    cut(path, 0.97)
    assert not is_cut_short(path, probe(path))


def test_a_last_picture_that_stands_for_long_is_no_cut(tmp_path):
    path = film(tmp_path / "a.mp4", marked_pictures(4), times_s=[0, 1, 2, 30])
    assert not is_cut_short(path, probe(path))


def test_pictures_that_begin_late_are_no_cut(tmp_path):
    path = film(tmp_path / "a.mkv", marked_pictures(4), times_s=[20, 21, 22, 23])
    assert not is_cut_short(path, probe(path))


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_sound_may_go_on_after_the_pictures(tmp_path, name):
    path = tmp_path / name
    with av.open(path, "w") as container:
        pictures, sound = container.add_stream("libx264", rate=2), container.add_stream("aac", rate=8000)
        pictures.width, pictures.height, pictures.pix_fmt = 96, 64, "yuv420p"
        for picture in marked_pictures(6):
            container.mux(pictures.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(pictures.encode())
        for number in range(90):  # 11.5 s
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.rate, frame.pts = 8000, number * 1024
            container.mux(sound.encode(frame))
        container.mux(sound.encode())
    assert not is_cut_short(path, probe(path))
