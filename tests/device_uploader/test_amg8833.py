"""The simulated sensor speaks the data sheet's registers, and the real driver understands it."""

from __future__ import annotations

import pytest

from device_uploader.errors import SourceFailed
from device_uploader.sources import Warmth
from device_uploader.sources.amg8833 import Amg8833
from device_uploader.sources.choice import open_sensor
from device_uploader.sources.simulated_bus import (
    FRAME_RATE,
    POWER,
    SLEEP,
    SimulatedBus,
    sign_and_magnitude,
    twos_complement,
)
from device_uploader.sources.warm_room import WarmRoom

pytest.importorskip("adafruit_amg88xx", reason="requirements-sensor.txt is not installed")
ADDRESS = 0x69


class Still:
    """A scene that does not change by itself."""

    def __init__(self, pixels: tuple[float, ...], thermistor: float) -> None:
        self.warmth, self.rates = Warmth(pixels, thermistor), []

    def seen(self, at_s: float, frames_per_s: int) -> Warmth:
        self.rates.append((at_s, frames_per_s))
        return self.warmth


# Panasonic's tables: temperatures and the 12 bits that stand for them.
@pytest.mark.parametrize(
    ("value", "bits"),
    [(125, 0x1F4), (25, 0x064), (0.25, 0x001), (0, 0x000), (-0.25, 0xFFF), (-25, 0xF9C), (-55, 0xF24)],
)
def test_pixels_are_twos_complement(value: float, bits: int):
    assert twos_complement(value, 0.25) == bits


@pytest.mark.parametrize(
    ("value", "bits"), [(125, 0x7D0), (25, 0x190), (0.25, 0x004), (0, 0x000), (-0.25, 0x804), (-20, 0x940)]
)
def test_the_thermistor_is_sign_and_magnitude(value: float, bits: int):
    assert sign_and_magnitude(value, 0.0625) == bits


@pytest.mark.parametrize("address", [0x68, 0x69])
def test_the_real_driver_reads_every_pixel_in_its_place(address: int):
    pixels = tuple(-20.0 + 1.75 * place for place in range(64))
    sensor = Amg8833(SimulatedBus(address, Still(pixels, -12.0625), lambda: 5.0), address)
    assert sensor.read() == Warmth(pixels, -12.0625)


def test_nothing_at_an_address_is_a_plain_sentence():
    with pytest.raises(SourceFailed, match=r"No thermal sensor answers at 0x68\. Is I2C switched on"):
        Amg8833(SimulatedBus(0x69, Still((20.0,) * 64, 20.0), lambda: 0.0), 0x68)


def test_a_loose_wire_is_not_taken_for_a_temperature():
    with pytest.raises(SourceFailed, match="which cannot be"):
        Amg8833(SimulatedBus(ADDRESS, Still((511.75,) * 64, 20.0), lambda: 0.0), ADDRESS).read()


def test_temperatures_are_renewed_ten_times_a_second():
    now, scene = [0.0], Still((20.0,) * 64, 20.0)
    sensor = Amg8833(SimulatedBus(ADDRESS, scene, lambda: now[0]), ADDRESS)
    sensor.read()
    asked = len(scene.rates)
    sensor.read()
    assert len(scene.rates) == asked
    now[0] = 0.11
    sensor.read()
    assert len(scene.rates) == asked + 1
    assert scene.rates[-1][1] == 10


def test_one_frame_a_second_is_obeyed_and_less_noisy():
    scene = Still((20.0,) * 64, 20.0)
    bus = SimulatedBus(ADDRESS, scene, lambda: 3.7)
    sensor = Amg8833(bus, ADDRESS)
    bus.writeto(ADDRESS, bytes([FRAME_RATE, 1]))
    sensor.read()
    assert scene.rates[-1] == (3.0, 1)


def test_a_sleeping_sensor_shows_what_it_showed_before():
    now, scene = [0.0], Still((20.0,) * 64, 20.0)
    bus = SimulatedBus(ADDRESS, scene, lambda: now[0])
    sensor = Amg8833(bus, ADDRESS)
    sensor.read()
    bus.writeto(ADDRESS, bytes([POWER, SLEEP]))
    now[0], scene.warmth = 9.0, Warmth((30.0,) * 64, 30.0)
    assert sensor.read().pixels_c[0] == 20.0


def test_noise_and_error_are_those_of_the_data_sheet():
    room = WarmRoom(seed=3)
    assert abs(room.error_c) <= 2.5
    seen = [room.seen(30.0, 10).pixels_c[0] for _ in range(2000)]
    mean = sum(seen) / len(seen)
    deviation = (sum((value - mean) ** 2 for value in seen) / len(seen)) ** 0.5
    assert mean == pytest.approx(21.0 + room.error_c, abs=0.02)
    assert deviation == pytest.approx(0.16, abs=0.02)


def test_a_simulated_visitor_is_warmer_than_the_room():
    now = [30.0]
    sensor = open_sensor("simulated", 1, ADDRESS, lambda: now[0])
    empty = sensor.read()
    now[0] = 70.0
    visited = sensor.read()
    assert max(empty.pixels_c) - min(empty.pixels_c) < 2
    assert max(visited.pixels_c) - min(visited.pixels_c) > 10


def test_a_machine_without_that_bus_says_what_to_do():
    with pytest.raises(SourceFailed, match=r"The I2C bus /dev/i2c-99 cannot be opened.*raspi-config"):
        open_sensor("amg8833", 99, ADDRESS, lambda: 0.0)


def test_the_bus_of_linux_has_what_the_driver_calls(monkeypatch: pytest.MonkeyPatch):
    simulated = SimulatedBus(ADDRESS, Still((22.5,) * 64, 21.0), lambda: 0.0)
    monkeypatch.setattr(
        "adafruit_blinka.microcontroller.generic_linux.i2c.I2C", lambda number: simulated if number == 3 else None
    )
    assert open_sensor("amg8833", 3, ADDRESS, lambda: 0.0).read() == Warmth((22.5,) * 64, 21.0)
