"""Films a drawn lecture: who sits where from when to when, as an MP4 or as the picture of a fake webcam."""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from demo.classroom import SEATS, Classroom
from demo.drawn_people import (
    CLASS_SEEDS,
    STRANGER_SEED,
    BGRImage,
    CutOut,
    DrawnPerson,
    Pose,
    cut_out,
    person,
    pose,
)

LOOKS = 5  # drawn once a person and reused: drawing a head takes far longer than encoding a frame
STEPS_PER_S = 1.5
TURN_RAD = 0.2
POSE_HARDNESS = 0.55
MINUTE_S = 60.0
DEMO_SECONDS = 12 * MINUTE_S
DEMO_FPS = 1
WEBCAM_PX = (640, 480)
_ENCODING_THREADS = 4  # the encoder's bits depend on it, and what is found in them must not depend on the machine


@dataclass(frozen=True)
class Appearance:
    """One person in one seat (0 to len(SEATS) - 1) from one second of the recording to another."""

    person: DrawnPerson
    arrive_s: float
    leave_s: float
    seat: int

    def is_there(self, second: float) -> bool:
        return self.arrive_s <= second < self.leave_s


@dataclass(frozen=True)
class LectureScript:
    """Who appears when; two people may share a seat one after the other, not at once."""

    appearances: tuple[Appearance, ...]

    def at(self, second: float) -> list[Appearance]:
        """Who is there at this second, the back row first, so that the front row covers it."""
        return sorted((a for a in self.appearances if a.is_there(second)), key=lambda a: a.seat, reverse=True)


def demo_script() -> LectureScript:
    """Six of the eight students and a stranger: the fifth comes at 10:30 (late), the sixth leaves at 6:00."""
    students = [person(seed) for seed in CLASS_SEEDS[:6]]
    times = [(0.0, DEMO_SECONDS)] * 4 + [(10.5 * MINUTE_S, DEMO_SECONDS), (0.0, 6 * MINUTE_S)]
    seats = (0, 1, 3, 4, 2, 6)
    appearances = [
        Appearance(who, arrive_s, leave_s, seat)
        for who, (arrive_s, leave_s), seat in zip(students, times, seats, strict=True)
    ]
    stranger = Appearance(person(STRANGER_SEED), 2 * MINUTE_S, 9 * MINUTE_S, 5)
    return LectureScript((*appearances, stranger))


def render_demo_lecture(path: Path) -> LectureScript:
    """Film the demonstration's lecture of twelve minutes and say who was there."""
    script = demo_script()
    render_lecture(path, script, fps=DEMO_FPS, seconds=DEMO_SECONDS)
    return script


def render_lecture(
    path: Path,
    script: LectureScript,
    *,
    size: tuple[int, int] = (1280, 720),
    fps: int = 5,
    seconds: float,
    key_every_s: float = 2,
) -> None:
    """Write the lecture as H.264 in an MP4 of the given size (width, height; even numbers).

    Heads turn slowly to and fro and sway a little.
    """
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.time_base = Fraction(1, fps)
        stream.options = {"preset": "superfast", "crf": "24"}
        stream.gop_size = max(1, round(key_every_s * fps))
        stream.thread_count = _ENCODING_THREADS
        for number, image in enumerate(_frames(script, size, fps, seconds)):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _frames(script: LectureScript, size: tuple[int, int], fps: int, seconds: float) -> Iterator[BGRImage]:
    looks = _draw_everyone(script, size)
    room = Classroom(size)
    for number in range(round(seconds * fps)):
        second = number / fps
        seated = {a.seat: looks[a][_look_number(a, second)] for a in script.at(second)}
        yield room.with_people(seated, second)


def _draw_everyone(script: LectureScript, size: tuple[int, int]) -> dict[Appearance, list[CutOut]]:
    """The few looks of each person at the size of the seat; NumPy lets go of the lock, so threads help."""
    with ThreadPoolExecutor(4) as threads:
        jobs = {
            appearance: [
                threads.submit(
                    cut_out, appearance.person, _turned(appearance, look), SEATS[appearance.seat].person_px(size)
                )
                for look in range(LOOKS)
            ]
            for appearance in script.appearances
        }
        return {appearance: [job.result() for job in looks] for appearance, looks in jobs.items()}


def _turned(appearance: Appearance, look: int) -> Pose:
    """One of the poses of a head that slowly turns from left to right, under a light that stays."""
    turn = 2 * look / (LOOKS - 1) - 1
    still = pose(appearance.person.seed * 31 + appearance.seat, POSE_HARDNESS)
    return replace(
        still,
        yaw=0.4 * still.yaw + TURN_RAD * turn,
        pitch=0.5 * still.pitch + 0.03 * math.cos(3 * turn),
        roll_deg=0.5 * still.roll_deg + 2 * math.sin(2 * turn),
        mouth_open=0.012 * (1 + math.sin(5 * turn)),
    )


def _look_number(appearance: Appearance, second: float) -> int:
    """Heads turn to and fro, each in its own time."""
    step = int(second * STEPS_PER_S) + appearance.person.seed * 7
    there_and_back = step % (2 * LOOKS - 2)
    return min(there_and_back, 2 * LOOKS - 2 - there_and_back)


def fake_camera(path: Path, drawn: DrawnPerson, seconds: float = 3) -> None:
    """Write what a webcam shows of the person, for Chromium's --use-file-for-fake-video-capture (played in a loop).

    A path that ends in .mjpeg becomes JPEG after JPEG, shown by Chromium at 30 a second; one in .y4m becomes raw
    pictures at 10 a second. Raises ValueError for any other ending.
    """
    if path.suffix not in (".mjpeg", ".y4m"):
        raise ValueError(f"A fake camera's file ends in .mjpeg or .y4m, not in {path.suffix or 'nothing'}.")
    with path.open("wb") as file:
        if path.suffix == ".mjpeg":
            file.writelines(_jpeg(image) for image in _webcam_images(drawn, round(seconds * 30)))
        else:
            file.write(b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n" % WEBCAM_PX)
            file.writelines(_y4m_frame(image) for image in _webcam_images(drawn, round(seconds * 10)))


def _webcam_images(drawn: DrawnPerson, count: int) -> Iterator[BGRImage]:
    width, height = WEBCAM_PX
    room = np.full((height, width, 3), (196, 202, 206), np.uint8)
    looks = [
        cut_out(drawn, _turned(Appearance(drawn, 0, 0, 0), look), height)
        for look in range(LOOKS // 2 - 1, LOOKS // 2 + 2)
    ]
    for number in range(count):
        image = room.copy()
        looks[number * len(looks) // count].lay_over(image, (width - height) // 2, 0)
        yield image


def _jpeg(image: BGRImage) -> bytes:
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


def _y4m_frame(image: BGRImage) -> bytes:
    return b"FRAME\n" + cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420).tobytes()
