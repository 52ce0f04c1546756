"""Somebody unknown at a door: asked about in Slack with face and heat map, named there, and known the next time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from attendance.changes import SaveUser
from attendance.model import (
    MAIL,
    SLACK,
    Device,
    DeviceKind,
    NoticeKind,
    NoticeState,
    Purpose,
    Role,
    Student,
    User,
    UserNotices,
    Verdict,
)
from attendance.rules.notices import written_choices
from attendance.use_cases.devices.devices import add_device, set_alarm_threshold
from attendance.use_cases.doors.doors import set_door
from attendance.use_cases.doors.naming import name_visit, remove_visit, unname_visit
from attendance.use_cases.doors.receiving import receive_stay
from attendance.use_cases.notices.answers import receive
from attendance.use_cases.outbox import drain
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.students.consents import Given, record_consent, withdraw_consent
from attendance.use_cases.students.removing import remove_student
from attendance.use_cases.upkeep import tidy
from tests.fakes.faces import _picture
from tests.fakes.notifier import FakeNotifier
from tests.slack import SlackServer
from tests.slack.conftest import open_notifier
from tests.slack.payloads import chosen, elements, pressed, typed
from tests.slack.workspace import CHANNEL, CHANNEL_NAME
from tests.unit.in_memory import CONSENT, NOW, MemoryServices, a_student, services_in_memory
from tests.unit.test_visits import WARM, a_stay

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entrance:
    """A door that records visits; `teacher` is named for it, `other` is not, and the channel is told."""

    services: MemoryServices
    slack: SlackServer
    door: Device
    users: dict[str, User]
    mail: FakeNotifier

    def comes(self, person: str = "900", **more: Any) -> str:
        """The id of the visit; what follows of it is done."""
        stay = a_stay(f"snapshot|{person}".encode(), pixels_c=WARM, thermistor_c=24.0, **more)
        receive_stay(self.services, self.door, stay)
        drain(self.services)
        key = self.services.store.visit(stay.id).picture_key or ""
        self.services.media.put(key, _picture(f"face:{person}".encode(), 160))  # which can be kept as a photo
        return stay.id

    def answers(self, payload: dict[str, Any]) -> None:
        assert receive(self.services, payload) is None
        drain(self.services)

    def option(self, student_id: str) -> dict[str, Any]:
        key = self.services.store.student(student_id).key
        return {"text": {"type": "plain_text", "text": student_id}, "value": key}

    @property
    def message(self) -> dict[str, Any]:
        """The newest of the channel, as it was posted."""
        return [one for one in self.slack.workspace.posted if one["channel"] == CHANNEL][-1]

    @property
    def standing(self) -> dict[str, Any]:
        (message,) = self.slack.workspace.messages.values()
        return message

    @property
    def whispers(self) -> list[str]:
        return [one["text"] for one in self.slack.workspace.whispered]


def agrees(services: MemoryServices, student_id: str, *, to_photos: bool = True) -> Student:
    a_student(services, student_id, None, consent_on=CONSENT if to_photos else None)
    return record_consent(services, student_id, date(2026, 3, 1), Given(purposes=(Purpose.VISITS,)), by=None)


@pytest.fixture
def entrance(tmp_path: Path, slack: SlackServer) -> Entrance:
    mail, notifier = FakeNotifier(MAIL), open_notifier(slack)
    notifier.receivers = (CHANNEL_NAME,)
    services = replace(services_in_memory(tmp_path), notifiers={SLACK: notifier, MAIL: mail})
    agrees(services, "22")
    agrees(services, "23", to_photos=False)
    a_student(services, "41", None)
    users = {
        name: add_user(services, email=f"{name}@school.example", name=name.title(), role=role, by=None).user
        for name, role in (("admin", Role.ADMIN), ("teacher", Role.TEACHER), ("other", Role.TEACHER))
    }
    for name, user in users.items():
        slack.workspace.add_user(f"U0{name.upper()}", user.email)
    before = replace(services, now=lambda: NOW - 30 * DAY)
    door = add_device(before, name="Front door", room="Entrance", by=None, kind=DeviceKind.DOOR).device
    door = set_door(before, door.id, records=True, staff_ids=[users["teacher"].id], tells_names=True, by=None)
    return Entrance(services, slack, door, users, mail)


def test_the_channel_is_asked_with_face_heat_map_and_reading(entrance: Entrance) -> None:
    entrance.comes()
    blocks = entrance.standing["blocks"]
    said = str(blocks)
    assert "Unknown person at a door: Entrance" in entrance.standing["text"]
    for words in ("Door: Front door · Entrance", "Skin estimate: 35.0 °C", "Coolest and hottest: 21.5 – 35.2 °C"):
        assert words in said
    files = [entrance.slack.workspace.files[one["slack_file"]["id"]] for one in blocks if one["type"] == "image"]
    assert [one["content"][:4] for one in files] == [b"\xff\xd8\xff\xe0", b"\x89PNG"]
    assert [len(elements(entrance.standing, kind)) for kind in ("external_select", "checkboxes", "button")] == [1, 1, 1]


def test_a_name_with_a_kept_photo_makes_the_next_visit_known(entrance: Entrance) -> None:
    first = entrance.comes()
    entrance.answers(chosen(entrance.message, entrance.option("22"), user="U0TEACHER", ticked=True))
    assert entrance.services.store.visit(first).student_id == "22"
    assert "This person: named Student 22 by Teacher." in str(entrance.standing["blocks"])
    assert elements(entrance.standing, "button") == elements(entrance.standing, "external_select") == []
    second = entrance.services.store.visit(entrance.comes(at=NOW))
    assert (second.verdict, second.student_id, second.named_by) == (Verdict.KNOWN, "22", None)
    assert len(entrance.slack.workspace.messages) == 1  # nobody is asked about whom it knows
    added = next(one for one in entrance.services.store.audit().items if one.action == "student.photo_added")
    assert added.detail.startswith("from the door Front door, ")
    assert added.by == entrance.users["teacher"].id


def test_without_the_tick_nothing_is_learnt(entrance: Entrance) -> None:
    entrance.comes()
    entrance.answers(chosen(entrance.message, entrance.option("22"), user="U0ADMIN"))
    assert entrance.services.store.faces(["22"]) == []
    assert entrance.services.store.visit(entrance.comes(at=NOW)).verdict is Verdict.UNKNOWN


def test_a_tick_alone_is_no_answer(entrance: Entrance) -> None:
    visit = entrance.comes()
    payload = pressed(entrance.message, user="U0ADMIN")
    payload["actions"][0] |= {"type": "checkboxes", "action_id": "keep_photo", "selected_options": [{"value": "yes"}]}
    entrance.answers(payload)
    assert entrance.services.store.visit(visit).named_by is None


def test_no_photo_is_kept_of_whoever_did_not_consent_to_photos(entrance: Entrance) -> None:
    visit = entrance.comes()
    entrance.answers(chosen(entrance.message, entrance.option("23"), user="U0ADMIN", ticked=True))
    assert entrance.services.store.visit(visit).named_by is None
    assert len(entrance.whispers) == 1
    entrance.answers(chosen(entrance.message, entrance.option("23"), user="U0ADMIN", at="2.2"))
    assert entrance.services.store.visit(visit).student_id == "23"


def test_ignore_and_the_same_answer_again(entrance: Entrance) -> None:
    visit = entrance.comes()
    for _ in range(2):
        entrance.answers(pressed(entrance.message, user="U0TEACHER"))
    stored = entrance.services.store.visit(visit)
    assert (stored.student_id, stored.named_by) == (None, entrance.users["teacher"].id)
    assert "This person: nobody of ours, says Teacher." in str(entrance.standing["blocks"])
    assert entrance.whispers == []
    entrance.answers(chosen(entrance.message, entrance.option("22"), user="U0ADMIN"))
    assert entrance.services.store.visit(visit).student_id is None
    assert "nobody of ours" in entrance.whispers[0]


def test_only_admins_and_the_staff_of_the_door_may_say_it(entrance: Entrance) -> None:
    visit = entrance.comes()
    entrance.answers(chosen(entrance.message, entrance.option("22"), user="U0OTHER", ticked=True))
    entrance.answers(pressed(entrance.message, user="U0OTHER"))
    assert entrance.services.store.visit(visit).named_by is None
    assert len(entrance.whispers) == 2
    assert all("Only the staff named for this door" in said for said in entrance.whispers)
    assert receive(entrance.services, typed(entrance.message, "st", user="U0OTHER")) == {"options": []}


def test_the_search_finds_only_who_agreed_to_visits(entrance: Entrance) -> None:
    entrance.comes()

    def offered(text: str) -> list[str]:
        answer = receive(entrance.services, typed(entrance.message, text, user="U0TEACHER")) or {}
        return [one["text"]["text"] for group in answer.get("option_groups", ()) for one in group["options"]]

    assert offered("") == offered("stud") == ["Student 22 (22)", "Student 23 (23)"]
    assert offered("23") == ["Student 23 (23)"]
    assert offered("41") == []
    entrance.answers(chosen(entrance.message, entrance.option("41"), user="U0TEACHER"))
    assert "has not consented" in entrance.whispers[0]


def test_staff_who_chose_so_are_told_and_others_are_not(entrance: Entrance) -> None:
    for user in entrance.users.values():
        chosen_so = UserNotices({NoticeKind.UNKNOWN_SEEN: frozenset({MAIL, SLACK})}, since=NOW)
        entrance.services.store.commit(SaveUser(replace(user, notices=written_choices(chosen_so))))
    entrance.comes()
    assert sorted(to for to, _ in entrance.mail.sent.values()) == ["admin@school.example", "teacher@school.example"]
    assert {channel for channel, _ in entrance.slack.workspace.messages} == {CHANNEL, "D0ADMIN", "D0TEACHER"}


def test_what_is_said_on_a_page_is_shown_in_slack(entrance: Entrance) -> None:
    visit, student = entrance.comes(), entrance.services.store.student("22")
    assert name_visit(entrance.services, visit, student, by=entrance.users["admin"].id).refusal is None
    drain(entrance.services)
    assert "named Student 22 by Admin" in str(entrance.standing["blocks"])


def test_the_photo_goes_when_the_name_is_taken_back_or_is_another(entrance: Entrance) -> None:
    services, visit = entrance.services, entrance.comes()
    agrees(services, "24")
    for student_id in ("22", "24"):
        done = name_visit(services, visit, services.store.student(student_id), by="u", keep_photo=True)
        assert (done.refusal, done.removed_photo) == (None, student_id == "24")
    assert [face.student_id for face in services.store.faces(["22", "24"])] == ["24"]
    assert unname_visit(services, visit, by="u").removed_photo
    assert services.store.faces(["22", "24"]) == []
    assert list(services.media.keys("photos/")) == []


def test_whoever_was_named_and_is_removed_leaves_nothing_in_slack_nor_at_the_door(entrance: Entrance) -> None:
    entrance.comes()
    entrance.answers(chosen(entrance.message, entrance.option("22"), user="U0TEACHER", ticked=True))
    remove_student(entrance.services, "22", by=None)
    drain(entrance.services)
    assert (entrance.slack.workspace.messages, entrance.slack.workspace.files) == ({}, {})
    assert entrance.services.store.visits([entrance.door.id]) == []
    assert list(entrance.services.media.keys()) == []


def test_a_message_goes_with_the_consent_of_whom_it_names(entrance: Entrance) -> None:
    entrance.comes()
    entrance.answers(chosen(entrance.message, entrance.option("22"), user="U0TEACHER"))
    withdraw_consent(entrance.services, "22", {Purpose.VISITS}, by="admin")
    drain(entrance.services)
    assert (entrance.slack.workspace.messages, entrance.slack.workspace.files) == ({}, {})


def test_a_message_about_a_visit_that_is_gone_goes_within_the_hour(entrance: Entrance) -> None:
    remove_visit(entrance.services, entrance.comes(), by="u")
    tidy(entrance.services)
    assert (entrance.slack.workspace.messages, entrance.slack.workspace.files) == ({}, {})


def test_an_answer_about_a_visit_that_is_gone_is_told_and_the_message_goes(entrance: Entrance) -> None:
    remove_visit(entrance.services, entrance.comes(), by="u")
    entrance.answers(pressed(entrance.message, user="U0ADMIN"))
    assert len(entrance.whispers) == 1
    assert entrance.slack.workspace.messages == {}
    assert entrance.services.store.notices(NoticeState.SENT).items[0].reference is None


def test_an_alarm_has_face_and_heat_map_side_by_side_with_the_coolest_and_the_hottest(entrance: Entrance) -> None:
    door = set_alarm_threshold(entrance.services, entrance.door.id, threshold_c=34.0, by=None)
    replace(entrance, door=door).comes()
    alarm = next(one for one in entrance.slack.workspace.messages.values() if "measured" in one["text"])
    assert "35.0 °C measured: Entrance" in alarm["text"]
    assert "Coolest and hottest: 21.5 – 35.2 °C" in str(alarm["blocks"])
    files = [
        entrance.slack.workspace.files[one["slack_file"]["id"]] for one in alarm["blocks"] if one["type"] == "image"
    ]
    assert [one["content"][:4] for one in files] == [b"\xff\xd8\xff\xe0", b"\x89PNG"]
    assert [one["alt_txt"][:8] for one in files] == ["Picture ", "Heat map"]
