"""What a stay at a door becomes, who may be named, and what goes when."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from attendance.changes import AddVisits
from attendance.device_errors import BadItem, NotOfThisKind, TooOld, VisitsOff, WrongSha256
from attendance.errors import InvalidInput, NotFound, ServiceUnavailable
from attendance.events import UnknownAtDoor, VisitSeen, read
from attendance.handlers import Handler
from attendance.model import Device, DeviceKind, Purpose, Role, Student, User, Verdict, new_id
from attendance.rules.visits import may_see
from attendance.use_cases.devices.devices import add_device, set_alarm_threshold
from attendance.use_cases.devices.reading import list_alarms
from attendance.use_cases.devices.uploads import purpose_of_item
from attendance.use_cases.doors.doors import set_door
from attendance.use_cases.doors.naming import name_visit, remove_old_visits, remove_visit, unname_visit
from attendance.use_cases.doors.reading import newest_visits, one_visit, wall
from attendance.use_cases.doors.receiving import SentPicture, SentStay, receive_stay
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.students.consents import Given, record_consent, withdraw_consent
from attendance.use_cases.students.removing import remove_student, what_will_be_erased
from attendance.use_cases.upkeep import tidy
from tests.unit.device_items import an_item
from tests.unit.in_memory import NOW, MemoryServices, a_student, services_in_memory

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
COOL = [21.5] * 64
WARM = [*COOL[:27], 35.0, 35.25, *COOL[29:35], 34.75, 35.0, *COOL[37:]]
"""35 degrees in the mean of four pixels."""


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    """Whose events wait in the outbox."""
    handler = Handler((VisitSeen, UnknownAtDoor), "tests:nobody")
    made = services_in_memory(tmp_path)
    return replace(made, handlers={**made.handlers, "notes": handler})


@pytest.fixture
def door(services: MemoryServices) -> Device:
    """That records visits since a month."""
    return a_door(services)


def a_door(services: MemoryServices, name: str = "Front door") -> Device:
    before = replace(services, now=lambda: NOW - 30 * DAY)
    device = add_device(before, name=name, room="Entrance", by=None, kind=DeviceKind.DOOR).device
    return set_door(before, device.id, records=True, staff_ids=[], tells_names=True, by=None)


def agrees(services: MemoryServices, student_id: str = "21", **more: object) -> Student:
    """A student with a photo who may be known at doors."""
    a_student(services, student_id, **more)
    given = Given(purposes=(Purpose.VISITS,))
    return record_consent(services, student_id, date(2026, 3, 1), given, by=None)


def pictures(*texts: bytes) -> list[SentPicture]:
    return [SentPicture(text, hashlib.sha256(text).hexdigest()) for text in texts]


def a_stay(*texts: bytes, at: datetime = NOW - MINUTE, **more: object) -> SentStay:
    given = {"id": new_id(), "at": at, "until": at + MINUTE / 2, "pictures": pictures(*texts or [b"snapshot|21"])}
    return SentStay(**(given | more))


def told(services: MemoryServices, door: Device, stay: SentStay) -> list[tuple[str, str | None]]:
    return [(one.visit.verdict.value, one.name) for one in receive_stay(services, door, stay)]


def events(services: MemoryServices) -> list[str]:
    return [read(item.body).kind for item in services.store.outbox("notes")]


def test_somebody_who_agreed_is_known_with_picture_and_temperature(services: MemoryServices, door: Device) -> None:
    agrees(services)
    stay = a_stay(pixels_c=WARM, thermistor_c=24.0)
    assert told(services, door, stay) == [("known", "Student 21")]
    visit = services.store.visit(stay.id)
    assert (visit.student_id, visit.similarity, visit.temperature_c) == ("21", 100.0, 35.0)
    assert services.media.read(visit.picture_key).startswith(b"\xff\xd8")
    assert visit.reading is not None
    assert visit.reading.hottest_c == 35.25
    assert events(services) == ["visit.seen"]


def test_the_same_stay_again_is_the_same_visit(services: MemoryServices, door: Device) -> None:
    agrees(services)
    stay = a_stay(b"snapshot|21|900", pixels_c=WARM, thermistor_c=24.0)
    first, second = told(services, door, stay), told(services, door, stay)
    assert first == second == [("known", "Student 21"), ("unknown", None)]
    assert len(services.store.visits([door.id])) == 2
    assert len(events(services)) == 2
    assert len(list(services.media.keys("visits/"))) == 2


def test_nobody_in_the_picture_makes_no_visit_and_leaves_nothing(services: MemoryServices, door: Device) -> None:
    agrees(services)
    assert receive_stay(services, door, a_stay(b"snapshot")) == []
    assert services.store.visits([door.id]) == []
    assert list(services.media.keys()) == list(services.media.keys("photos/"))
    assert events(services) == []


def test_who_did_not_agree_is_an_unknown(services: MemoryServices, door: Device) -> None:
    a_student(services, "21")
    assert told(services, door, a_stay()) == [("unknown", None)]
    assert events(services) == ["visit.unknown"]


def test_between_the_thresholds_a_visit_is_unsure_and_has_no_name(services: MemoryServices, door: Device) -> None:
    agrees(services)
    stay = a_stay(b"snapshot|21.3")
    assert told(services, door, stay) == [("unsure", None)]
    assert services.store.visit(stay.id).student_id == "21"
    assert services.store.last_visits([door.id]) == []


def test_somebody_near_to_two_people_is_unsure(services: MemoryServices, door: Device) -> None:
    agrees(services)
    agrees(services, "22", photo=b"face:21.05")
    assert told(services, door, a_stay(b"snapshot|21")) == [("unsure", None)]


def test_of_several_pictures_the_one_that_tells_most_counts(services: MemoryServices, door: Device) -> None:
    agrees(services)
    assert told(services, door, a_stay(b"snapshot|900", b"snapshot|21", b"snapshot")) == [("known", "Student 21")]
    assert told(services, door, a_stay(b"snapshot", b"snapshot|900|901")) == [("unknown", None)] * 2


def test_the_temperature_of_several_people_is_nobodys(services: MemoryServices, door: Device) -> None:
    agrees(services)
    stay = a_stay(b"snapshot|21|900", pixels_c=WARM, thermistor_c=24.0)
    assert [one.visit.temperature_c for one in receive_stay(services, door, stay)] == [None, None]
    assert services.store.visit(stay.id).reading is not None


def test_a_door_that_is_told_no_names_hears_none(services: MemoryServices, door: Device) -> None:
    agrees(services)
    quiet = set_door(services, door.id, records=True, staff_ids=[], tells_names=False, by=None)
    assert told(services, quiet, a_stay()) == [("known", None)]


def test_other_devices_send_no_visits_and_doors_nothing_else(services: MemoryServices, door: Device) -> None:
    camera = add_device(services, name="Camera", room="R 101", by=None).device
    with pytest.raises(NotOfThisKind):
        receive_stay(services, camera, a_stay())
    with pytest.raises(NotOfThisKind):
        purpose_of_item(services, door, an_item())
    with pytest.raises(InvalidInput):
        set_door(services, camera.id, records=True, staff_ids=[], tells_names=False, by=None)


def test_a_door_records_only_while_an_admin_lets_it(services: MemoryServices, door: Device) -> None:
    off = set_door(services, door.id, records=False, staff_ids=[], tells_names=True, by=None)
    with pytest.raises(VisitsOff):
        receive_stay(services, off, a_stay())
    on = set_door(services, door.id, records=True, staff_ids=[], tells_names=True, by=None)
    assert on.visits_since == NOW
    with pytest.raises(VisitsOff):
        receive_stay(services, on, a_stay(at=NOW - MINUTE))
    assert told(services, on, a_stay(at=NOW)) == [("unknown", None)]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"id": "../etc"}, BadItem),
        ({"until": NOW - 2 * MINUTE}, BadItem),
        ({"until": NOW + 2 * timedelta(hours=1)}, BadItem),
        ({"pictures": []}, BadItem),
        ({"pictures": pictures(*[b"snapshot|21"] * 4)}, BadItem),
        ({"pictures": pictures(b"x" * 2_000_001)}, BadItem),
        ({"pictures": pictures(b"video 60|21 0 50")}, BadItem),
        ({"pictures": pictures(b"no picture")}, InvalidInput),
        ({"pictures": [SentPicture(b"snapshot|21", "0" * 64)]}, WrongSha256),
        ({"pixels_c": COOL[1:], "thermistor_c": 20.0}, InvalidInput),
        ({"pixels_c": COOL}, InvalidInput),
        ({"at": NOW - 31 * DAY, "until": NOW - 31 * DAY}, VisitsOff),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
    services: MemoryServices, door: Device, wrong: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        receive_stay(services, door, a_stay(**wrong))
    assert services.store.visits([door.id]) == []
    assert list(services.media.keys()) == []


def test_what_is_older_than_an_outbox_lasts_is_refused(services: MemoryServices, door: Device) -> None:
    long_ago = replace(door, visits_since=NOW - 99 * DAY)
    with pytest.raises(TooOld):
        receive_stay(services, long_ago, a_stay(at=NOW - 60 * DAY))


def test_the_id_of_another_doors_visit_is_refused(services: MemoryServices, door: Device) -> None:
    other, stay = a_door(services, "Back door"), a_stay(b"snapshot|900")
    receive_stay(services, door, stay)
    with pytest.raises(BadItem):
        receive_stay(services, other, stay)


def test_a_warm_visit_raises_the_doors_alarm_once(services: MemoryServices, door: Device) -> None:
    warned = set_alarm_threshold(services, door.id, threshold_c=34.5, by=None)
    stay = a_stay(pixels_c=WARM, thermistor_c=24.0)
    for _ in range(2):
        receive_stay(services, warned, stay)
    (entry,) = list_alarms(services).items
    assert (entry.alarm.temperature_c, entry.visit.id) == (35.0, stay.id)
    assert entry.reading is not None


def test_consent_taken_back_erases_the_visits_and_their_pictures(services: MemoryServices, door: Device) -> None:
    agrees(services)
    agrees(services, "52", photo=b"face:52")
    for text in (b"snapshot|21", b"snapshot|21.3", b"snapshot|52"):
        receive_stay(services, door, a_stay(text))
    withdraw_consent(services, "21", [Purpose.VISITS], by=None)
    (left,) = services.store.visits([door.id])
    assert left.student_id == "52"
    assert list(services.media.keys("visits/")) == [left.picture_key]
    assert told(services, door, a_stay()) == [("unknown", None)]


def test_consent_taken_back_during_the_search_leaves_no_visit(
    services: MemoryServices, door: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    agrees(services)
    search = services.faces.search

    def slow(*given: object, **more: object) -> object:
        found = search(*given, **more)
        withdraw_consent(services, "21", [Purpose.VISITS], by=None)
        return found

    monkeypatch.setattr(services.faces, "search", slow)
    assert receive_stay(services, door, a_stay()) == []
    assert services.store.visits([door.id]) == []


def test_removal_of_a_student_erases_the_visits(services: MemoryServices, door: Device) -> None:
    agrees(services)
    receive_stay(services, door, a_stay())
    assert what_will_be_erased(services, "21").visits == 1
    remove_student(services, "21", by=None)
    assert services.store.visits([door.id]) == []
    assert list(services.media.keys("visits/")) == []


def test_visits_go_after_the_days_of_the_setting(services: MemoryServices, door: Device) -> None:
    receive_stay(services, door, a_stay(b"snapshot|900"))
    old = a_stay(b"snapshot|900|901", at=NOW - 20 * DAY)
    receive_stay(services, door, old)
    later = replace(services, now=lambda: NOW + 11 * DAY)
    assert newest_visits(later, an_admin()).items[-1].visit.at == NOW - MINUTE
    tidy(later)
    assert [visit.at for visit in services.store.visits([door.id])] == [NOW - MINUTE]
    assert len(list(services.media.keys("visits/"))) == 1
    assert remove_old_visits(later) == 0


def an_admin() -> User:
    return User("admin", "a@example.org", "Ada Example", Role.ADMIN, "", NOW)


def test_admins_and_the_staff_of_a_door_see_its_visits_and_nobody_else(services: MemoryServices, door: Device) -> None:
    named, other = (
        add_user(services, email=email, name="Teacher Example", role=Role.TEACHER, by=None).user
        for email in ("n@example.org", "o@example.org")
    )
    door = set_door(services, door.id, records=True, staff_ids=[named.id], tells_names=False, by=None)
    stay = a_stay(b"snapshot|900")
    receive_stay(services, door, stay)
    for user, count in ((an_admin(), 1), (named, 1), (other, 0)):
        assert len(wall(services, user).page.items) == count
        assert len(newest_visits(services, user).items) == count
    assert one_visit(services, named, stay.id).visit.id == stay.id
    with pytest.raises(NotFound):
        one_visit(services, other, stay.id)
    assert not may_see(replace(named, role=Role.STUDENT), door)


def test_the_wall_has_everybody_once_by_the_last_visit_and_unknowns_between(
    services: MemoryServices, door: Device
) -> None:
    agrees(services)
    agrees(services, "52", photo=b"face:52")
    back = a_door(services, "Back door")
    for device, text, minutes in (
        (door, b"snapshot|21", 9),
        (door, b"snapshot|52", 8),
        (door, b"snapshot|900", 7),
        (back, b"snapshot|21", 6),
    ):
        receive_stay(services, device, a_stay(text, at=NOW - minutes * MINUTE))
    shown = wall(services, an_admin())
    assert [(one.student.id if one.student else None, one.door.name) for one in shown.page.items] == [
        ("21", "Back door"),
        (None, "Front door"),
        ("52", "Front door"),
    ]
    assert wall(services, an_admin()).mark == shown.mark
    receive_stay(services, door, a_stay(b"snapshot|52", at=NOW))
    assert wall(services, an_admin()).mark != shown.mark


def test_a_person_names_a_visit_and_takes_it_back_with_audit(services: MemoryServices, door: Device) -> None:
    student = agrees(services)
    stay = a_stay(b"snapshot|900")
    receive_stay(services, door, stay)
    named = name_visit(services, stay.id, student, by="u1").visit
    assert (named.verdict, named.student_id, named.named_by) == (Verdict.KNOWN, "21", "u1")
    assert [one.visit_id for one in services.store.last_visits([door.id])] == [stay.id]
    assert unname_visit(services, stay.id, by="u1").visit.student_id is None
    actions = [entry.action for entry in services.store.audit().items]
    assert {"visit.named", "visit.unnamed"} <= set(actions)
    assert services.store.faces(["21"])[0].photo_key.startswith("photos/")
    assert len(services.store.faces(["21"])) == 1


def test_nobody_is_named_who_did_not_agree(services: MemoryServices, door: Device) -> None:
    stranger = a_student(services, "52", photo=b"face:52")
    stay = a_stay(b"snapshot|900")
    receive_stay(services, door, stay)
    with pytest.raises(InvalidInput, match="has not consented"):
        name_visit(services, stay.id, stranger, by="u1")


def test_a_visit_is_removed_with_its_picture(services: MemoryServices, door: Device) -> None:
    stay = a_stay(b"snapshot|900")
    receive_stay(services, door, stay)
    remove_visit(services, stay.id, by="u1")
    assert services.store.visits([door.id]) == []
    assert list(services.media.keys("visits/")) == []


def test_visits_are_read_a_page_at_a_time(services: MemoryServices, door: Device) -> None:
    assert newest_visits(services, an_admin(), limit=1).older is None
    for minutes in range(3):
        receive_stay(services, door, a_stay(b"snapshot|900", at=NOW - minutes * MINUTE))
    first = newest_visits(services, an_admin(), limit=2)
    assert [one.visit.at for one in first.items] == [NOW, NOW - MINUTE]
    (last,) = newest_visits(services, an_admin(), limit=2, before=first.older).items
    assert last.visit.at.astimezone(UTC) == NOW - 2 * MINUTE


def test_a_visit_that_a_race_with_the_withdrawal_left_goes_with_the_hourly_round(
    services: MemoryServices, door: Device
) -> None:
    agrees(services)
    agrees(services, "52", photo=b"face:52")
    for text in (b"snapshot|21", b"snapshot|21.3", b"snapshot|52"):
        receive_stay(services, door, a_stay(text))
    without = replace(services, handlers={})  # the handler that erases them did not see these
    withdraw_consent(without, "21", [Purpose.VISITS], by=None)
    assert len(services.store.visits([door.id], student_id="21")) == 2
    tidy(services)
    assert [visit.student_id for visit in services.store.visits([door.id])] == ["52"]


def test_an_alarm_is_there_with_its_visit_or_not_at_all(
    services: MemoryServices, door: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned = set_alarm_threshold(services, door.id, threshold_c=34.5, by=None)
    commit = type(services.store).commit

    def breaks_off(store: object, *parts: object) -> None:
        if any(isinstance(part, AddVisits) for part in parts):
            raise ServiceUnavailable("The power is gone.")
        commit(store, *parts)

    stay = a_stay(pixels_c=WARM, thermistor_c=24.0)
    with monkeypatch.context() as patch:
        patch.setattr(type(services.store), "commit", breaks_off)
        with pytest.raises(ServiceUnavailable):
            receive_stay(services, warned, stay)
    assert list_alarms(services).items == []
    receive_stay(services, warned, stay)
    (entry,) = list_alarms(services).items
    assert entry.visit is not None


def test_an_alarm_that_was_raised_meanwhile_is_read_again(services: MemoryServices, door: Device) -> None:
    warned = set_alarm_threshold(services, door.id, threshold_c=34.5, by=None)
    for at in (NOW - 3 * MINUTE, NOW - 2 * MINUTE):
        receive_stay(services, warned, a_stay(at=at, pixels_c=WARM, thermistor_c=24.0))
    assert len(services.store.visits([door.id])) == 2
    assert len(list_alarms(services).items) == 1
