"""Says sentences one after the other in a thread of its own, as loud as the site says, and not in quiet hours."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from device_uploader.errors import DeviceError
from device_uploader.speech import Language, Sound, Speech
from device_uploader.speech.sound import Speaker, beep, louder

AFTERWARDS_S = 0.25  # an echo of what was said is no command
log = logging.getLogger(__name__)


class Mouth:
    """`volume` is asked before each sound: 0 says nothing."""

    def __init__(
        self, speech: Callable[[], Speech], speaker: Callable[[], Speaker | None], volume: Callable[[], float]
    ):
        self._speech, self._open, self._volume = speech, speaker, volume
        self._wanted: queue.Queue[tuple[int, str, Language] | None] = queue.Queue()
        self._turn = 0  # goes on with each `hush`: what was wanted before is not said
        self._speaker: Speaker | None = None
        self._busy, self._quiet_since_s = False, 0.0

    @property
    def speaks(self) -> bool:
        """Now, or a moment ago, or in a moment."""
        return self._busy or not self._wanted.empty() or time.monotonic() - self._quiet_since_s < AFTERWARDS_S

    def beep(self) -> None:
        """Before a question."""
        self._wanted.put(None)

    def say(self, text: str, language: Language) -> None:
        """After what is being said."""
        self._wanted.put((self._turn, text, language))

    def hush(self) -> None:
        """Nothing that was wanted until now."""
        self._turn += 1
        speaker = self._speaker
        if speaker is not None and self._busy:
            speaker.close()

    def run(self, stop: threading.Event) -> None:
        """Until `stop`. A loudspeaker that is away is said once, and captions go on."""
        trouble = ""
        while not stop.is_set():
            with suppress(queue.Empty):
                wanted = self._wanted.get(timeout=0.2)
                self._busy = True
                try:
                    self._do(wanted)
                    trouble = ""
                except (DeviceError, OSError) as failed:
                    self._speaker = None
                    if str(failed) != trouble:
                        log.warning("%s", failed)
                    trouble = str(failed)
                finally:
                    self._busy, self._quiet_since_s = False, time.monotonic()

    def _do(self, wanted: tuple[int, str, Language] | None) -> None:
        volume = self._volume()
        if volume <= 0 or (wanted is not None and wanted[0] != self._turn):
            return
        sound: Sound | None = beep()
        if wanted is not None:
            sound = self._speech().say(wanted[1], wanted[2])
        if sound is None:
            return
        if self._speaker is None:
            self._speaker = self._open()
        if self._speaker is not None and (wanted is None or wanted[0] == self._turn):
            self._speaker.play(louder(sound, volume))
