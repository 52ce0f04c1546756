"""What becomes of what waits in the outbox: handled in order, tried again, given up, and shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pkgutil import resolve_name
from typing import Any

import pytest

from attendance.changes import AddCourse
from attendance.committing import commit
from attendance.errors import NotFound, ServiceUnavailable
from attendance.events import (
    KINDS,
    DeviceSilent,
    Event,
    MarksChanged,
    PhotosRemoved,
    RecordingSearched,
    StudentRegistered,
    read,
    written,
)
from attendance.handlers import HANDLERS, Handler
from attendance.model import ERASE, OutboxItem
from attendance.rules.outbox import FAULT, MOST_ATTEMPTS, due, postponed
from attendance.services import Services
from attendance.use_cases.outbox import drain, troubled, try_again
from attendance.use_cases.students.photos import remove_photo
from tests.contract.samples import a_course
from tests.unit.in_memory import MemoryServices, a_student, services_in_memory

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

heard: list[tuple[str, Event]] = []
failing: dict[str, Exception] = {}


def mail(services: Services, event: Event) -> None:
    _hear("mail", event)


def slack(services: Services, event: Event) -> None:
    _hear("slack", event)


def _hear(receiver: str, event: Event) -> None:
    if reason := failing.get(f"{receiver} {event.subject}"):
        raise reason
    heard.append((receiver, event))


@pytest.fixture(autouse=True)
def _nothing_heard() -> Iterator[None]:
    yield
    heard.clear()
    failing.clear()


@pytest.fixture
def services() -> MemoryServices:
    return services_in_memory()


@pytest.fixture
def site(services: MemoryServices) -> Services:
    """With two receivers, and a clock that a test sets."""
    handlers = {
        "mail": Handler((RecordingSearched, MarksChanged), f"{__name__}:mail"),
        "slack": Handler((RecordingSearched,), f"{__name__}:slack"),
    }
    return replace(services, handlers=handlers)


def searched(number: int, lecture: str = "l1") -> RecordingSearched:
    return RecordingSearched(at=NOW + number * MINUTE, lecture_id=lecture, recording_id=f"r{number}")


def told(receiver: str) -> list[str]:
    return [event.recording_id for name, event in heard if name == receiver and isinstance(event, RecordingSearched)]


def at(site: Services, moment: datetime) -> Services:
    return replace(site, now=lambda: moment)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_event_is_read_as_it_was_written(kind: type[Event]) -> None:
    examples: dict[str, Any] = {"str": "학생", "str | None": "학생", "bool": True, "int": 3, "datetime": NOW}
    examples |= {"tuple[str, ...]": ("1", "2"), "tuple[int, ...]": (1, 2)}
    values = {name: examples[hint] for name, hint in kind.__annotations__.items() if name not in ("kind", "about")}
    event = kind(at=NOW, **values)
    assert read(written(event)) == event
    assert event.subject


def test_an_event_that_nobody_handles_is_not_stored(site: Services) -> None:
    commit(site, AddCourse(a_course()), StudentRegistered(at=NOW, student_key="21"))
    assert [site.store.outbox(name) for name in site.handlers] == [[], []]


def test_an_event_reaches_each_of_its_handlers_once(site: Services) -> None:
    commit(site, AddCourse(a_course()), searched(1))
    assert drain(site) == 2
    assert drain(site) == 0
    assert (told("mail"), told("slack")) == (["r1"], ["r1"])


def test_what_happened_is_hinted_at_at_once(site: Services, services: MemoryServices) -> None:
    commit(site, searched(1))
    assert services.jobs.sweeps_asked == 1


def test_a_queue_that_does_not_answer_holds_up_no_change(site: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def unanswered() -> None:
        raise ServiceUnavailable("The queue does not answer.")

    monkeypatch.setattr(site.jobs, "enqueue_sweep", unanswered)
    commit(site, AddCourse(a_course()), searched(1))
    assert site.store.courses()
    assert drain(site) == 2


def test_events_of_one_subject_wait_for_the_first_and_others_do_not(site: Services) -> None:
    failing["mail lecture l1"] = ServiceUnavailable("The post office is closed.")
    for event in (searched(1), searched(2), searched(3, "l2")):
        commit(site, event)
    drain(at(site, NOW + 10 * MINUTE))
    assert (told("mail"), told("slack")) == (["r3"], ["r1", "r3", "r2"])
    failing.clear()
    drain(at(site, NOW + 20 * MINUTE))
    assert told("mail") == ["r3", "r1", "r2"]


def test_what_fails_is_shown_with_its_reason_until_it_works(site: Services) -> None:
    failing["mail lecture l1"] = ServiceUnavailable("The post office is closed.")
    commit(site, searched(1))
    drain(at(site, NOW + MINUTE))
    assert [(one.handler, one.error) for one in troubled(site)] == [("mail", "The post office is closed.")]
    failing.clear()
    drain(at(site, NOW + 2 * MINUTE))
    assert troubled(site) == []


def test_an_event_is_given_up_after_two_days_and_holds_up_nothing_any_more(site: Services) -> None:
    failing["mail lecture l1"] = RuntimeError("postgresql://rollcall:secret@db")
    commit(site, searched(1))
    moment = NOW
    while site.store.outbox("mail")[0].due_at is not None:
        moment += MINUTE * 30
        drain(at(site, moment))
    assert timedelta(days=1) < moment - NOW < timedelta(days=4)
    (given_up,) = troubled(site)
    assert (given_up.attempts, given_up.error) == (MOST_ATTEMPTS, FAULT.sentence)
    failing.clear()
    commit(site, searched(2))
    drain(at(site, moment))
    assert told("mail") == ["r2"]
    try_again(at(site, moment), "mail", given_up.id)
    drain(at(site, moment))
    assert told("mail") == ["r2", "r1"]
    with pytest.raises(NotFound):
        try_again(site, "mail", given_up.id)


def test_who_was_killed_while_handling_is_followed_by_another(site: Services) -> None:
    commit(site, searched(1))
    (item,) = site.store.outbox("mail")
    assert site.store.claim_outbox(item, NOW + 5 * MINUTE)  # and dies
    drain(at(site, NOW + 4 * MINUTE))
    assert told("mail") == []
    drain(at(site, NOW + 6 * MINUTE))
    assert told("mail") == ["r1"]


def test_pauses_grow_and_a_deletion_is_never_given_up() -> None:
    item = OutboxItem("mail", "s", "", NOW, NOW)
    pauses = [postponed(item, attempts, "no", NOW).due_at for attempts in range(1, MOST_ATTEMPTS)]
    assert pauses == sorted(pauses)  # type: ignore[type-var]
    assert pauses[0] == NOW
    assert postponed(item, MOST_ATTEMPTS, "no", NOW).due_at is None
    assert postponed(replace(item, handler=ERASE), 1000, "no", NOW).due_at is not None


def test_only_the_first_of_a_subject_is_due() -> None:
    items = [
        OutboxItem("mail", subject, "", NOW, NOW + minutes * MINUTE, id=name)
        for name, subject, minutes in (("a1", "a", 5), ("a2", "a", 0), ("b1", "b", 0), ("b2", "b", 0))
    ]
    assert [item.id for item in due(items, NOW)] == ["b1"]
    assert [item.id for item in due(items, NOW + 5 * MINUTE)] == ["a1", "b1"]


@pytest.mark.parametrize("name", HANDLERS)
def test_every_handler_that_is_registered_is_there(name: str) -> None:
    assert callable(resolve_name(HANDLERS[name].function))


def test_a_silent_device_is_an_event_of_its_own() -> None:
    assert DeviceSilent(at=NOW, device_id="d1", since=NOW).subject == "device d1"


def test_what_waits_names_no_student_by_the_schools_own_id(services: MemoryServices) -> None:
    handlers = {"slack": Handler((StudentRegistered, PhotosRemoved), f"{__name__}:slack")}
    site = replace(services, handlers=handlers)
    student = a_student(site, "D-97-1234")
    (face,) = site.store.faces([student.id])
    remove_photo(site, student.id, face.id, by=None)
    waiting = site.store.outbox("slack")
    assert [read(item.body).kind for item in waiting] == ["student.registered", "student.photos_removed"]
    assert all(student.id not in item.body + item.subject for item in waiting)
