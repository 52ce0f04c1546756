"""Network cameras: their addresses are checked, their passwords told to nobody, and OpenCV keeps quiet."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from device_uploader.errors import SettingsWrong, SourceFailed
from device_uploader.settings_file import load_settings
from device_uploader.sources import opencv_camera
from device_uploader.sources.choice import without_password
from device_uploader.sources.opencv_camera import OpenCvCamera

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("address", ["rtsp://[::1/x", "rtsp:///x", "rtsp://me:se#cret@cam/x", "rtsp://cam:99999/x"])
def test_an_address_that_nothing_can_be_opened_at_is_a_wrong_setting(address: str):
    words = {"SITE_SERVER": "https://site.test", "CLIPS_MINUTES": "10", "CAMERA_SOURCE": address}
    with pytest.raises(SettingsWrong, match=r"CAMERA_SOURCE must be an address such as rtsp://.*%23 for #") as wrong:
        load_settings(None, {f"ROLLCALL_DEVICE_{name}": value for name, value in words.items()})
    assert "cret" not in str(wrong.value)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://cam:554/stream", "rtsp://cam:554/stream"),
        ("rtsp://me:secret@cam/stream", "rtsp://cam/stream"),
        ("rtsp://me:12/secret@cam/stream", "rtsp://cam/stream"),
        ("rtsp://cam/stream?user=me&password=secret", "rtsp://cam/stream"),
        ("/dev/video0", "/dev/video0"),
    ],
)
def test_the_password_of_a_camera_is_told_to_nobody(address: str, shown: str, monkeypatch: pytest.MonkeyPatch):
    class Closed:
        def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
            return False

    assert without_password(address) == shown
    monkeypatch.setattr(opencv_camera, "opened", lambda *_: Closed())
    with pytest.raises(SourceFailed) as failed:
        OpenCvCamera(address, 160, 120)
    assert shown in str(failed.value)
    assert "secret" not in str(failed.value)


def test_a_camera_that_is_away_for_a_week_fills_no_log_with_the_words_of_opencv():
    """In a process of its own: FFmpeg is told once how much to say."""
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    opens = f"for place in ('/dev/no-camera', 'rtsp://127.0.0.1:{port}/x'): opened(place, 160, 120)"
    words = f"from device_uploader.sources.opencv_camera import opened\n{opens}"
    done = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""
