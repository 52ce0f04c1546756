"""Which pictures are taken out of a video, and how they come out."""

import gc

import numpy as np
import pytest
from av.video.frame import VideoFrame

from face_engine.errors import BadVideo
from face_engine.frames import sample_frames
from face_engine.video import OpenVideo, probe
from tests.face_engine.films import film, marked_pictures, noisy_pictures


def times(path, every_s, start_s=0.0, end_s=None):
    return [round(time_s, 2) for time_s, _ in sample_frames(path, every_s, start_s, end_s)]


def corner_picture():
    """64 x 96 with a white top left quarter and a grey top right one."""
    picture = np.full((64, 96, 3), 20, np.uint8)
    picture[:32, :48], picture[:32, 48:] = 255, 130
    return picture


def corners_by_brightness(picture):
    height, width = picture.shape[:2]
    corners = {
        "top left": picture[height // 4, width // 4],
        "top right": picture[height // 4, 3 * width // 4],
        "bottom right": picture[3 * height // 4, 3 * width // 4],
        "bottom left": picture[3 * height // 4, width // 4],
    }
    return sorted(corners, key=lambda name: -int(corners[name].sum()))


def white_corner(picture):
    return corners_by_brightness(picture)[0]


def grey_corner(picture):
    return corners_by_brightness(picture)[1]


def test_pictures_come_at_even_times(tmp_path):
    path = film(tmp_path / "a.mp4", marked_pictures(40), fps=10)
    assert times(path, 0.5) == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]


def test_key_frames_are_used_where_they_come_often_enough(tmp_path):
    path = film(tmp_path / "a.mp4", marked_pictures(60), fps=10, options={"g": "9", "sc_threshold": "0"})
    assert times(path, 1.8) == [0.0, 1.8, 3.6, 5.4]
    assert all(round(t * 10) % 9 == 0 for t in times(path, 1.0))


def test_rare_key_frames_do_not_make_pictures_rare(tmp_path):
    path = film(tmp_path / "a.mp4", marked_pictures(60), fps=10, options={"g": "250", "sc_threshold": "0"})
    assert times(path, 1.0) == pytest.approx([0, 1, 2, 3, 4, 5], abs=0.15)


@pytest.mark.parametrize(
    ("rotation", "corner"), [(None, "top left"), (90, "bottom left"), (-90, "top right"), (180, "bottom right")]
)
def test_pictures_are_turned_upright(tmp_path, rotation, corner):
    path = film(tmp_path / "a.mp4", marked_pictures(3), rotation=rotation)
    _, picture = next(sample_frames(path, 1.0))
    assert white_corner(picture) == corner
    assert picture.shape == ((96, 64, 3) if rotation in (90, -90) else (64, 96, 3))
    assert picture.flags["C_CONTIGUOUS"]


# How each way of storing a picture is shown: where x and where y of it go (a, b, c, d), and where its top left and
# its top right corner then are.
DISPLAYS = {
    "as stored": ((1, 0, 0, 1), "top left", "top right"),
    "turned by 90": ((0, 1, -1, 0), "top right", "bottom right"),
    "turned by 180": ((-1, 0, 0, -1), "bottom right", "bottom left"),
    "turned by 270": ((0, -1, 1, 0), "bottom left", "top left"),
    "mirrored": ((-1, 0, 0, 1), "top right", "top left"),
    "flipped": ((1, 0, 0, -1), "bottom left", "bottom right"),
    "transposed": ((0, 1, 1, 0), "top left", "bottom left"),
    "transposed the other way": ((0, -1, -1, 0), "bottom right", "top right"),
}


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv"])
@pytest.mark.parametrize("shown", DISPLAYS)
def test_pictures_come_out_as_players_show_them(tmp_path, shown, name):
    matrix, white, grey = DISPLAYS[shown]
    pictures = [corner_picture()] * 3
    path = film(tmp_path / name, pictures, matrix=matrix)
    _, picture = next(sample_frames(path, 1.0))
    info = probe(path)
    assert (white_corner(picture), grey_corner(picture)) == (white, grey)
    assert (info.height, info.width) == picture.shape[:2] == ((96, 64) if matrix[0] == 0 else (64, 96))
    assert picture.flags["C_CONTIGUOUS"]


def test_large_pictures_are_reduced(tmp_path):
    path = film(tmp_path / "a.mp4", marked_pictures(3))
    _, picture = next(sample_frames(path, 1.0, longest_side_px=48))
    assert picture.shape == (32, 48, 3)
    assert white_corner(picture) == "top left"


def test_non_square_pixels_are_made_square(tmp_path):
    path = film(tmp_path / "a.mp4", marked_pictures(3), options={"x264-params": "sar=2/1"})
    _, picture = next(sample_frames(path, 1.0))
    assert picture.shape == (64, 192, 3)


def test_uneven_frame_rates_keep_their_times(tmp_path):
    uneven = [0.0, 0.1, 0.2, 3.3, 3.4, 7.05]
    path = film(tmp_path / "a.mkv", marked_pictures(6), times_s=uneven)
    assert times(path, 1.0) == [0.0, 3.3, 7.05]


def test_the_clock_starts_with_the_video(tmp_path):
    path = film(tmp_path / "a.mkv", marked_pictures(10), times_s=[5 + n / 10 for n in range(10)])
    assert times(path, 0.5) == [0.0, 0.5]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.avi", "a.webm"])
def test_segments_together_give_what_the_whole_gives(tmp_path, name):
    codec = {"a.avi": "mpeg4", "a.webm": "libvpx-vp9"}.get(name, "libx264")
    path = film(tmp_path / name, marked_pictures(120), fps=10, codec=codec, options={"g": "40"})
    whole = times(path, 0.5)
    parts = [t for start in (0, 4, 8) for t in times(path, 0.5, start, start + 4)]
    assert parts == pytest.approx(whole, abs=0.11)


def test_a_damaged_stretch_is_skipped(tmp_path):
    path = film(tmp_path / "a.mkv", noisy_pictures(40), fps=10, options={"g": "5", "sc_threshold": "0"})
    content = bytearray(path.read_bytes())
    third = len(content) // 3
    content[third : third + 2000] = np.random.default_rng(2).bytes(2000)
    path.write_bytes(content)
    found = times(path, 0.1)
    assert 20 < len(found) <= 40
    assert found[-1] > 3.5


@pytest.mark.parametrize(("name", "options"), [("a.mkv", {}), ("a.mp4", {"movflags": "faststart"})])
def test_a_video_without_its_tail_is_read_as_far_as_it_goes(tmp_path, name, options):
    path = film(tmp_path / name, noisy_pictures(40), fps=10, container_options=options)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    found = times(path, 0.1)
    assert 5 < len(found) < 30
    assert times(path, 0.1, 3.5, 4.0) == []


def test_total_failure_is_not_swallowed(tmp_path):
    path = film(tmp_path / "a.mp4", noisy_pictures(10))
    content = bytearray(path.read_bytes())
    start, end = content.index(b"mdat") + 4, content.index(b"moov") - 4
    content[start:end] = bytes(end - start)
    path.write_bytes(content)
    with pytest.raises(BadVideo, match="damaged"):
        list(sample_frames(path, 0.1))


def test_a_span_with_many_key_frames_costs_one_of_them(tmp_path, monkeypatch):
    path = film(tmp_path / "a.mp4", noisy_pictures(80), fps=10, options={"g": "5", "sc_threshold": "0", "bf": "2"})
    decoded = []
    alone = OpenVideo.decode_alone
    monkeypatch.setattr(OpenVideo, "decode_alone", lambda video, packet: decoded.append(packet) or alone(video, packet))
    assert times(path, 2.0) == [0.0, 2.0, 4.0, 6.0]
    assert len([packet for packet in decoded if packet.size]) == 4


def test_a_damaged_key_frame_is_replaced_by_the_next_of_its_span(tmp_path, monkeypatch):
    path = film(tmp_path / "a.mp4", noisy_pictures(40), fps=10, options={"g": "5", "sc_threshold": "0"})
    alone = OpenVideo.decode_alone
    monkeypatch.setattr(OpenVideo, "decode_alone", lambda video, packet: alone(video, packet) if packet.pts else [])
    assert times(path, 2.0) == [0.5, 2.0]


def test_key_frames_may_be_taken_though_some_spans_have_none(tmp_path):
    path = film(tmp_path / "a.mp4", marked_pictures(60), fps=10, options={"g": "20", "sc_threshold": "0"})
    sampled = [round(time_s, 2) for time_s, _ in sample_frames(path, 0.5, 1.0, 5.0, key_frames_within_s=3.0)]
    assert sampled == [2.0, 4.0]
    assert len(times(path, 0.5, 1.0, 5.0)) == 8


def test_no_decoded_picture_outlives_its_turn(tmp_path):
    path = film(tmp_path / "a.mp4", noisy_pictures(40), fps=10, options={"g": "5", "sc_threshold": "0"})
    gc.collect()
    gc.disable()
    try:
        assert len(times(path, 0.5)) == 8
        left = [one for one in gc.get_objects() if isinstance(one, VideoFrame)]
    finally:
        gc.enable()
    assert left == []


def test_the_last_picture_comes_first_where_that_is_asked(tmp_path):
    path = film(tmp_path / "a.mp4", marked_pictures(60), fps=10, options={"g": "10", "sc_threshold": "0"})
    forwards = [(time_s, picture.mean()) for time_s, picture in sample_frames(path, 1.0, 1.0, 5.0)]
    backwards = [(time_s, picture.mean()) for time_s, picture in sample_frames(path, 1.0, 1.0, 5.0, backwards=True)]
    assert [time_s for time_s, _ in forwards] == [1.0, 2.0, 3.0, 4.0]
    assert backwards == forwards[::-1]


@pytest.mark.parametrize("backwards", [False, True])
def test_a_picture_that_nobody_wants_is_not_decoded(tmp_path, monkeypatch, backwards):
    path = film(tmp_path / "a.mp4", marked_pictures(60), fps=10, options={"g": "10", "sc_threshold": "0"})
    decoded = []
    alone = OpenVideo.decode_alone
    monkeypatch.setattr(OpenVideo, "decode_alone", lambda video, packet: decoded.append(packet) or alone(video, packet))
    sampled = sample_frames(path, 1.0, 0.0, 5.0, wants=lambda time_s: time_s in (1.0, 4.0), backwards=backwards)
    assert [time_s for time_s, _ in sampled] == ([4.0, 1.0] if backwards else [1.0, 4.0])
    assert len([packet for packet in decoded if packet.size]) == 2
