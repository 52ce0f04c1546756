"""The kiosk as a process before a small site: by voice and turn, without a network, and killed wherever it is."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from device_uploader.kiosk.words import SENTENCES
from device_uploader.speech import Language
from tests.device_uploader.bad_network import BadNetwork
from tests.device_uploader.fake_site import API, KEY, FakeSite, refusal
from tests.device_uploader.kiosk_stage import KioskProcess, nearest, spoken
from tests.device_uploader.test_process import wait_until

pytestmark = pytest.mark.slow

ANSWERS: dict[Language, str] = {"en": "Mina Kim, you are checked in.", "ko": "김민아 님, 출석 완료되었습니다."}
TURNS = {SENTENCES[way]["en"]: way for way in ("left", "right")}


class KioskSite(FakeSite):
    """What came of a kiosk: the first words of each attempt, and how often each was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.attempts: dict[str, dict[str, object]] = {}
        self.frames: dict[str, list[bytes]] = {}
        self.sent: Counter[str] = Counter()
        self.order: list[str] = []
        self.undone: list[str] = []
        self.liveness = "turn"
        self.hold = threading.Event()
        self.hold.set()
        add_kiosk(self.app, self)


def add_kiosk(app: Flask, site: KioskSite) -> None:
    @app.get(f"{API}/kiosk")
    def kiosk() -> ResponseReturnValue:
        sections = [{"course_id": "c1", "title": "Biology", "section": "1"}]
        told = {"name": "Door", "room": "101", "language": "en", "speech": "local", "liveness": site.liveness}
        return jsonify(**told, volume=1.0, undo_s=5, sections=sections, phrases=["김민수"], server_time=site.now())

    @app.post(f"{API}/kiosk/attempts")
    def attempts() -> ResponseReturnValue:
        words = json.loads(request.form["attempt"])
        with site.lock:
            site.sent[words["id"]] += 1
            if words["id"] not in site.attempts:
                site.attempts[words["id"]] = words
                site.frames[words["id"]] = [one.read() for one in request.files.getlist("frames")]
                site.order.append(words["id"])
        site.hold.wait(30)
        sentence = ANSWERS[words["language"]]
        student = {"name": "Mina Kim", "photo": None}
        return jsonify(
            id=words["id"], outcome="checked_in", sentence=sentence, speak=sentence, student=student,
            at=words["at"], undo_until=site.now(), choices=[], needs_pin=False,
        )  # fmt: skip

    @app.post(f"{API}/kiosk/attempts/<name>/undo")
    def undo(name: str) -> ResponseReturnValue:
        if name not in site.attempts:
            return refusal(404, "not_found", "There is none.")
        site.undone.append(name)
        return "", 204


@pytest.fixture
def fake() -> KioskSite:
    return KioskSite()


@pytest.fixture
def kiosk(tmp_path: Path, network: BadNetwork) -> Iterator[KioskProcess]:
    process = KioskProcess(tmp_path, f"http://127.0.0.1:{network.port}", KEY)
    yield process
    process.end()


def asked_to_turn(kiosk: KioskProcess, before: int) -> str:
    """Which side the loudspeaker said after so many answers."""
    wait_until(lambda: len(kiosk.answers_heard()) > before, 60)
    return TURNS[nearest(kiosk.answers_heard()[before], list(TURNS), "en")]


def test_somebody_comes_says_it_turns_and_hears_the_answer(kiosk: KioskProcess, fake: KioskSite):
    nearest(spoken("check in", "en"), list(TURNS), "en")  # so that the recogniser is loaded
    kiosk.begin()
    kiosk.at("idle")
    wait_until((kiosk.outbox / "kiosk.json").exists)
    kiosk.show((4, 0.0))
    kiosk.at("prompt")
    kiosk.say("check in", "en")
    kiosk.at("turn")
    kiosk.turn(4, lambda: asked_to_turn(kiosk, 1))
    kiosk.at("answer")
    (words,) = fake.attempts.values()
    assert (words["command"], words["language"], words["offline"]) == ("check_in", "en", False)
    assert len(words["reading"]["pixels_c"]) == 64  # type: ignore[index]
    pictures = next(iter(fake.frames.values()))
    assert 4 <= len(pictures) <= 12 and all(len(one) <= 400_000 for one in pictures)
    assert cv2.imdecode(np.frombuffer(pictures[0], np.uint8), cv2.IMREAD_COLOR).shape == (720, 1280, 3)
    wait_until(lambda: len(kiosk.answers_heard()) == 3)
    said = nearest(kiosk.answers_heard()[2], [*ANSWERS.values(), *TURNS, SENTENCES["stored"]["en"]], "en")
    assert said == ANSWERS["en"]
    assert "Mina" not in "".join(kiosk.log), "the log names nobody"
    assert list((kiosk.outbox / "items").iterdir()) == []
    assert kiosk.end() == 0


def arrive(kiosk: KioskProcess, times: int = 1) -> None:
    """Somebody comes, and says in Korean that they are here."""
    kiosk.show((4, 0.0))
    kiosk.at("prompt", times)
    kiosk.say("출석", "ko")


def test_without_a_network_it_is_stored_said_so_and_sent_later_in_order(
    kiosk: KioskProcess, fake: KioskSite, network: BadNetwork
):
    fake.liveness = "off"
    kiosk.begin()
    wait_until((kiosk.outbox / "kiosk.json").exists)
    network.set("refusing")
    arrive(kiosk)
    kiosk.at("answer")
    kiosk.show()
    wait_until(lambda: len(kiosk.answers_heard()) == 2)
    stored = SENTENCES["stored"]["ko"]
    assert nearest(kiosk.answers_heard()[1], [stored, *ANSWERS.values()], "ko") == stored
    kiosk.at("idle", 2)
    kiosk.kill()
    kiosk.begin()  # without a network it still knows how it is set up
    arrive(kiosk)
    kiosk.at("answer")
    assert fake.attempts == {}
    kiosk.kill()
    ids = [path.name for path in sorted((kiosk.outbox / "items").iterdir(), key=lambda path: path.stat().st_mtime)]
    assert len(ids) == 2
    network.set("up")
    kiosk.begin()
    wait_until(lambda: len(fake.order) == 2, 60)
    assert fake.order == ids
    assert all(words["offline"] for words in fake.attempts.values())
    first, second = (fake.attempts[name]["at"] for name in ids)
    assert first < second  # type: ignore[operator]
    wait_until(lambda: not list((kiosk.outbox / "items").iterdir()))


@pytest.mark.parametrize("state", ["prompt", "turn", "sending", "answer"])
def test_a_kill_loses_nothing_that_was_confirmed_and_doubles_nothing(kiosk: KioskProcess, fake: KioskSite, state: str):
    fake.liveness = "turn" if state == "turn" else "off"
    if state == "sending":
        fake.hold.clear()
    kiosk.begin()
    wait_until((kiosk.outbox / "kiosk.json").exists)
    kiosk.show((4, 0.0))
    kiosk.at("prompt")
    if state != "prompt":
        kiosk.say("check in", "en")
        kiosk.at(state)
    if state == "sending":
        wait_until(lambda: len(fake.attempts) == 1)
    kiosk.kill()
    waiting = [path.name for path in (kiosk.outbox / "items").iterdir()]
    fake.hold.set()
    kiosk.show()
    kiosk.begin()
    kiosk.at("idle")
    wait_until(lambda: not list((kiosk.outbox / "items").iterdir()), 60)
    assert len(fake.attempts) == (1 if state in ("sending", "answer") else 0)
    assert set(waiting) <= set(fake.attempts)
    if state == "sending":
        assert fake.sent == Counter({waiting[0]: 2}), "the same attempt, by the same id"
