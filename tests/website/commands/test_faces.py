"""flask faces: which engine made the faces, and enrolling them anew; also after a kill, in real processes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from attendance.model import Course, EngineCount
from attendance.services import Services
from attendance.use_cases.students import reindexing as module
from attendance.use_cases.students.removing import forget_strays
from tests.fakes import FakeFaces
from tests.website.commands.commanding import LECTURE, Flask, in_a_process, refused
from tests.website.lecturing import add_student, enrol


@pytest.fixture
def outdated(services: Services, enrolled_class: None, course: Course) -> Services:
    """21 and 53 were enrolled by the engine in use, 54 by another, and 52 by both."""
    before = replace(services, faces=FakeFaces("fake-0"))
    add_student(before, course.id, "54", 54)
    enrol(before, "52", 52)
    return services


def counts(services: Services) -> list[EngineCount]:
    return list(services.store.engine_counts())


def test_the_status_shows_the_engines_and_that_all_is_well(flask: Flask, enrolled_class: None) -> None:
    result = flask("faces", "status")
    assert result.exit_code == 0
    assert "fake-1 (of the settings)       3     0" in result.stdout
    assert "Searches can compare all photos." in result.stdout


def test_the_status_of_a_site_without_photos_names_its_engine(flask: Flask) -> None:
    assert "fake-1 (of the settings)       0     0" in flask("faces", "status").stdout


def test_the_status_says_what_holds_up_searches(flask: Flask, outdated: Services) -> None:
    result = flask("faces", "status")
    assert result.exit_code == 0
    assert "fake-0" in result.stdout
    assert "Photos (2) were enrolled by another face engine (fake-0)" in result.stdout


def test_reindexing_enrols_all_and_tells_how_far_it_is(flask: Flask, outdated: Services) -> None:
    result = flask("faces", "reindex")
    assert result.exit_code == 0, result.output
    assert result.stdout == (
        "All photos are enrolled by fake-1 now. Start the site and its workers again if they run with other settings.\n"
    )
    assert result.stderr.splitlines() == [f"enrolling photos anew {done} of 2" for done in (0, 1, 2)]
    assert counts(outdated) == [EngineCount("fake-1", 5, 0)]


def test_reindexing_again_changes_nothing(flask: Flask, outdated: Services) -> None:
    flask("faces", "reindex")
    result = flask("faces", "reindex")
    assert (result.exit_code, result.stderr) == (0, "")


def test_photos_that_cannot_be_used_are_listed_and_nothing_changes_over(flask: Flask, outdated: Services) -> None:
    (face,) = outdated.store.faces(["54"])
    outdated.media.delete([face.photo_key])
    result = flask("faces", "reindex")
    assert result.exit_code == 1
    assert "54  Student 54  2026-03-02  The file of this photo is not there any more." in result.stdout
    assert "1 photo cannot be used by fake-1, so the old vectors stay in use." in result.stdout
    assert counts(outdated) == [EngineCount("fake-0", 2, 0), EngineCount("fake-1", 3, 1)]


def test_skipping_goes_on_without_them(flask: Flask, outdated: Services) -> None:
    (face,) = outdated.store.faces(["54"])
    outdated.media.delete([face.photo_key])
    result = flask("faces", "reindex", "--skip-missing")
    assert result.exit_code == 0
    assert "but for 1 photo; who has no other can only be marked by hand." in result.stdout
    assert counts(outdated) == [EngineCount("fake-0", 1, 0), EngineCount("fake-1", 4, 0)]


def test_ctrl_c_ends_it_with_a_sentence(flask: Flask, outdated: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_renew_one", interrupted)
    result = flask("faces", "reindex")
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == (
        "rollcall: Stopped. The old vectors are in use; the same command goes on from here."
    )


def test_a_lecture_is_not_analysed_while_faces_cannot_be_compared(
    flask: Flask, outdated: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = tmp_path / "lecture.mp4"
    video.write_bytes(LECTURE)
    arguments = ("lectures", "analyse", video, "--course", "CS101", "--starts-at", "2026-03-02T10:00")
    monkeypatch.setattr(outdated.uploads, "begin", None)  # nothing is copied before it is refused
    assert "roster (1) were enrolled by another face engine" in refused(flask(*arguments))
    monkeypatch.undo()
    assert outdated.store.lectures().total == 0
    flask("faces", "reindex")
    assert flask(*arguments).exit_code == 0


def test_faces_that_a_killed_process_left_in_a_service_are_forgotten(
    flask: Flask, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {"left by a killed process"}
    monkeypatch.setattr(services.faces, "enrolled_ids", lambda: set(kept), raising=False)
    monkeypatch.setattr(services.faces, "remove", lambda faces: kept.difference_update(f.external_id for f in faces))
    command = import_module("website.commands.faces")
    monkeypatch.setattr(command, "forget_strays", partial(forget_strays, patience_s=0))
    result = flask("faces", "forget-strays")
    assert result.stdout == "Forgotten: 1.\n", result.output
    assert kept == set()


def test_an_engine_that_keeps_no_faces_has_none_to_forget(flask: Flask) -> None:
    assert flask("faces", "forget-strays").stdout == "Every face is of a photo.\n"


def test_a_wrong_model_is_told_in_one_sentence(tmp_path: Path) -> None:
    model = tmp_path / "face.onnx"
    model.write_bytes(b"no network")
    result = in_a_process(
        tmp_path / "data",
        "faces",
        "status",
        ROLLCALL_VECTOR_MODEL=str(model),
        ROLLCALL_VECTOR_MODEL_SHA256="0" * 64,
    )
    assert (result.returncode, result.stdout) == (2, b"")
    (line,) = result.stderr.decode().splitlines()
    assert line.startswith(f"rollcall: ROLLCALL_VECTOR_MODEL: {model} is not the file that was chosen")
