"""Pages and answers about kiosks: how one is set up, check-ins of a day, PINs, and who asks to be registered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.changes import RemoveFromRoster, RemoveSlot
from attendance.model import Course, DeviceKind, KioskSettings, KioskSpeech, Liveness, SensorField, Student, User
from attendance.services import Services
from attendance.use_cases.kiosks.keeping import tidy_kiosks
from attendance.use_cases.kiosks.pins import has_pin
from attendance.use_cases.people.tokens import make_token
from tests.website.browsing import sign_in
from tests.website.device_sending import NOON
from tests.website.kiosk_sending import KioskClient, a_kiosk
from tests.website.test_kiosk_api import Clock, clock, known, services, the_face
from tests.website.test_people import post_form

__all__ = ["clock", "known", "services"]


@pytest.fixture
def kiosk(app: Flask, services: Services, course: Course, known: Student) -> KioskClient:
    return a_kiosk(app, services, course)


def test_an_admin_adds_a_kiosk_and_sets_it_up(admin_client: FlaskClient, services: Services, course: Course) -> None:
    made = post_form(admin_client, "/devices/add", {"name": "Door", "room": "Hall", "kind": "kiosk"})
    assert made.status_code == 200
    (device,) = services.store.devices()
    assert (device.kind, device.kiosk) == (DeviceKind.KIOSK, None)
    page = f"/devices/{device.id}"
    assert "People check in and out here" in admin_client.get(page).text
    chosen = {
        "courses": [course.id],
        "liveness": "turn_and_pin",
        "min_face_px": "300",
        "language": "en",
        "speech": "local",
        "volume": "35",
        "quiet_from": "22:00",
        "quiet_until": "06:00",
        "takes_temperature": "y",
        "field_x": "10",
        "field_y": "20",
        "field_width": "30",
        "field_height": "40",
    }
    assert post_form(admin_client, f"{page}/kiosk", chosen, page=page).status_code == 302
    assert services.store.device(device.id).kiosk == KioskSettings(
        frozenset({course.id}),
        300,
        Liveness.TURN_AND_PIN,
        KioskSpeech.LOCAL,
        "en",
        0.35,
        "22:00",
        "06:00",
        takes_temperature=True,
        sensor_field=SensorField(0.1, 0.2, 0.3, 0.4),
    )
    for wrong, sentence in (
        ({"quiet_until": ""}, "Quiet hours need both a beginning and an end."),
        ({"min_face_px": "5"}, "The width of a face must be"),
        ({"field_x": "nan"}, "The field of the sensor cannot be this."),
        ({"field_x": "150"}, "The sensor must see a part of what the camera sees."),
        ({"volume": "200"}, "The volume must be from 0 to 100."),
        ({"volume": "loud"}, "Write a whole number."),
    ):
        answer = post_form(admin_client, f"{page}/kiosk", chosen | wrong, page=page)
        assert (answer.status_code, sentence in answer.text) == (200, True), wrong
    assert services.store.device(device.id).kiosk.min_face_px == 300  # type: ignore[union-attr]


def test_a_kiosk_without_a_timetable_is_for_the_courses_that_were_chosen(
    app: Flask, services: Services, course: Course, known: Student
) -> None:
    chosen = a_kiosk(app, services, course, course_ids=frozenset({course.id}))
    services.store.commit(RemoveSlot(services.store.slots()[0].id))
    assert chosen.told(the_face(services))["outcome"] == "checked_in"
    other = a_kiosk(app, services, course)
    services.store.commit(RemoveSlot(services.store.slots()[0].id))
    assert other.ask("GET", "/kiosk").json["sections"] == []
    assert other.told(the_face(services), "check_out")["outcome"] == "stranger"


def test_staff_see_who_is_there_and_take_it_along(
    admin_client: FlaskClient, kiosk: KioskClient, services: Services, known: Student, clock: Clock
) -> None:
    kiosk.told(the_face(services))
    page = admin_client.get("/check-ins/").text
    assert known.name in page
    assert "1 person is there now." in page
    assert "12:00" in page
    (check_in,) = services.store.open_check_ins()
    picture = admin_client.get(f"/media/check-ins/{check_in.id}/in")
    assert picture.mimetype == "image/jpeg"
    picture.close()
    assert admin_client.get(f"/media/check-ins/{check_in.id}/out").status_code == 404
    assert known.name in admin_client.get("/check-ins/?presence=there").text
    assert known.name not in admin_client.get("/check-ins/?presence=gone").text
    assert known.name not in admin_client.get("/check-ins/?day=2026-03-01").text
    assert known.name not in admin_client.get("/check-ins/?text=nobody").text
    clock.now += timedelta(minutes=30)
    kiosk.told(the_face(services), "check_out", at=clock.now)
    file = admin_client.get("/check-ins/download.csv")
    lines = file.data.decode("utf-8-sig").splitlines()
    assert lines[1].split(",")[:5] == [known.id, known.name, "R 101", "2026-03-02", "12:00:00"]
    assert lines[1].split(",")[6] == "12:30:00"
    assert services.store.audit().items[0].action == "export.check_ins"


def test_a_teacher_sees_the_own_students_alone_and_a_student_the_own(
    app: Flask, kiosk: KioskClient, services: Services, teacher: User, student_user: User, known: Student, admin: User
) -> None:
    kiosk.told(the_face(services))
    (check_in,) = services.store.open_check_ins()
    taught = app.test_client()
    sign_in(taught, teacher.email)
    assert known.name in taught.get("/check-ins/").text
    services.store.commit(RemoveFromRoster(services.store.courses()[0].id, known.id))
    assert known.name not in taught.get("/check-ins/").text
    assert taught.get(f"/media/check-ins/{check_in.id}/in").status_code == 404
    other = app.test_client()
    sign_in(other, student_user.email)
    assert other.get("/check-ins/").status_code == 403
    assert "You have not checked in" in other.get("/check-ins/mine").text
    assert other.get(f"/media/check-ins/{check_in.id}/in").status_code == 403
    assert app.test_client().get("/check-ins/").status_code == 302


def test_programs_read_check_ins_with_paging_and_a_version(
    app: Flask, kiosk: KioskClient, services: Services, admin: User, student_user: User, known: Student
) -> None:
    kiosk.told(the_face(services))
    (check_in,) = services.store.open_check_ins()

    def ask(user: User, address: str, **headers: str):
        secret = make_token(services, user.id, name="x", scopes=["visits:read"], days=7).secret
        return app.test_client().get(address, headers={"Authorization": f"Bearer {secret}", **headers})

    answer = ask(admin, "/api/v1/check-ins")
    assert (answer.json["total"], answer.json["there"]) == (1, 1)
    (one,) = answer.json["items"]
    assert (one["id"], one["student"]["id"], one["is_there"], one["method"]) == (check_in.id, known.id, True, "face")
    assert ask(admin, "/api/v1/check-ins", **{"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert ask(admin, f"/api/v1/check-ins/{check_in.id}").json == one
    assert ask(admin, "/api/v1/check-ins?day=yesterday").status_code == 400
    assert ask(admin, "/api/v1/check-ins?day=2026-03-01").json["total"] == 0
    assert ask(student_user, "/api/v1/check-ins").json["total"] == 0
    assert ask(student_user, f"/api/v1/check-ins/{check_in.id}").status_code == 404


def test_a_student_chooses_a_pin_and_an_admin_clears_it(
    student_client: FlaskClient, admin_client: FlaskClient, services: Services, student: Student
) -> None:
    assert "You have no PIN yet." in student_client.get("/account/pin").text
    for pin, again, sentence in (
        ("1234", "1234", "one of the first that others would try"),
        ("48", "48", "A PIN has from 4 to 8 digits."),
        ("4820", "4821", "The two PINs are not the same."),
    ):
        answer = post_form(student_client, "/account/pin", {"pin": pin, "repeated": again})
        assert sentence in answer.text
    assert not has_pin(services, student.id)
    assert post_form(student_client, "/account/pin", {"pin": "4820", "repeated": "4820"}).status_code == 302
    stored = services.store.personal_pin(student.id)
    assert stored is not None
    assert "4820" not in stored.pin_hash
    page = f"/students/{student.key}"
    assert "Clear the PIN" in admin_client.get(page).text
    assert admin_client.get("/account/pin").status_code == 403
    assert post_form(admin_client, f"{page}/pin/clear", {}, page=page).status_code == 302
    assert not has_pin(services, student.id)
    assert [entry.action for entry in services.store.audit().items[:2]] == ["pin.cleared", "pin.set"]


def asking(kiosk: KioskClient, course: Course, name: str = "Kim Hana") -> str:
    told = kiosk.told(b"face:77", "register", register={"course_id": course.id, "name": name})
    assert told["outcome"] == "pending"
    return str(told["id"])


def test_an_admin_registers_who_asked_with_a_consent(
    admin_client: FlaskClient, kiosk: KioskClient, services: Services, course: Course
) -> None:
    asked = asking(kiosk, course)
    key = services.store.door_registration(asked).picture_key
    page = f"/check-ins/registrations/{asked}"
    assert "Kim Hana" in admin_client.get("/check-ins/registrations").text
    assert admin_client.get(page).status_code == 200
    said = {"student_id": "77", "name": "Kim Hana", "consent_on": "2026-03-02", "given_by": "student"}
    assert "Say how the consent was given." in post_form(admin_client, page, said).text
    assert len(services.store.faces()) == 1
    taken = post_form(admin_client, page, said | {"student_id": "60", "manner": "paper"})
    assert "already registered" in taken.text
    assert post_form(admin_client, page, said | {"manner": "paper"}).status_code == 302
    student = services.store.student("77")
    assert (student.consent_on is not None, len(services.store.faces(["77"]))) == (True, 1)
    assert "77" in {one.id for one in services.store.roster(course.id)}
    assert list(services.store.door_registrations()) == []
    assert key not in set(services.media.keys())
    assert kiosk.told(b"face:77")["outcome"] == "checked_in"


def test_who_is_refused_leaves_nothing(
    admin_client: FlaskClient, teacher_client: FlaskClient, kiosk: KioskClient, services: Services, course: Course
) -> None:
    asked = asking(kiosk, course)
    key = services.store.door_registration(asked).picture_key
    page = f"/check-ins/registrations/{asked}"
    assert teacher_client.get(page).status_code == 403
    assert teacher_client.get(f"{page}/photo").status_code == 403
    photo = admin_client.get(f"{page}/photo")
    assert photo.status_code == 200
    photo.close()
    assert post_form(admin_client, f"{page}/refuse", {}, page=page).status_code == 302
    assert admin_client.get(page).status_code == 404
    assert key not in set(services.media.keys())
    assert "Kim Hana" not in str(services.store.audit().items)


def test_old_requests_pictures_and_temperatures_go_by_themselves_and_check_ins_stay(
    kiosk: KioskClient, services: Services, course: Course, clock: Clock
) -> None:
    asking(kiosk, course)
    kiosk.told(the_face(services))
    tidy_kiosks(services)
    assert len(services.store.door_registrations()) == 1
    clock.now = NOON + timedelta(days=8)
    tidy_kiosks(services)
    assert list(services.store.door_registrations()) == []
    assert list(services.store.open_check_ins()) == []  # closed with its day
    (check_in,) = services.store.door_check_ins(from_at=NOON)
    assert (check_in.closed_by_rule, check_in.picture_key is not None) == (True, True)
    clock.now = NOON + timedelta(days=31)
    tidy_kiosks(services)
    (check_in,) = services.store.door_check_ins(from_at=NOON)
    assert (check_in.picture_key, check_in.in_temperature_c) == (None, None)
