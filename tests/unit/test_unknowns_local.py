"""Unknown people with the engine of this machine: drawn people in films, from the first sighting to the photo."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from attendance.model import Recording, Role, Status, User
from attendance.searching.searches import search_recording
from attendance.use_cases.lectures.lectures import search_again
from attendance.use_cases.unknowns.deciding import name_group, not_this_student
from attendance.use_cases.unknowns.groups import groups
from attendance.use_cases.unknowns.vectors import set_switch
from tests.contract.faces_kits import LocalKit
from tests.unit.in_memory import CONSENT, NOW, MemoryServices, a_course, a_student, services_in_memory
from tests.unit.receiving import START, receive, statuses

KIT = LocalKit()
ADA, STRANGER, OTHER = 0, 2, 3
ADMIN = User("admin", "admin@example.org", "Ada Example", Role.ADMIN, "", NOW)


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    """A course with Ada, who has a photo, and 22, who has consented and has none; vectors are stored."""
    with KIT.running() as faces:
        clock = [NOW]

        def now():
            clock[0] += timedelta(milliseconds=1)
            return clock[0]

        made = replace(services_in_memory(tmp_path), faces=faces, now=now)
        course = a_course(made)
        a_student(made, "21", KIT.photo(ADA), course_ids=[course.id])
        a_student(made, "22", None, course_ids=[course.id], consent_on=CONSENT)
        set_switch(made, ADMIN, course, on=True)
        return made


def filmed(services: MemoryServices, folder: Path, day: int, *present: tuple[int, float, float]) -> Recording:
    path = folder / f"{day}.mp4"
    KIT.lecture(path, 6, present)
    recording = receive(services, path, starts_at=START - timedelta(days=day))
    assert search_recording(services, recording.id)
    return recording


def test_somebody_unknown_is_one_group_named_and_with_a_kept_photo_known_the_next_time(
    services: MemoryServices, tmp_path: Path
) -> None:
    course = services.store.courses()[0]
    first = filmed(services, tmp_path, 2, (ADA, 0, 6), (STRANGER, 0, 6))
    second = filmed(services, tmp_path, 1, (STRANGER, 1, 5), (OTHER, 0, 6))
    by_size = sorted(groups(services, course), key=lambda group: len(group.seen))
    assert [len(group.seen) for group in by_size] == [1, 2]
    done = name_group(services, ADMIN, by_size[1].id, services.store.student("22").key, keep_photo=True)
    assert done.refusal is None
    assert len(services.store.faces(["22"])) == 1
    assert [statuses(services, one)["22"] for one in (first, second)] == [Status.PRESENT] * 2
    third = filmed(services, tmp_path, 0, (STRANGER, 0, 6))
    assert statuses(services, third)["22"] is Status.PRESENT
    mark = next(one for one in services.store.marks(third.lecture_id) if one.student_id == "22")
    assert mark.evidence is not None
    assert mark.evidence.named_by is None
    search_again(services, first.id, by=None)
    assert search_recording(services, first.id)
    assert statuses(services, first)["22"] is Status.PRESENT


def test_a_refused_face_is_not_the_student_in_the_next_recording_either(
    services: MemoryServices, tmp_path: Path
) -> None:
    first = filmed(services, tmp_path, 1, (ADA, 0, 6))
    assert statuses(services, first)["21"] is Status.PRESENT
    (seen,) = services.store.sightings(first.lecture_id)
    not_this_student(services, ADMIN, seen.id, services.store.student("21").key)
    assert services.store.sighting(seen.id).vector is not None
    assert statuses(services, first)["21"] is Status.ABSENT
    second = filmed(services, tmp_path, 0, (ADA, 0, 6))
    assert statuses(services, second)["21"] is Status.ABSENT
