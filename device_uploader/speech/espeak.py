"""Says sentences by espeak-ng, which is a program of its own: GPL-3, started where it is installed, linked to nothing.

Text goes in by a pipe: what stands on a command line, every user of the machine can read.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import wave

from device_uploader.errors import SourceFailed
from device_uploader.speech import Language, Sound

PROGRAM = "espeak-ng"
VOICES: dict[Language, str] = {"ko": "ko", "en": "en-us"}
WORDS_A_MINUTE, PITCH = 150, 50
LONGEST_S = 10.0


class Espeak:
    """`is_here` is False where the program is not installed; then captions have to do."""

    def __init__(self) -> None:
        self._program = shutil.which(PROGRAM)

    @property
    def is_here(self) -> bool:
        """Whether it can be asked."""
        return self._program is not None

    def say(
        self, text: str, language: Language, voice: str | None = None, speed: int = WORDS_A_MINUTE, pitch: int = PITCH
    ) -> Sound | None:
        """None where the program is not installed. Raises SourceFailed."""
        if self._program is None:
            return None
        manner = ["-v", voice or VOICES[language], "-s", str(speed), "-p", str(pitch), "-b", "1"]
        words = [self._program, *manner, "--stdin", "--stdout"]
        try:
            made = subprocess.run(  # noqa: S603 - a fixed program; the text is its input
                words, input=text.encode(), capture_output=True, timeout=LONGEST_S, check=True
            )
        except (subprocess.SubprocessError, OSError) as wrong:
            raise SourceFailed(f"espeak-ng cannot say a sentence: {wrong}.") from wrong
        return sound_of(made.stdout)


def sound_of(wav: bytes) -> Sound:
    """Of a WAV file; one that was written to a pipe does not know its own length. Raises SourceFailed."""
    try:
        with wave.open(io.BytesIO(wav)) as file:
            if file.getsampwidth() != 2 or file.getnchannels() != 1:
                raise SourceFailed("This WAV file is not of 16 bits and one channel.")
            rate = file.getframerate()
            start = wav.find(b"data") + 8
            return Sound(wav[start : start + (len(wav) - start) // 2 * 2], rate)
    except (wave.Error, EOFError) as wrong:
        raise SourceFailed(f"This is no WAV file: {wrong}.") from wrong
