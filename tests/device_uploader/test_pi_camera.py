"""The Pi's camera by a picamera2 that is put in its place, since none is here."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from device_uploader.errors import SourceFailed
from device_uploader.sources.pi_camera import PiCamera


class Picamera2:
    """Only one at a time, as the real one, and its cable is loose."""

    taken = False

    def __init__(self) -> None:
        if Picamera2.taken:
            raise RuntimeError("Camera __init__ sequence did not complete.")
        Picamera2.taken = True

    def create_video_configuration(self, main: object) -> object:
        return main

    def configure(self, words: object) -> None:
        raise RuntimeError("Camera frontend has timed out")

    def close(self) -> None:
        Picamera2.taken = False


def test_a_camera_that_does_not_start_is_let_go_and_can_be_tried_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "picamera2", SimpleNamespace(Picamera2=Picamera2))
    for _ in range(2):
        with pytest.raises(SourceFailed, match=r"cannot be opened: Camera frontend has timed out\."):
            PiCamera(640, 480)
