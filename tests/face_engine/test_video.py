"""What is told of a video, and what is refused."""

import os
import struct

import av
import numpy as np
import pytest
from PIL import Image

from face_engine import video
from face_engine.errors import BadVideo
from face_engine.images import encode_jpeg
from face_engine.video import probe
from face_engine.video_end import is_cut_short
from tests.face_engine.films import (
    animated_gif,
    film,
    film_of_tracks,
    marked_pictures,
    noisy_pictures,
    pictures_overwritten,
    sound_only,
)


def _empty(path):
    path.write_bytes(b"")


def _text(path):
    path.write_text("Dear diary, today there was no lecture.\n" * 50)


def _truncated(path):
    film(path, noisy_pictures(10))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def _png(path):
    Image.new("RGB", (32, 32)).save(path, format="PNG")


def _animated_webp(path):
    pictures = [Image.new("RGB", (32, 32), (n, n, n)) for n in (10, 100, 200)]
    pictures[0].save(path, format="WEBP", save_all=True, append_images=pictures[1:])


def _list_of_other_files(path):
    film(path.with_name("secret.mp4"), marked_pictures(3))
    path.write_text("ffconcat version 1.0\nfile secret.mp4\n")


def _missing(path):
    pass


def _folder(path):
    path.mkdir()


BROKEN = [
    _empty,
    _text,
    _truncated,
    sound_only,
    animated_gif,
    _png,
    _animated_webp,
    _list_of_other_files,
    pictures_overwritten,
    _missing,
    _folder,
]


@pytest.mark.parametrize("make", BROKEN, ids=lambda make: make.__name__.strip("_"))
def test_what_is_no_whole_video_is_refused_with_a_plain_sentence(tmp_path, make):
    path = tmp_path / "lecture.mp4"
    make(path)
    with pytest.raises(BadVideo) as refused:
        probe(path)
    sentence = str(refused.value)
    assert "lecture.mp4" in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence and "Errno" not in sentence


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_empty, "empty"),
        (sound_only, "no picture track"),
        (animated_gif, "animated picture"),
        (pictures_overwritten, "no picture of it can be decoded"),
    ],
    ids=["empty", "sound", "gif", "overwritten"],
)
def test_the_sentence_says_what_is_wrong(tmp_path, make, words):
    make(tmp_path / "lecture.mp4")
    with pytest.raises(BadVideo, match=words):
        probe(tmp_path / "lecture.mp4")


def test_a_video_without_pictures_in_its_picture_track_is_refused(tmp_path):
    # An MP4 whose header comes first, cut off before the first picture.
    path = film(tmp_path / "lecture.mp4", noisy_pictures(10), container_options={"movflags": "faststart"})
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"mdat") + 4])
    with pytest.raises(BadVideo, match=r"damaged|without pictures"):
        probe(path)


def test_pictures_larger_than_any_camera_makes_are_refused(tmp_path, monkeypatch):
    path = film(tmp_path / "lecture.mp4", marked_pictures(2))
    monkeypatch.setattr(video, "MOST_MEGAPIXELS", 0.005)
    with pytest.raises(BadVideo, match="96 x 64"):
        probe(path)


def test_a_video_is_described(tmp_path):
    info = probe(film(tmp_path / "lecture.mp4", marked_pictures(30), fps=10))
    assert (info.width, info.height, info.codec, info.rotation_deg) == (96, 64, "h264", 0)
    assert info.fps == pytest.approx(10)
    assert info.duration_s == pytest.approx(3, abs=0.11)
    assert info.size_bytes == (tmp_path / "lecture.mp4").stat().st_size


@pytest.mark.parametrize("rotation", [90, -90])
def test_a_phone_held_upright_films_pictures_that_are_higher_than_wide(tmp_path, rotation):
    info = probe(film(tmp_path / "lecture.mp4", marked_pictures(3), rotation=rotation))
    assert (info.width, info.height, info.rotation_deg) == (64, 96, rotation % 360)


@pytest.mark.parametrize(
    ("name", "codec", "known_as"),
    [
        ("a.mov", "libx265", "hevc"),
        ("a.mkv", "libx265", "hevc"),
        ("a.webm", "libvpx-vp9", "vp9"),
        ("a.mp4", "libsvtav1", "av1"),
        ("a.avi", "mpeg4", "mpeg4"),
        ("a.ts", "libx264", "h264"),
    ],
)
def test_the_usual_codecs_and_containers_are_read(tmp_path, name, codec, known_as):
    options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    info = probe(film(tmp_path / name, marked_pictures(20), codec=codec, options=options))
    assert info.codec == known_as
    assert info.duration_s == pytest.approx(2, abs=0.3)


def test_encoding_av1_leaves_the_priority_of_what_comes_after(tmp_path):
    before = os.sched_getscheduler(0)
    film(tmp_path / "a.mkv", marked_pictures(3), codec="libsvtav1")
    assert os.sched_getscheduler(0) == before


def test_a_length_that_is_not_in_the_header_is_measured(tmp_path):
    path = film(tmp_path / "a.webm", marked_pictures(30), codec="libvpx-vp9", container_options={"live": "1"})
    assert probe(path).duration_s == pytest.approx(3, abs=0.2)


def _shortened_mp4(path):
    """The track's length in its media header divided by 30."""
    content = bytearray(path.read_bytes())
    at = content.index(b"mdhd") + 20  # after version, flags, two dates and the time scale
    content[at : at + 4] = (int.from_bytes(content[at : at + 4], "big") // 30).to_bytes(4, "big")
    path.write_bytes(content)


def _shortened_matroska(path):
    """The segment's length divided by ten."""
    content = bytearray(path.read_bytes())
    at = content.index(b"\x44\x89\x88") + 3
    (length,) = struct.unpack(">d", content[at : at + 8])
    content[at : at + 8] = struct.pack(">d", length / 10)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "codec", "shorten"),
    [
        ("a.mp4", "libx264", _shortened_mp4),
        ("a.mov", "libx264", _shortened_mp4),
        ("a.mkv", "libx264", _shortened_matroska),
        ("a.webm", "libvpx-vp9", _shortened_matroska),
    ],
)
def test_a_header_that_says_too_little_does_not_shorten_the_video(tmp_path, name, codec, shorten):
    path = film(tmp_path / name, marked_pictures(600), fps=10, codec=codec, options={"g": "40"})
    shorten(path)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.duration or 0) * stream.time_base < 10
        assert stream.duration or container.duration < 10e6
    info = probe(path)
    assert info.duration_s == pytest.approx(60, abs=0.11)
    assert not is_cut_short(path, info)


def test_the_last_time_stamp_is_no_length_where_it_is_beyond_all_bounds(tmp_path):
    path = film(tmp_path / "a.mkv", marked_pictures(4), times_s=[0, 1, 2, 26 * 3600])
    _shortened_matroska(path)
    assert probe(path).duration_s == pytest.approx(2.6 * 3600, rel=0.01)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_video_with_several_picture_tracks_says_so(tmp_path, name):
    path = film_of_tracks(tmp_path / name, [marked_pictures(10), marked_pictures(10, (64, 48))])
    assert probe(path).picture_tracks == 2


def test_a_cover_is_no_picture_track(tmp_path):
    cover = encode_jpeg(marked_pictures(1)[0])
    path = film_of_tracks(tmp_path / "a.mkv", [marked_pictures(10)], cover=cover)
    with av.open(str(path)) as container:
        assert len(container.streams.video) == 2
    assert probe(path).picture_tracks == 1


def test_one_picture_track_that_can_be_decoded_is_enough(tmp_path, monkeypatch):
    path = film_of_tracks(tmp_path / "a.mkv", [marked_pictures(10), marked_pictures(10, (64, 48))])
    decode = video.OpenVideo.decode
    monkeypatch.setattr(
        video.OpenVideo, "decode", lambda self, packet: decode(self, packet) if self.stream.width == 64 else []
    )
    assert probe(path).width == 64


def test_a_name_that_looks_like_an_address_is_a_name(tmp_path):
    path = film(tmp_path / "lecture.mp4", marked_pictures(3)).rename(tmp_path / "http:x?.mp4")
    assert probe(path).width == 96


def test_non_square_pixels_are_told_as_a_player_shows_them(tmp_path):
    path = film(tmp_path / "a.mp4", marked_pictures(3), options={"x264-params": "sar=2/1"})
    assert (probe(path).width, probe(path).height) == (192, 64)
    assert np.isfinite(probe(path).fps)
