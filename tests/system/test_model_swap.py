"""Another vector model on a site that has faces: killed at any step, it goes on, and searches never lack a face."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from attendance.bootstrap import bootstrap
from attendance.model import EngineCount, SearchStatus
from attendance.rules.stored_sentences import in_english
from attendance.searching.searches import search_recording
from attendance.services import Services
from attendance.settings import load_settings
from tests.face_engine.other_models import arcface, written
from tests.system import school
from tests.system.processes import REPOSITORY, settings_of
from tests.website.commands.commanding import environment

pytestmark = pytest.mark.slow

BUILT_IN = "mtcnn-1.0.0+sface-2021dec"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Settings of a model made by hand; drawn people agree with themselves by 0.86 or more, with others to 0.7."""
    file = written(tmp_path_factory.mktemp("models") / "face.onnx", arcface(256, sees="colours"))
    return {
        "ROLLCALL_VECTOR_MODEL": str(file.path),
        "ROLLCALL_VECTOR_MODEL_SHA256": file.sha256,
        "ROLLCALL_VECTOR_MODEL_THRESHOLD": "0.6",
    }


def reindex(data: Path, model: Mapping[str, str], kill_at: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "tests.system.patched_site:create_app", "faces", "reindex"],
        env=environment(data, {**settings_of(data), **model, "SYSTEM_TEST_KILL_AT": kill_at}),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def counts(services: Services) -> dict[str, tuple[int, int]]:
    return {one.engine: (one.faces, one.renewed) for one in services.store.engine_counts()}


def opened(data: Path, model: Mapping[str, str]) -> Services:
    return bootstrap(load_settings(settings_of(data) | model))


def engine_of(data: Path, model: Mapping[str, str]) -> str:
    services = opened(data, model)
    services.store.close()
    return services.faces.name


def statuses(services: Services, lecture_id: str) -> dict[str, str]:
    return {mark.student_id: mark.status.value for mark in services.store.marks(lecture_id)}


def test_the_whole_road_from_one_model_to_another(
    data: Path, services: Services, model: dict[str, str], video: Path
) -> None:
    present, later, never = (str(seed) for seed in school.SEEDS)
    swapped = opened(data, model)
    recording = school.receive(swapped, video)
    assert not search_recording(swapped, recording.id)
    waiting = services.store.recording(recording.id)
    assert waiting.status is SearchStatus.QUEUED
    assert "another face engine" in (in_english(waiting.error) or "")
    assert statuses(services, recording.lecture_id) == {}

    result = reindex(data, model)
    assert result.returncode == 0, result.stderr
    assert result.stderr.splitlines()[-1] == "enrolling photos anew 3 of 3"
    assert services.store.engine_counts() == [EngineCount(swapped.faces.name, 3, 0)]
    assert {len(face.vector or ()) for face in services.store.faces()} == {256}

    assert search_recording(swapped, recording.id)
    assert services.store.recording(recording.id).engine == swapped.faces.name
    marks = statuses(services, recording.lecture_id)
    assert (marks[present], marks[later], marks[never]) == ("present", "present", "absent")
    swapped.store.close()


def test_a_killed_reindexing_goes_on_where_it_was(
    data: Path, services: Services, model: dict[str, str], video: Path
) -> None:
    """Killed after each photo, then before and after the change to the new vectors."""
    swapped = engine_of(data, model)
    for through in (1, 2, 3):
        assert reindex(data, model, "after store.commit:AddRenewedFace").returncode == -signal.SIGKILL
        assert counts(services) == {BUILT_IN: (3, 0), swapped: (0, through)}
    recording = school.receive(services, video)
    assert search_recording(services, recording.id)
    assert "present" in statuses(services, recording.lecture_id).values()
    assert reindex(data, model, "before store.commit:UseRenewedFaces").returncode == -signal.SIGKILL
    assert counts(services) == {BUILT_IN: (3, 0), swapped: (0, 3)}
    assert reindex(data, model, "after store.commit:UseRenewedFaces").returncode == -signal.SIGKILL
    assert counts(services) == {swapped: (3, 0)}
    last = reindex(data, model)
    assert (last.returncode, last.stderr) == (0, "")


def test_a_kill_before_a_photo_is_stored_loses_that_photo_only(
    data: Path, services: Services, model: dict[str, str]
) -> None:
    assert reindex(data, model, "before store.commit:AddRenewedFace").returncode == -signal.SIGKILL
    assert counts(services) == {BUILT_IN: (3, 0)}
    assert reindex(data, model).returncode == 0
