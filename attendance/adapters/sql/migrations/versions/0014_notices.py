"""Notices, and what users and courses chose to be told.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KINDS = (
    "search_done",
    "unsure_waiting",
    "unknown_seen",
    "lecture_log",
    "week_log",
    "daily_summary",
    "weekly_summary",
    "alarm",
    "device_silent",
    "digest",
    "event",
)


def _text(length: int) -> sa.types.TypeEngine[str]:
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def _prose() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(mysql.TEXT(charset="utf8mb4"), "mysql", "mariadb")


def _moment() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _choice(*words: str) -> sa.Enum:
    return sa.Enum(*words, native_enum=False, length=16)


def upgrade() -> None:
    """Nobody chose anything yet."""
    op.create_table(
        "notices",
        sa.Column("id", _text(64), nullable=False),
        sa.Column("kind", _choice(*_KINDS), nullable=False),
        sa.Column("channel", _text(32), nullable=False),
        sa.Column("receiver", _text(255), nullable=False),
        sa.Column("subject", _text(255), nullable=False),
        sa.Column("body", _prose(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("due_at", _moment(), nullable=True),
        sa.Column("in_digest", sa.Boolean(), nullable=False),
        sa.Column("state", _choice("waiting", "sent", "failed"), nullable=False),
        sa.Column("sent_at", _moment(), nullable=True),
        sa.Column("reference", _prose(), nullable=True),
        sa.Column("reason", _prose(), nullable=True),
        sa.Column("names", _prose(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    op.create_index("ix_notices_due_at", "notices", ["due_at"], unique=False)
    op.create_index("ix_notices_state_created_at", "notices", ["state", "created_at"], unique=False)
    op.add_column("users", sa.Column("notices", _prose(), nullable=True))
    op.add_column("courses", sa.Column("notices", _prose(), nullable=True))


def downgrade() -> None:
    """What was chosen is lost, and what waits to be told."""
    op.drop_column("courses", "notices")
    op.drop_column("users", "notices")
    op.drop_index("ix_notices_state_created_at", table_name="notices")
    op.drop_index("ix_notices_due_at", table_name="notices")
    op.drop_table("notices")
