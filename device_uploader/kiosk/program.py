"""`kiosk`: a device whose camera, sensor, microphone and loudspeaker serve one conversation at a time."""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from device_uploader.clock import Clock
from device_uploader.device import Device
from device_uploader.door import Feeling
from device_uploader.errors import DeviceError, ItemRefused, KeyRefused, SettingsWrong
from device_uploader.kiosk import Answer, Told, Wish
from device_uploader.kiosk.attempts import KIOSK, AttemptSender, Desk, told_by
from device_uploader.kiosk.conversation import Conversation, Hands, State
from device_uploader.kiosk.ears import Ears
from device_uploader.kiosk.faces import FaceFinder
from device_uploader.kiosk.mouth import Mouth
from device_uploader.kiosk.screen import KioskScreen
from device_uploader.link import Lane
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading
from device_uploader.settings import Settings
from device_uploader.sources import Camera, Frame
from device_uploader.sources.choice import open_camera, open_sensor
from device_uploader.speech import Heard, Language, Nothing, Phrase, Speech
from device_uploader.speech.choice import open_speech
from device_uploader.speech.commands import phrases
from device_uploader.speech.sound import open_microphone, open_speaker
from device_uploader.times import local_time, parse_hours

ASKED_AGAIN_S = 60.0
READING_NEAR_S = 2.0
LOOKS_A_SECOND = 10.0
log = logging.getLogger(__name__)


def check_kiosk(settings: Settings) -> None:
    """Whether these settings make a kiosk. Raises SettingsWrong."""
    if settings.camera.source == "none":
        raise SettingsWrong("A kiosk needs a camera: set `source` in [camera].")
    if settings.kiosk.face_model is None:
        raise SettingsWrong("A kiosk needs to see when somebody is near: set `face_model` in [kiosk] to a YuNet model.")


class Looking:
    """The camera's source: each picture, and all that happened since the last one, is told to the conversation."""

    def __init__(
        self,
        conversation: Conversation,
        clock: Clock,
        camera: Callable[[], Camera],
        finder: FaceFinder,
        screen: KioskScreen,
        happened: queue.SimpleQueue[Callable[[float], None]],
        fps: float,
    ) -> None:
        self._conversation, self._clock, self._open, self._finder = conversation, clock, camera, finder
        self._screen, self._happened, self._fps = screen, happened, fps
        self._state: State | None = None

    def run(self, stop: threading.Event, beat: Callable[[str], None]) -> None:
        """Until `stop`, or until the camera fails: SourceFailed."""
        camera = self._open()
        try:
            due_s = self._now_s()
            while not stop.is_set():
                self.step(camera.read())
                beat("ok")
                due_s = max(due_s + 1 / self._fps, self._now_s())
                self._clock.wait(stop, due_s - self._now_s())
        finally:
            camera.close()

    def step(self, frame: Frame) -> None:
        """One picture."""
        with suppress(queue.Empty):
            while True:
                self._happened.get_nowait()(self._now_s())
        for button in self._screen.pressed():
            self._conversation.pressed(button, self._now_s())
        self._conversation.see(frame, self._finder.find(frame), self._now_s())
        self._screen.show(self._conversation.view(), frame)
        if self._conversation.state is not self._state:
            self._state = self._conversation.state
            log.info("The kiosk is at: %s.", self._state)  # nobody is named in a log

    def _now_s(self) -> float:
        return self._clock.monotonic_ns() / 1e9


class Kiosk(Device):
    """A device with other sources and lanes; what is measured goes with attempts alone."""

    def __init__(self, settings: Settings, outbox: Outbox, clock: Clock, screen: KioskScreen | None = None) -> None:
        super().__init__(settings, outbox, clock)
        assert settings.kiosk.face_model is not None
        self.screen = screen or KioskScreen()
        self._finder = FaceFinder(settings.kiosk.face_model)
        self._happened: queue.SimpleQueue[Callable[[float], None]] = queue.SimpleQueue()
        self._file = outbox.folder / "kiosk.json"
        self._told, self._speech_name = Told(), ""
        self._speech: Speech = Nothing()
        self._phrases: list[Phrase] = phrases()
        self._wants_to_hear = False
        self._reading: Reading | None = None
        self._settings_site = self._site()
        self._mouth = Mouth(lambda: self._speech, lambda: open_speaker(settings.speech.speaker), self.volume)
        self._desk = Desk(outbox, self._road(), self.link, clock, self._answered, self._undone)
        self.conversation = Conversation(self._told, _Hands(self))
        self._use(read_told(self._file))

    def volume(self) -> float:
        """0 to 1; nothing in quiet hours."""
        now = local_time(self._site_time.of(self._clock.now()))
        return 0.0 if is_quiet(self._told, now) else self._told.volume

    # Sources and lanes

    def _start_sources(self) -> None:
        settings, clock = self._settings, self._clock
        camera, sensor = settings.camera, settings.sensor
        if sensor.source != "none":
            feeling = Feeling(
                settings,
                clock,
                lambda: open_sensor(sensor.source, sensor.bus, sensor.address, lambda: clock.monotonic_ns() / 1e9),
                self._measured,
            )
            self._supervise("sensor", feeling)
        looking = Looking(
            self.conversation,
            clock,
            lambda: open_camera(camera.source, camera.width, camera.height, camera.fps),
            self._finder,
            self.screen,
            self._happened,
            min(camera.fps, LOOKS_A_SECOND) if camera.fps >= 1 else LOOKS_A_SECOND,
        )
        self._supervise("camera", looking)
        self._sources.append(self._thread("desk", self._desk.run, self._stop_sources))
        self._sources.append(self._thread("mouth", self._mouth.run, self._stop_sources))
        if settings.speech.microphone != "none":
            self._supervise("microphone", self._ears())

    def _ears(self) -> Ears:
        def microphone() -> Any:
            return open_microphone(self._settings.speech.microphone)

        return Ears(
            microphone,
            lambda: self._speech,
            lambda: self._wants_to_hear and self._speech.listens and not self._mouth.speaks,
            lambda: self._phrases,
            self._heard,
        )

    def _more_lanes(self) -> list[Lane]:
        sender = AttemptSender(self.outbox, self._road(), self.link)
        return [Lane("attempts", self.link, sender.step, 0.5), Lane("kiosk", self.link, self.ask_site, ASKED_AGAIN_S)]

    def ask_site(self) -> bool:
        """What is set there for this kiosk. Raises DeviceError."""
        try:
            words = self._settings_site.ask("GET", KIOSK, told=("name", "speech"))
        except KeyRefused:
            self.outbox.disk.remove(self._file)  # it names people, and this device may not know them any more
            self._happen(lambda now_s: self._use(Told()))
            raise
        except ItemRefused as refused:
            log.warning("The site tells nothing to this kiosk: %s", refused)
            return False
        told = told_by(words)
        self.link.worked()
        self.outbox.disk.replace(self._file, json.dumps(words).encode())
        self._happen(lambda now_s: self._use(told))
        return False

    # What happens, from any thread

    def _happen(self, what: Callable[[float], None]) -> None:
        self._happened.put(what)

    def _heard(self, heard: Heard) -> None:
        self._happen(lambda now_s: self.conversation.heard(heard, now_s))

    def _answered(self, answer: Answer, photo: Frame | None) -> None:
        self._happen(lambda now_s: self.conversation.answered(answer, photo, now_s))

    def _undone(self, attempt_id: str, worked: bool) -> None:
        self._happen(lambda now_s: self.conversation.undone(attempt_id, worked, now_s))

    def _measured(self, reading: Reading) -> None:
        self._reading = reading

    def fresh_reading(self) -> Reading | None:
        """None where the sensor said nothing for a while."""
        reading = self._reading
        if reading is None or (self._clock.monotonic_ns() - reading.at.monotonic_ns) / 1e9 > READING_NEAR_S:
            return None
        return reading

    def _use(self, told: Told) -> None:
        """Speech that cannot be used is said once, and buttons are there in its place."""
        self._told = told
        if told.speech != self._speech_name:
            self._speech_name = told.speech
            try:
                self._speech = open_speech(told.speech, self._settings.speech)
            except DeviceError as wrong:
                log.error("Speech does not work, and the kiosk has its buttons alone: %s", wrong)
                self._speech = Nothing()
        self._phrases = phrases(told.phrases, sorted({one.section for one in told.sections if one.section}))
        prepare = getattr(self._speech, "prepare", None)
        if prepare is not None:
            threading.Thread(target=prepare, args=(self._phrases,), name="names", daemon=True).start()
        can_hear = self._speech.listens and self._settings.speech.microphone != "none"
        self.conversation.use(told, can_hear)


class _Hands(Hands):
    """The conversation's, in the kiosk."""

    def __init__(self, kiosk: Kiosk) -> None:
        self._kiosk = kiosk

    def greet(self) -> None:
        self._kiosk._mouth.beep()

    def say(self, text: str, language: Language) -> None:
        self._kiosk._mouth.say(text, language)

    def hush(self) -> None:
        self._kiosk._mouth.hush()

    def listen(self, on: bool) -> None:
        self._kiosk._wants_to_hear = on

    def reading(self) -> Reading | None:
        return self._kiosk.fresh_reading()

    def send(self, wish: Wish) -> None:
        self._kiosk._desk.send(wish)

    def send_pin(self, attempt_id: str, ref: str | None, pin: str) -> None:
        self._kiosk._desk.send_pin(attempt_id, ref, pin, self._kiosk.conversation.language)

    def send_number(self, wish: Wish, number: str, pin: str) -> None:
        self._kiosk._desk.send_number(wish, number, pin)

    def undo(self, attempt_id: str) -> None:
        self._kiosk._desk.undo(attempt_id)


def read_told(file: Path) -> Told:
    """What the site said last; the plain one where nothing is there, or what is there was spoilt."""
    try:
        words = json.loads(file.read_bytes())
        return Told.of(words) if isinstance(words, dict) else Told()
    except (OSError, ValueError, TypeError, KeyError):
        return Told()


def is_quiet(told: Told, now: datetime) -> bool:
    """Whether nothing is to be heard at this time of the day."""
    if not told.quiet_from or not told.quiet_until:
        return False
    try:
        return parse_hours(f"{told.quiet_from[:5]}-{told.quiet_until[:5]}").hold(now)
    except ValueError:
        return False
