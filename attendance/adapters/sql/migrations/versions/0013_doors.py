"""Doors: devices of a kind of their own, and the visits that they make.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_CLASSROOM = sa.text("'classroom'")


def _text(length: int) -> sa.types.TypeEngine[str]:
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def _moment() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _choice(*words: str) -> sa.Enum:
    return sa.Enum(*words, native_enum=False, length=16)


def _gone_with(table: str, column: str) -> sa.ForeignKeyConstraint:
    target = {"device_id": "devices", "student_id": "students", "visit_id": "visits"}[column]
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")


def upgrade() -> None:
    """Devices of before stand in classrooms."""
    kind: sa.Column[str] = sa.Column("kind", _choice("classroom", "door"), nullable=False, server_default=_CLASSROOM)
    op.add_column("devices", kind)
    op.add_column("devices", sa.Column("visits_since", _moment(), nullable=True))
    op.add_column("devices", sa.Column("staff_ids", sa.Text(), nullable=True))
    op.add_column("devices", sa.Column("tells_names", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "visits",
        sa.Column("id", _text(64), nullable=False),
        sa.Column("device_id", _text(64), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("until", _moment(), nullable=False),
        sa.Column("verdict", _choice("known", "unsure", "unknown"), nullable=False),
        sa.Column("student_id", _text(64), nullable=True),
        sa.Column("similarity", sa.Double(), nullable=True),
        sa.Column("picture_key", _text(255), nullable=True),
        sa.Column("pixels_c", sa.LargeBinary(), nullable=True),
        sa.Column("thermistor_c", sa.Double(), nullable=True),
        sa.Column("temperature_c", sa.Double(), nullable=True),
        sa.Column("named_by", _text(64), nullable=True),
        sa.Column("named_at", _moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
        _gone_with("visits", "device_id"),
        _gone_with("visits", "student_id"),
    )
    op.create_index("ix_visits_picture_key", "visits", ["picture_key"], unique=False)
    op.create_index("ix_visits_device_id_at", "visits", ["device_id", "at"], unique=False)
    op.create_index("ix_visits_device_id_verdict", "visits", ["device_id", "verdict", "at"], unique=False)
    op.create_index("ix_visits_student_id", "visits", ["student_id", "device_id", "at"], unique=False)
    op.create_table(
        "last_visits",
        sa.Column("device_id", _text(64), nullable=False),
        sa.Column("student_id", _text(64), nullable=False),
        sa.Column("visit_id", _text(64), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "student_id", name="pk_last_visits"),
        *(_gone_with("last_visits", column) for column in ("device_id", "student_id", "visit_id")),
    )
    op.create_index("ix_last_visits_student_id", "last_visits", ["student_id"], unique=False)
    op.create_index("ix_last_visits_visit_id", "last_visits", ["visit_id"], unique=False)


def downgrade() -> None:
    """Visits are lost; their pictures are erased as files that nothing names."""
    op.drop_table("last_visits")
    op.drop_table("visits")
    for name in ("tells_names", "staff_ids", "visits_since", "kind"):
        op.drop_column("devices", name)
