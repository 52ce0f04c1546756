"""Column types that hold the same on SQLite, MariaDB and PostgreSQL."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, LargeBinary, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine


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


def choice(kind: type[StrEnum]) -> Enum:
    """One of the words of an enumeration, kept as its value."""
    return Enum(kind, native_enum=False, length=16, values_callable=lambda words: [word.value for word in words])


def counter() -> TypeEngine[int]:
    """A number that grows with each row; SQLite counts only plain integers."""
    return BigInteger().with_variant(Integer(), "sqlite")


class Moment(TypeDecorator[datetime]):
    """A timezone-aware moment, kept as UTC with microseconds."""

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
