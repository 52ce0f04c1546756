"""Sound in and out: microphone and loudspeaker as programs of their own, files in their place for trials, a beep."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import threading
import wave
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np

from device_uploader.errors import SourceFailed
from device_uploader.speech import BYTES_A_SECOND, RATE_HZ, Sound
from device_uploader.speech.espeak import sound_of

CHUNK_BYTES = 1024  # 32 ms at 16 kHz, as the detector of speech takes them
MICROPHONES = ("parec", "arecord", "wav:FOLDER", "none")
SPEAKERS = ("paplay", "aplay", "folder:PATH", "none")
RECORD = {
    "parec": ("parec", "--raw", "--format=s16le", f"--rate={RATE_HZ}", "--channels=1", "--latency-msec=32"),
    "arecord": ("arecord", "-q", "-t", "raw", "-f", "S16_LE", "-r", str(RATE_HZ), "-c", "1"),
}
PLAY = {
    "paplay": ("paplay", "--raw", "--format=s16le", "--channels=1", "--rate={rate}"),
    "aplay": ("aplay", "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", "{rate}"),
}
PACKAGES = {"parec": "pulseaudio-utils", "paplay": "pulseaudio-utils", "arecord": "alsa-utils", "aplay": "alsa-utils"}
BEEP_HZ, BEEP_S, FADE_S = 880.0, 0.15, 0.02


class Microphone(Protocol):
    """Opened when it is made."""

    def read(self) -> bytes:
        """The next 32 ms. Raises SourceFailed."""

    def close(self) -> None:
        """Let go of it."""


class Speaker(Protocol):
    """One thing at a time."""

    def play(self, sound: Sound) -> None:
        """Until it is over. Raises SourceFailed."""

    def close(self) -> None:
        """Stop what is being played."""


def check_microphone(source: str) -> None:
    """Raises ValueError where it names none of MICROPHONES."""
    if source not in (*RECORD, "none") and not (source.startswith("wav:") and source != "wav:"):
        raise ValueError(f"must be one of {', '.join(MICROPHONES)}")


def check_speaker(source: str) -> None:
    """Raises ValueError where it names none of SPEAKERS."""
    if source not in (*PLAY, "none") and not (source.startswith("folder:") and source != "folder:"):
        raise ValueError(f"must be one of {', '.join(SPEAKERS)}")


def open_microphone(source: str) -> Microphone | None:
    """None for `none`. Raises SourceFailed."""
    if source == "none":
        return None
    if source.startswith("wav:"):
        return WavMicrophone(Path(source.removeprefix("wav:")))
    return ProgramMicrophone(source)


def open_speaker(source: str) -> Speaker | None:
    """None for `none`. Raises SourceFailed."""
    if source == "none":
        return None
    if source.startswith("folder:"):
        return FolderSpeaker(Path(source.removeprefix("folder:")))
    return ProgramSpeaker(source)


def program_of(name: str) -> str:
    """Where it is. Raises SourceFailed with what brings it."""
    found = shutil.which(name)
    if found is None:
        raise SourceFailed(f"The program {name} is not installed. Debian has it in {PACKAGES[name]}.")
    return found


class ProgramMicrophone(Microphone):
    """A thread of the system's own sound program: it ends with this process."""

    def __init__(self, name: str) -> None:
        self._name = name
        words = [program_of(name), *RECORD[name][1:]]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603 - fixed

    def read(self) -> bytes:
        """Waits for it."""
        assert self._process.stdout is not None
        chunk = self._process.stdout.read(CHUNK_BYTES)
        if len(chunk) < CHUNK_BYTES:
            raise SourceFailed(f"The microphone gives nothing any more ({self._name}). Is it plugged in?")
        return chunk

    def close(self) -> None:
        """Ends the program."""
        ended(self._process)


class WavMicrophone(Microphone):
    """Hears the files of a folder as they are put there, the oldest name first, each once, and silence between them.

    It runs at the pace of a microphone, so that what is heard while nobody listens is gone, as it is in a room.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise SourceFailed(f"There is no folder {folder} with sound.")
        self._folder, self._pause = folder, threading.Event()
        self._chunks: Iterator[bytes] = iter(())
        self._heard: set[str] = set()

    def read(self) -> bytes:
        """32 ms."""
        self._pause.wait(CHUNK_BYTES / BYTES_A_SECOND)
        chunk = next(self._chunks, None)
        if chunk is None:
            self._chunks = self._next()
            chunk = next(self._chunks, bytes(CHUNK_BYTES))
        return chunk.ljust(CHUNK_BYTES, b"\0")

    def close(self) -> None:
        """Nothing is open."""
        self._pause.set()

    def _next(self) -> Iterator[bytes]:
        files = sorted(path for path in self._folder.glob("*.wav") if path.name not in self._heard)
        if not files:
            return iter(())
        self._heard.add(files[0].name)
        pcm = resampled(sound_of(files[0].read_bytes()), RATE_HZ).pcm
        return (pcm[start : start + CHUNK_BYTES] for start in range(0, len(pcm), CHUNK_BYTES))


class ProgramSpeaker(Speaker):
    """Gives the sound to the system's own program."""

    def __init__(self, name: str) -> None:
        self._name, self._program = name, program_of(name)
        self._playing: subprocess.Popen[bytes] | None = None

    def play(self, sound: Sound) -> None:
        """Waits until it was heard."""
        words = [self._program, *(word.format(rate=sound.rate_hz) for word in PLAY[self._name][1:])]
        self._playing = subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603 - fixed
        try:
            self._playing.communicate(sound.pcm, timeout=sound.lasts_s + 5)
        except (subprocess.TimeoutExpired, OSError) as wrong:
            ended(self._playing)
            raise SourceFailed(f"The loudspeaker does not play ({self._name}).") from wrong
        if self._playing.returncode:
            raise SourceFailed(f"The loudspeaker does not play ({self._name}). Is one plugged in?")

    def close(self) -> None:
        """Ends the program."""
        if self._playing is not None:
            ended(self._playing)


class FolderSpeaker(Speaker):
    """Writes each sound as a file, for trials; a name appears when its file is whole."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._numbers = itertools.count(1 + len(list(folder.glob("*.wav"))))

    def play(self, sound: Sound) -> None:
        """At once."""
        path = self._folder / f"{next(self._numbers):04d}.wav"
        beside = path.with_suffix(".new")
        write_wav(beside, sound)
        beside.rename(path)

    def close(self) -> None:
        """Nothing is open."""


def write_wav(path: Path, sound: Sound) -> None:
    """16 bits, one channel."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate_hz)
        file.writeframes(sound.pcm)


def ended(process: subprocess.Popen[bytes]) -> None:
    """Asked first, then made to."""
    process.terminate()
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def resampled(sound: Sound, rate_hz: int) -> Sound:
    """Linearly; a speech recogniser hears no difference."""
    if sound.rate_hz == rate_hz or not sound.pcm:
        return Sound(sound.pcm, rate_hz)
    samples = np.frombuffer(sound.pcm, "<i2").astype(np.float32)
    count = len(samples) * rate_hz // sound.rate_hz
    places = np.arange(count) * (sound.rate_hz / rate_hz)
    return Sound(np.interp(places, np.arange(len(samples)), samples).astype("<i2").tobytes(), rate_hz)


def louder(sound: Sound, volume: float) -> Sound:
    """`volume` 0 to 1, of what it is."""
    samples = np.frombuffer(sound.pcm, "<i2").astype(np.float32) * max(0.0, min(1.0, volume))
    return Sound(samples.astype("<i2").tobytes(), sound.rate_hz)


def beep() -> Sound:
    """A short tone that begins and ends softly; made here, as all that this program plays is."""
    at_s = np.arange(int(RATE_HZ * BEEP_S)) / RATE_HZ
    rim = np.minimum(1.0, np.minimum(at_s, BEEP_S - at_s) / FADE_S)
    return Sound((9000 * rim * np.sin(2 * np.pi * BEEP_HZ * at_s)).astype("<i2").tobytes())
