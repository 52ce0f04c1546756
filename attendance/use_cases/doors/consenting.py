"""Who agreed to be known at doors, and what goes when somebody takes that back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attendance.changes import MOST_VISITS, RemoveVisits
from attendance.committing import commit
from attendance.errors import InvalidInput
from attendance.model import Purpose, Student, Visit
from attendance.rules.consent import has_consent
from attendance.rules.paging import all_items
from attendance.services import Services
from attendance.use_cases.erasing import erase_soon

_PAGE = 200


def agreed(services: Services) -> list[Student]:
    """Everybody who may be known at doors, sorted by name."""
    return list(agreeing(services))


def agreeing(services: Services, text: str = "") -> Iterator[Student]:
    """The same one by one, of those in whose name or id this text is."""
    students = all_items(lambda page: services.store.students(text=text, page=page, size=_PAGE))
    return (student for student in students if has_consent(student.consents, Purpose.VISITS))


def check_agreed(student: Student) -> None:
    """Raises InvalidInput where the student did not agree to visits, or took that back."""
    if not has_consent(student.consents, Purpose.VISITS):
        raise InvalidInput(
            "%(name)s has not consented to visits at doors, so that no visit can have this name.", name=student.name
        )


def forget_visits(services: Services, student_id: str) -> int:
    """Erase all visits that show, or may show, this student; how many."""
    count = 0
    for visits in _visits_of(services, student_id):
        commit(services, RemoveVisits([visit.id for visit in visits]))
        count += len(visits)
    if count:
        erase_soon(services)
    return count


def forget_who_disagrees(services: Services) -> None:
    """Whoever took consent back while a door sent has left a visit: it goes with the next round of upkeep."""
    door_ids = [device.id for device in services.store.devices() if device.is_door]
    if not door_ids:
        return
    named = {visit.student_id for visit in services.store.last_visits(door_ids)}
    named |= {visit.student_id for visit in _unsure(services, door_ids) if visit.student_id is not None}
    for student_id in named - {student.id for student in agreed(services)}:
        forget_visits(services, student_id)


def visits_of(services: Services, student_id: str) -> int:
    """How many visits show, or may show, this student."""
    doors = [device.id for device in services.store.devices() if device.is_door]
    count, before = 0, None
    while visits := services.store.visits(doors, student_id=student_id, before=before, limit=_PAGE):
        count, before = count + len(visits), visits[-1].place
    return count


def _visits_of(services: Services, student_id: str) -> Iterator[Sequence[Visit]]:
    """Until there are none."""
    doors = [device.id for device in services.store.devices() if device.is_door]
    while visits := services.store.visits(doors, student_id=student_id, limit=MOST_VISITS):
        yield visits


def _unsure(services: Services, door_ids: Sequence[str]) -> Iterator[Visit]:
    before = None
    while visits := services.store.visits(door_ids, unnamed=True, before=before, limit=_PAGE):
        yield from visits
        before = visits[-1].place
