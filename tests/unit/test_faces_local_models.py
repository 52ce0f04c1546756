"""Other networks by setting: checked at the start, refused in one plain sentence, and used in all the site does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from attendance.adapters.local.faces import LocalFaces, open_faces
from attendance.errors import ServiceUnavailable, SettingsError
from attendance.settings import load_settings
from tests.contract.faces_kits import drawn, jpeg
from tests.face_data import FACE_DATA
from tests.face_engine.other_models import arcface, written, yunet


@pytest.fixture(scope="module")
def vector_model(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    file = written(tmp_path_factory.mktemp("models") / "face.onnx", arcface(256))
    return {"ROLLCALL_VECTOR_MODEL": str(file.path), "ROLLCALL_VECTOR_MODEL_SHA256": file.sha256.upper()}


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    file = written(tmp_path_factory.mktemp("models") / "yunet.onnx", yunet())
    return {"ROLLCALL_DETECTOR_MODEL": str(file.path), "ROLLCALL_DETECTOR_MODEL_SHA256": file.sha256}


def opened(**settings: str) -> LocalFaces:
    return open_faces("local", load_settings({**FACE_DATA, **settings}))


def refusal(**settings: str) -> str:
    with pytest.raises(SettingsError) as refused:
        opened(**settings)
    return refused.value.sentence


def test_vectors_of_the_chosen_model_are_stored_with_its_name(vector_model: dict[str, str]) -> None:
    faces = opened(**vector_model, ROLLCALL_VECTOR_MODEL_THRESHOLD="0.35")
    sha256 = vector_model["ROLLCALL_VECTOR_MODEL_SHA256"].lower()
    assert faces.name == f"mtcnn-1.0.0+arcface112-{sha256[:12]}-0.35"
    vector = faces.enrol("ada", jpeg(drawn(0))).vector
    assert vector is not None and len(vector) == 256


def test_the_chosen_detector_is_in_the_name_too(detector: dict[str, str]) -> None:
    assert opened(**detector).name == f"yunet-{detector['ROLLCALL_DETECTOR_MODEL_SHA256'][:12]}+sface-2021dec"


@pytest.mark.parametrize("name", ["VECTOR_MODEL", "DETECTOR_MODEL"])
def test_a_file_without_its_sum_is_refused_with_the_sum_that_it_has(tmp_path: Path, name: str) -> None:
    file = written(tmp_path / "model.onnx", b"whatever")
    assert refusal(**{f"ROLLCALL_{name}": str(file.path)}) == (
        f"ROLLCALL_{name} needs ROLLCALL_{name}_SHA256 beside it; "
        f"if {file.path} is the right file, that is {file.sha256}."
    )


@pytest.mark.parametrize("name", ["VECTOR_MODEL", "DETECTOR_MODEL"])
def test_a_sum_without_a_file_is_refused(name: str) -> None:
    expected = f"ROLLCALL_{name}_SHA256 is set, but ROLLCALL_{name} names no file."
    assert refusal(**{f"ROLLCALL_{name}_SHA256": "0" * 64}) == expected


def test_a_sum_of_other_signs_is_refused() -> None:
    sentence = refusal(ROLLCALL_VECTOR_MODEL="x.onnx", ROLLCALL_VECTOR_MODEL_SHA256="12ab")
    assert sentence.endswith("must be the 64 hexadecimal digits of a SHA-256.")


@pytest.mark.parametrize("name", ["VECTOR_MODEL", "DETECTOR_MODEL"])
@pytest.mark.parametrize("sha256", ["0" * 64, ""])
def test_a_missing_file_is_named_with_its_setting(tmp_path: Path, name: str, sha256: str) -> None:
    gone = tmp_path / "gone.onnx"
    sentence = refusal(**{f"ROLLCALL_{name}": str(gone), f"ROLLCALL_{name}_SHA256": sha256})
    assert sentence == f"ROLLCALL_{name}: {gone} cannot be read: No such file or directory."


def test_a_swapped_file_is_refused(tmp_path: Path, vector_model: dict[str, str]) -> None:
    other = written(tmp_path / "face.onnx", arcface(256, seed=8))
    settings = {**vector_model, "ROLLCALL_VECTOR_MODEL": str(other.path)}
    assert f"its SHA-256 is {other.sha256}, not " in refusal(**settings)


def test_a_file_of_the_wrong_kind_is_refused(tmp_path: Path) -> None:
    vectors = written(tmp_path / "face.onnx", yunet())
    detector = written(tmp_path / "yunet.onnx", arcface())
    assert refusal(ROLLCALL_VECTOR_MODEL=str(vectors.path), ROLLCALL_VECTOR_MODEL_SHA256=vectors.sha256).startswith(
        f"ROLLCALL_VECTOR_MODEL: {vectors.path} has 1 inputs and 12 outputs"
    )
    assert refusal(
        ROLLCALL_DETECTOR_MODEL=str(detector.path), ROLLCALL_DETECTOR_MODEL_SHA256=detector.sha256
    ).startswith(f"ROLLCALL_DETECTOR_MODEL: {detector.path} is not a YuNet face detector")


def test_a_file_that_is_swapped_while_the_site_runs_is_no_fault_of_the_photo(
    tmp_path: Path, vector_model: dict[str, str]
) -> None:
    file = written(tmp_path / "face.onnx", Path(vector_model["ROLLCALL_VECTOR_MODEL"]).read_bytes())
    faces = opened(ROLLCALL_VECTOR_MODEL=str(file.path), ROLLCALL_VECTOR_MODEL_SHA256=file.sha256)
    file.path.write_bytes(b"something else")
    with pytest.raises(ServiceUnavailable, match="is not the file that was chosen"):
        faces.enrol("ada", jpeg(drawn(0)))


def test_a_usual_start_loads_no_network() -> None:
    """Nothing is read or built; the vectors' names need no networks."""
    code = (
        "from unittest import mock\n"
        "from attendance.adapters.local.faces import open_faces\n"
        "from attendance.settings import load_settings\n"
        "import onnxruntime\n"
        "with mock.patch.object(onnxruntime, 'InferenceSession', side_effect=AssertionError):\n"
        "    assert open_faces('local', load_settings({})).name == 'mtcnn-1.0.0+sface-2021dec'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
