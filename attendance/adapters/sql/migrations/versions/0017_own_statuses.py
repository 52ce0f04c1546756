"""Statuses that a course adds, what being late counts there, and how much video an absence needs.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _text(length: int) -> sa.types.TypeEngine[str]:
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def upgrade() -> None:
    """Marks and courses are as they were: no own status, late counts whole, and half a lecture must be on video."""
    op.add_column("courses", sa.Column("statuses", sa.Text(), nullable=True))
    op.add_column("courses", sa.Column("late_points", sa.Double(), nullable=False, server_default="1"))
    op.add_column("courses", sa.Column("least_video_percent", sa.Integer(), nullable=False, server_default="50"))
    op.add_column("marks", sa.Column("own_status", _text(64), nullable=True))
    op.add_column("marks", sa.Column("little_video", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("mark_changes", sa.Column("to_own", _text(64), nullable=True))
    op.add_column("mark_changes", sa.Column("from_own", _text(64), nullable=True))


def downgrade() -> None:
    """Own statuses are lost; marks keep the status that they count as."""
    for table, column in (
        ("mark_changes", "from_own"),
        ("mark_changes", "to_own"),
        ("marks", "little_video"),
        ("marks", "own_status"),
        ("courses", "least_video_percent"),
        ("courses", "late_points"),
        ("courses", "statuses"),
    ):
        op.drop_column(table, column)
