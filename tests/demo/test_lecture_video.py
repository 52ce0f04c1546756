"""A drawn lecture is a real video in which exactly the people of its script are found, when the script says so."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from demo.classroom import SEATS
from demo.drawn_people import CLASS_SEEDS, STRANGER_SEED, person
from demo.lecture_video import Appearance, LectureScript, demo_script, fake_camera, render_lecture
from face_engine.engine import Engine

SHORT = LectureScript(
    (
        Appearance(person(CLASS_SEEDS[0]), 0, 2, 0),
        Appearance(person(CLASS_SEEDS[1]), 1, 4, 5),
    )
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def film(folder: Path, script: LectureScript, **options: float) -> list[av.VideoFrame]:
    path = folder / "lecture.mp4"
    render_lecture(path, script, **options)
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def picture(frame: av.VideoFrame) -> NDArray[np.uint8]:
    return frame.to_ndarray(format="bgr24")


def test_a_lecture_is_an_h264_mp4_of_the_size_rate_and_length_asked_for(tmp_path: Path):
    path = tmp_path / "lecture.mp4"
    render_lecture(path, SHORT, size=(640, 360), fps=5, seconds=4)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height, stream.average_rate, stream.frames) == (640, 360, 5, 20)
        assert float(stream.duration * stream.time_base) == pytest.approx(4)


def test_the_index_comes_before_the_pictures(tmp_path: Path):
    path = tmp_path / "lecture.mp4"
    render_lecture(path, SHORT, size=(320, 180), fps=1, seconds=2)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_there_is_a_key_frame_as_often_as_asked_for(tmp_path: Path):
    frames = film(tmp_path, SHORT, fps=5, seconds=4, key_every_s=2)
    assert [frame.time for frame in frames if frame.key_frame][:2] == [0, 2]


def test_people_are_found_while_they_are_there_and_no_longer(tmp_path: Path, engine: Engine):
    frames = film(tmp_path, SHORT, fps=2, seconds=5, key_every_s=1)  # people come and go at key frames
    found = [len(engine.find(picture(frame))) for frame in frames]
    assert found == [1, 1, 2, 2, 1, 1, 1, 1, 0, 0]


def test_faces_of_both_rows_are_at_least_70_px_high(tmp_path: Path, engine: Engine):
    seeds = (CLASS_SEEDS[:5] * 2)[: len(SEATS)]
    everywhere = LectureScript(tuple(Appearance(person(seed), 0, 1, seat) for seat, seed in enumerate(seeds)))
    (frame,) = film(tmp_path, everywhere, fps=1, seconds=1)
    faces = engine.find(picture(frame))
    assert len(faces) == len(SEATS)
    assert min(face.box[3] - face.box[1] for face in faces) >= 70


def test_in_the_demo_lecture_six_students_and_a_stranger_appear_one_late_and_one_leaving_early():
    script = demo_script()
    seeds = [appearance.person.seed for appearance in script.appearances]
    assert sorted(seeds) == sorted([*CLASS_SEEDS[:6], STRANGER_SEED])
    students = [a for a in script.appearances if a.person.seed != STRANGER_SEED]
    assert [a.arrive_s > 600 for a in students].count(True) == 1
    assert [a.leave_s < 600 for a in students].count(True) == 1


def test_the_demo_lecture_seats_nobody_on_another():
    seats = [appearance.seat for appearance in demo_script().appearances]
    assert len(set(seats)) == len(seats)


@pytest.mark.parametrize("ending", [".mjpeg", ".y4m"])
def test_a_fake_camera_shows_one_face_that_is_the_persons(tmp_path: Path, engine: Engine, ending: str):
    path = tmp_path / f"camera{ending}"
    fake_camera(path, person(CLASS_SEEDS[0]), seconds=0.3)
    with av.open(str(path)) as container:
        image = picture(next(container.decode(video=0)))
    assert image.shape == (480, 640, 3)
    assert len(engine.find(image)) == 1


def test_a_y4m_file_has_whole_frames_of_640_by_480(tmp_path: Path):
    path = tmp_path / "camera.y4m"
    fake_camera(path, person(CLASS_SEEDS[0]), seconds=0.5)
    header, rest = path.read_bytes().split(b"\n", 1)
    assert header.startswith(b"YUV4MPEG2 W640 H480 F10:1")
    assert len(rest) == 5 * (len(b"FRAME\n") + 640 * 480 * 3 // 2)


def test_an_mjpeg_file_is_jpeg_after_jpeg(tmp_path: Path):
    path = tmp_path / "camera.mjpeg"
    fake_camera(path, person(CLASS_SEEDS[0]), seconds=0.2)
    data = path.read_bytes()
    assert data.count(b"\xff\xd8\xff\xe0") == 6
    assert cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR).shape == (480, 640, 3)


def test_a_fake_camera_of_another_kind_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match=r"mjpeg or \.y4m, not in \.avi"):
        fake_camera(tmp_path / "camera.avi", person(CLASS_SEEDS[0]))
