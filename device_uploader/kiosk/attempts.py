"""Attempts on their way: into the outbox first, then to the site at once, or later in order where it is away.

An attempt has its id before it is written, so that a kill at any moment neither loses one that somebody was told is
stored nor makes two of it: whoever sends it again gets the same answer.
"""

from __future__ import annotations

import base64
import json
import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import cv2
import numpy as np

from device_uploader.clock import Clock, format_time
from device_uploader.errors import DeviceError, ItemRefused, KeyRefused, SiteBusy, Unreachable
from device_uploader.item import Item, Moment, new_id, sha256_of
from device_uploader.kiosk import FAILED, STORED, Answer, Told, Wish
from device_uploader.kiosk.words import sentence
from device_uploader.link import Link
from device_uploader.outbox import Outbox
from device_uploader.sending import Road
from device_uploader.site import API
from device_uploader.sources import Frame
from device_uploader.speech import Language

KIOSK = "/kiosk"
TOLD = ("id", "outcome", "sentence")
OLDER_ONES_S = 4.0
PIN_REFUSALS = (403, 404, 409)
UNDO_ATTEMPTS, BETWEEN_UNDOS_S = 3, 0.5
log = logging.getLogger(__name__)


def attempt_data(wish: Wish) -> bytes:
    """What the outbox holds of an attempt; its time and whether it is late are added when it is sent."""
    words = words_of(wish)
    return json.dumps({"attempt": words, "frames": [base64.b64encode(one).decode() for one in wish.frames]}).encode()


def words_of(wish: Wish) -> dict[str, Any]:
    """In the words of the site's API."""
    reading, registering = wish.reading, wish.registering
    return {
        "command": wish.command,
        "language": wish.language,
        "turn": wish.turn,
        "reading": None
        if reading is None
        else {"pixels_c": list(reading.pixels_c), "thermistor_c": reading.thermistor_c},
        "register": None if registering is None else {"course_id": registering.course_id, "name": registering.name},
    }


class AttemptSender:
    """Sends attempts that are in the outbox; what the site will never take leaves no picture here."""

    def __init__(self, outbox: Outbox, road: Road, link: Link) -> None:
        self._outbox, self._road, self._link = outbox, road, link

    def step(self) -> bool:
        """Send the oldest that nobody is sending; False where there is none. Raises DeviceError, OSError."""
        item = next(iter(self.waiting()), None)
        if item is None:
            return False
        with self._outbox.holding(item) as here:
            if here:
                self.send(item, is_late=True)
        return True

    def waiting(self) -> list[Item]:
        """The oldest first, without those that are being sent."""
        held = self._outbox.held()
        return [item for item in self._outbox.waiting() if item.kind == "attempt" and item.id not in held]

    def send(self, item: Item, *, is_late: bool) -> Answer | None:
        """Whoever calls this holds it; afterwards it is gone. None where the site or the disk has refused it.

        Raises DeviceError where it stays.
        """
        words = self._words(item)
        if words is None:
            log.error("The disk has spoilt the attempt %s: it cannot be sent.", item.id)
            self._outbox.refuse(
                item, "The disk of the device has spoilt it.", keep_data=False, counted="damaged_attempts"
            )
            return None
        at = format_time(self._road.site_time.of(item.started))
        attempt = {"id": item.id, "at": at, **words["attempt"], "offline": is_late}
        frames = [base64.b64decode(one) for one in words["frames"]]
        files = [("frames", (f"{number:02d}.jpg", one, "image/jpeg")) for number, one in enumerate(frames)]
        try:
            asked = {"attempt": json.dumps(attempt)}
            found = self._road.site.ask("POST", f"{KIOSK}/attempts", told=TOLD, data=asked, files=files)
        except ItemRefused as refused:
            self._link.worked()
            log.warning("The site refused the attempt %s: %s", item.id, refused)
            self._outbox.refuse(item, str(refused), keep_data=False)
            return Answer("", "refused", str(refused), str(refused))
        self._link.worked()
        answer = answer_of(found)
        log.info("The site decided on the attempt of %s: %s.", at, answer.outcome)  # the log names nobody
        self._outbox.remove(item)
        return answer

    def _words(self, item: Item) -> dict[str, Any] | None:
        path = self._outbox.data_path(item)
        if not path.exists() or sha256_of(path) != item.sha256:
            return None
        words: dict[str, Any] = json.loads(path.read_bytes())
        return words


def answer_of(words: dict[str, Any]) -> Answer:
    """Raises Unreachable where it is not as the site answers."""
    try:
        return Answer.of(words)
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise Unreachable("Something else than Rollcall answers.") from wrong


Report = Callable[[Answer, Frame | None], None]


class Desk:
    """A thread that takes what the conversation asks for, one after the other, and reports what became of it."""

    def __init__(
        self, outbox: Outbox, road: Road, link: Link, clock: Clock, report: Report, undone: Callable[[str, bool], None]
    ) -> None:
        self._outbox, self._road, self._link, self._clock = outbox, road, link, clock
        self._sender = AttemptSender(outbox, road, link)
        self._report, self._undone = report, undone
        self._jobs: queue.Queue[Callable[[], None]] = queue.Queue()

    def run(self, stop: threading.Event) -> None:
        """Until `stop`."""
        while not stop.is_set():
            with suppress(queue.Empty):
                self._jobs.get(timeout=0.2)()

    def send(self, wish: Wish) -> None:
        """Stored on the disk before anything else."""
        self._jobs.put(lambda: self.attempt(wish))

    def send_pin(self, attempt_id: str, ref: str | None, pin: str, language: Language) -> None:
        """For an attempt that the site knows."""
        path = f"{KIOSK}/attempts/{attempt_id}/pin"
        self._jobs.put(lambda: self._ask_pin(path, {"ref": ref, "pin": pin}, language))

    def send_number(self, wish: Wish, number: str, pin: str) -> None:
        """Never stored: a PIN is on no disk."""
        at = format_time(self._road.site_time.of(self._clock.now()))
        words = words_of(wish)
        asked = {
            "id": new_id(),
            "at": at,
            "number": number,
            "pin": pin,
            **{name: words[name] for name in ("command", "language", "reading")},
        }
        self._jobs.put(lambda: self._ask_pin(f"{KIOSK}/pin", asked, wish.language))

    def undo(self, attempt_id: str) -> None:
        """Of one that was answered, or that waits here."""
        self._jobs.put(lambda: self._undo(attempt_id))

    # In the thread

    def attempt(self, wish: Wish) -> None:
        """Reports the site's answer, or that it is stored; nothing before it is whole on the disk."""
        at = self._clock.now()
        try:
            item = self._outbox.add(attempt_item(at), attempt_data(wish))
        except OSError as full:
            log.error("An attempt cannot be stored: %s", full)
            self._outbox.tally.add_loss("dropped_attempts")
            self._report(failed("not_possible", wish.language), None)
            return
        try:
            answer = self._at_once(item)
        except DeviceError as failure:
            self._link.failed(failure)
            words = sentence("stored", wish.language)
            self._report(Answer(item.id, STORED, words, words), None)
            return
        if answer is None:
            self._report(failed("not_possible", wish.language), None)
            return
        self._report(answer, self._photo(answer))

    def _at_once(self, item: Item) -> Answer | None:
        """After those that came before it, so that nobody leaves before they came. Raises DeviceError."""
        with self._outbox.holding(item):
            until_s = time.monotonic() + OLDER_ONES_S
            while self._sender.step():
                if time.monotonic() > until_s:
                    raise Unreachable("Older attempts wait to be sent first.")
            return self._sender.send(item, is_late=False)

    def _ask_pin(self, path: str, words: dict[str, Any], language: Language) -> None:
        try:
            found = self._road.site.ask("POST", path, told=TOLD, json=words, final=PIN_REFUSALS)
            self._link.worked()
            answer = answer_of(found)
        except ItemRefused as refused:
            self._link.worked()
            self._report(Answer("", "refused", str(refused), str(refused)), None)
        except SiteBusy as busy:
            self._report(Answer("", FAILED, str(busy), str(busy)), None)
        except DeviceError as failure:
            self._link.failed(failure)
            self._report(failed("no_pin_now", language), None)
        else:
            self._report(answer, self._photo(answer))

    def _undo(self, attempt_id: str) -> None:
        waiting = next((item for item in self._outbox.waiting() if item.id == attempt_id), None)
        if waiting is not None:
            with self._outbox.holding(waiting) as here:
                if here:
                    self._outbox.remove(waiting)
                    # The site may have got it although its answer was lost; where it is away it most likely has not.
                    self._undo_there(attempt_id)
                    self._undone(attempt_id, True)
                    return
        self._undone(attempt_id, self._undo_there(attempt_id))

    def _undo_there(self, attempt_id: str) -> bool:
        path = f"{API}{KIOSK}/attempts/{attempt_id}/undo"
        for _ in range(UNDO_ATTEMPTS):
            try:
                self._road.site.request("POST", path, final=PIN_REFUSALS)
            except (ItemRefused, KeyRefused) as refused:
                log.warning("An attempt could not be taken back: %s", refused)
                return False
            except DeviceError:
                self._road.stop.wait(BETWEEN_UNDOS_S)
            else:
                return True
        return False

    def _photo(self, answer: Answer) -> Frame | None:
        """The enrolled one; an answer is good without it."""
        if not answer.photo:
            return None
        try:
            return picture_of(self._road.site.request("GET", answer.photo).content)
        except DeviceError as failure:
            log.warning("The photo of an answer did not come: %s", failure)
            return None


def attempt_item(at: Moment) -> Item:
    """An empty one, with an id for ever."""
    return Item(new_id(), "attempt", at, 0.0, "", 0, "attempt.json")


def failed(key: str, language: Language) -> Answer:
    """A sentence of our own in place of an answer."""
    words = sentence(key, language)
    return Answer("", FAILED, words, words)


def picture_of(jpeg: bytes) -> Frame | None:
    """None where it is none."""
    data = np.frombuffer(jpeg, np.uint8)
    found = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    return np.asarray(found, np.uint8) if found is not None else None


def told_by(words: dict[str, Any]) -> Told:
    """Raises Unreachable where it is not as the site answers."""
    try:
        return Told.of(words)
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise Unreachable("Something else than Rollcall answers.") from wrong
