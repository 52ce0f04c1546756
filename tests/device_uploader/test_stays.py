"""Stays at a door: one item each, of the sharpest pictures, with the hottest reading; and what is drawn of them."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from device_uploader import lettering
from device_uploader.door import check_door
from device_uploader.errors import SettingsWrong
from device_uploader.item import Item
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading
from device_uploader.settings import DoorTable
from device_uploader.sharpness import Sharpest, score_of, small_grey
from device_uploader.sources import Frame
from device_uploader.stay_sender import KnownPerson
from device_uploader.stays import MOST_BYTES, Stays, encoded
from device_uploader.window import Screen, Shown, Window, drawn, thermal_picture
from tests.device_uploader.conftest import moment, reading
from tests.device_uploader.test_filming import settings

DOOR = DoorTable(longest_s=8, pause_s=3)
NOISE = np.random.default_rng(3)
EMPTY = np.full((240, 320, 3), 120, np.uint8)


def somebody(blur: int = 0, height: int = 120) -> Frame:
    """A patterned person before the empty door."""
    frame = EMPTY.copy()
    pattern = NOISE.integers(0, 255, (height, 80, 3), np.uint8)
    pattern = cv2.resize(pattern[::4, ::4], (80, height), interpolation=cv2.INTER_NEAREST)
    frame[60 : 60 + height, 100:180] = pattern
    return cv2.blur(frame, (blur, blur)) if blur else frame


def shown(stays: Stays, from_s: float, to_s: float, frame: Frame | None = None, fps: int = 5) -> None:
    """Pictures from one second to another: of somebody, or of nobody."""
    for number in range(round(from_s * fps), round(to_s * fps)):
        stays.see(EMPTY if frame is None else frame, moment(number / fps), frame is not None)


def pictures_of(box: Outbox, item: Item) -> list[Frame]:
    words = json.loads(box.data_path(item).read_bytes())
    found = [base64.b64decode(one["jpeg"]) for one in words["pictures"]]
    assert [hashlib.sha256(one).hexdigest() for one in found] == [one["sha256"] for one in words["pictures"]]
    return [cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_COLOR) for one in found]


def test_one_stay_is_one_item_from_when_they_come_until_they_leave(outbox: Outbox):
    told: list[str] = []
    stays = Stays(outbox, DOOR, told.append)
    shown(stays, 0, 2)
    shown(stays, 2, 5, somebody())
    assert outbox.waiting() == []
    shown(stays, 5, 6)
    (item,) = outbox.waiting()
    assert (item.kind, item.id) == ("visit", told[0])
    assert (item.started, item.duration_s) == (moment(2), 3.0)
    assert 1 <= len(pictures_of(outbox, item)) <= 3


def test_who_stays_long_is_sent_once_and_not_again_until_they_leave(outbox: Outbox):
    stays = Stays(outbox, DOOR)
    shown(stays, 0, 1)
    shown(stays, 1, 60, somebody())
    assert [item.duration_s for item in outbox.waiting()] == [8.0]
    shown(stays, 60, 61)
    shown(stays, 61, 63, somebody())
    shown(stays, 63, 64)
    assert len(outbox.waiting()) == 2


def test_a_stay_does_not_begin_within_the_pause(outbox: Outbox):
    stays = Stays(outbox, DOOR)
    shown(stays, 0, 1, somebody())
    shown(stays, 1, 2)
    shown(stays, 2, 3, somebody())
    shown(stays, 3, 4)
    assert len(outbox.waiting()) == 1
    shown(stays, 4.2, 5, somebody())
    shown(stays, 5, 6)
    assert len(outbox.waiting()) == 2


def test_the_sharpest_pictures_of_who_is_there_are_sent_first(outbox: Outbox):
    stays = Stays(outbox, replace(DOOR, pictures=2))
    shown(stays, 0, 1)
    sharp = somebody()
    for number, frame in enumerate([somebody(blur=9), sharp, somebody(blur=5), EMPTY.copy()]):
        stays.see(frame, moment(1 + number), True)
    shown(stays, 6, 7)
    first, second = pictures_of(outbox, outbox.waiting()[0])
    assert np.abs(first.astype(int) - sharp).mean() < 12
    assert score_of(second, small_grey(EMPTY)) > 0


def test_of_pictures_of_one_moment_one_counts():
    sharpest = Sharpest(3, None)
    for number in range(5):
        sharpest.see(somebody(blur=number), number / 20)
    assert len(sharpest.best()) == 1


def test_a_picture_of_nobody_scores_nothing():
    empty = small_grey(EMPTY)
    assert score_of(EMPTY, empty) == 0.0
    assert score_of(somebody(), empty) > score_of(somebody(blur=7), empty) > 0
    assert score_of(somebody(height=150), empty) > score_of(somebody(height=40), empty)


def test_the_hottest_reading_of_the_stay_goes_with_it(outbox: Outbox):
    stays = Stays(outbox, DOOR)
    shown(stays, 0, 1)
    stays.measured(warm(0.5, 24))
    shown(stays, 1, 2, somebody())
    stays.measured(warm(1.5, 34))
    stays.measured(warm(1.8, 30))
    shown(stays, 2, 3)
    words = json.loads(outbox.data_path(outbox.waiting()[0]).read_bytes())
    assert max(words["reading"]["pixels_c"]) == 34
    assert words["reading"]["thermistor_c"] == 21.0


def test_a_stay_without_a_sensor_has_no_reading_and_an_old_one_is_not_taken(outbox: Outbox):
    stays = Stays(outbox, DOOR)
    stays.measured(warm(0, 34))
    shown(stays, 5, 6, somebody())
    shown(stays, 6, 7)
    assert "reading" not in json.loads(outbox.data_path(outbox.waiting()[0]).read_bytes())


def warm(seconds: float, hottest_c: float) -> Reading:
    plain = reading(seconds)
    return replace(plain, pixels_c=(*plain.pixels_c[:-1], hottest_c))


def test_a_stay_that_is_open_when_the_door_is_stopped_is_kept(outbox: Outbox):
    stays = Stays(outbox, DOOR)
    shown(stays, 0, 1, somebody())
    stays.close(moment(1))
    stays.close(moment(1))
    assert len(outbox.waiting()) == 1


def test_a_kill_between_two_stays_loses_none_of_them(outbox: Outbox):
    stays = Stays(outbox, DOOR)
    shown(stays, 0, 1, somebody())
    shown(stays, 1, 2)
    outbox.close()
    again = Outbox(outbox.folder)
    again.open()
    assert [item.kind for item in again.waiting()] == ["visit"]
    again.close()


def test_a_stay_that_finds_no_room_on_the_disk_is_counted(outbox: Outbox, monkeypatch: pytest.MonkeyPatch):
    stays = Stays(outbox, DOOR)
    shown(stays, 0, 1, somebody())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outbox, "add", full)
    with pytest.raises(OSError, match="No space"):
        shown(stays, 1, 2)
    assert outbox.tally.counts()["dropped_visits"] == 1
    shown(stays, 2, 3)


def test_a_picture_is_small_enough_for_the_site():
    large = NOISE.integers(0, 255, (2000, 3000, 3), np.uint8)
    picture = encoded(large)
    assert len(picture) <= MOST_BYTES
    assert max(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR).shape) == 1920


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"CAMERA_SOURCE": "none", "TRIGGER_ON": "", "SENSOR_SOURCE": "simulated"}, "needs a camera"),
        ({"TRIGGER_ON": "", "SNAPSHOTS_MINUTES": "0"}, "when somebody comes"),
        ({"TRIGGER_ON": "motion", "DOOR_COLDEST_C": "30"}, "must be below"),
    ],
)
def test_settings_that_watch_no_door_are_refused(words: dict[str, str], sentence: str):
    with pytest.raises(SettingsWrong, match=sentence):
        check_door(settings(**words))


def test_the_headless_opencv_has_no_window_and_says_so_in_a_sentence():
    with pytest.raises(SettingsWrong, match="install opencv-python in place of opencv-python-headless"):
        Window(DOOR)


def test_the_thermal_picture_is_drawn_32_by_32_mirrored_and_warmer_is_lighter():
    pixels = [22.0] * 64
    pixels[0] = 30.0
    picture = thermal_picture(pixels, 22, 30)
    assert picture.shape == (32, 32, 3)
    assert picture[1, -2].sum() > picture[1, 2].sum()
    assert picture[1, -2].sum() > picture[-2, -2].sum()


def test_the_screen_is_a_mirror_with_the_box_where_the_face_is():
    frame = EMPTY.copy()
    frame[:, :40] = 0
    picture = drawn(Shown(frame, [(10, 20, 60, 90)], ["Student 21"], warm(0, 34)), 22, 30)
    assert picture[230, 300].sum() == 0
    assert picture[230, 20].sum() == 360
    assert tuple(picture[50, 320 - 60]) == (80, 200, 120)
    assert picture.shape == frame.shape


def test_the_picture_fills_the_window_in_its_own_shape_on_black():
    picture = drawn(Shown(EMPTY, [(0, 0, 320, 240)]), 22, 30, (1000, 480))
    assert picture.shape == (480, 1000, 3)
    assert picture[:, :179].sum() == picture[:, -170:].sum() == 0
    assert tuple(picture[240, 500]) == tuple(EMPTY[0, 0])
    assert tuple(picture[240, 180]) == (80, 200, 120)  # the box, twice as large


@pytest.mark.parametrize("top", [60, 0])
def test_a_name_stands_above_its_box_or_where_that_is_outside_below_it(top: int):
    without = drawn(Shown(EMPTY, [(100, top, 200, top + 100)]), 22, 30, (640, 480))
    with_name = drawn(Shown(EMPTY, [(100, top, 200, top + 100)], ["Student 21"]), 22, 30, (640, 480))
    rows = np.flatnonzero((without != with_name).any(axis=(1, 2)))
    assert (rows.max() < 2 * top + 2) if top else (rows.min() > 2 * 100 - 2)


def test_words_are_as_wide_as_they_are_said_to_be_with_and_without_a_font(monkeypatch: pytest.MonkeyPatch):
    for _ in range(2):
        picture = np.full((80, 600, 3), 120, np.uint8)
        lettering.write(picture, "21.5 \u2013 33.0 °C", (20, 60), 1.0)
        columns = np.flatnonzero((picture != 120).any(axis=(0, 2)))
        assert abs((columns.max() - 20) - lettering.width_of("21.5 \u2013 33.0 °C", 1.0)) < 12
        monkeypatch.setattr(lettering, "_font", lambda height_px: None)


def test_names_are_shown_for_some_seconds_and_only_those_the_site_told(monkeypatch: pytest.MonkeyPatch):
    screen = Screen()
    screen.see(EMPTY, [(1, 2, 3, 4)], True)
    screen.known("s", [KnownPerson("known", "Student 21"), KnownPerson("unknown", None)])
    assert screen.shown().names == ["Student 21"]
    monkeypatch.setattr("device_uploader.window.time.monotonic", lambda: 1e12)
    assert screen.shown().names == []
    screen.see(EMPTY, [(1, 2, 3, 4)], False)
    assert screen.shown().boxes == ()
