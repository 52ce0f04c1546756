"""What people say of unknown faces, where their vectors may be kept, and how good and where a sighting's picture is.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0012"
down_revision = "0011"
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


def _spots() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    """What was searched before says nothing of its pictures."""
    op.add_column("sightings", sa.Column("quality", sa.Double(), nullable=True))
    op.add_column("sightings", sa.Column("place", sa.LargeBinary(), nullable=True))
    op.add_column("sightings", sa.Column("vector", sa.LargeBinary(), nullable=True))
    op.add_column("marks", sa.Column("evidence_named_by", _text(64), nullable=True))
    op.create_table(
        "unknown_decisions",
        sa.Column("id", _text(64), nullable=False),
        sa.Column("course_id", _text(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("by", _text(64), nullable=True),
        sa.Column("seen", _spots(), nullable=False),
        sa.Column("others", _spots(), nullable=False),
        sa.Column("student_id", _text(64), nullable=True),
        sa.Column("face_id", _text(64), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name="fk_unknown_decisions_course_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name="fk_unknown_decisions_student_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_unknown_decisions"),
    )
    op.create_index("ix_unknown_decisions_course_id", "unknown_decisions", ["course_id"], unique=False)
    op.create_index("ix_unknown_decisions_student_id", "unknown_decisions", ["student_id"], unique=False)
    op.create_table(
        "unknown_switches",
        sa.Column("owner_kind", sa.String(16), nullable=False),
        sa.Column("owner_id", _text(64), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("by", _text(64), nullable=True),
        sa.PrimaryKeyConstraint("owner_kind", "owner_id", name="pk_unknown_switches"),
    )


def downgrade() -> None:
    """What people said of unknown faces is lost, and so are the vectors."""
    op.drop_table("unknown_switches")
    op.drop_table("unknown_decisions")
    with op.batch_alter_table("marks") as table:
        table.drop_column("evidence_named_by")
    with op.batch_alter_table("sightings") as table:
        for name in ("vector", "place", "quality"):
            table.drop_column(name)
