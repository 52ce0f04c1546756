"""Ids by which a school's own system knows people and courses.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Compared and sorted by code point on every database."""
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def upgrade() -> None:
    """Nothing was imported from another system yet."""
    op.create_table(
        "external_ids",
        sa.Column("source", text(100), nullable=False),
        sa.Column("kind", sa.Enum("class", "student", "teacher", "enrollment", native_enum=False, length=16), nullable=False),
        sa.Column("external_id", text(255), nullable=False),
        sa.Column("course_id", text(64), nullable=True),
        sa.Column("student_id", text(64), nullable=True),
        sa.Column("user_id", text(64), nullable=True),
        sa.Column("parent", text(255), nullable=False),
        sa.Column(
            "modified_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=True
        ),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name="fk_external_ids_course_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_external_ids_student_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_external_ids_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source", "kind", "external_id", name="pk_external_ids"),
    )
    for name in ("course_id", "student_id", "user_id"):
        op.create_index(f"ix_external_ids_{name}", "external_ids", [name], unique=False)


def downgrade() -> None:
    """The next import finds people and courses by their own ids again."""
    op.drop_table("external_ids")
