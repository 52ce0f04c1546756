"""What a kiosk asks and is answered: check-in and check-out by face and PIN, liveness, registering, taking back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from attendance.changes import AddToRoster, SaveConsents
from attendance.model import Course, Liveness, Status, Student, new_id
from attendance.services import Services
from attendance.use_cases.devices.devices import add_device, pair_device, set_alarm_threshold
from attendance.use_cases.kiosks.pins import set_pin
from attendance.use_cases.outbox import drain
from attendance.use_cases.students.removing import remove_student
from tests.website.device_sending import COOL, NOON
from tests.website.kiosk_sending import KioskClient, a_kiosk

MINUTE = timedelta(minutes=1)
HOT = [*COOL[:27], 38.0, 38.25, *COOL[29:35], 37.75, 38.0, *COOL[37:]]


class Clock:
    """Says what a test wants."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(services: Services, clock: Clock) -> Services:
    """At noon of a Monday in Seoul, until the test says otherwise."""
    return replace(services, now=clock)


@pytest.fixture
def known(services: Services, enrolled: Student, course: Course) -> Student:
    """A student of the course whose face is enrolled."""
    services.store.commit(AddToRoster(course.id, [enrolled.id]))
    return enrolled


@pytest.fixture
def kiosk(app: Flask, services: Services, course: Course, known: Student) -> KioskClient:
    return a_kiosk(app, services, course)


def the_face(services: Services) -> bytes:
    (face,) = services.store.faces()
    assert face.vector is not None
    return f"face:{face.vector[0]:g}".encode()


def test_a_kiosk_learns_how_it_is_set_up(kiosk: KioskClient, course: Course, known: Student) -> None:
    told = kiosk.ask("GET", "/kiosk").json
    assert told["liveness"] == "off"
    assert told["min_face_px"] == 250
    assert told["sections"] == [{"course_id": course.id, "title": "Computing", "section": "1"}]
    assert told["phrases"] == []  # names leave the site only for a kiosk that hears them itself


def test_who_is_known_checks_in_is_told_again_checks_out_and_comes_back(
    kiosk: KioskClient, services: Services, known: Student, clock: Clock
) -> None:
    face = the_face(services)
    first = kiosk.told(face)
    assert (first["outcome"], first["sentence"]) == ("checked_in", f"{known.name}, you are checked in.")
    assert kiosk.ask("GET", first["student"]["photo"].removeprefix("/api/v1/devices")).status_code == 200
    assert kiosk.told(face)["outcome"] == "already_in"
    clock.now += 30 * MINUTE
    assert kiosk.told(face, "check_out", at=clock.now)["outcome"] == "checked_out"
    clock.now += MINUTE
    again = kiosk.told(face, "check_out", at=clock.now)
    assert (again["outcome"], "you checked out already at 12:30" in again["sentence"]) == ("not_in", True)
    clock.now += MINUTE
    assert kiosk.told(face, at=clock.now)["outcome"] == "checked_in"
    assert [one.is_open for one in services.store.door_check_ins(from_at=NOON)] == [True, False]


def test_the_answer_is_in_the_language_that_was_asked_for(kiosk: KioskClient, services: Services) -> None:
    assert kiosk.told(b"face:")["sentence"] == "No face was seen. Please look at the camera."
    assert kiosk.told(b"face:", language="ko")["outcome"] == "no_face"


def test_a_check_out_without_a_check_in_is_told_so(kiosk: KioskClient, services: Services) -> None:
    answer = kiosk.told(the_face(services), "check_out")
    assert (answer["outcome"], "have not checked in" in answer["sentence"]) == ("not_in", True)


@pytest.mark.parametrize(
    ("frames", "outcome"), [(b"face:", "no_face"), (b"face:21,22", "several_faces"), (b"face:900", "stranger")]
)
def test_nobody_several_and_strangers_are_told_apart(kiosk: KioskClient, frames: bytes, outcome: str) -> None:
    answer = kiosk.told(frames)
    assert (answer["outcome"], answer["student"], answer["undo_until"]) == (outcome, None, None)


def test_the_same_attempt_is_answered_the_same_and_done_once(kiosk: KioskClient, services: Services) -> None:
    name = "0b5ea5c6-6f0d-4a5c-9a55-3f0c2f2a7d11"
    first, again = (kiosk.told(the_face(services), id=name) for _ in range(2))
    assert first == again
    assert len(services.store.door_check_ins(from_at=NOON)) == 1
    assert first["id"] == name.replace("-", "")


def test_a_lecture_is_made_and_marked_by_the_check_in(
    kiosk: KioskClient, services: Services, course: Course, known: Student, clock: Clock
) -> None:
    kiosk.told(the_face(services))
    drain(services)
    (lecture,) = services.store.lectures(course_ids=[course.id]).items
    (mark,) = services.store.marks(lecture.id)
    assert (mark.student_id, mark.status) == (known.id, Status.LATE)  # an hour after it began
    (change,) = services.store.mark_changes(lecture.id)
    assert change.reason == "Checked in at a kiosk."
    clock.now += 10 * MINUTE
    kiosk.told(the_face(services), "check_out", at=clock.now)
    clock.now = lecture.ends_at + MINUTE
    drain(services)
    assert services.store.marks(lecture.id)[0].left_early


def test_not_me_takes_it_back_and_the_mark_with_it(
    kiosk: KioskClient, services: Services, course: Course, clock: Clock
) -> None:
    done = kiosk.told(the_face(services))
    drain(services)
    (lecture,) = services.store.lectures(course_ids=[course.id]).items
    assert len(services.store.marks(lecture.id)) == 1
    undo = f"/kiosk/attempts/{done['id']}/undo"
    assert kiosk.ask("POST", undo).status_code == 204
    assert kiosk.ask("POST", undo).status_code == 204
    drain(services)
    assert list(services.store.open_check_ins()) == []
    assert list(services.store.marks(lecture.id)) == []
    (check_in,) = services.store.door_check_ins(from_at=NOON)
    assert (check_in.counts, check_in.picture_key) == (False, None)
    assert kiosk.told(the_face(services))["outcome"] == "checked_in"


def test_it_is_too_late_to_take_back_after_a_minute(kiosk: KioskClient, services: Services, clock: Clock) -> None:
    done = kiosk.told(the_face(services))
    clock.now += MINUTE
    assert kiosk.ask("POST", f"/kiosk/attempts/{done['id']}/undo").status_code == 409
    assert len(services.store.open_check_ins()) == 1


def test_an_unsure_face_is_settled_by_the_pin_and_never_guessed(
    kiosk: KioskClient, services: Services, known: Student
) -> None:
    set_pin(services, known.id, "4820", by=None)
    number = float(the_face(services).removeprefix(b"face:"))
    unsure = kiosk.told(f"face:{number + 0.3}".encode())
    assert (unsure["outcome"], unsure["needs_pin"]) == ("unsure", True)
    assert unsure["choices"] == [{"ref": "1", "name": known.name}]
    assert unsure["student"] is None
    pin = f"/kiosk/attempts/{unsure['id']}/pin"
    wrong = kiosk.ask("POST", pin, json={"ref": "1", "pin": "1111"}).json
    assert (wrong["outcome"], wrong["sentence"]) == ("unsure", "The PIN is wrong. Please try again.")
    assert kiosk.ask("POST", pin, json={"ref": "7", "pin": "4820"}).status_code == 422
    assert kiosk.ask("POST", pin, json={"ref": "1", "pin": "4820"}).json["outcome"] == "checked_in"
    (check_in,) = services.store.open_check_ins()
    assert (check_in.method, check_in.picture_key) == ("pin", None)


def test_five_wrong_pins_close_it_for_a_quarter_of_an_hour(
    kiosk: KioskClient, services: Services, known: Student, clock: Clock
) -> None:
    set_pin(services, known.id, "4820", by=None)

    def typed(pin: str) -> dict[str, Any]:
        said = {"id": new_id(), "command": "check_in", "at": clock.now.isoformat(), "language": "en"}
        return dict(kiosk.ask("POST", "/kiosk/pin", json=said | {"number": known.id, "pin": pin}).json)

    assert [typed("1111")["outcome"] for _ in range(5)] == ["refused"] * 5
    assert "15 minutes" in typed("4820")["sentence"]
    clock.now += 16 * MINUTE
    assert typed("4820")["outcome"] == "checked_in"


def test_a_pin_says_nothing_of_who_exists(kiosk: KioskClient, services: Services, known: Student) -> None:
    set_pin(services, known.id, "4820", by=None)
    said = {"command": "check_in", "at": NOON.isoformat(), "language": "en", "pin": "9182"}
    answers = [
        kiosk.ask("POST", "/kiosk/pin", json=said | {"id": new_id(), "number": number}).json
        for number in (known.id, "99999")
    ]
    assert answers[0]["sentence"] == answers[1]["sentence"] == "The student id or the PIN is wrong."
    assert [one["student"] for one in answers] == [None, None]


@pytest.mark.parametrize(
    ("turn", "frames", "outcome"),
    [
        ("left", [0, 2, 8, 18, 24, 20], "checked_in"),
        ("right", [0, 2, 8, 18, 24, 20], "not_live"),
        ("left", [0, 0, 0, 0, 0, 0], "not_live"),
        (None, [0, 2, 8, 18, 24, 20], "not_live"),
    ],
)
def test_a_kiosk_that_asks_for_a_turn_believes_no_face_that_does_not(
    app: Flask, services: Services, course: Course, known: Student, turn: str | None, frames: list[int], outcome: str
) -> None:
    kiosk = a_kiosk(app, services, course, liveness=Liveness.TURN)
    face = the_face(services).decode()
    assert kiosk.told([f"{face}@{one}".encode() for one in frames], turn=turn)["outcome"] == outcome


def test_a_flat_picture_and_a_second_person_are_refused(
    app: Flask, services: Services, course: Course, known: Student
) -> None:
    kiosk = a_kiosk(app, services, course, liveness=Liveness.TURN)
    face = the_face(services).decode()
    turns = [0, 2, 8, 18, 24, 20]
    assert kiosk.told([f"{face}@{one}flat".encode() for one in turns], turn="left")["outcome"] == "not_live"
    swapped = [f"{face if one < 8 else 'face:900'}@{one}".encode() for one in turns]
    assert kiosk.told(swapped, turn="left")["outcome"] == "not_live"


def test_a_kiosk_with_turn_and_pin_asks_for_both(
    app: Flask, services: Services, course: Course, known: Student
) -> None:
    kiosk = a_kiosk(app, services, course, liveness=Liveness.TURN_AND_PIN)
    frames = [f"{the_face(services).decode()}@{one}".encode() for one in (0, 2, 8, 18, 24, 20)]
    assert "you have none yet" in kiosk.told(frames, turn="left")["sentence"]
    set_pin(services, known.id, "4820", by=None)
    asked = kiosk.told(frames, turn="left")
    assert (asked["outcome"], asked["student"]["name"], asked["needs_pin"]) == ("needs_pin", known.name, True)
    answer = kiosk.ask("POST", f"/kiosk/attempts/{asked['id']}/pin", json={"ref": None, "pin": "4820"}).json
    assert answer["outcome"] == "checked_in"


def test_a_picture_is_stored_only_of_who_agreed_to_that(kiosk: KioskClient, services: Services, known: Student) -> None:
    kiosk.told(the_face(services))
    (check_in,) = services.store.open_check_ins()
    assert services.media.read(check_in.picture_key or "").startswith(b"\xff\xd8")
    services.store.commit(SaveConsents(known.id, known.consents, known.consents[:1]))
    kiosk.told(the_face(services), "check_out", at=NOON + MINUTE)
    (check_in,) = services.store.door_check_ins(from_at=NOON)
    assert check_in.out_picture_key is None


def test_a_high_temperature_is_told_and_raises_an_alarm(
    app: Flask, services: Services, course: Course, known: Student
) -> None:
    kiosk = a_kiosk(app, services, course, takes_temperature=True)
    set_alarm_threshold(services, kiosk.device.id, threshold_c=37.5, by=None)
    answer = kiosk.told(the_face(services), reading={"pixels_c": HOT, "thermistor_c": 24.0})
    assert (answer["temperature_c"], answer["temperature_high"]) == (38.0, True)
    assert "38.0 °C. That is high." in answer["sentence"]
    (alarm,) = services.store.alarms().items
    assert alarm.device_id == kiosk.device.id


def test_a_kiosk_without_a_network_loses_nothing_of_the_day(
    kiosk: KioskClient, services: Services, known: Student, clock: Clock
) -> None:
    clock.now = NOON + timedelta(hours=9)
    face = the_face(services)
    assert kiosk.told(face, at=NOON, offline=True)["outcome"] == "checked_in"
    assert kiosk.told(face, "check_out", at=NOON + 50 * MINUTE, offline=True)["outcome"] == "checked_out"
    (check_in,) = services.store.door_check_ins(from_at=NOON)
    assert (check_in.checked_in_at, check_in.checked_out_at) == (NOON, NOON + 50 * MINUTE)


def test_a_kiosk_that_is_online_cannot_say_that_it_was_earlier(
    kiosk: KioskClient, services: Services, clock: Clock
) -> None:
    clock.now = NOON + timedelta(hours=1)
    kiosk.told(the_face(services), at=NOON)
    (check_in,) = services.store.open_check_ins()
    assert check_in.checked_in_at == clock.now


def test_whoever_asks_to_be_registered_waits(kiosk: KioskClient, services: Services, course: Course) -> None:
    answer = kiosk.told(b"face:77", "register", register={"course_id": course.id, "name": "Kim Hana"})
    assert answer["outcome"] == "pending"
    (asked,) = services.store.door_registrations()
    assert (asked.name, services.media.read(asked.picture_key)) == ("Kim Hana", b"face:77")
    again = kiosk.told(b"face:77", "register", register={"course_id": None, "name": "Kim Hana"})
    assert again["outcome"] == "already_registered"
    assert kiosk.told(b"face:77", "register", register={"course_id": "c9", "name": "A"})["outcome"] == "refused"
    assert kiosk.told(b"face:77", "register", register={"course_id": None, "name": " "})["outcome"] == "refused"
    assert kiosk.told(b"face:77", "register")["outcome"] == "refused"
    assert len(services.store.faces()) == 1  # nothing is embedded before somebody agreed


def test_who_is_on_the_roster_is_registered_already(kiosk: KioskClient, services: Services, known: Student) -> None:
    answer = kiosk.told(b"face:77", "register", register={"course_id": None, "name": known.name.upper()})
    assert answer["outcome"] == "already_registered"


Wrong = Callable[[KioskClient], Any]


@pytest.mark.parametrize(
    ("asks", "status"),
    [
        (lambda kiosk: kiosk.attempt([]), 422),
        (lambda kiosk: kiosk.attempt([b"face:21"] * 13), 422),
        (lambda kiosk: kiosk.attempt(b"no picture"), 422),
        (lambda kiosk: kiosk.attempt(b"face:" + b"0" * 400_001), 422),
        (lambda kiosk: kiosk.attempt(b"face:21", id="../../etc"), 422),
        (lambda kiosk: kiosk.attempt(b"face:21", command="dance"), 422),
        (lambda kiosk: kiosk.attempt(b"face:21", at="yesterday"), 422),
        (lambda kiosk: kiosk.attempt(b"face:21", at=NOON - timedelta(days=400), offline=True), 422),
        (lambda kiosk: kiosk.attempt(b"face:21", at=NOON + timedelta(days=2)), 422),
        (lambda kiosk: kiosk.attempt(b"face:21", language="fr"), 422),
        (lambda kiosk: kiosk.attempt(b"face:21", reading={"pixels_c": [1.0], "thermistor_c": 1.0}), 200),
        (lambda kiosk: kiosk.ask("POST", "/kiosk/attempts", data={"attempt": "{"}), 422),
        (lambda kiosk: kiosk.ask("POST", "/kiosk/attempts", json={}), 422),
        (lambda kiosk: kiosk.ask("POST", "/kiosk/pin", json={"id": new_id()}), 422),
        (lambda kiosk: kiosk.ask("POST", f"/kiosk/attempts/{new_id()}/pin", json={"pin": "1"}), 404),
        (lambda kiosk: kiosk.ask("POST", f"/kiosk/attempts/{new_id()}/undo"), 404),
        (lambda kiosk: kiosk.ask("GET", f"/kiosk/attempts/{new_id()}/photo"), 404),
        (lambda kiosk: kiosk.ask("POST", "/kiosk/attempts", data=b"0" * 6_000_000, content_type="text/plain"), 413),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(
    kiosk: KioskClient, services: Services, asks: Wrong, status: int
) -> None:
    answer = asks(kiosk)
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    if status != 200:
        assert answer.json["error"]["message"].endswith((".", "…"))
        assert list(services.store.door_check_ins(from_at=NOON - timedelta(days=500))) == []


def test_other_devices_ask_nothing_of_a_kiosk(app: Flask, services: Services, kiosk: KioskClient) -> None:
    paired = pair_device(services, add_device(services, name="Camera", room="R 101", by=None).code)
    camera = KioskClient(app.test_client(), paired.key, paired.device)
    assert camera.ask("GET", "/kiosk").json["error"]["code"] == "not_of_this_kind"
    assert camera.attempt(b"face:21").status_code == 422
    assert KioskClient(app.test_client(), "wrong").attempt(b"face:21").status_code == 401


def test_one_kiosk_knows_nothing_of_what_another_asked(
    app: Flask, services: Services, course: Course, kiosk: KioskClient
) -> None:
    done = kiosk.told(the_face(services))
    other = a_kiosk(app, services, course)
    assert other.ask("POST", f"/kiosk/attempts/{done['id']}/undo").status_code == 404
    assert other.ask("GET", f"/kiosk/attempts/{done['id']}/photo").status_code == 404
    assert other.attempt(the_face(services), id=done["id"]).status_code == 422


def test_the_photo_is_shown_for_two_minutes(kiosk: KioskClient, services: Services, clock: Clock) -> None:
    done = kiosk.told(the_face(services))
    clock.now += 3 * MINUTE
    assert kiosk.ask("GET", f"/kiosk/attempts/{done['id']}/photo").status_code == 404


def test_a_removed_student_leaves_no_check_in_and_no_name(
    kiosk: KioskClient, services: Services, known: Student
) -> None:
    done = kiosk.told(the_face(services))
    (check_in,) = services.store.open_check_ins()
    remove_student(services, known.id, by=None)
    assert list(services.store.door_check_ins(from_at=NOON)) == []
    assert check_in.picture_key not in set(services.media.keys())
    assert services.store.kiosk_attempt(done["id"]) is not None
    answer = kiosk.told(b"face:21", id=done["id"])
    assert (answer["student"], known.name in json.dumps(answer)) == (None, False)
