"""The pages of devices: list, pairing, keys, revoking, the timetable of a room, calibration and the alarm threshold."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from attendance.changes import SaveDevice
from attendance.device_errors import CodeRefused, KeyRefused
from attendance.model import Course
from attendance.rules.devices import SILENT_AFTER
from attendance.services import Services
from attendance.use_cases.courses.timetable import add_slot, timetable_of_room
from attendance.use_cases.devices.devices import add_device, device_of_key, pair_device
from tests.website.browsing import post_form
from tests.website.conftest import NOW
from tests.website.device_sending import DeviceClient, a_paired_device, heartbeat_words
from tests.website.measuring import measure, paired_device, say_status

CODE = re.compile(r'<code id="pairing-code">([A-Z0-9]{4}-[A-Z0-9]{4})</code>')


def code_in(text: str) -> str:
    found = CODE.search(text)
    assert found
    return found[1]


def test_without_devices_the_list_says_what_they_are_for(admin_client: FlaskClient) -> None:
    text = admin_client.get("/devices").text
    assert "No device yet" in text
    assert "/devices/add" in text


def test_adding_a_device_shows_the_code_with_the_command_to_type(admin_client: FlaskClient, services: Services) -> None:
    page = post_form(admin_client, "/devices/add", name="Pi at the door", room="A101")
    code = code_in(page.text)
    assert f"python -m device_uploader pair {code} --server http://localhost" in page.text
    assert pair_device(services, code).device.name == "Pi at the door"


def test_the_code_is_shown_once(admin_client: FlaskClient, services: Services) -> None:
    code = code_in(post_form(admin_client, "/devices/add", name="Pi", room="A101").text)
    (device,) = services.store.devices()
    for address in ("/devices", f"/devices/{device.id}", f"/devices/{device.id}/change", "/audit"):
        assert code not in admin_client.get(address).text


def test_a_device_without_a_room_is_refused_at_the_field(admin_client: FlaskClient, services: Services) -> None:
    page = post_form(admin_client, "/devices/add", name="Pi", room="")
    assert "Say in which room it stands." in page.text
    assert services.store.devices() == []


def test_a_new_code_replaces_the_one_before(admin_client: FlaskClient, services: Services) -> None:
    first = code_in(post_form(admin_client, "/devices/add", name="Pi", room="A101").text)
    (device,) = services.store.devices()
    page = f"/devices/{device.id}"
    second = code_in(post_form(admin_client, f"{page}/code", token_from=page).text)
    with pytest.raises(CodeRefused):
        pair_device(services, first)
    assert pair_device(services, second).device.id == device.id


def test_a_key_can_be_had_instead_and_works(admin_client: FlaskClient, services: Services) -> None:
    code = code_in(post_form(admin_client, "/devices/add", name="Pi", room="A101").text)
    (device,) = services.store.devices()
    page = f"/devices/{device.id}"
    answer = post_form(admin_client, f"{page}/key", token_from=page)
    key = re.search(r'<code id="device-key">([^<]+)</code>', answer.text)
    assert key
    assert device_of_key(services, key[1]).id == device.id
    assert key[1] not in admin_client.get(page).text
    with pytest.raises(CodeRefused):
        pair_device(services, code)


def test_what_a_device_says_of_itself_stands_in_the_list(admin_client: FlaskClient, services: Services) -> None:
    say_status(services, paired_device(services), camera="The camera was unplugged.")
    text = admin_client.get("/devices").text
    for words_ in (
        "Pi at the door",
        "A101",
        "The camera was unplugged.",
        "3 things",
        "5.0 MB",
        "2 refused",
        "5 dropped",
    ):
        assert words_ in text


@pytest.mark.parametrize(
    "said",
    [
        {"camera": "half of a sign: \ud83d"},
        {"version": "\udfff"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "9999-12-31T23:59:59-14:00"},
        {"at": "9999-12-31T23:59:59+00:00"},
    ],
)
def test_no_device_can_say_what_makes_its_pages_fail(
    client: FlaskClient, admin_client: FlaskClient, services: Services, said: dict[str, str]
) -> None:
    paired = a_paired_device(services)
    words_ = heartbeat_words(services.now()) | said
    answer = DeviceClient(client, paired.key).ask("POST", "/me/heartbeat", json=words_)
    assert answer.status_code == (422 if "at" in said else 200)
    for page in ("/devices/", f"/devices/{paired.device.id}"):
        assert admin_client.get(page).status_code == 200, page


def test_a_device_that_is_there_was_seen_a_moment_ago(admin_client: FlaskClient, services: Services) -> None:
    say_status(services, paired_device(services))
    text = admin_client.get("/devices").text
    assert "status-present" in text
    assert "Not seen since" not in text


def test_a_device_that_was_silent_for_ten_minutes_is_marked(services: Services, admin_client: FlaskClient) -> None:
    device = paired_device(services)
    services.store.see_device(device.id, services.now() - SILENT_AFTER - timedelta(seconds=1))
    assert "Not seen since" in admin_client.get("/devices").text
    services.store.see_device(device.id, services.now() - SILENT_AFTER + timedelta(minutes=1))
    assert "Not seen since" not in admin_client.get("/devices").text


def test_a_device_that_was_never_paired_waits_for_it(services: Services, admin_client: FlaskClient) -> None:
    add_device(services, name="Pi", room="A101", by=None)
    assert "Waits to be paired" in admin_client.get("/devices").text


def test_alarms_of_today_are_counted(services: Services, admin_client: FlaskClient) -> None:
    device = paired_device(services)
    services.store.commit(SaveDevice(replace(device, alarm_line_c=37.5)))
    now = services.now()
    measure(services, device, now, 38.0)
    measure(services, device, now - timedelta(days=2), 38.0)
    text = admin_client.get("/devices").text
    assert "1 alarm today" in text
    assert "2 not looked at" in text


def test_a_device_can_be_renamed_and_moved(services: Services, admin_client: FlaskClient) -> None:
    device = paired_device(services)
    post_form(admin_client, f"/devices/{device.id}/change", name="Pi at the window", room="B2")
    changed = services.store.device(device.id)
    assert (changed.name, changed.room) == ("Pi at the window", "B2")


def test_revoking_asks_first_and_then_refuses_the_key(services: Services, admin_client: FlaskClient) -> None:
    paired = pair_device(services, add_device(services, name="Pi", room="A101", by=None).code)
    page = f"/devices/{paired.device.id}/revoke"
    assert "refused from now on" in admin_client.get(page).text
    assert device_of_key(services, paired.key)
    post_form(admin_client, page)
    with pytest.raises(KeyRefused):
        device_of_key(services, paired.key)
    assert "Revoked" in admin_client.get("/devices").text


def slot_form(course: Course, **more: str) -> dict[str, str]:
    return {"course_id": course.id, "weekday": "0", "starts": "09:00", "ends": "10:30"} | more


def test_a_line_is_added_to_the_timetable_of_the_room(
    services: Services, admin_client: FlaskClient, course: Course
) -> None:
    device = paired_device(services)
    page = f"/devices/{device.id}"
    fields = slot_form(course, from_on="2026-03-02")
    post_form(admin_client, f"{page}/timetable", token_from=page, **fields)
    ((slot, _course),) = [(row.slot, row.course) for row in timetable_of_room(services, "A101")]
    assert (slot.weekday, slot.starts, slot.ends, slot.from_on) == (0, "09:00", "10:30", date(2026, 3, 2))
    text = admin_client.get(page).text
    assert "Monday" in text
    assert "09:00–10:30" in text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"ends": "08:00"}, "It must end after it starts, on the same day."),
        ({"starts": "nine"}, "Not a valid time value."),
        ({"weekday": "9"}, "Not a valid choice"),
        ({"course_id": "nothing"}, "Not a valid choice"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused_at_its_field(
    services: Services, admin_client: FlaskClient, course: Course, wrong: dict[str, str], sentence: str
) -> None:
    page = f"/devices/{paired_device(services).id}"
    fields = slot_form(course, **wrong)
    answer = post_form(admin_client, f"{page}/timetable", token_from=page, **fields)
    assert sentence in answer.text
    assert timetable_of_room(services, "A101") == []


def test_a_line_that_meets_another_is_refused(services: Services, admin_client: FlaskClient, course: Course) -> None:
    page = f"/devices/{paired_device(services).id}"
    add_slot(services, course_id=course.id, room="A101", weekday=0, starts="10:00", ends="11:00", by=None)
    fields = slot_form(course)
    answer = post_form(admin_client, f"{page}/timetable", token_from=page, **fields)
    assert "A101 is taken by CS101 (1) from 10:00 to 11:00 on that day." in answer.text


def test_a_line_can_be_removed_on_the_page_of_its_room_only(
    services: Services, admin_client: FlaskClient, course: Course
) -> None:
    here, elsewhere = paired_device(services), paired_device(services, "Other", "B2")
    slot = add_slot(services, course_id=course.id, room="A101", weekday=0, starts="10:00", ends="11:00", by=None)
    token_from = f"/devices/{here.id}"
    wrong = post_form(admin_client, f"/devices/{elsewhere.id}/timetable/{slot.id}/remove", token_from=token_from)
    assert wrong.status_code == 404
    assert len(timetable_of_room(services, "A101")) == 1
    post_form(admin_client, f"/devices/{here.id}/timetable/{slot.id}/remove", token_from=token_from)
    assert timetable_of_room(services, "A101") == []


def test_the_offset_is_kept_with_its_date(services: Services, admin_client: FlaskClient) -> None:
    device = paired_device(services)
    post_form(admin_client, f"/devices/{device.id}/calibration", offset_c="-1.25", on="2026-03-01")
    calibrated = services.store.device(device.id)
    assert (calibrated.calibration_offset_c, calibrated.calibrated_on) == (-1.25, date(2026, 3, 1))
    assert "-1.25" in admin_client.get(f"/devices/{device.id}/calibration").text


@pytest.mark.parametrize("offset_c", ["", "warm", "nan", "inf", "11"])
def test_an_offset_that_is_none_is_refused(services: Services, admin_client: FlaskClient, offset_c: str) -> None:
    device = paired_device(services)
    answer = post_form(admin_client, f"/devices/{device.id}/calibration", offset_c=offset_c, on="2026-03-01")
    assert "field-error" in answer.text
    assert services.store.device(device.id).calibrated_on is None


@pytest.mark.parametrize(("page", "field"), [("calibration", "offset_c"), ("alarm-threshold", "threshold_c")])
@pytest.mark.parametrize("typed", ["1,5", "warm"])
def test_degrees_that_are_no_number_are_refused_in_plain_words(
    services: Services, admin_client: FlaskClient, page: str, field: str, typed: str
) -> None:
    device = paired_device(services)
    words, form = {"on": "2026-03-01", "is_on": "y", field: typed}, f"/devices/{device.id}/calibration"
    text = post_form(admin_client, f"/devices/{device.id}/{page}", token_from=form, **words).text
    assert "Write a number of degrees, such as " in text
    assert "float" not in text
    assert services.store.device(device.id) == device


def test_alarms_are_off_until_somebody_switches_them_on(services: Services, admin_client: FlaskClient) -> None:
    device = paired_device(services)
    page = f"/devices/{device.id}/calibration"
    text = admin_client.get(page).text
    assert "No alarms are made." in text
    assert 'value="37.5"' in text
    post_form(admin_client, f"/devices/{device.id}/alarm-threshold", token_from=page, is_on="y", threshold_c="38")
    assert services.store.device(device.id).alarm_line_c == 38.0
    post_form(admin_client, f"/devices/{device.id}/alarm-threshold", token_from=page, threshold_c="38")
    assert services.store.device(device.id).alarm_line_c is None


@pytest.mark.parametrize("line_c", ["60", "0"])
def test_a_line_no_skin_reaches_is_refused(services: Services, admin_client: FlaskClient, line_c: str) -> None:
    device = paired_device(services)
    page = f"/devices/{device.id}/calibration"
    answer = post_form(
        admin_client, f"/devices/{device.id}/alarm-threshold", token_from=page, is_on="y", threshold_c=line_c
    )
    assert "The alarm threshold must be from 30 to 45 degrees." in answer.text
    assert services.store.device(device.id).alarm_line_c is None


def test_pages_say_plainly_that_the_sensor_does_not_diagnose(services: Services, admin_client: FlaskClient) -> None:
    device = paired_device(services)
    for address in (f"/devices/{device.id}/readings", f"/devices/{device.id}/calibration", "/devices/alarms"):
        text = admin_client.get(address).text
        assert "within ±2.5 °C" in text
        assert "does not diagnose" in text


@pytest.mark.parametrize("who", ["teacher_client", "student_client"])
def test_devices_are_for_admins_alone(
    request: pytest.FixtureRequest, services: Services, course: Course, who: str
) -> None:
    client: FlaskClient = request.getfixturevalue(who)
    device = paired_device(services)
    for address in ("/devices", "/devices/add", "/devices/alarms", f"/devices/{device.id}/readings"):
        assert client.get(address).status_code == 403
    assert 'href="/devices/"' not in client.get("/account").text


def test_what_a_disk_has_spoilt_is_shown_on_the_page_and_in_the_list(
    admin_client: FlaskClient, services: Services
) -> None:
    device = paired_device(services)
    say_status(services, device, damaged_readings=300, damaged_clips=2, damaged_snapshots=1, cut_clips=4)
    text = " ".join(admin_client.get(f"/devices/{device.id}").text.split())
    assert "<dt>Damaged on its disk</dt><dd>300 readings, 2 clips, 1 snapshot</dd>" in text
    assert "<dt>Cut off and lost</dt><dd>4 clips</dd>" in text
    assert "307 damaged" in admin_client.get("/devices").text


def test_a_device_is_removed_with_what_it_measured_after_asking(admin_client: FlaskClient, services: Services) -> None:
    device = paired_device(services)
    measure(services, device, NOW)
    page = f"/devices/{device.id}/remove"
    assert page in admin_client.get(f"/devices/{device.id}").text
    assert "This cannot be undone." in admin_client.get(page).text
    assert services.store.latest_reading(device.id)
    post_form(admin_client, page)
    assert services.store.devices() == []
    assert services.store.latest_reading(device.id) is None
    assert "removed the device" in admin_client.get("/audit").text
    assert admin_client.get(f"/devices/{device.id}").status_code == 404


def test_a_teacher_removes_no_device(teacher_client: FlaskClient, services: Services) -> None:
    assert teacher_client.get(f"/devices/{paired_device(services).id}/remove").status_code == 403
