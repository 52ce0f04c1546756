"""Importing students: each row alone, the same import twice changes nothing, and it goes on after a break."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import date
from pathlib import Path

import pytest

from attendance.changes import AddUser
from attendance.errors import Conflict, InvalidInput, NotFound, OutOfSpace, ServiceUnavailable
from attendance.model import GivenBy, Manner, Purpose, Role, User
from attendance.use_cases.imports.stored import (
    begin_import,
    continue_import,
    remove_import,
    remove_old_imports,
    stored_import,
    unfinished_imports,
)
from attendance.use_cases.imports.students import (
    FolderPhotos,
    ImportRow,
    Outcome,
    ZipPhotos,
    import_students,
    report_as_csv,
)
from attendance.use_cases.students.consents import withdraw_consent
from tests.device_uploader.small_disk import files_of_at_most
from tests.unit.in_memory import NOW, MemoryServices, a_course, a_student, services_in_memory
from tests.unit.workbooks import workbook

HEAD = "id,name,photos,consent\n"


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    made = services_in_memory(tmp_path)
    made.store.commit(AddUser(User("user", "admin@example.org", "An Admin", Role.ADMIN, "", NOW)))
    return made


def zipped(**photos: bytes) -> io.BytesIO:
    """A ZIP of photos by name, `__` standing for a dot."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in photos.items():
            archive.writestr(name.replace("__", "."), data)
    stream.seek(0)
    return stream


PHOTOS = {"21__jpg": b"face:21", "21-2__jpg": b"face:21.1", "52__jpg": b"face:52"}


def run(services: MemoryServices, csv: str, *, photos: io.BytesIO | None = None, courses: tuple[str, ...] = ()):
    source = ZipPhotos(photos) if photos else None
    return import_students(services, csv=csv.encode(), photos=source, course_ids=courses, by="user")


def outcomes(rows: list[ImportRow]) -> list[str]:
    return [row.outcome.value for row in rows]


def test_students_are_added_with_photos_consent_and_courses(services: MemoryServices):
    course = a_course(services)
    csv = HEAD + "21,Student 21,21.jpg|21-2.jpg,2026-03-01\n52,Student 52,52.jpg,2026. 3. 1.\n60,Student 60,,\n"
    rows = run(services, csv, photos=zipped(**PHOTOS), courses=(course.id,))
    assert outcomes(rows) == ["added"] * 3
    assert [row.line for row in rows] == [2, 3, 4]
    assert rows[0].sentence == "2 photos added."
    assert len(services.store.faces(["21"])) == 2
    assert services.store.student("52").consent_on == date(2026, 3, 1)
    assert [student.id for student in services.store.roster(course.id)] == ["21", "52", "60"]


def test_a_bad_row_is_refused_with_its_reason_and_the_others_go_in(services: MemoryServices):
    csv = HEAD + (
        "21,Student 21,missing.jpg,2026-03-01\n"
        "22,,,\n"
        ",Student 23,,\n"
        "24,Student 24,21.jpg,\n"
        "25,Student 25,,31.12.2025\n"
        "26,Student 26,21.jpg,2026-03-01,x\n"
        "27,Student 27,bad.jpg,2026-03-01\n"
        "28,Student 28,,\n"
        "28,Student 28 again,,\n"
    )
    rows = run(services, csv, photos=zipped(**PHOTOS, bad__jpg=b"junk"))
    assert outcomes(rows) == ["refused"] * 7 + ["added", "refused"]
    reasons = ["no photo missing.jpg", "name is missing", "id is missing", "date on which", "31.12.2025", "more cells"]
    for row, reason in zip(rows, reasons, strict=False):
        assert reason in row.sentence
    assert rows[8].sentence == "The id 28 is already on line 9."
    assert [student.id for student in services.store.students().items] == ["28"]
    assert not services.media.files


def test_the_same_import_again_changes_nothing(services: MemoryServices):
    course = a_course(services)
    csv = HEAD + "21,Student 21,21.jpg|21-2.jpg,2026-03-01\n60,Student 60,,\n"
    run(services, csv, photos=zipped(**PHOTOS), courses=(course.id,))
    again = run(services, csv, photos=zipped(**PHOTOS), courses=(course.id,))
    assert outcomes(again) == ["unchanged", "unchanged"]
    assert len(services.store.faces()) == 2


def test_students_who_exist_take_what_is_new_and_lose_nothing(services: MemoryServices):
    course = a_course(services)
    a_student(services, "21")
    csv = HEAD + "21,,21.jpg|21-2.jpg,\n"
    (row,) = run(services, csv, photos=zipped(**PHOTOS), courses=(course.id,))
    assert row == ImportRow(2, "21", "Student 21", Outcome.UPDATED, row.remarks)
    assert row.sentence == "Put on the roster of CS101 (1). 1 photo added."
    assert services.store.student("21").consent_on == date(2026, 3, 1)
    (row,) = run(services, HEAD + "21,Student 21b,,2026-02-01\n")
    assert row.sentence == "Name changed. Consent recorded."


def test_a_refused_row_of_a_student_who_exists_changes_nothing(services: MemoryServices):
    a_student(services, "21", photo=None)
    csv = HEAD + "21,Other name,21.jpg|bad.jpg,2026-03-01\n"
    (row,) = run(services, csv, photos=zipped(**PHOTOS, bad__jpg=b"junk"))
    assert row.outcome is Outcome.REFUSED
    assert services.store.student("21").name == "Student 21"
    assert services.store.student("21").consent_on is None
    assert not services.store.faces()
    assert not services.media.files


def test_without_a_photo_column_photos_are_found_by_the_id(services: MemoryServices):
    csv = "id,name,consent\n21,Student 21,2026-03-01\n2,Student 2,2026-03-01\n52-1,Student 52-1,2026-03-01\n"
    photos = zipped(**PHOTOS, **{"52-1__JPG": b"face:60", "52-1-2__png": b"face:60.1", "21__txt": b"notes"})
    rows = run(services, csv, photos=photos)
    assert outcomes(rows) == ["added"] * 3
    counts = {student_id: len(services.store.faces([student_id])) for student_id in ("21", "2", "52-1")}
    assert counts == {"21": 2, "2": 0, "52-1": 2}


def test_photos_are_found_in_folders_and_however_their_names_are_composed(services: MemoryServices):
    csv = (
        HEAD + "21,Student 21,\uac00.jpg,2026-03-01\n52,Student 52,B/1.jpg,2026-03-01\n60,Student 60,1.jpg,2026-03-01\n"
    )
    photos = {"class/\u1100\u1161__JPG": b"face:21", "B/1__jpg": b"face:52", "A/1__jpg": b"face:60"}
    rows = run(services, csv, photos=zipped(**photos, **{"__MACOSX/class/._x__jpg": b"x"}))
    assert outcomes(rows) == ["added", "added", "refused"]
    assert "2 photos named 1.jpg" in rows[2].sentence


def test_photos_that_were_not_given_are_remarked(services: MemoryServices):
    (row,) = run(services, HEAD + "21,Student 21,21.jpg,2026-03-01\n")
    assert row.outcome is Outcome.ADDED
    assert row.sentence == "Its photos were not given."


def test_look_alikes_within_one_import_are_remarked(services: MemoryServices):
    csv = HEAD + "21,Student 21,21.jpg,2026-03-01\n22,Student 22,21-2.jpg,2026-03-01\n"
    rows = run(services, csv, photos=zipped(**PHOTOS))
    assert "Looks like Student 21 (21), similarity" in rows[1].sentence


def test_photos_of_a_folder_are_read_but_not_links_that_lead_out_of_it(services: MemoryServices, tmp_path: Path):
    folder = tmp_path / "photos"
    (folder / "class").mkdir(parents=True)
    (folder / "class" / "21.jpg").write_bytes(b"face:21")
    (tmp_path / "52.jpg").write_bytes(b"face:52")
    (folder / "52.jpg").symlink_to(tmp_path / "52.jpg")
    csv = (HEAD + "21,Student 21,21.jpg,2026-03-01\n52,Student 52,52.jpg,2026-03-01\n").encode()
    rows = import_students(services, csv=csv, photos=FolderPhotos(folder), by=None)
    assert outcomes(rows) == ["added", "refused"]


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path):
    with pytest.raises(InvalidInput, match="There is no folder"):
        FolderPhotos(tmp_path / "gone")


def test_progress_goes_from_row_to_row(services: MemoryServices):
    told: list[float] = []
    import_students(services, csv=(HEAD + "1,A,,\n2,B,,\n").encode(), by=None, progress=told.append)
    assert told == [0.5, 1.0]


def test_a_course_that_does_not_exist_stops_the_import_before_it_begins(services: MemoryServices):
    with pytest.raises(NotFound):
        run(services, HEAD + "1,A,,\n", courses=("0" * 32,))
    assert not services.store.students().items


def test_a_store_that_fails_ends_the_import_and_is_no_fault_of_the_row(
    services: MemoryServices, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_args: object) -> None:
        raise ServiceUnavailable("The database does not answer.")

    monkeypatch.setattr(services.store, "commit", fail)
    with pytest.raises(ServiceUnavailable):
        run(services, HEAD + "1,A,,\n")


def test_the_report_defuses_formulas():
    report = [ImportRow(2, "=1+1", "@SUM(A1)", Outcome.REFUSED, ("Bad, very bad.",))]
    assert report_as_csv(report).decode("utf-8-sig").splitlines() == [
        "line,id,name,outcome,remark",
        "2,'=1+1,'@SUM(A1),refused,\"Bad, very bad.\"",
    ]


def begin(services: MemoryServices, csv: str = HEAD + "21,A,21.jpg,2026-03-01\n2,B,,\n3,C,,\n", by: str = "user"):
    return begin_import(services, csv=csv.encode(), csv_name="list.csv", photos=zipped(**PHOTOS), course_ids=(), by=by)


def test_a_kept_import_goes_on_where_it_stopped(services: MemoryServices):
    kept = begin(services)
    assert (kept.total, len(kept.report), kept.finished) == (3, 0, False)
    for count in (1, 2, 3):
        kept = continue_import(services, kept.id, by="user", seconds=-1)
        assert len(kept.report) == count
    assert kept.finished
    assert outcomes(list(kept.report)) == ["added"] * 3
    assert stored_import(services, kept.id, by="user") == kept


def test_the_files_of_a_finished_import_are_erased_and_the_report_stays(services: MemoryServices, tmp_path: Path):
    kept = continue_import(services, begin(services).id, by="user", seconds=60)
    assert kept.finished
    left = {path.name for path in (tmp_path / "imports" / kept.id).iterdir()}
    assert left == {"details.json", "report.jsonl", "lock"}
    assert continue_import(services, kept.id, by="user") == kept


def test_a_row_whose_report_was_cut_by_a_kill_is_done_again(services: MemoryServices, tmp_path: Path):
    kept = continue_import(services, begin(services).id, by="user", seconds=-1)
    report = tmp_path / "imports" / kept.id / "report.jsonl"
    whole = report.read_bytes()
    report.write_bytes(whole[: len(whole) // 2])
    kept = continue_import(services, kept.id, by="user", seconds=60)
    assert outcomes(list(kept.report)) == ["unchanged", "added", "added"]


def test_an_import_belongs_to_the_user_who_began_it(services: MemoryServices):
    kept = begin(services)
    for use in (stored_import, continue_import, remove_import):
        with pytest.raises(NotFound):
            use(services, kept.id, by="another")
    assert unfinished_imports(services, by="another") == []
    assert [one.id for one in unfinished_imports(services, by="user")] == [kept.id]


@pytest.mark.parametrize("import_id", ["../etc", "0" * 32, "", "x" * 32])
def test_an_id_that_is_none_is_not_found(services: MemoryServices, import_id: str):
    with pytest.raises(NotFound):
        stored_import(services, import_id, by="user")


def test_two_requests_do_not_do_one_import_at_once(services: MemoryServices):
    kept = begin(services)
    with services.imports.alone(kept.id), pytest.raises(Conflict):
        continue_import(services, kept.id, by="user")


def test_an_import_that_is_refused_leaves_no_files(services: MemoryServices, tmp_path: Path):
    with pytest.raises(InvalidInput):
        begin(services, "name\nA\n")
    assert list((tmp_path / "imports").iterdir()) == []


def test_a_full_disk_refuses_the_import_and_leaves_no_files(services: MemoryServices, tmp_path: Path):
    with files_of_at_most(100), pytest.raises(OutOfSpace):
        begin(services)
    assert list((tmp_path / "imports").iterdir()) == []


def test_an_import_given_up_leaves_no_files(services: MemoryServices, tmp_path: Path):
    kept = begin(services)
    remove_import(services, kept.id, by="user")
    assert list((tmp_path / "imports").iterdir()) == []


def test_imports_that_nobody_goes_on_with_are_erased_after_a_day(services: MemoryServices, tmp_path: Path):
    old, young = begin(services), begin(services)
    now = services.now().timestamp()
    for kept, age_s in ((old, 25 * 3600), (young, 23 * 3600)):
        folder = tmp_path / "imports" / kept.id
        for path in (*folder.iterdir(), folder):
            os.utime(path, (now - age_s, now - age_s))
    remove_old_imports(services)
    assert [one.id for one in unfinished_imports(services, by="user")] == [young.id]


def test_a_file_that_is_named_like_a_student_and_is_no_photo_is_said_in_that_row(services: MemoryServices):
    photos = zipped(**{"21__jpg": b"face:21", "21-2__MOV": b"film", "52__jxl": b"x", "60__HEIC": b"face:60"})
    csv = "id,name,consent\n21,Student 21,2026-03-01\n52,Student 52,2026-03-01\n60,Student 60,2026-03-01\n"
    rows = run(services, csv, photos=photos)
    assert outcomes(rows) == ["added"] * 3
    assert [row.sentence for row in rows] == [
        "21-2.MOV is not a photo of a kind that is read; save it as JPEG. 1 photo added.",
        "52.jxl is not a photo of a kind that is read; save it as JPEG.",
        "1 photo added.",
    ]
    again = run(services, csv, photos=zipped(**{"52__jxl": b"x"}))
    assert again[1].sentence == "52.jxl is not a photo of a kind that is read; save it as JPEG."


def test_a_photo_that_cannot_be_used_is_named_in_its_row(services: MemoryServices):
    photos = zipped(**{"21__HEIC": b"junk"})
    (row,) = run(services, "id,name,consent\n21,Student 21,2026-03-01\n", photos=photos)
    assert (row.outcome.value, row.sentence[:9]) == ("refused", "21.HEIC: ")


def test_photos_of_a_row_are_read_one_by_one(services: MemoryServices):
    asked: list[str] = []

    class Counting(ZipPhotos):
        def read(self, name: str, most_bytes: int) -> bytes:
            asked.append(name)
            return super().read(name, most_bytes)

    class Faces(type(services.faces)):
        def enrol(self, student_id: str, photo: bytes, *, is_upright: bool = False):
            asked.append("enrolled")
            return super().enrol(student_id, photo, is_upright=is_upright)

    services.faces.__class__ = Faces
    csv = b"id,name,consent\n21,Student 21,2026-03-01\n"
    import_students(services, csv=csv, photos=Counting(zipped(**PHOTOS)), by="user")
    assert asked == ["21.jpg", "enrolled", "21-2.jpg", "enrolled"]


def test_a_row_that_a_full_disk_cuts_off_in_the_report_spoils_no_other(services: MemoryServices):
    rows = "".join(f"{number},Student {number},,\n" for number in range(1, 6))
    kept = begin_import(services, csv=(HEAD + rows).encode(), csv_name="c", photos=None, course_ids=(), by="user")
    report = services.settings.data / "imports" / kept.id / "report.jsonl"
    continue_import(services, kept.id, by="user", seconds=0)
    line = report.read_bytes()
    with files_of_at_most(len(line) + 20), pytest.raises(OutOfSpace):
        continue_import(services, kept.id, by="user", seconds=60)
    assert report.read_bytes() == line
    done = continue_import(services, kept.id, by="user", seconds=60)
    assert [row.student_id for row in done.report] == ["1", "2", "3", "4", "5"]


def test_ids_that_a_spreadsheet_spoilt_are_refused_row_by_row(services: MemoryServices):
    csv = "id,name\n2.02641E+11,A\n1.0,B\n3-Feb,C\n202641000001,D\n5,??? ???\n"
    rows = run(services, csv)
    assert outcomes(rows) == ["refused", "refused", "refused", "added", "refused"]
    assert all("save" in row.sentence for row in rows if row.outcome is Outcome.REFUSED)
    assert services.store.students().total == 1


def test_a_shorter_id_is_pointed_out_and_refused_where_the_longer_one_is_registered(services: MemoryServices):
    run(services, "id,name\n0641,Registered\n")
    rows = run(services, "id,name\n2641,A\n2642,B\n2643,C\n641,D\n77,E\n")
    assert outcomes(rows) == ["added", "added", "added", "refused", "added"]
    assert "0641 is registered" in rows[3].sentence
    assert rows[4].sentence.endswith("it should be 0077.")
    assert rows[0].sentence == ""
    again = run(services, "id,name\n2641,A\n2642,B\n2643,C\n77,E\n")
    assert outcomes(again) == ["unchanged"] * 4


def test_a_workbook_is_imported_like_a_list(services: MemoryServices):
    data = workbook([["id", "name", "consent"], [21, "İpek Işık", date(2026, 3, 2)]])
    (row,) = import_students(services, csv=data, by=None)
    assert (row.student_id, row.outcome) == ("21", Outcome.ADDED)
    assert services.store.student("21").consent_on == date(2026, 3, 2)


def test_a_list_may_say_who_agreed_how_for_what_and_to_which_text(services: MemoryServices):
    head = "id,name,consent,consent by,consent how,consent for,consent text,Consent note\n"
    rows = [
        "21,Student 21,2026-03-01,guardian,paper,face,2,file A",
        "22,Student 22,2026-03-01,보호자,서면,face | evidence,,",
        "23,Student 23,2026-03-01,,,,,",
        "24,Student 24,2026-03-01,somebody,,,,",
    ]
    report = run(services, head + "\n".join(rows) + "\n")
    assert outcomes(report) == ["added", "added", "added", "refused"]
    assert report[3].sentence == "somebody is not one of: student, guardian."
    (only,) = services.store.student("21").consents
    assert (only.purpose, only.given_by, only.manner) == (Purpose.FACE, GivenBy.GUARDIAN, Manner.PAPER)
    assert (only.text_version, only.note) == ("2", "file A")
    both = services.store.student("22").consents
    assert [(one.purpose, one.given_by) for one in both] == [
        (Purpose.FACE, GivenBy.GUARDIAN),
        (Purpose.EVIDENCE, GivenBy.GUARDIAN),
    ]
    unknown = services.store.student("23").consents
    assert [(one.given_by, one.manner, one.text_version) for one in unknown] == [(None, None, "")] * 2


def test_an_old_list_does_not_bring_back_a_consent_that_was_taken_back(services: MemoryServices):
    a_student(services, "21")
    withdraw_consent(services, "21", list(Purpose), by="boss")
    (row,) = run(services, HEAD + "21,Student 21,,2026-03-01\n")
    assert row.outcome is Outcome.UNCHANGED
    assert row.sentence == "A consent of this day was taken back; record a new one on the student's page."
    (row,) = run(services, HEAD + "21,Student 21,21.jpg,2026-03-01\n", photos=zipped(**PHOTOS))
    assert row.outcome is Outcome.REFUSED
    assert services.store.student("21").consent_on is None
    (row,) = run(services, HEAD + "21,Student 21,,2026-03-02\n")
    assert row.sentence == "Consent recorded."
