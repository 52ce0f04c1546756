"""No import brings back who was removed since it began, nor keeps their names and photos; the other rows go on."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from attendance.changes import AddUser, SaveUser
from attendance.errors import NotAllowed
from attendance.model import Purpose, Role, User
from attendance.use_cases.imports.stored import StoredImport, begin_import, continue_import, stored_import
from attendance.use_cases.imports.students import StudentImport
from attendance.use_cases.people.accounts import remove_user
from attendance.use_cases.students.consents import withdraw_consent
from attendance.use_cases.students.photos import remove_photo
from attendance.use_cases.students.removing import remove_student, what_will_be_erased
from attendance.use_cases.upkeep import sweep
from tests.unit.in_memory import CONSENT, NOW, MemoryServices, a_student, services_in_memory
from tests.unit.test_import_students import zipped

CSV = """id,name,photos,consent
52,Student 52,,

D-97,Dana Ninetyseven,dana.jpg,2026-03-01
60,Student 60,sixty.jpg,2026-03-01
"""
PHOTOS = {"dana__jpg": b"face:97", "D-97-2__jpg": b"face:97.1", "sixty__jpg": b"face:60"}
LATER = timedelta(hours=1)


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    """With an admin who imports."""
    made = services_in_memory(tmp_path)
    made.store.commit(AddUser(User("user", "admin@example.org", "An Admin", Role.ADMIN, "", NOW)))
    made.store.commit(AddUser(User("boss", "boss@example.org", "Another", Role.ADMIN, "", NOW)))
    return made


def begin(services: MemoryServices, csv: str = CSV) -> StoredImport:
    return begin_import(
        services, csv=csv.encode(), csv_name="class.csv", photos=zipped(**PHOTOS), course_ids=[], by="user"
    )


def go_on(services: MemoryServices, kept: StoredImport, seconds: float = 60) -> StoredImport:
    return continue_import(services, kept.id, by="user", seconds=seconds)


def later(services: MemoryServices) -> MemoryServices:
    """The same an hour after."""
    return replace(services, now=lambda: NOW + LATER)


def is_in_folder(services: MemoryServices, kept: StoredImport, *words: bytes) -> bool:
    folder = services.settings.data / "imports" / kept.id
    files = b"".join(path.read_bytes() for path in folder.iterdir())
    return any(word in files for word in words)


def test_who_was_removed_is_not_registered_again_and_the_others_are(services: MemoryServices):
    a_student(services, "D-97", b"face:97.2")
    kept = begin(services)
    remove_student(later(services), "D-97", by="boss")
    done = go_on(later(services), kept)
    assert [(row.line, row.outcome.value) for row in done.report] == [(2, "added"), (4, "refused"), (5, "added")]
    assert done.report[1].sentence == "This student was removed since the import began."
    assert services.store.faces(["D-97"]) == []
    assert len(services.store.faces(["60"])) == 1
    assert {student.id for student in services.store.students().items} == {"52", "60"}


def test_nothing_of_who_was_removed_stays_in_the_files(services: MemoryServices):
    a_student(services, "D-97", b"face:97.2")
    kept = begin(services)
    theirs = (b"D-97", b"Dana", b"face:97", b"dana.jpg")
    assert is_in_folder(services, kept, *theirs)
    assert what_will_be_erased(services, "D-97").imports == 1
    remove_student(later(services), "D-97", by="boss")
    assert not is_in_folder(services, kept, *theirs)
    assert is_in_folder(services, kept, b"Student 60")
    with zipfile.ZipFile(services.settings.data / "imports" / kept.id / "photos.zip") as photos:
        assert photos.namelist() == ["sixty.jpg"]


def test_the_row_of_who_is_removed_once_it_is_done_is_forgotten_too(services: MemoryServices):
    kept = begin(services)
    while len(kept.report) < 2:
        kept = go_on(services, kept, seconds=-1)
    remove_student(later(services), "D-97", by="boss")
    assert not is_in_folder(services, kept, b"D-97", b"Dana", b"face:97")
    done = go_on(later(services), kept)
    assert [row.line for row in done.report] == [2, 4, 5]
    assert (done.report[1].student_id, done.report[1].name) == ("", "(removed)")


def test_the_report_of_an_import_that_is_done_forgets_them(services: MemoryServices):
    kept = go_on(services, begin(services))
    assert is_in_folder(services, kept, b"Dana")
    remove_student(later(services), "D-97", by="boss")
    assert not is_in_folder(services, kept, b"D-97", b"Dana")
    assert stored_import(services, kept.id, by="user").finished


def test_a_remark_that_a_photo_looks_like_them_goes_too(services: MemoryServices):
    a_student(services, "77", b"face:60.1", name="Alike Person")
    kept = go_on(services, begin(services))
    assert is_in_folder(services, kept, b"Alike Person")
    remove_student(later(services), "77", by="boss")
    assert not is_in_folder(services, kept, b"Alike Person", b"(77)")


def test_an_import_that_goes_on_at_that_moment_forgets_them_at_its_end(services: MemoryServices):
    a_student(services, "D-97", b"face:97.2")
    kept = begin(services)
    with services.imports.alone(kept.id):
        remove_student(later(services), "D-97", by="boss")
    assert is_in_folder(services, kept, b"Dana")
    go_on(later(services), kept, seconds=-1)
    assert not is_in_folder(services, kept, b"D-97", b"Dana", b"face:97")


def test_the_sweep_forgets_what_could_not_be_reached(services: MemoryServices):
    a_student(services, "D-97", b"face:97.2")
    kept = begin(services)
    with services.imports.alone(kept.id):
        remove_student(later(services), "D-97", by="boss")
    sweep(later(services))
    assert not is_in_folder(services, kept, b"D-97", b"Dana", b"face:97")


def test_an_import_of_the_command_line_that_runs_meanwhile_brings_nobody_back(services: MemoryServices):
    a_student(services, "D-97", b"face:97.2")
    plan = StudentImport(services, csv=CSV.replace("dana.jpg", "").encode(), photos=None, course_ids=[], by=None)
    rows = plan.rows()
    next(rows)
    remove_student(later(services), "D-97", by="boss")
    assert next(rows).outcome.value == "refused"


def test_an_import_that_begins_after_the_removal_registers_anew(services: MemoryServices):
    a_student(services, "D-97", b"face:97.2")
    remove_student(services, "D-97", by="boss")
    go_on(later(services), begin(later(services)))
    assert services.store.student("D-97").consent_on == date(2026, 3, 1)


def test_consent_that_was_taken_back_stays_so(services: MemoryServices):
    a_student(services, "D-97", b"face:97.2", name="Dana Ninetyseven")
    kept = begin(services)
    withdraw_consent(later(services), "D-97", list(Purpose), by="boss")
    assert not is_in_folder(services, kept, b"face:97")
    done = go_on(later(services), kept)
    assert done.report[1].sentence == "This student's consent was taken back since the import began."
    assert services.store.student("D-97").consent_on is None
    assert services.store.faces(["D-97"]) == []


def test_a_photo_that_was_removed_does_not_come_back(services: MemoryServices):
    a_student(services, "D-97", b"face:97", name="Dana Ninetyseven")
    kept = begin(services)
    remove_photo(later(services), "D-97", services.store.faces(["D-97"])[0].id, by="boss")
    assert not is_in_folder(services, kept, b"face:97")
    assert go_on(later(services), kept).report[1].outcome.value == "refused"
    assert services.store.faces(["D-97"]) == []


def test_who_is_no_admin_any_more_imports_nothing(services: MemoryServices):
    kept = begin(services)
    services.store.commit(SaveUser(replace(services.store.user("user"), role=Role.TEACHER)))
    with pytest.raises(NotAllowed):
        go_on(services, kept)
    assert services.store.students().total == 0


def test_a_removed_admins_imports_go_with_the_account(services: MemoryServices):
    kept = begin(services)
    remove_user(services, "user", by="boss")
    assert not (services.settings.data / "imports" / kept.id).exists()


def test_a_row_with_too_many_cells_is_still_refused_for_that(services: MemoryServices):
    a_student(services, "D-97", b"face:97.2", consent_on=CONSENT)
    kept = begin(services, CSV + "61,Student 61,,,more\n")
    remove_student(later(services), "D-97", by="boss")
    done = go_on(later(services), kept)
    assert [row.line for row in done.report] == [2, 4, 5, 6]
    assert "more cells" in done.report[3].sentence


@pytest.mark.parametrize("before", [True, False], ids=["one text", "stored sentences"])
def test_nobody_is_named_any_more_in_the_remark_about_a_look_alike(services: MemoryServices, before: bool):
    a_student(services, "D-97", b"face:97.2")
    kept = go_on(services, begin(services), seconds=-1)
    report = services.settings.data / "imports" / kept.id / "report.jsonl"
    row = json.loads(report.read_text())
    row.pop("remarks")
    text = "Looks like Dana Ninetyseven (D-97), similarity 98 of 100."
    values = {"name": "Dana Ninetyseven", "id": "D-97"}
    said = json.dumps({"template": "Looks like %(name)s (%(id)s).", "values": values})
    report.write_text(json.dumps(row | ({"sentence": text} if before else {"remarks": [said]})) + "\n")
    shown = stored_import(services, kept.id, by="user").report[0].sentence
    assert shown.startswith("Looks like Dana Ninetyseven (D-97)")
    remove_student(later(services), "D-97", by="boss")
    assert b"D-97" not in report.read_bytes()
    assert b"Dana" not in report.read_bytes()
    assert stored_import(services, kept.id, by="user").report[0].sentence == ""
