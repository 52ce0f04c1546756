"""An I2C bus of any Linux machine (/dev/i2c-1 on a Pi) as Adafruit's drivers take it, without the pins of a board.

Blinka's own `board` module wants to know the board and its pins, and with them libraries that are compiled on the Pi;
the sensor needs none of that.
"""

from __future__ import annotations

import threading
from importlib import import_module
from typing import Any

from device_uploader.errors import SourceFailed
from device_uploader.sources.amg8833 import CURE, INSTALL


class LinuxBus:
    """Raises SourceFailed where there is no such bus, or nobody let us use it."""

    def __init__(self, number: int) -> None:
        try:
            library = import_module("adafruit_blinka.microcontroller.generic_linux.i2c")
        except ImportError as missing:
            raise SourceFailed(f"The library for the I2C bus is not installed. {INSTALL}") from missing
        try:
            wire: Any = library.I2C(number)
        except PermissionError as wrong:
            raise SourceFailed(
                f"This user may not use /dev/i2c-{number}. Put it into the group i2c: sudo usermod -aG i2c USER"
            ) from wrong
        except (RuntimeError, OSError) as wrong:
            raise SourceFailed(f"The I2C bus /dev/i2c-{number} cannot be opened. {CURE}") from wrong
        self.writeto, self.readfrom_into = wire.writeto, wire.readfrom_into
        self.writeto_then_readfrom = wire.writeto_then_readfrom
        self._lock = threading.Lock()

    def try_lock(self) -> bool:
        """Whether the bus is ours now."""
        return self._lock.acquire(blocking=False)

    def unlock(self) -> None:
        """Let others have the bus."""
        self._lock.release()
