"""Objections and excuses of students.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0024"
down_revision = "0023"
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


def upgrade() -> None:
    """Nobody objected before."""
    op.create_table(
        "appeals",
        sa.Column("id", _text(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("course_id", _text(64), nullable=False),
        sa.Column("student_id", _text(64), nullable=False),
        sa.Column("by", _text(64), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("words", _prose(), nullable=False),
        sa.Column("lecture_id", _text(64), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("file_key", _text(255), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("answered_by", _text(64), nullable=True),
        sa.Column("answered_at", _moment(), nullable=True),
        sa.Column("answer", _prose(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name="fk_appeals_course_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_appeals_student_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_appeals"),
    )
    for column in ("course_id", "student_id", "file_key", "state"):
        op.create_index(f"ix_appeals_{column}", "appeals", [column], unique=False)


def downgrade() -> None:
    """What students asked, and what was answered, is lost."""
    op.drop_table("appeals")
