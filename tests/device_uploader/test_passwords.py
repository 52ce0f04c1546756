"""No password of a device's settings reaches a sentence or a representation, wherever in the value it stands."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from device_uploader.errors import SettingsWrong
from device_uploader.settings_file import load_settings
from device_uploader.sources.choice import without_password

SECRET = "hunter2"
ADDRESSES = (
    "{s}", "{s}@host", "user:{s}@host", "{k}:{s}", "{k}://{s}@host", "{k}://user:{s}@host", "{k}://user:{s}@host:port",
    "{k}://user:{s}", "{k}://user:a/{s}@host", "{k}://user:a#{s}@host", "{k}://user:a?{s}@host",
    "{k}://user:{s}@[host", "{k}://host/?password={s}", "{k}://host/a?password=a@{s}", "{k}://host/#{s}",
)  # fmt: skip


@pytest.mark.parametrize("name", ["SITE_SERVER", "CAMERA_SOURCE"])
@pytest.mark.parametrize("kind", ["https", "http", "rtsp", "rtsps", "ftp", "v4l2", "folder"])
def test_settings_tell_none(tmp_path: Path, name: str, kind: str) -> None:
    for place in ADDRESSES:
        value = place.format(k=kind, s=SECRET)
        environment = {
            "ROLLCALL_DEVICE_SITE_SERVER": "https://attendance.example.org",
            "ROLLCALL_DEVICE_CLIPS_MINUTES": "10",
            "ROLLCALL_DEVICE_CAMERA_SOURCE": "drawn",
            f"ROLLCALL_DEVICE_{name}": value,
        }
        try:
            told = repr(load_settings(None, environment))
        except SettingsWrong as wrong:
            told = "".join(traceback.format_exception(wrong))
        assert SECRET not in told, value


@pytest.mark.parametrize(
    "source",
    [
        "rtsp://user:hunter2@camera.local/stream",
        "rtsp://user:a/hunter2@camera.local/stream",
        "rtsp://user:a?hunter2@camera.local/stream",
        "rtsp://camera.local/stream?password=hunter2",
        "rtsp://camera.local/stream?password=a@hunter2",
        "rtsp://camera.local/stream#hunter2",
    ],
)
def test_the_name_of_a_camera_holds_none(source: str) -> None:
    assert SECRET not in without_password(source)
