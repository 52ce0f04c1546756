"""How many marks of each status a lecture has, so that sums need not read the marks.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _text(length: int) -> sa.types.TypeEngine[str]:
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def upgrade() -> None:
    """Count the marks that are there. The index that sums were read from is of no use any more."""
    op.create_table(
        "mark_counts",
        sa.Column("lecture_id", _text(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("own_status", _text(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lecture_id"], ["lectures.id"], name="fk_mark_counts_lecture_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lecture_id", "status", "own_status", name="pk_mark_counts"),
    )
    op.execute(
        "INSERT INTO mark_counts (lecture_id, status, own_status, number) "
        "SELECT lecture_id, status, COALESCE(own_status, ''), COUNT(*) FROM marks "
        "GROUP BY lecture_id, status, COALESCE(own_status, '')"
    )
    op.drop_index("ix_marks_lecture_id_status_own_status", "marks")


def downgrade() -> None:
    """Sums are counted from the marks again."""
    op.create_index("ix_marks_lecture_id_status_own_status", "marks", ["lecture_id", "status", "own_status"])
    op.drop_table("mark_counts")
