"""Who is at risk, whom of that a third person is told, addresses of calendars, and an index that sums are read from.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def _text(length: int) -> sa.types.TypeEngine[str]:
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def _prose() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(mysql.TEXT(charset="utf8mb4"), "mysql", "mariadb")


def _moment() -> sa.types.TypeEngine[datetime]:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """No course has rules, no student a contact, no user a calendar."""
    op.add_column("courses", sa.Column("risk_rules", _prose(), nullable=True))
    op.add_column("students", sa.Column("contact_email", _text(254), nullable=False, server_default=""))
    op.add_column("users", sa.Column("calendar_key", _text(64), nullable=True))
    op.create_table(
        "at_risk",
        sa.Column("course_id", _text(64), nullable=False),
        sa.Column("student_id", _text(64), nullable=False),
        sa.Column("since", _moment(), nullable=False),
        sa.Column("findings", _prose(), nullable=False),
        sa.Column("told", _prose(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("seen_by", _text(64), nullable=True),
        sa.Column("seen_at", _moment(), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name="fk_at_risk_course_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_at_risk_student_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("course_id", "student_id", name="pk_at_risk"),
    )
    op.create_index("ix_at_risk_student_id", "at_risk", ["student_id"])
    op.create_index("ix_at_risk_is_open_since", "at_risk", ["is_open", "since"])
    op.create_index("ix_marks_lecture_id_status_own_status", "marks", ["lecture_id", "status", "own_status"])


def downgrade() -> None:
    """What was found, told and seen is lost."""
    op.drop_index("ix_marks_lecture_id_status_own_status", "marks")
    op.drop_table("at_risk")
    op.drop_column("users", "calendar_key")
    op.drop_column("students", "contact_email")
    op.drop_column("courses", "risk_rules")
