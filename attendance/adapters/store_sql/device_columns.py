"""Column types for what devices say and measure."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Dialect, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

from attendance.device_model import PIXELS, DeviceStatus, Pairing

_STEPS = 4  # the AMG8833 measures in quarters of a degree
_SHORTS = struct.Struct(f"<{PIXELS}h")
_DOUBLES = struct.Struct(f"<{PIXELS}d")


class Pixels(TypeDecorator[tuple[float, ...]]):
    """64 temperatures, exactly: quarters of a degree take two bytes each, as the sensor gives them, others eight."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: tuple[float, ...] | None, dialect: Dialect) -> bytes | None:
        """Packed; the length tells which way."""
        if value is None:
            return None
        quarters = [pixel * _STEPS for pixel in value]
        if all(quarter.is_integer() and abs(quarter) < 2**15 for quarter in quarters):
            return _SHORTS.pack(*map(int, quarters))
        return _DOUBLES.pack(*value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> tuple[float, ...] | None:
        """Unpacked."""
        if value is None:
            return None
        if len(value) == _DOUBLES.size:
            return _DOUBLES.unpack(value)
        return tuple(quarter / _STEPS for quarter in _SHORTS.unpack(value))


class PairingsText(TypeDecorator[tuple[Pairing, ...]]):
    """When a device had keys, as JSON: a row of two moments each."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Pairing, ...] | None, dialect: Dialect) -> str | None:
        """Moments of any zone, as they are."""
        moments = [(one.since.isoformat(), one.until.isoformat() if one.until else None) for one in value or ()]
        return json.dumps(moments) if moments else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Pairing, ...]:
        """Back; none where nothing was noted."""
        return tuple(
            Pairing(datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None)
            for since, until in json.loads(value or "[]")
        )


class StatusText(TypeDecorator[DeviceStatus]):
    """A device's status as JSON: it is read whole and never searched."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: DeviceStatus | None, dialect: Dialect) -> str | None:
        """In ASCII, whatever the database's character set is."""
        return json.dumps(asdict(value) | {"at": value.at.isoformat()}) if value is not None else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> DeviceStatus | None:
        """Back."""
        if value is None:
            return None
        said = json.loads(value)
        return DeviceStatus(**{**said, "at": datetime.fromisoformat(said["at"])})
