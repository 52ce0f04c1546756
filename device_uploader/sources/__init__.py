"""What can be filmed and measured with: a camera gives pictures, a thermal sensor 8x8 temperatures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]  # height x width x 3, blue green red


@dataclass(frozen=True, slots=True)
class Warmth:
    """One answer of a thermal sensor in degrees Celsius: 64 pixels, row by row, and its own thermistor."""

    pixels_c: tuple[float, ...]
    thermistor_c: float


class Camera(Protocol):
    """Opened when it is made."""

    def read(self) -> Frame:
        """The newest picture. Raises SourceFailed."""

    def close(self) -> None:
        """Let go of the device."""


class ThermalSensor(Protocol):
    """Opened when it is made."""

    def read(self) -> Warmth:
        """The newest temperatures. Raises SourceFailed."""
