"""A door before the real site: what comes becomes visits, once, also after the network was away or the power went."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import cv2
import numpy as np
import pytest
from flask import Flask

from attendance import bootstrap as composition
from attendance.changes import AddStudent
from attendance.model import Consent, DeviceKind, Face, Purpose, RecordingKind, Student, Visit, new_id
from attendance.ports import MediaFile, Progress, RecordingInfo, Seen
from attendance.services import Services
from attendance.settings import Settings
from attendance.use_cases.devices.devices import add_device, pair_device
from attendance.use_cases.doors.doors import set_door
from device_uploader.backoff import Bandwidth
from device_uploader.clock import Clock, SiteTime
from device_uploader.door import Feeling, Watching
from device_uploader.errors import DeviceError, Unreachable
from device_uploader.link import Link
from device_uploader.outbox import Outbox
from device_uploader.sending import Road
from device_uploader.settings_file import load_settings
from device_uploader.site import Site
from device_uploader.sources import Camera, Frame, Warmth
from device_uploader.stay_sender import KnownPerson, StaySender
from device_uploader.stays import Stays
from tests.device_uploader.conftest import moment
from tests.device_uploader.test_filming import BASE
from tests.device_uploader.wsgi_adapter import session_for
from tests.fakes import FakeFaces
from website import create_app

PLAIN = np.full((240, 320, 3), 120, np.uint8)
NOISE = np.random.default_rng(5).integers(0, 255, (120, 80, 3), np.uint8)


class SeesWhoIsBright(FakeFaces):
    """A picture with something in it shows person 21; a plain one shows nobody."""

    def probe(self, file: MediaFile) -> RecordingInfo:
        return RecordingInfo(0.0, 320, 240, "mjpeg", "image", ".jpg")

    def search(
        self,
        file: MediaFile,
        kind: RecordingKind,
        faces: Sequence[Face],
        progress: Progress | None = None,
        *,
        vectors: bool = False,
    ) -> Sequence[Seen]:
        with file.open() as stream:
            picture = cv2.imdecode(np.frombuffer(stream.read(), np.uint8), cv2.IMREAD_GRAYSCALE)
        if picture.std() < 5:
            return []
        jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
        known = "21" if any(face.student_id == "21" for face in faces) else None
        return [Seen(known, 0, 0, 1, 1, 90.0 if known else None, 30.0, jpeg, 0.0)]


def open_bright(value: str, settings: Settings) -> SeesWhoIsBright:
    """For the registry of face engines."""
    return SeesWhoIsBright()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setitem(composition.FACES, "bright", f"{__name__}:open_bright")
    return {"ROLLCALL_FACES": "bright"}


@pytest.fixture
def door_id(services: Services) -> str:
    """That records visits since some days, and is told names."""
    student = Student("21", new_id(), "Student 21", datetime.now(UTC), _consents())
    face = Face(new_id(), "21", "fake-1", "photo", "small", 0.9, datetime.now(UTC), vector=(21.0,))
    services.store.commit(AddStudent(student, [face]))
    before = replace(services, now=lambda: datetime.now(UTC) - timedelta(days=5))
    device = pair_device(before, add_device(before, name="Door", room="Entrance", by=None, kind=DeviceKind.DOOR).code)
    set_door(before, device.device.id, records=True, staff_ids=[], tells_names=True, by=None)
    return device.key


def _consents() -> tuple[Consent, ...]:
    return tuple(Consent(purpose, date(2026, 3, 1)) for purpose in (Purpose.FACE, Purpose.VISITS))


@pytest.fixture
def road(app: Flask, outbox: Outbox, door_id: str) -> Road:
    session, _ = session_for(app)
    site_time = SiteTime(None, Clock(), outbox.disk)
    site = Site("http://site.test", door_id, site_time, session=session)
    return Road(site, site_time, Bandwidth(None), 64 * 1024, threading.Event())


def door_settings(**words: str):  # type: ignore[no-untyped-def]
    """Of a door that is looked at five times a second."""
    given = {"CAMERA_FPS": "5", "TRIGGER_ON": "motion", "TRIGGER_LOOK_EVERY_S": "0.2", "SENSOR_EVERY_S": "0.5"} | words
    return load_settings(None, BASE | {f"ROLLCALL_DEVICE_{name}": value for name, value in given.items()})


class DayClock(Clock):
    """Begins a day ago and goes on by what is waited for; the test ends when the time is over."""

    def __init__(self, lasts_s: float, stop: threading.Event) -> None:
        super().__init__()
        self.boot_id = "earlier boot"
        self._begin_s = self._s = datetime.now(UTC).timestamp() - 86_400
        self._lasts_s, self._stop = lasts_s, stop

    def now(self):  # type: ignore[no-untyped-def]
        return replace(moment(), wall_s=self._s, monotonic_ns=self.monotonic_ns(), boot_id=self.boot_id)

    def monotonic_ns(self) -> int:
        return int((self._s - self._begin_s) * 1e9)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self._s += max(seconds, 0.01)
        if self._s - self._begin_s >= self._lasts_s:
            self._stop.set()
        return event.is_set()


class Visitor(Camera):
    """Somebody crosses the picture from the tenth second to the fifteenth, and again from the fortieth on."""

    def __init__(self, clock: DayClock) -> None:
        self._clock = clock

    def read(self) -> Frame:
        second = self._clock.monotonic_ns() / 1e9
        frame = PLAIN.copy()
        for begins, ends in ((10, 15), (40, 46)):
            if begins <= second < ends:
                left = int(20 + 180 * (second - begins) / (ends - begins))
                frame[60:180, left : left + 80] = NOISE
        return frame

    def close(self) -> None:
        """Nothing is open."""


def watch(outbox: Outbox, lasts_s: float = 70, **words: str) -> None:
    stop = threading.Event()
    clock, settings = DayClock(lasts_s, stop), door_settings(**words)
    Watching(settings, clock, Stays(outbox, settings.door), lambda: Visitor(clock), lambda now_s: False).run(
        stop, lambda said: None
    )


def send_all(outbox: Outbox, road: Road) -> list[list[KnownPerson]]:
    told: list[list[KnownPerson]] = []
    sender = StaySender(outbox, road, Link(), lambda stay_id, people: told.append(people))
    for _ in range(50):
        try:
            if not sender.step():
                return told
        except DeviceError:
            continue
    pytest.fail("it does not come to an end")


def visits(services: Services) -> Sequence[Visit]:
    return services.store.visits([device.id for device in services.store.devices()])


def test_who_moves_before_the_door_becomes_a_visit_with_a_name(outbox: Outbox, road: Road, services: Services) -> None:
    watch(outbox)
    assert [item.kind for item in outbox.waiting()] == ["visit", "visit"]
    assert send_all(outbox, road) == [[KnownPerson("known", "Student 21")]] * 2
    newest, oldest = visits(services)
    assert (newest.student_id, newest.verdict) == ("21", "known")
    assert 25 < (newest.at - oldest.at).total_seconds() < 35
    assert newest.until > newest.at
    assert outbox.waiting() == []


def test_a_stay_whose_answer_was_lost_is_one_visit(
    outbox: Outbox, road: Road, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(outbox, lasts_s=30)
    send, lost = road.site.send_stay, iter([True, True])

    def losing(words: dict[str, object]) -> list[dict[str, object]]:
        answer = send(words)
        if next(lost, False):
            raise Unreachable("the network was cut here")
        return answer

    monkeypatch.setattr(road.site, "send_stay", losing)
    assert len(send_all(outbox, road)) == 1
    assert len(visits(services)) == 1


def test_what_waited_on_a_disk_through_a_kill_is_sent_once(outbox: Outbox, road: Road, services: Services) -> None:
    watch(outbox, lasts_s=30)
    (item,) = outbox.waiting()
    sender = StaySender(outbox, road, Link())
    outbox_remove = outbox.remove
    outbox.remove = lambda item: None  # type: ignore[method-assign]  # the power goes before it is taken away
    sender.step()
    outbox.remove = outbox_remove  # type: ignore[method-assign]
    outbox.close()
    again = Outbox(outbox.folder)
    again.open()
    assert [one.id for one in again.waiting()] == [item.id]
    send_all(again, road)
    assert len(visits(services)) == 1
    again.close()


def test_a_stay_of_nobody_makes_no_visit_and_is_not_kept_on_the_device(
    outbox: Outbox, road: Road, services: Services
) -> None:
    stays = Stays(outbox, door_settings().door)
    for number in range(10):
        stays.see(PLAIN, moment_of_yesterday(number / 5), True)
    stays.close(moment_of_yesterday(2))
    assert send_all(outbox, road) == [[]]
    assert (visits(services), outbox.waiting()) == ([], [])


def test_what_the_site_refuses_leaves_no_picture_on_the_device(outbox: Outbox, road: Road, services: Services) -> None:
    watch(outbox, lasts_s=30)
    (device,) = services.store.devices()
    set_door(services, device.id, records=False, staff_ids=[], tells_names=False, by=None)
    assert send_all(outbox, road) == []
    assert outbox.waiting() == []
    assert list(outbox.refused_folder.rglob("data")) == []
    assert outbox.tally.counts()["refused"] == 1


def test_a_warm_head_is_a_reason_and_its_reading_goes_along(outbox: Outbox, road: Road, services: Services) -> None:
    stop = threading.Event()
    clock = DayClock(20, stop)
    settings = door_settings(TRIGGER_ON="temperature", TRIGGER_RISE_C="4", SENSOR_SOURCE="simulated")
    stays = Stays(outbox, settings.door)
    feeling = Feeling(settings, clock, lambda: Head(clock), stays.measured)
    camera = Visitor(clock)

    def see(reading: object) -> None:
        stays.measured(reading)  # type: ignore[arg-type]
        now = clock.now()
        stays.see(camera.read(), now, feeling.is_warm(now.monotonic_ns / 1e9))

    feeling._on_reading = see
    feeling.run(stop, lambda said: None)
    (item,) = outbox.waiting()
    send_all(outbox, road)
    (visit,) = visits(services)
    assert (visit.id, visit.student_id) == (item.id, "21")
    assert visit.reading is not None
    assert visit.reading.hottest_c == 34.0
    assert visit.temperature_c == pytest.approx(34.0)


class Head:
    """A warm head from the tenth second to the fourteenth."""

    def __init__(self, clock: DayClock) -> None:
        self._clock = clock

    def read(self) -> Warmth:
        warm = 10 <= self._clock.monotonic_ns() / 1e9 < 14
        pixels = [21.0] * 64
        for place in (27, 28, 35, 36):
            pixels[place] = 34.0 if warm else 21.0
        return Warmth(tuple(pixels), 23.0)


def moment_of_yesterday(seconds: float):  # type: ignore[no-untyped-def]
    wall_s = datetime.now(UTC).timestamp() - 86_400 + seconds
    return replace(moment(seconds), wall_s=wall_s, boot_id="earlier boot")


@pytest.fixture
def app(services: Services) -> Iterator[Flask]:
    app = create_app(services=services)
    app.testing = True
    yield app
