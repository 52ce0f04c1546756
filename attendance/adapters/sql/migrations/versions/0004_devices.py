"""Devices, their rooms' timetable, what they measured and sent, and alarms.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Compared and sorted by code point on every database."""
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def prose() -> TypeEngine[str]:
    """Text of any length."""
    return sa.Text().with_variant(mysql.TEXT(charset="utf8mb4"), "mysql", "mariadb")


def moment() -> sa.DateTime:
    """UTC with microseconds."""
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def of_device(table: str) -> sa.ForeignKeyConstraint:
    """It goes with its device."""
    return sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=f"fk_{table}_device_id", ondelete="CASCADE")


def upgrade() -> None:
    """Nothing in use changes."""
    op.create_table(
        "devices",
        sa.Column("id", text(64), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("name_folded", text(600), nullable=False),
        sa.Column("room", text(200), nullable=False),
        sa.Column("room_folded", text(600), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("key_hash", text(64), nullable=True),
        sa.Column("pairing_hash", text(64), nullable=True),
        sa.Column("pairing_until", moment(), nullable=True),
        sa.Column("paired_at", moment(), nullable=True),
        sa.Column("revoked_at", moment(), nullable=True),
        sa.Column("last_seen_at", moment(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("alarm_line_c", sa.Double(), nullable=True),
        sa.Column("calibration_offset_c", sa.Double(), nullable=False),
        sa.Column("calibrated_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
        sa.UniqueConstraint("key_hash", name="uq_devices_key_hash"),
        sa.UniqueConstraint("pairing_hash", name="uq_devices_pairing_hash"),
    )
    op.create_table(
        "item_refusals",
        sa.Column("device_id", text(64), nullable=False),
        sa.Column("item_id", text(64), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("code", text(64), nullable=False),
        sa.Column("sentence", prose(), nullable=False),
        of_device("item_refusals"),
        sa.PrimaryKeyConstraint("device_id", "item_id", name="pk_item_refusals"),
    )
    op.create_index("ix_item_refusals_at", "item_refusals", ["at"], unique=False)
    op.create_table(
        "slots",
        sa.Column("id", text(64), nullable=False),
        sa.Column("course_id", text(64), nullable=False),
        sa.Column("room", text(200), nullable=False),
        sa.Column("room_folded", text(600), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", text(5), nullable=False),
        sa.Column("ends", text(5), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name="fk_slots_course_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_slots"),
    )
    op.create_index("ix_slots_course_id", "slots", ["course_id"], unique=False)
    op.create_index("ix_slots_room_folded", "slots", ["room_folded"], unique=False)
    op.create_table(
        "readings",
        sa.Column("device_id", text(64), nullable=False),
        sa.Column("id", text(64), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("pixels_c", sa.LargeBinary(), nullable=False),
        sa.Column("thermistor_c", sa.Double(), nullable=False),
        sa.Column("skin_c", sa.Double(), nullable=True),
        sa.Column("coolest_c", sa.Double(), nullable=False),
        sa.Column("mean_c", sa.Double(), nullable=False),
        sa.Column("hottest_c", sa.Double(), nullable=False),
        of_device("readings"),
        sa.PrimaryKeyConstraint("device_id", "id", name="pk_readings"),
    )
    op.create_index("ix_readings_device_id_at", "readings", ["device_id", "at"], unique=False)
    op.create_index("ix_readings_device_id_minute", "readings", ["device_id", "minute"], unique=False)
    op.create_table(
        "alarms",
        sa.Column("id", text(64), nullable=False),
        sa.Column("device_id", text(64), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("temperature_c", sa.Double(), nullable=False),
        sa.Column("line_c", sa.Double(), nullable=False),
        sa.Column("reading_id", text(64), nullable=False),
        sa.Column("seen_by", text(64), nullable=True),
        sa.Column("seen_at", moment(), nullable=True),
        of_device("alarms"),
        sa.PrimaryKeyConstraint("id", name="pk_alarms"),
    )
    op.create_index("ix_alarms_at", "alarms", ["at"], unique=False)
    op.create_index("ix_alarms_device_id_at", "alarms", ["device_id", "at"], unique=False)
    op.create_index("ix_alarms_device_id_reading_id", "alarms", ["device_id", "reading_id"], unique=False)
    op.create_table(
        "device_pictures",
        sa.Column("recording_id", text(64), nullable=False),
        sa.Column("device_id", text(64), nullable=False),
        sa.Column("reading_id", text(64), nullable=False),
        sa.Column("at", moment(), nullable=False),
        of_device("device_pictures"),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name="fk_device_pictures_recording_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("recording_id", name="pk_device_pictures"),
    )
    op.create_index("ix_device_pictures_device_id_at", "device_pictures", ["device_id", "at"], unique=False)


def downgrade() -> None:
    """Devices and all that they measured are forgotten; the recordings that they sent stay."""
    for table in ("device_pictures", "alarms", "readings", "slots", "item_refusals", "devices"):
        op.drop_table(table)
