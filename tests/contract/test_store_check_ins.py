"""What every Store keeps to with check-ins at kiosks, PINs, and who asks at a door to be registered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from attendance.changes import (
    AddDevice,
    CheckInStep,
    RecordAttempt,
    RemoveAttempts,
    RemoveCourse,
    RemoveDevice,
    RemoveEvidence,
    RemovePin,
    RemoveRegistration,
    RemoveStudent,
    SaveCheckIns,
    SaveDevice,
    SavePin,
)
from attendance.errors import AlreadyExists, MovedOn, NotFound
from attendance.model import (
    Device,
    DeviceKind,
    DoorCheckIn,
    DoorMethod,
    DoorRegistration,
    KioskAttempt,
    KioskCommand,
    KioskOutcome,
    KioskSettings,
    KioskSpeech,
    Liveness,
    PersonalPin,
    SensorField,
)
from attendance.ports import Store
from tests.contract.samples import NOW, a_class

HOUR = timedelta(hours=1)


def a_check_in(check_in_id: str = "i1", **more: object) -> DoorCheckIn:
    given = {"student_id": "21", "device_id": "k1", "room": "Room 301", "timezone": "Asia/Seoul"}
    given |= {"checked_in_at": NOW, "method": DoorMethod.FACE, "picture_key": f"picture of {check_in_id}"}
    return DoorCheckIn(check_in_id, **(given | {"in_temperature_c": 36.4, "similarity": 91.5} | more))  # type: ignore[arg-type]


def out(check_in: DoorCheckIn, at: datetime, **more: object) -> DoorCheckIn:
    return replace(check_in, checked_out_at=at, out_method=DoorMethod.PIN, out_device_id="k1", **more)  # type: ignore[arg-type]


def an_attempt(attempt_id: str = "a1", **more: object) -> KioskAttempt:
    given = {"device_id": "k1", "at": NOW, "answered_at": NOW, "command": KioskCommand.CHECK_IN, "language": "ko"}
    return KioskAttempt(attempt_id, **(given | {"outcome": KioskOutcome.UNSURE, "choices": "x y"} | more))  # type: ignore[arg-type]


def asking(registration_id: str = "r1", **more: object) -> DoorRegistration:
    given = {"device_id": "k1", "room": "Room 301", "course_id": "c1", "name": "김하나", "at": NOW}
    return DoorRegistration(registration_id, **(given | {"picture_key": f"photo of {registration_id}"} | more))  # type: ignore[arg-type]


@pytest.fixture
def school(store: Store) -> Store:
    """Two students and a kiosk."""
    a_class(store, "21", "22")
    store.commit(AddDevice(Device("k1", "Kiosk", "Room 301", NOW, kind=DeviceKind.KIOSK)))
    return store


def stored(store: Store, *check_ins: DoorCheckIn) -> None:
    for one in check_ins:
        store.commit(SaveCheckIns([CheckInStep(None, one)]))


def test_a_check_in_comes_back_whole(school: Store):
    whole = a_check_in(taken_back_at=NOW, out_temperature_c=36.6, out_similarity=90.0, out_picture_key="out of i1")
    whole = out(whole, NOW + HOUR, closed_by_rule=True)
    stored(school, whole)
    assert school.door_check_in("i1") == whole
    with pytest.raises(NotFound):
        school.door_check_in("i9")


def test_a_student_has_one_open_check_in(school: Store):
    stored(school, first := a_check_in("i1"))
    with pytest.raises(MovedOn):
        stored(school, a_check_in("i2", checked_in_at=NOW + HOUR))
    stored(school, other := a_check_in("i3", student_id="22", checked_in_at=NOW - HOUR))
    assert list(school.open_check_ins()) == [other, first]
    gone = out(first, NOW + HOUR)
    school.commit(SaveCheckIns([CheckInStep(first, gone)]))
    assert list(school.open_check_ins()) == [other]
    stored(school, back := a_check_in("i2", checked_in_at=NOW + 2 * HOUR))
    assert list(school.open_check_ins()) == [other, back]


def test_one_may_end_and_another_begin_at_once(school: Store):
    stored(school, left_open := a_check_in("i1"))
    new = a_check_in("i2", checked_in_at=NOW + 24 * HOUR)
    steps = [CheckInStep(None, new), CheckInStep(left_open, out(left_open, NOW + HOUR, closed_by_rule=True))]
    school.commit(SaveCheckIns(steps))
    assert list(school.open_check_ins()) == [new]
    assert school.door_check_in("i1").closed_by_rule


def test_one_that_is_taken_back_is_not_open(school: Store):
    stored(school, first := a_check_in("i1"))
    school.commit(SaveCheckIns([CheckInStep(first, replace(first, taken_back_at=NOW, picture_key=None))]))
    assert list(school.open_check_ins()) == []
    assert "picture of i1" in school.pending_erasures()
    stored(school, a_check_in("i2"))


def test_what_moved_on_meanwhile_is_refused(school: Store):
    stored(school, first := a_check_in("i1"))
    school.commit(SaveCheckIns([CheckInStep(first, out(first, NOW + HOUR))]))
    with pytest.raises(MovedOn):
        school.commit(SaveCheckIns([CheckInStep(first, out(first, NOW + 2 * HOUR))]))
    with pytest.raises(MovedOn):
        stored(school, a_check_in("i1", student_id="22"))
    with pytest.raises(NotFound):
        stored(school, a_check_in("i3", student_id="99"))
    with pytest.raises(NotFound):
        school.commit(SaveCheckIns([CheckInStep(a_check_in("i9"), a_check_in("i9"))]))


def test_lists_are_newest_first_by_time_student_and_place(school: Store):
    own = [out(a_check_in(f"i{n}", checked_in_at=NOW + n * HOUR), NOW + n * HOUR + HOUR / 2) for n in range(4)]
    same = out(a_check_in("i9", checked_in_at=NOW + HOUR, student_id="22", room="Hall"), NOW + 2 * HOUR)
    stored(school, *own, same)
    all_of_them = list(school.door_check_ins(from_at=NOW))
    assert [one.id for one in all_of_them] == ["i3", "i2", "i9", "i1", "i0"]
    assert [one.id for one in school.door_check_ins(from_at=NOW, before_at=NOW + 2 * HOUR)] == ["i9", "i1", "i0"]
    assert [one.id for one in school.door_check_ins(from_at=NOW + HOUR, student_id="21")] == ["i3", "i2", "i1"]
    assert [one.id for one in school.door_check_ins(from_at=NOW, room="HALL")] == ["i9"]
    assert [one.id for one in school.door_check_ins(from_at=NOW, limit=2)] == ["i3", "i2"]
    assert [one.id for one in school.door_check_ins(from_at=NOW, before=own[2].place, limit=2)] == ["i9", "i1"]
    assert [one.id for one in school.door_check_ins(from_at=NOW, before=same.place)] == ["i1", "i0"]


def test_those_with_pictures_or_temperatures_are_found(school: Store):
    bare = {"picture_key": None, "in_temperature_c": None}
    stored(school, out(a_check_in("i1", **bare), NOW + HOUR), a_check_in("i2", student_id="22", picture_key=None))
    warm = school.door_check_in("i1")
    assert [one.id for one in school.door_check_ins(from_at=NOW, with_traces=True)] == ["i2"]
    school.commit(SaveCheckIns([CheckInStep(warm, replace(warm, out_temperature_c=36.0))]))
    assert [one.id for one in school.door_check_ins(from_at=NOW, with_traces=True)] == ["i2", "i1"]
    second = school.door_check_in("i2")
    school.commit(SaveCheckIns([CheckInStep(second, replace(second, **bare))]))  # type: ignore[arg-type]
    assert [one.id for one in school.door_check_ins(from_at=NOW, with_traces=True)] == ["i1"]


def test_an_attempt_is_answered_once(school: Store):
    asked = an_attempt()
    school.commit(RecordAttempt(asked, None, [CheckInStep(None, a_check_in())]))
    assert school.kiosk_attempt("a1") == asked
    assert asked.choice_keys == ("x", "y")
    with pytest.raises(AlreadyExists):
        school.commit(RecordAttempt(an_attempt(), None, [CheckInStep(None, a_check_in("i2", student_id="22"))]))
    assert [one.id for one in school.open_check_ins()] == ["i1"]
    decided = replace(asked, outcome=KioskOutcome.CHECKED_IN, student_key="key of 21", check_in_id="i1")
    school.commit(RecordAttempt(decided, asked))
    assert school.kiosk_attempt("a1") == decided
    with pytest.raises(MovedOn):
        school.commit(RecordAttempt(replace(asked, wrong_pins=1), asked))
    with pytest.raises(NotFound):
        school.commit(RecordAttempt(an_attempt("a2", device_id="k9")))
    assert school.kiosk_attempt("a2") is None


def test_old_attempts_go(school: Store):
    for number in range(3):
        school.commit(RecordAttempt(an_attempt(f"a{number}", answered_at=NOW + number * HOUR)))
    school.commit(RemoveAttempts(NOW + HOUR))
    assert [school.kiosk_attempt(f"a{number}") is None for number in range(3)] == [True, False, False]


def test_an_attempt_that_changes_nothing_leaves_nothing_where_its_steps_are_refused(school: Store):
    stored(school, a_check_in("i1"))
    with pytest.raises(MovedOn):
        school.commit(RecordAttempt(an_attempt(), None, [CheckInStep(None, a_check_in("i2"))]))
    assert school.kiosk_attempt("a1") is None


def test_who_asks_to_be_registered_waits_until_somebody_decides(school: Store):
    school.commit(RecordAttempt(an_attempt("r1"), None, (), asking("r1", at=NOW + HOUR)))
    school.commit(RecordAttempt(an_attempt("r2"), None, (), asking("r2")))
    assert [one.id for one in school.door_registrations()] == ["r2", "r1"]
    assert school.door_registration("r2") == asking("r2")
    assert list(school.unclaimed(["photo of r1", "other"])) == ["other"]
    school.commit(RemoveRegistration("r1"))
    assert "photo of r1" in school.pending_erasures()
    for gone in (lambda: school.door_registration("r1"), lambda: school.commit(RemoveRegistration("r1"))):
        with pytest.raises(NotFound):
            gone()
    with pytest.raises(NotFound):
        school.commit(RecordAttempt(an_attempt("r3"), None, (), asking("r3", course_id="c9")))


@pytest.mark.parametrize("removal", [RemoveDevice("k1"), RemoveCourse("c1")])
def test_a_request_goes_with_its_kiosk_and_its_course(school: Store, removal: RemoveDevice | RemoveCourse):
    school.commit(RecordAttempt(an_attempt("r1"), None, (), asking("r1")))
    stored(school, a_check_in())
    school.commit(removal)
    assert list(school.door_registrations()) == []
    assert "photo of r1" in school.pending_erasures()
    assert school.door_check_in("i1") == a_check_in()
    assert (school.kiosk_attempt("r1") is None) == isinstance(removal, RemoveDevice)


def test_a_pin_is_saved_as_it_was_read(school: Store):
    first = PersonalPin("21", "hash", NOW)
    school.commit(SavePin(first))
    assert school.personal_pin("21") == first
    assert school.personal_pin("22") is None
    wrong = replace(first, wrong=5, wrong_since=NOW, locked_until=NOW + HOUR)
    school.commit(SavePin(wrong, first))
    assert school.personal_pin("21") == wrong
    for refused in (SavePin(replace(first, wrong=1), first), SavePin(first)):
        with pytest.raises(MovedOn):
            school.commit(refused)
    with pytest.raises(NotFound):
        school.commit(SavePin(PersonalPin("99", "hash", NOW)))
    school.commit(RemovePin("21"))
    assert school.personal_pin("21") is None
    with pytest.raises(NotFound):
        school.commit(RemovePin("21"))


def test_all_goes_with_its_student(school: Store):
    gone = out(a_check_in("i1"), NOW + HOUR, out_picture_key="out of i1")
    stored(school, gone, a_check_in("i2", checked_in_at=NOW + 2 * HOUR), a_check_in("i3", student_id="22"))
    school.commit(SavePin(PersonalPin("21", "hash", NOW)))
    assert list(school.unclaimed(["picture of i1", "out of i1", "other"])) == ["other"]
    school.commit(RemoveStudent("21"))
    assert [one.id for one in school.door_check_ins(from_at=NOW)] == ["i3"]
    assert [one.id for one in school.open_check_ins()] == ["i3"]
    assert school.personal_pin("21") is None
    assert {"picture of i1", "out of i1", "picture of i2"} <= set(school.pending_erasures())
    assert "picture of i3" not in school.pending_erasures()


def test_pictures_go_with_the_consent_to_them(school: Store):
    stored(school, out(a_check_in("i1"), NOW + HOUR, out_picture_key="out of i1"))
    school.commit(RemoveEvidence("21"))
    left = school.door_check_in("i1")
    assert (left.picture_key, left.out_picture_key) == (None, None)
    assert {"picture of i1", "out of i1"} <= set(school.pending_erasures())
    assert list(school.unclaimed(["picture of i1"])) == ["picture of i1"]


def test_how_a_kiosk_is_set_up_comes_back_whole(school: Store):
    before = school.device("k1")
    assert before.kiosk is None
    chosen = KioskSettings(
        frozenset({"c1", "c2"}),
        300,
        Liveness.TURN_AND_PIN,
        KioskSpeech.AWS,
        "en",
        0.35,
        "22:00",
        "06:00",
        takes_temperature=True,
        sensor_field=SensorField(0.1, 0.2, 0.3, 0.4),
    )
    school.commit(SaveDevice(replace(before, kiosk=chosen), before))
    assert school.device("k1").kiosk == chosen
    with pytest.raises(MovedOn):
        school.commit(SaveDevice(replace(before, kiosk=KioskSettings()), before))
    school.commit(SaveDevice(replace(before, name="Other", kiosk=chosen), school.device("k1")))
    assert school.device("k1").name == "Other"


def test_a_check_in_just_before_midnight_is_of_its_own_day(school: Store):
    late = datetime(2026, 3, 29, 14, 59, 59, 999999, UTC)
    stored(school, one := a_check_in(checked_in_at=late))
    assert one.day.isoformat() == "2026-03-29"
    assert list(school.door_check_ins(from_at=late, before_at=late + timedelta(microseconds=1))) == [one]
    assert list(school.door_check_ins(from_at=late + timedelta(microseconds=1))) == []
