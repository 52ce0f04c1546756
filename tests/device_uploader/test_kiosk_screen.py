"""What the kiosk's screen draws, and which button a touch or a key means."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from device_uploader.errors import SettingsWrong, SourceFailed
from device_uploader.kiosk import Told
from device_uploader.kiosk.faces import FaceFinder, near
from device_uploader.kiosk.program import check_kiosk, is_quiet, read_told
from device_uploader.kiosk.screen import KioskScreen, button_of, drawn, touched
from device_uploader.kiosk.view import Button, View
from device_uploader.settings_file import load_settings
from device_uploader.sources.picture_camera import PictureCamera
from tests.device_uploader.kiosk_stage import scene, yunet
from tests.device_uploader.test_filming import BASE

CHOICE = View(
    "Check in or check out?", buttons=[Button("check_in", "Check in", "1"), Button("check_out", "Check out", "2")]
)
PIN = View("Type your PIN.", buttons=[Button("ok", "OK", "\r")], typed="12", is_secret=True, has_digits=True)


@pytest.mark.parametrize("size", [(1280, 720), (480, 800), (1920, 1080)])
def test_every_button_is_in_reach_on_the_screen_and_no_two_overlap(size: tuple[int, int]):
    for view in (CHOICE, PIN):
        picture, spots = drawn(view, scene((447, 0.0)), size)
        assert picture.shape == (size[1], size[0], 3)
        assert {button.id for button in view.buttons} <= {spot.button for spot in spots}
        taken = np.zeros(picture.shape[:2], int)
        for spot in spots:
            assert 0 <= spot.left < spot.right <= size[0] and size[1] * 0.4 < spot.top < spot.bottom <= size[1]
            taken[spot.top : spot.bottom, spot.left : spot.right] += 1
        assert taken.max() == 1


def test_a_touch_means_the_button_that_is_there():
    _, spots = drawn(CHOICE, None)
    middle = spots[1]
    assert touched(spots, (middle.left + middle.right) // 2, (middle.top + middle.bottom) // 2) == "check_out"
    assert touched(spots, 1, 1) is None


def test_a_pad_has_every_digit_and_a_way_back():
    _, spots = drawn(PIN, None)
    assert {spot.button for spot in spots} == {*"0123456789", "back", "ok"}


def test_a_pin_is_drawn_as_dots():
    one, other = (drawn(View("PIN", typed=typed, is_secret=True), None)[0] for typed in ("12", "98"))
    assert (one == other).all()
    shown = drawn(View("Number", typed="12"), None)[0]
    assert (shown != drawn(View("Number", typed="98"), None)[0]).any()


def test_the_camera_is_a_mirror():
    frame = np.zeros((720, 1280, 3), np.uint8)
    frame[:, :640] = 255
    picture, _ = drawn(View(), frame)
    row = picture[100]
    assert row[400].sum() < 100 and row[880].sum() > 700


def test_keys_press_buttons_or_type():
    assert button_of(ord("2"), CHOICE) == "check_out"
    assert button_of(ord("9"), CHOICE) is None
    assert (button_of(ord("7"), PIN), button_of(13, PIN), button_of(8, PIN)) == ("7", "ok", "back")


def test_what_was_pressed_is_told_once():
    screen = KioskScreen()
    screen.press("check_in")
    assert (screen.pressed(), screen.pressed()) == (["check_in"], [])


def test_faces_are_found_with_where_the_nose_is():
    finder = FaceFinder(yunet())
    (ahead,) = finder.find(scene((447, 0.0)))
    (left,) = finder.find(scene((447, 0.42)))
    (right,) = finder.find(scene((447, -0.42)))
    assert ahead.is_ahead and right.aside < ahead.aside < left.aside
    assert len(near(finder.find(scene((447, 0.0), (3007, 0.0))), 1280, 150)) == 2
    assert finder.find(scene()) == []


def test_a_model_that_is_none_is_refused(tmp_path: Path):
    (tmp_path / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(SettingsWrong, match="cannot be used"):
        FaceFinder(tmp_path / "model.onnx")


def test_a_kiosk_needs_a_camera_and_a_model():
    with pytest.raises(SettingsWrong, match="needs a camera"):
        check_kiosk(
            load_settings(
                None, BASE | {"ROLLCALL_DEVICE_CAMERA_SOURCE": "none", "ROLLCALL_DEVICE_SENSOR_SOURCE": "simulated"}
            )
        )
    with pytest.raises(SettingsWrong, match="face_model"):
        check_kiosk(
            load_settings(None, BASE | {"ROLLCALL_DEVICE_CAMERA_SOURCE": "drawn", "ROLLCALL_DEVICE_CLIPS_MINUTES": "1"})
        )


def test_quiet_hours_go_over_midnight():
    told = Told(quiet_from="22:00", quiet_until="06:00")
    assert is_quiet(told, datetime(2026, 11, 30, 23)) and is_quiet(told, datetime(2026, 11, 30, 5, 59))
    assert not is_quiet(told, datetime(2026, 11, 30, 12)) and not is_quiet(Told(), datetime(2026, 11, 30, 23))


def test_what_the_site_said_last_is_known_without_a_network(tmp_path: Path):
    file = tmp_path / "kiosk.json"
    assert read_told(file) == Told()
    file.write_text(json.dumps({"name": "Door", "language": "ko", "speech": "local", "volume": 0.5}))
    assert (read_told(file).language, read_told(file).volume) == ("ko", 0.5)
    file.write_text("{half")
    assert read_told(file) == Told()


def test_a_picture_in_a_file_is_seen_anew_when_it_was_replaced(tmp_path: Path):
    import cv2

    path, beside = tmp_path / "now.png", tmp_path / "next.png"
    for level in (40, 200):
        cv2.imwrite(str(beside), np.full((90, 160, 3), level, np.uint8))
        beside.rename(path)
        camera = camera if level == 200 else PictureCamera(path, 320, 180)  # noqa: F821
        assert camera.read().shape == (180, 320, 3) and abs(int(camera.read().mean()) - level) < 2
    path.unlink()
    with pytest.raises(SourceFailed, match="There is no picture"):
        camera.read()
