"""The tables of devices, their rooms' timetable, readings and alarms, beside those of tables.py."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Double, ForeignKey, Index, Integer, Table

from attendance.adapters.store_sql.columns import Moment, prose, text
from attendance.adapters.store_sql.device_columns import PairingsText, Pixels, StatusText
from attendance.adapters.store_sql.tables import metadata


def _device() -> Column[str]:
    return Column("device_id", text(64), ForeignKey("devices.id", ondelete="CASCADE"), primary_key=True)


devices = Table(
    "devices",
    metadata,
    Column("id", text(64), primary_key=True),
    Column("name", text(200), nullable=False),
    Column("name_folded", text(600), nullable=False),
    Column("room", text(200), nullable=False),
    Column("room_folded", text(600), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("key_hash", text(64), unique=True),
    Column("pairing_hash", text(64), unique=True),
    Column("pairing_until", Moment),
    Column("paired_at", Moment),
    Column("revoked_at", Moment),
    Column("last_seen_at", Moment),
    Column("status", StatusText),
    Column("alarm_line_c", Double),
    Column("calibration_offset_c", Double, nullable=False),
    Column("calibrated_on", Date),
    Column("pairings", PairingsText),
)

item_refusals = Table(
    "item_refusals",
    metadata,
    _device(),
    Column("item_id", text(64), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("code", text(64), nullable=False),
    Column("sentence", prose(), nullable=False),
)

slots = Table(
    "slots",
    metadata,
    Column("id", text(64), primary_key=True),
    Column("course_id", text(64), ForeignKey("courses.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("room", text(200), nullable=False),
    Column("room_folded", text(600), nullable=False, index=True),
    Column("weekday", Integer, nullable=False),
    Column("starts", text(5), nullable=False),
    Column("ends", text(5), nullable=False),
    Column("from_on", Date),
    Column("until_on", Date),
)

# The summaries stand beside the pixels so that a day's chart reads no pixels; `minute` counts from 1970, because
# databases do not agree on how to group by time.
readings = Table(
    "readings",
    metadata,
    _device(),
    Column("id", text(64), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("minute", BigInteger, nullable=False),
    Column("pixels_c", Pixels, nullable=False),
    Column("thermistor_c", Double, nullable=False),
    Column("skin_c", Double),
    Column("coolest_c", Double, nullable=False),
    Column("mean_c", Double, nullable=False),
    Column("hottest_c", Double, nullable=False),
    Index(None, "device_id", "at"),
    Index(None, "device_id", "minute"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", text(64), primary_key=True),
    Column("device_id", text(64), ForeignKey("devices.id", ondelete="CASCADE"), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("temperature_c", Double, nullable=False),
    Column("line_c", Double, nullable=False),
    Column("reading_id", text(64), nullable=False),
    Column("seen_by", text(64)),
    Column("seen_at", Moment),
    Index(None, "device_id", "at"),
    Index(None, "device_id", "reading_id"),
)

device_pictures = Table(
    "device_pictures",
    metadata,
    Column("recording_id", text(64), ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True),
    Column("device_id", text(64), ForeignKey("devices.id", ondelete="CASCADE"), nullable=False),
    Column("reading_id", text(64), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "device_id", "at"),
)
