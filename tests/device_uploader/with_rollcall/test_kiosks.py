"""A kiosk's attempts before the real site: at once, a day later, cut anywhere, and spoken by drawn people."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from flask import Flask

from attendance import bootstrap as composition
from attendance.changes import AddStudent, AddToRoster, SaveDevice
from attendance.model import (
    Consent,
    Device,
    DeviceKind,
    Face,
    KioskSettings,
    KioskSpeech,
    Liveness,
    Purpose,
    Student,
    new_id,
)
from attendance.services import Services
from attendance.settings import Settings
from attendance.use_cases.devices.devices import add_device, pair_device
from attendance.use_cases.students.registering import register_student
from demo.drawn_people import CLASS_SEEDS, person, portrait
from device_uploader.backoff import Bandwidth
from device_uploader.clock import Clock, SiteTime
from device_uploader.errors import DeviceError
from device_uploader.item import Moment
from device_uploader.kiosk import STORED, Answer, Registering, Wish
from device_uploader.kiosk.attempts import AttemptSender, Desk, attempt_data, attempt_item
from device_uploader.kiosk.words import SENTENCES
from device_uploader.link import Link
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading
from device_uploader.sending import Road
from device_uploader.site import Site
from device_uploader.sources import Frame
from tests.device_uploader.bad_network import served
from tests.device_uploader.conftest import reading
from tests.device_uploader.kiosk_stage import TURNING, KioskProcess, nearest, scene, spoken
from tests.device_uploader.test_process import wait_until
from tests.device_uploader.with_rollcall.conftest import ROOM
from tests.device_uploader.wsgi_adapter import WsgiAdapter, session_for
from tests.fakes import FakeFaces

TURNS = {SENTENCES[way]["en"]: way for way in ("left", "right")}
STRANGER = 3


def open_fake(value: str, settings: Settings) -> FakeFaces:
    """For the registry of face engines."""
    return FakeFaces()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> dict[str, str]:
    if request.node.get_closest_marker("slow") is not None:
        return {}
    monkeypatch.setitem(composition.FACES, "pretended", f"{__name__}:open_fake")
    return {"ROLLCALL_FACES": "pretended"}


def a_kiosk(services: Services, **chosen: object) -> tuple[Device, str]:
    """In the room that has lessons, since some days."""
    before = replace(services, now=lambda: datetime.now(UTC) - timedelta(days=5))
    paired = pair_device(before, add_device(before, name="Kiosk", room=ROOM, by=None, kind=DeviceKind.KIOSK).code)
    settings = KioskSettings(**({"language": "en", "liveness": Liveness.OFF} | chosen))  # type: ignore[arg-type]
    services.store.commit(SaveDevice(replace(paired.device, kiosk=settings)))
    return paired.device, paired.key


@pytest.fixture
def wires(services: Services, app: Flask, outbox: Outbox) -> tuple[Road, WsgiAdapter]:
    (course,) = services.store.courses()
    consents = (Consent(Purpose.FACE, date(2026, 3, 1)),)
    student = Student("21", new_id(), "Mina Kim", datetime.now(UTC), consents)
    face = Face(new_id(), "21", "fake-1", "photo", "small", 0.9, datetime.now(UTC), vector=(21.0,))
    services.store.commit(AddStudent(student, [face]))
    services.store.commit(AddToRoster(course.id, ["21"]))
    session, adapter = session_for(app)
    site_time = SiteTime(None, Clock(), outbox.disk)
    site = Site("http://site.test", a_kiosk(services)[1], site_time, session=session)
    return Road(site, site_time, Bandwidth(None), 64 * 1024, threading.Event()), adapter


class Reported:
    """What a desk told."""

    def __init__(self) -> None:
        self.answers: list[tuple[Answer, Frame | None]] = []
        self.undone: list[tuple[str, bool]] = []

    def answer(self, answer: Answer, photo: Frame | None) -> None:
        self.answers.append((answer, photo))

    def undo(self, attempt_id: str, worked: bool) -> None:
        self.undone.append((attempt_id, worked))


def a_desk(outbox: Outbox, road: Road) -> tuple[Desk, Reported]:
    told = Reported()
    return Desk(outbox, road, Link(), Clock(), told.answer, told.undo), told


def wish(command: str = "check_in", measured: Reading | None = None, **more: object) -> Wish:
    return Wish(command, "en", None, (b"face:21",), reading=measured, **more)  # type: ignore[arg-type]


def test_an_attempt_is_answered_at_once_and_leaves_nothing_on_the_device(
    services: Services, outbox: Outbox, road: Road
):
    desk, told = a_desk(outbox, road)
    desk.attempt(wish(measured=reading(0)))
    ((answer, photo),) = told.answers
    assert (answer.outcome, answer.name, answer.can_undo) == ("checked_in", "Mina Kim", True)
    assert answer.sentence == "Mina Kim, you are checked in."
    assert photo is None, "there is no such file, and the answer is good without it"
    assert outbox.waiting() == []
    assert len(services.store.door_check_ins(from_at=datetime.now(UTC) - timedelta(days=1))) == 1


def test_not_me_takes_it_back(services: Services, outbox: Outbox, road: Road):
    desk, told = a_desk(outbox, road)
    desk.attempt(wish())
    desk._undo(told.answers[0][0].id)
    assert told.undone == [(told.answers[0][0].id, True)]
    (stay,) = services.store.door_check_ins(from_at=datetime.now(UTC) - timedelta(days=1))
    assert stay.taken_back_at is not None and not stay.counts


def test_registering_is_recorded_as_asked(services: Services, outbox: Outbox, road: Road):
    (course,) = services.store.courses()
    desk, told = a_desk(outbox, road)
    desk.attempt(replace(wish("register", registering=Registering(course.id, "Somebody New")), frames=(b"face:77",)))
    assert told.answers[0][0].outcome == "pending"


def test_a_number_with_a_wrong_pin_is_refused_and_on_no_disk(services: Services, outbox: Outbox, road: Road):
    desk, told = a_desk(outbox, road)
    desk.send_number(wish(), "21", "0000")
    desk._jobs.get_nowait()()
    assert told.answers[0][0].outcome == "refused"
    assert outbox.waiting() == []


def test_a_day_without_a_network_loses_nothing_and_keeps_its_order(
    services: Services, outbox: Outbox, wires: tuple[Road, WsgiAdapter]
):
    road, _ = wires
    noon = datetime.now(UTC) - timedelta(days=1)
    for minutes, command in ((0, "check_in"), (30, "check_out"), (60, "check_in")):
        at = noon + timedelta(minutes=minutes)
        outbox.add(attempt_item(Moment(at.timestamp(), 0, "earlier boot")), attempt_data(wish(command)))
    sender = AttemptSender(outbox, road, Link())
    while sender.step():
        pass
    stays = services.store.door_check_ins(from_at=noon - timedelta(hours=1))
    first, second = sorted(stays, key=lambda one: one.checked_in_at)
    assert (first.checked_in_at, first.checked_out_at) == (noon, noon + timedelta(minutes=30))
    assert second.checked_in_at == noon + timedelta(minutes=60)


def test_a_new_one_waits_for_those_before_it(services: Services, outbox: Outbox, road: Road):
    before = datetime.now(UTC) - timedelta(hours=3)
    outbox.add(attempt_item(Moment(before.timestamp(), 0, "earlier boot")), attempt_data(wish()))
    desk, told = a_desk(outbox, road)
    desk.attempt(wish("check_out"))
    assert told.answers[0][0].outcome == "checked_out"


def test_a_connection_that_is_cut_anywhere_makes_one_check_in(
    services: Services, outbox: Outbox, wires: tuple[Road, WsgiAdapter]
):
    road, adapter = wires
    outbox.add(attempt_item(Clock().now()), attempt_data(wish()))
    sender = AttemptSender(outbox, road, Link())
    adapter.lose_answers = 2
    for _ in range(2):
        with pytest.raises(DeviceError):
            sender.step()
    assert len(outbox.waiting()) == 1
    assert sender.step()
    assert len(services.store.door_check_ins(from_at=datetime.now(UTC) - timedelta(days=1))) == 1


def test_what_is_said_to_be_stored_is_on_the_disk_and_can_be_taken_back_there(
    outbox: Outbox, wires: tuple[Road, WsgiAdapter]
):
    road, adapter = wires
    adapter.lose_answers = 100
    desk, told = a_desk(outbox, road)
    desk.attempt(wish())
    ((answer, _),) = told.answers
    assert answer.outcome == STORED
    assert [item.id for item in outbox.waiting()] == [answer.id]
    desk._undo(answer.id)
    assert told.undone == [(answer.id, True)] and outbox.waiting() == []


def test_a_revoked_key_sends_nothing_and_keeps_what_waits(
    services: Services, outbox: Outbox, wires: tuple[Road, WsgiAdapter]
):
    road, _ = wires
    road.site.use_key(secrets.token_urlsafe(32))
    desk, told = a_desk(outbox, road)
    desk.attempt(wish())
    assert told.answers[0][0].outcome == STORED
    assert len(outbox.waiting()) == 1


# By drawn people, with the real engine


@pytest.fixture
def kiosk(services: Services, app: Flask, tmp_path: Path) -> Iterator[KioskProcess]:
    (course,) = services.store.courses()
    seed = CLASS_SEEDS[2]
    photo = cv2.imencode(".jpg", portrait(person(seed)))[1].tobytes()
    register_student(
        services,
        student_id="D-1",
        name="Mary Johnson",
        consent_on=date(2026, 3, 1),
        course_ids=[course.id],
        photos=[photo],
        by=None,
    )
    _, key = a_kiosk(services, liveness=Liveness.TURN, speech=KioskSpeech.LOCAL, min_face_px=150)
    port, stop = served(app)
    process = KioskProcess(tmp_path, f"http://127.0.0.1:{port}", key)
    yield process
    process.end()
    stop()


def flat(seed: int, yaw: float) -> Frame:
    """A picture of somebody, turned by hand: each point moves as a plane's do."""
    shown = scene((seed, 0.0))
    height, width = shown.shape[:2]
    near, far = 1 + 0.35 * np.sin(yaw), 1 - 0.35 * np.sin(yaw)
    half = width / 2 * np.cos(yaw)
    from_ = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    down = [height / 2 * (1 - near), height / 2 * (1 - far)]
    to = np.float32(
        [
            [width / 2 - half, down[0]],
            [width / 2 + half, down[1]],
            [width / 2 + half, height - down[1]],
            [width / 2 - half, height - down[0]],
        ]
    )
    plane = cv2.getPerspectiveTransform(from_, to)
    return np.asarray(cv2.warpPerspective(shown, plane, (width, height), borderValue=(190, 200, 200)), np.uint8)


def head(seed: int, yaw: float) -> Frame:
    """Somebody who turns their head so far, in radians."""
    return scene((seed, yaw))


class Visitors:
    """People who come to a kiosk one after the other."""

    def __init__(self, kiosk: KioskProcess) -> None:
        self.kiosk, self.count = kiosk, 0

    def come(self, seed: int, command: str, *, is_flat: bool = False) -> str:
        """What the site decided of somebody who says a command and turns as they are told."""
        kiosk, picture = self.kiosk, flat if is_flat else head
        # Drawn before they come: who is asked to turn has a few seconds.
        turns = {way: [picture(seed, sign * yaw) for yaw in TURNING] for way, sign in (("left", 1), ("right", -1))}
        self.count += 1
        kiosk.show((seed, 0.0))
        kiosk.at("prompt", self.count)
        kiosk.say(command, "en")
        before = len(kiosk.answers_heard())
        kiosk.at("turn", self.count)
        wait_until(lambda: len(kiosk.answers_heard()) > before, 60)
        way = TURNS[nearest(kiosk.answers_heard()[before], list(TURNS), "en")]
        kiosk.show_clip(turns[way])
        kiosk.at("answer", self.count)
        decided = [line for line in kiosk.log if "The site decided" in line]
        kiosk.show()
        kiosk.at("idle", self.count + 1)
        return decided[-1].rpartition(": ")[2].strip().rstrip(".")

    def insist(self, seed: int, command: str) -> str:
        """The same of somebody who is told to try again where their turn was not seen, as one of some is."""
        for _ in range(3):
            decided = self.come(seed, command)
            if decided != "not_live":
                return decided
        return "not_live"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_drawn_people_check_in_and_out_by_voice_and_turn(kiosk: KioskProcess, services: Services):
    nearest(spoken("check in", "en"), list(TURNS), "en")  # so that the recogniser is loaded
    kiosk.begin()
    wait_until((kiosk.outbox / "kiosk.json").exists, 60)
    visitors, known = Visitors(kiosk), CLASS_SEEDS[2]
    assert visitors.insist(known, "check out") == "not_in"
    assert visitors.insist(known, "check in") == "checked_in"
    said = ["Mary Johnson, you are checked in.", *TURNS, SENTENCES["prompt"]["en"]]
    assert nearest(kiosk.answers_heard()[-1], said, "en") == said[0]
    assert visitors.insist(known, "check in") == "already_in"
    assert visitors.insist(STRANGER, "check in") == "stranger"
    assert visitors.come(known, "check out", is_flat=True) == "not_live"
    assert visitors.insist(known, "check out") == "checked_out"
    decided = kiosk.lines("The site decided")
    kiosk.show((known, 0.0), (STRANGER, 0.0))
    before = len(kiosk.answers_heard())
    wait_until(lambda: len(kiosk.answers_heard()) > before, 60)
    assert (
        nearest(kiosk.answers_heard()[-1], [SENTENCES["one_person"]["en"], *said], "en")
        == SENTENCES["one_person"]["en"]
    )
    assert kiosk.lines("The site decided") == decided  # of two people nothing was sent
    assert [one.is_open for one in services.store.door_check_ins(from_at=datetime.now(UTC) - timedelta(days=1))] == [
        False
    ]
    assert kiosk.end() == 0
