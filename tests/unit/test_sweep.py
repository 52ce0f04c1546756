"""What the sweep picks up and deletes, and that nothing keeps it from the rest."""

from datetime import timedelta
from pathlib import Path

import pytest

from attendance.changes import RemoveRecording
from attendance.model import new_id
from attendance.ports import MediaFile, Upload
from attendance.searching.searches import search_recording
from attendance.use_cases.upkeep import sweep, tidy
from tests.sending import A_LECTURE, TEACHER
from tests.unit.in_memory import NOW, MemoryServices, a_course, services_in_memory
from tests.unit.receiving import a_file, begin_upload, receive


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    made = services_in_memory(tmp_path)
    a_course(made)
    return made


def test_tidying_removes_uploads_given_up_a_week_ago(services):
    old, young = new_id(), new_id()
    services.uploads.begin(Upload(old, TEACHER, 100, NOW - timedelta(days=8), A_LECTURE))
    services.uploads.begin(Upload(young, TEACHER, 100, NOW - timedelta(days=6), A_LECTURE))
    tidy(services)
    assert [upload.id for upload in services.uploads.of_sender(TEACHER)] == [young]


def test_the_sweep_deletes_what_waits_to_be_erased(services, tmp_path):
    recording = receive(services, a_file(tmp_path))
    services.store.commit(RemoveRecording(recording.id))
    assert recording.media_key in services.media.files
    sweep(services)
    assert recording.media_key not in services.media.files


def test_tidying_deletes_old_files_that_no_row_names_and_no_others(services, tmp_path):
    recording = receive(services, a_file(tmp_path))
    search_recording(services, recording.id)
    named = set(services.media.files)
    old, young = (f"photos/{'a' * 32}/{digit * 32}.jpg" for digit in "01")
    for key in (old, young):
        services.media.put(key, b"picture")
    for key in [*named, old]:
        services.media.stored_at[key] = NOW - timedelta(days=2)
    services.media.stored_at[young] = NOW - timedelta(hours=23)
    tidy(services)
    assert set(services.media.files) == {*named, young}


def test_an_upload_that_breaks_the_program_keeps_nothing_else_from_the_sweep(services, monkeypatch):
    both = {begin_upload(services), begin_upload(services)}
    real, faults = services.faces.probe, [RuntimeError("A fault in the program.")]

    def probe(file: MediaFile) -> object:
        if faults:
            raise faults.pop()
        return real(file)

    monkeypatch.setattr(services.faces, "probe", probe)
    sweep(services)
    (left,) = services.uploads.whole()
    assert set(services.jobs.waiting) == both - {left.id}
    sweep(services)
    assert set(services.jobs.waiting) == both


def test_a_name_makes_no_lines_of_its_own_in_the_log(services, caplog):
    begin_upload(services, b"not a video", filename="a.mp4\nAll is well.")
    sweep(services)
    assert r"a.mp4\nAll is well." in caplog.text
    assert "\nAll is well" not in caplog.text
