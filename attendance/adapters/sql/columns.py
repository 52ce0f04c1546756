"""Column types that hold the same on SQLite, MariaDB and PostgreSQL."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, LargeBinary, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine

from attendance.model import (
    PIXELS,
    Consent,
    DeviceStatus,
    GivenBy,
    KioskSettings,
    KioskSpeech,
    Liveness,
    Manner,
    OldCode,
    OwnStatus,
    Pairing,
    Purpose,
    SensorField,
    Spot,
    Status,
)


def text(length: int) -> String:
    """Text of at most this many characters, told apart and sorted by code point on every database."""
    return (
        String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(String(length, collation="C"), "postgresql")
    )


def prose() -> Text:
    """Text of any length, also with signs beyond MariaDB's older default character set."""
    return Text().with_variant(mysql.TEXT(charset="utf8mb4"), "mysql", "mariadb")


def choice(kind: type[StrEnum], length: int = 16) -> Enum:
    """One of the words of an enumeration, stored as its value."""
    return Enum(kind, native_enum=False, length=length, values_callable=lambda words: [word.value for word in words])


def counter() -> TypeEngine[int]:
    """A number that grows with each row; SQLite counts only plain integers."""
    return BigInteger().with_variant(Integer(), "sqlite")


class Moment(TypeDecorator[datetime]):
    """A timezone-aware moment, stored as UTC with microseconds."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """MariaDB would cut off the microseconds unless told."""
        if dialect.name in {"mysql", "mariadb"}:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Raises ValueError for a moment without a time zone, which could mean any."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back to aware."""
        return value.replace(tzinfo=UTC) if value is not None else None


class Vector(TypeDecorator[tuple[float, ...]]):
    """Numbers as little-endian doubles, so that what is read is exactly what was written."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: tuple[float, ...] | None, dialect: Dialect) -> bytes | None:
        """Packed."""
        return struct.pack(f"<{len(value)}d", *value) if value is not None else None

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> tuple[float, ...] | None:
        """Unpacked."""
        return struct.unpack(f"<{len(value) // 8}d", value) if value is not None else None


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


class Words(TypeDecorator[frozenset[str]]):
    """A few words without blanks, sorted."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str | None:
        """With a blank between them."""
        return " ".join(sorted(value)) if value is not None else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str] | None:
        """Back."""
        return frozenset(value.split()) if value is not None else None


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


_READ_BY: dict[str, Callable[[str], Any]] = {
    "purpose": Purpose,
    "given_on": date.fromisoformat,
    "given_by": GivenBy,
    "manner": Manner,
    "recorded_at": datetime.fromisoformat,
    "withdrawn_at": datetime.fromisoformat,
}


class ConsentsText(TypeDecorator[tuple[Consent, ...]]):
    """A student's consents as JSON: they are read with the student, and never searched."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Room for many notes also on MariaDB."""
        return dialect.type_descriptor(mysql.MEDIUMTEXT() if dialect.name in {"mysql", "mariadb"} else Text())

    def process_bind_param(self, value: tuple[Consent, ...] | None, dialect: Dialect) -> str | None:
        """In ASCII; what nobody wrote down is left out."""
        said = [{name: word for name, word in asdict(one).items() if word} for one in value or ()]
        return json.dumps(said, default=_in_iso) if said else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Consent, ...]:
        """Back; none where nothing was recorded."""
        return tuple(
            Consent(**{name: _READ_BY.get(name, str)(word) for name, word in one.items()})
            for one in json.loads(value or "[]")
        )


def _in_iso(value: date) -> str:
    return value.isoformat()


class OwnStatusesText(TypeDecorator[tuple[OwnStatus, ...]]):
    """A course's own statuses as JSON: they are read with the course, and never searched."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[OwnStatus, ...] | None, dialect: Dialect) -> str | None:
        """In ASCII, whatever the database's character set is."""
        return json.dumps([asdict(one) for one in value]) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[OwnStatus, ...]:
        """Back; none where the course added none."""
        return tuple(OwnStatus(**{**said, "base": Status(said["base"])}) for said in json.loads(value or "[]"))


class SpotsText(TypeDecorator[tuple[Spot, ...]]):
    """Where sightings were, as JSON: they are read whole and never searched."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """MariaDB's TEXT would hold some hundreds of them."""
        if dialect.name in {"mysql", "mariadb"}:
            return dialect.type_descriptor(mysql.MEDIUMTEXT())
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: tuple[Spot, ...] | None, dialect: Dialect) -> str | None:
        """In ASCII, whatever the database's character set is."""
        return json.dumps([asdict(one) for one in value or ()])

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Spot, ...]:
        """Back."""
        return tuple(
            Spot(**{**said, "place": None if said["place"] is None else tuple(said["place"])})
            for said in json.loads(value or "[]")
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


class KioskText(TypeDecorator[KioskSettings]):
    """How a kiosk is set up, as JSON: it is read with its device, and never searched."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: KioskSettings | None, dialect: Dialect) -> str | None:
        """In ASCII, whatever the database's character set is."""
        return json.dumps(asdict(value) | {"course_ids": sorted(value.course_ids)}) if value is not None else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> KioskSettings | None:
        """Back."""
        if value is None:
            return None
        said = json.loads(value)
        made = {
            "course_ids": frozenset(said["course_ids"]),
            "liveness": Liveness(said["liveness"]),
            "speech": KioskSpeech(said["speech"]),
            "sensor_field": SensorField(**said["sensor_field"]),
        }
        return KioskSettings(**(said | made))


class OldCodesText(TypeDecorator[tuple[OldCode, ...]]):
    """Codes that a meeting had, as JSON: they are read with it, and never searched."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[OldCode, ...] | None, dialect: Dialect) -> str | None:
        """In ASCII, with moments of any zone as they are."""
        return json.dumps([(one.code, one.until.isoformat()) for one in value]) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[OldCode, ...]:
        """Back; none where the code never changed."""
        return tuple(OldCode(code, datetime.fromisoformat(until)) for code, until in json.loads(value or "[]"))


class IdsText(TypeDecorator[frozenset[str]]):
    """A few ids, with blanks between them; none is an empty set, and no text at all."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str | None:
        """Sorted, so that the same ids are the same text."""
        return " ".join(sorted(value)) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str]:
        """Back."""
        return frozenset((value or "").split())
