"""An I2C bus with one AMG8833 on it that speaks its registers, so that the real driver is what reads the simulation.

Source: Panasonic, Infrared Array Sensor Grid-EYE, reference specifications. Pixels are 12 bits in two's complement of
0.25 C from 0x80 on, low byte first; the thermistor at 0x0E is 12 bits too, but sign and magnitude of 0.0625 C. The
temperatures are renewed ten times a second, or once where the frame rate register says so, and not in sleep.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from device_uploader.sources import Warmth

POWER, RESET, FRAME_RATE, INTERRUPT, STATUS, STATUS_CLEAR, AVERAGE = 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x07
THERMISTOR, PIXELS, END = 0x0E, 0x80, 0x100
NORMAL, SLEEP, STAND_BY_60, STAND_BY_10 = 0x00, 0x10, 0x20, 0x21
FLAG_RESET, INITIAL_RESET = 0x30, 0x3F
WRITE_ONLY = (RESET, STATUS_CLEAR)
READ_ONLY = (STATUS, THERMISTOR, THERMISTOR + 1)


class Scene(Protocol):
    """What the sensor looks at."""

    def seen(self, at_s: float, frames_per_s: int) -> Warmth:
        """With the sensor's noise at this frame rate."""


class SimulatedBus:
    """Has the methods of busio.I2C that Adafruit's drivers use. Raises OSError for an address where nothing is."""

    def __init__(self, address: int, scene: Scene, now_s: Callable[[], float]) -> None:
        self._address, self._scene, self._now_s = address, scene, now_s
        self._lock = threading.Lock()
        self._registers = bytearray(END)
        self._pointer = 0
        self._frame: int | None = None

    def try_lock(self) -> bool:
        """Whether the bus is ours now."""
        return self._lock.acquire(blocking=False)

    def unlock(self) -> None:
        """Let others have the bus."""
        self._lock.release()

    def writeto(self, address: int, buffer: bytes, *, start: int = 0, end: int | None = None) -> None:
        """The first byte names a register, those that follow go into it and the next ones."""
        self._check(address)
        data = bytes(buffer[start:end])
        if data:
            self._pointer = data[0]
        for offset, value in enumerate(data[1:]):
            self._write(self._pointer + offset, value)

    def readfrom_into(self, address: int, buffer: bytearray, *, start: int = 0, end: int | None = None) -> None:
        """From the register that was named last."""
        self._check(address)
        self._renew()
        for place in range(start, len(buffer) if end is None else end):
            buffer[place] = 0 if self._pointer in WRITE_ONLY else self._registers[self._pointer % END]
            self._pointer += 1

    def writeto_then_readfrom(
        self,
        address: int,
        out_buffer: bytes,
        in_buffer: bytearray,
        *,
        out_start: int = 0,
        out_end: int | None = None,
        in_start: int = 0,
        in_end: int | None = None,
    ) -> None:
        """Both in one turn."""
        self.writeto(address, out_buffer, start=out_start, end=out_end)
        self.readfrom_into(address, in_buffer, start=in_start, end=in_end)

    def _check(self, address: int) -> None:
        if address != self._address:
            raise OSError(121, "Remote I/O error")

    def _write(self, register: int, value: int) -> None:
        if register in READ_ONLY or register >= PIXELS:
            return
        if register == RESET:
            self._reset(value)
        elif register == POWER:
            self._set_power(value)
        else:
            self._registers[register] = value

    def _set_power(self, value: int) -> None:
        """From sleep the sensor only wakes to normal."""
        asleep = self._registers[POWER] == SLEEP
        if value == NORMAL or (not asleep and value in (SLEEP, STAND_BY_60, STAND_BY_10)):
            self._registers[POWER] = value

    def _reset(self, value: int) -> None:
        if value == INITIAL_RESET:
            power = self._registers[POWER]
            self._registers[:] = bytes(END)
            self._registers[POWER] = power
            self._frame = None
        elif value == FLAG_RESET:
            self._registers[STATUS] = 0

    def _renew(self) -> None:
        """The temperatures stay as they are until the next frame is due."""
        if self._registers[POWER] == SLEEP:
            return
        frames_per_s = 1 if self._registers[FRAME_RATE] & 1 else 10
        frame = int(self._now_s() * frames_per_s)
        if frame != self._frame:
            self._frame = frame
            self._show(self._scene.seen(frame / frames_per_s, frames_per_s))

    def _show(self, warmth: Warmth) -> None:
        put(self._registers, THERMISTOR, sign_and_magnitude(warmth.thermistor_c, 0.0625))
        for number, value in enumerate(warmth.pixels_c):
            put(self._registers, PIXELS + 2 * number, twos_complement(value, 0.25))


def put(registers: bytearray, place: int, word: int) -> None:
    """Low byte first."""
    registers[place], registers[place + 1] = word & 0xFF, word >> 8


def twos_complement(value_c: float, step_c: float) -> int:
    """12 bits."""
    return max(-2048, min(2047, round(value_c / step_c))) & 0xFFF


def sign_and_magnitude(value_c: float, step_c: float) -> int:
    """12 bits, of which the highest is the sign."""
    magnitude = min(2047, round(abs(value_c) / step_c))
    return magnitude | 0x800 if value_c < 0 and magnitude else magnitude
