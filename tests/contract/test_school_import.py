"""A school's files do the same in every store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from attendance.ports import Store
from attendance.services import Services
from attendance.use_cases.imports.school import SchoolImport, counted, read_school
from tests.unit.in_memory import services_in_memory
from tests.unit.school_files import WHEN, a_school, a_user, an_enrollment, oneroster


def _effects(services: Services, data: bytes) -> dict[str, int]:
    files = read_school(services, data, "school.zip")
    wanted = SchoolImport(services, files.rows, files.source, True, None)
    planned = counted(wanted.plan())
    done = counted([row for batch in wanted.apply() for row in batch])
    assert done == planned
    return {effect.value: count for effect, count in done.items() if count}


def test_a_school_comes_in_again_changes_nothing_and_takes_a_delta(store: Store, tmp_path: Path) -> None:
    services = replace(services_in_memory(tmp_path), store=store)
    school = oneroster(a_school(students=6, classes=2, per_student=2))
    assert _effects(services, school) == {"added": 6 + 1 + 2 + 2 + 12, "unchanged": 2}
    assert _effects(services, school) == {"unchanged": 25}
    delta = {
        "users": [
            a_user("s-1", "student", "", "", "", "", "tobedeleted", WHEN),
            a_user("s-2", "student", "Renamed", "Example", "2026002", "", "active", WHEN),
        ],
        "enrollments": [an_enrollment("e-3-0", "class-2", "s-3", "student", "tobedeleted", WHEN)],
    }
    assert _effects(services, oneroster(delta, mode="delta")) == {"removed": 2, "changed": 1}
    assert [len(store.roster(course.id)) for course in store.courses()] == [5, 4]
    assert store.student("2026002").name == "Renamed Example"
    assert store.find_user("s1@example.org") is None
    assert not [one for one in store.external_ids("sis") if one.student_id == "2026001"]
