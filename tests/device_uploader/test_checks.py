"""`check` says what `run` will find, and no more than is true."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from device_uploader.checks import run_checks
from device_uploader.command_line import parser, simulated
from device_uploader.disk import Disk
from device_uploader.errors import SourceFailed
from device_uploader.settings_file import load_settings
from device_uploader.simulation import Plan
from device_uploader.sources import opencv_camera
from device_uploader.sources.folder_camera import FolderCamera
from device_uploader.sources.opencv_camera import OpenCvCamera
from tests.device_uploader.test_filming import BASE

HERE = {"ROLLCALL_DEVICE_SITE_SERVER": "http://127.0.0.1:1"}


def lines(tmp_path: Path, **words: str) -> dict[str, str]:
    """What it says, by the word before the colon."""
    given = {"OUTBOX_FOLDER": str(tmp_path / "outbox"), "SITE_KEY_FILE": str(tmp_path / "key"), **words}
    settings = load_settings(None, BASE | HERE | {f"ROLLCALL_DEVICE_{name}": value for name, value in given.items()})
    said: list[str] = []
    assert run_checks(settings, said.append) is False  # there is no site
    return {line.partition(":")[0].split()[1]: line for line in said}


def test_a_face_model_that_run_would_refuse_is_a_wrong_setting(tmp_path: Path):
    (tmp_path / "model.onnx").write_bytes(b"no network")
    said = lines(tmp_path, SNAPSHOTS_MINUTES="0", SNAPSHOTS_FACE_MODEL=str(tmp_path / "model.onnx"))
    assert said["settings"].startswith("WRONG settings: The face model")


def test_a_disk_too_full_to_film_on_is_not_ok(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Disk, "free_bytes", lambda self, path: 499_000_000)
    said = lines(tmp_path, CLIPS_MINUTES="5", OUTBOX_LEAST_FREE_MEGABYTES="500")
    assert said["disk"].startswith("WRONG disk:")
    assert "0.5 GB" in said["disk"]


def test_a_folder_of_incoming_files_that_is_not_there_is_not_ok(tmp_path: Path):
    said = lines(tmp_path, INCOMING_FOLDER=str(tmp_path / "incoming"), CAMERA_SOURCE="none")
    assert said["incoming"].startswith("WRONG incoming:")
    (tmp_path / "incoming").mkdir()
    said = lines(tmp_path, INCOMING_FOLDER=str(tmp_path / "incoming"), CAMERA_SOURCE="none")
    assert said["incoming"].startswith("ok    incoming:")


def test_a_simulation_trusts_what_the_system_trusts_unless_it_is_told(monkeypatch: pytest.MonkeyPatch):
    given: list[str] = []

    def note(plan: Plan, environment: dict[str, str], stop: object) -> bool:
        given.append(environment["SITE_CA_FILE"])
        return True

    monkeypatch.setattr("device_uploader.command_line.simulate", note)
    monkeypatch.setattr("device_uploader.command_line.stop_at_signals", lambda: None)
    words = ["simulate", "--server", "https://site.test", "--key-file", "key"]
    simulated(parser().parse_args(words))
    simulated(parser().parse_args([*words, "--ca-file", "school.pem"]))
    assert given == ["", "school.pem"]


class EmptyPicture:
    """A camera that sends a frame without a byte, which OpenCV answers with an error of its own."""

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return True

    def grab(self) -> bool:
        return True

    def retrieve(self) -> None:
        raise opencv_camera.cv2.error("(-215:Assertion failed) !buf.empty() in function 'imdecode_'")

    def release(self) -> None:
        return None


def test_a_picture_that_opencv_cannot_read_is_the_cameras_failure(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(opencv_camera, "opened", lambda *_: EmptyPicture())
    camera = OpenCvCamera("0", 160, 120)
    with pytest.raises(SourceFailed, match="cannot be read"):
        camera.read()
    camera.close()


def test_a_folder_that_is_emptied_while_it_is_shown_is_the_cameras_failure(tmp_path: Path):
    """In a thread of its own: it must fail, and not look for ever."""
    picture = tmp_path / "a.png"
    opencv_camera.cv2.imwrite(str(picture), np.zeros((12, 16, 3), np.uint8))
    camera = FolderCamera(tmp_path, 16, 12)
    assert camera.read().shape == camera.read().shape == (12, 16, 3)
    picture.unlink()
    failures: list[SourceFailed] = []

    def look() -> None:
        try:
            camera.read()
        except SourceFailed as failed:
            failures.append(failed)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(5)
    assert "None of the files" in str(failures[0])
