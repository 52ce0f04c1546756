"""The kiosk's screen: the camera as a mirror above, large words and buttons below, within reach of a wheelchair.

White and black on strong colours, each button with its key; what is said aloud stands here too.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from device_uploader.errors import SettingsWrong
from device_uploader.kiosk.view import Button, View
from device_uploader.lettering import HEIGHT_PX, width_of, write
from device_uploader.sources import Frame

TITLE = "Rollcall"
SIZE = (1280, 720)
BETWEEN_PICTURES_S = 0.05
CAMERA_SHARE = 0.48  # of the height; the rest is for hands
INK, PAPER, BLUE, GREEN, RED, GREY = (
    (255, 255, 255),
    (24, 24, 24),
    (150, 80, 20),
    (60, 120, 20),
    (40, 40, 170),
    (70, 70, 70),
)
DIGITS = "123456789←0"
MOST_IN_A_ROW = 4
ENDS = ord("Q")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a button is on the screen, in its points."""

    button: str
    left: int
    top: int
    right: int
    bottom: int

    def holds(self, x: int, y: int) -> bool:
        """Whether a touch is on it."""
        return self.left <= x < self.right and self.top <= y < self.bottom


def drawn(view: View, frame: Frame | None, size: tuple[int, int] = SIZE) -> tuple[Frame, list[Spot]]:
    """The whole screen, and where its buttons are. `size` is width and height."""
    width, height = size
    screen = np.full((height, width, 3), PAPER, np.uint8)
    above = round(height * CAMERA_SHARE)
    _draw_camera(screen, frame, view, above)
    unit = min(width / (1280 if width > height else 720), height / 720)  # upright screens have fewer, larger buttons
    colour = {True: GREEN, False: RED, None: BLUE}[view.is_good]
    title_bottom = above + round(96 * unit)
    screen[above:title_bottom] = colour
    _middle(screen, view.title, title_bottom - round(32 * unit), 1.5 * unit, width)
    line = title_bottom + round(46 * unit)
    words = (
        view.line if view.typed is None else f"{view.line}  {'•' * len(view.typed) if view.is_secret else view.typed}_"
    )
    _middle(screen, words.strip(), line, 1.2 * unit, width)
    top = title_bottom + round(66 * unit)
    spots = _draw_pad(screen, top, height, unit) if view.has_digits else []
    left = width // 2 if view.has_digits else 0
    return screen, [*spots, *_draw_buttons(screen, view.buttons, (left, top, width, height), unit)]


def _draw_camera(screen: Frame, frame: Frame | None, view: View, height: int) -> None:
    width = screen.shape[1]
    if frame is not None:
        scale = min(width / frame.shape[1], height / frame.shape[0])
        size = round(frame.shape[1] * scale), round(frame.shape[0] * scale)
        small = cv2.resize(np.ascontiguousarray(frame[:, ::-1]), size, interpolation=cv2.INTER_AREA)
        left = (width - size[0]) // 2
        screen[: size[1], left : left + size[0]] = small
    if view.photo is not None:
        side = min(height, width // 4)
        scale = side / max(view.photo.shape[:2])
        size = round(view.photo.shape[1] * scale), round(view.photo.shape[0] * scale)
        screen[: size[1], : size[0]] = cv2.resize(view.photo, size, interpolation=cv2.INTER_AREA)
    if view.listens:
        cv2.circle(screen, (width - height // 8, height // 8), height // 16, (80, 80, 230), -1, cv2.LINE_AA)


def _middle(screen: Frame, words: str, line: int, size: float, width: int) -> None:
    """In the middle, smaller where it would not fit."""
    if not words:
        return
    size = min(size, size * (width * 0.96) / max(1, width_of(words, size)))
    write(screen, words, ((width - width_of(words, size)) // 2, line), size)


def _draw_buttons(screen: Frame, buttons: Sequence[Button], area: tuple[int, int, int, int], unit: float) -> list[Spot]:
    if not buttons:
        return []
    left, top, right, bottom = area
    is_wide = left == 0 and right > bottom
    columns = min(MOST_IN_A_ROW if is_wide else 2, len(buttons))
    rows = -(-len(buttons) // columns)
    gap = round(12 * unit)
    across, down = (right - left - gap) // columns, min((bottom - top - gap) // rows, round(140 * unit))
    spots = []
    for place, button in enumerate(buttons):
        x, y = left + gap + place % columns * across, top + place // columns * down
        spot = Spot(button.id, x, y, x + across - gap, y + down - gap)
        key = button.key if button.key.isalnum() else ""
        _draw_button(screen, spot, f"{key.upper()}  {button.label}".strip(), unit, BLUE)
        spots.append(spot)
    return spots


def _draw_pad(screen: Frame, top: int, bottom: int, unit: float) -> list[Spot]:
    """Twelve places, with the digits where telephones have them."""
    gap, half = round(8 * unit), screen.shape[1] // 2
    across, down = (half - gap) // 3, (bottom - top - gap) // 4
    places = dict(zip(DIGITS, (*range(9), 9, 10), strict=True))
    spots = []
    for digit, place in places.items():
        x, y = gap + place % 3 * across, top + place // 3 * down
        spot = Spot("back" if digit == "←" else digit, x, y, x + across - gap, y + down - gap)
        _draw_button(screen, spot, "<" if digit == "←" else digit, unit, GREY)
        spots.append(spot)
    return spots


def _draw_button(screen: Frame, spot: Spot, words: str, unit: float, colour: tuple[int, int, int]) -> None:
    cv2.rectangle(screen, (spot.left, spot.top), (spot.right, spot.bottom), colour, -1)
    cv2.rectangle(screen, (spot.left, spot.top), (spot.right, spot.bottom), INK, max(1, round(2 * unit)))
    room = spot.right - spot.left - round(16 * unit)
    size = unit * 1.1
    size = min(size, size * room / max(1, width_of(words, size)))
    line = (spot.top + spot.bottom) // 2 + round(HEIGHT_PX * size / 2.6)
    write(screen, words, ((spot.left + spot.right - width_of(words, size)) // 2, line), size)


class KioskScreen:
    """What the conversation shows and the window draws, and what was pressed; from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._view, self._frame = View(), None
        self._pressed: deque[str] = deque()

    def show(self, view: View, frame: Frame) -> None:
        """The newest."""
        with self._lock:
            self._view, self._frame = view, frame  # type: ignore[assignment]

    def shown(self) -> tuple[View, Frame | None]:
        """The newest."""
        with self._lock:
            return self._view, self._frame

    def press(self, button: str) -> None:
        """A button's id, a character, `back` or `ok`."""
        with self._lock:
            self._pressed.append(button)

    def pressed(self) -> list[str]:
        """Since the last time this was asked."""
        with self._lock:
            found = list(self._pressed)
            self._pressed.clear()
        return found


def button_of(key: int, view: View) -> str | None:
    """What a key of the keyboard means while this is shown."""
    if key in (8, 127):
        return "back"
    character = "\r" if key in (10, 13) else chr(key)
    if view.typed is not None and character.isprintable():
        return character
    return next((button.id for button in view.buttons if button.key == character.lower()), None)


class KioskWindow:
    """Full screen. Raises SettingsWrong where there is none to open."""

    def __init__(self, screen: KioskScreen) -> None:
        self._screen = screen
        self._spots: list[Spot] = []
        try:
            cv2.namedWindow(TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL)
            cv2.setWindowProperty(TITLE, cv2.WND_PROP_FULLSCREEN, cv2.WINDOW_FULLSCREEN)
            cv2.setMouseCallback(TITLE, self._touched)
        except cv2.error as missing:
            raise SettingsWrong(
                "The window needs the full OpenCV and a screen: install opencv-python in place of "
                "opencv-python-headless, or set `window` in [kiosk] to false."
            ) from missing

    def show(self, seconds: float) -> bool:
        """For so long; whether somebody pressed Shift-Q, which ends the program."""
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            view, frame = self._screen.shown()
            _, _, width, height = cv2.getWindowImageRect(TITLE)
            picture, self._spots = drawn(view, frame, (width, height) if width > 0 and height > 0 else SIZE)
            cv2.imshow(TITLE, picture)
            key = cv2.waitKey(int(BETWEEN_PICTURES_S * 1000))
            if key & 0xFF == ENDS and view.typed is None:
                return True
            if key >= 0 and (button := button_of(key & 0xFF, view)) is not None:
                self._screen.press(button)
        return False

    def _touched(self, event: int, x: int, y: int, *_: object) -> None:
        if event == cv2.EVENT_LBUTTONDOWN and (spot := touched(self._spots, x, y)) is not None:
            self._screen.press(spot)


def touched(spots: Sequence[Spot], x: int, y: int) -> str | None:
    """Which button is there."""
    return next((spot.button for spot in spots if spot.holds(x, y)), None)
