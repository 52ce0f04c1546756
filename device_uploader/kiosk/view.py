"""What the kiosk's screen shows at one moment, whatever draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from device_uploader.sources import Frame


@dataclass(frozen=True, slots=True)
class Button:
    """Touched, or pressed by its key; `id` is what the conversation is told."""

    id: str
    label: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """`title` is large, `line` below it; `typed` is what is being typed, None where nothing is."""

    title: str = ""
    line: str = ""
    buttons: Sequence[Button] = ()
    typed: str | None = None
    is_secret: bool = False
    has_digits: bool = False  # a pad to touch
    photo: Frame | None = None
    is_good: bool | None = None  # green, red, or neither
    listens: bool = False
