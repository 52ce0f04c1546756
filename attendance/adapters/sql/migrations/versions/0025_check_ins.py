"""Check-ins at kiosks, what kiosks asked, personal PINs, and who asks at a door to be registered.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def _text(length: int) -> sa.types.TypeEngine[str]:
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def _moment() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _prose() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(mysql.TEXT(charset="utf8mb4"), "mysql", "mariadb")


def _gone_with(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")


def upgrade() -> None:
    """Nobody checked in before."""
    op.add_column("devices", sa.Column("kiosk", sa.Text(), nullable=True))
    op.create_table(
        "check_ins",
        sa.Column("id", _text(64), nullable=False),
        sa.Column("student_id", _text(64), nullable=False),
        sa.Column("device_id", _text(64), nullable=False),
        sa.Column("room", _text(200), nullable=False),
        sa.Column("room_folded", _text(600), nullable=False),
        sa.Column("timezone", _text(64), nullable=False),
        sa.Column("checked_in_at", _moment(), nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("in_temperature_c", sa.Double(), nullable=True),
        sa.Column("similarity", sa.Double(), nullable=True),
        sa.Column("picture_key", _text(255), nullable=True),
        sa.Column("checked_out_at", _moment(), nullable=True),
        sa.Column("out_method", sa.String(16), nullable=True),
        sa.Column("out_device_id", _text(64), nullable=True),
        sa.Column("out_temperature_c", sa.Double(), nullable=True),
        sa.Column("out_similarity", sa.Double(), nullable=True),
        sa.Column("out_picture_key", _text(255), nullable=True),
        sa.Column("closed_by_rule", sa.Boolean(), nullable=False),
        sa.Column("taken_back_at", _moment(), nullable=True),
        sa.Column("open_of", _text(64), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("local_in", sa.DateTime(), nullable=False),
        sa.Column("local_out", sa.DateTime(), nullable=True),
        _gone_with("check_ins", "student_id", "students"),
        sa.PrimaryKeyConstraint("id", name="pk_check_ins"),
        sa.UniqueConstraint("open_of", name="uq_check_ins_open_of"),
    )
    for columns in (["checked_in_at", "id"], ["student_id", "checked_in_at"], ["picture_key"], ["out_picture_key"]):
        op.create_index(f"ix_check_ins_{'_'.join(columns)}", "check_ins", columns, unique=False)
    op.create_table(
        "kiosk_attempts",
        sa.Column("id", _text(64), nullable=False),
        sa.Column("device_id", _text(64), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("answered_at", _moment(), nullable=False),
        sa.Column("command", sa.String(16), nullable=False),
        sa.Column("language", _text(16), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("reason", _text(64), nullable=False),
        sa.Column("student_key", _text(64), nullable=True),
        sa.Column("choices", _text(300), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=True),
        sa.Column("temperature_c", sa.Double(), nullable=True),
        sa.Column("temperature_high", sa.Boolean(), nullable=False),
        sa.Column("check_in_id", _text(64), nullable=True),
        sa.Column("wrong_pins", sa.Integer(), nullable=False),
        sa.Column("undone_at", _moment(), nullable=True),
        _gone_with("kiosk_attempts", "device_id", "devices"),
        sa.PrimaryKeyConstraint("id", name="pk_kiosk_attempts"),
    )
    for column in ("device_id", "answered_at"):
        op.create_index(f"ix_kiosk_attempts_{column}", "kiosk_attempts", [column], unique=False)
    op.create_table(
        "personal_pins",
        sa.Column("student_id", _text(64), nullable=False),
        sa.Column("pin_hash", _prose(), nullable=False),
        sa.Column("set_at", _moment(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("wrong_since", _moment(), nullable=True),
        sa.Column("locked_until", _moment(), nullable=True),
        _gone_with("personal_pins", "student_id", "students"),
        sa.PrimaryKeyConstraint("student_id", name="pk_personal_pins"),
    )
    op.create_table(
        "door_registrations",
        sa.Column("id", _text(64), nullable=False),
        sa.Column("device_id", _text(64), nullable=False),
        sa.Column("room", _text(200), nullable=False),
        sa.Column("course_id", _text(64), nullable=False),
        sa.Column("name", _text(200), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("picture_key", _text(255), nullable=False),
        _gone_with("door_registrations", "device_id", "devices"),
        _gone_with("door_registrations", "course_id", "courses"),
        sa.PrimaryKeyConstraint("id", name="pk_door_registrations"),
    )
    for column in ("device_id", "course_id", "at", "picture_key"):
        op.create_index(f"ix_door_registrations_{column}", "door_registrations", [column], unique=False)


def downgrade() -> None:
    """Who checked in is lost, and PINs are; pictures are erased as files that nothing names."""
    op.execute('DROP VIEW IF EXISTS "Check_in_out"' if _quotes_double() else "DROP VIEW IF EXISTS `Check_in_out`")
    op.execute("DROP VIEW IF EXISTS student")
    for table in ("door_registrations", "personal_pins", "kiosk_attempts", "check_ins"):
        op.drop_table(table)
    op.drop_column("devices", "kiosk")


def _quotes_double() -> bool:
    return op.get_bind().dialect.name not in ("mysql", "mariadb")
