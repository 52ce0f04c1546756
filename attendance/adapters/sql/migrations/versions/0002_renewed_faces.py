"""Faces that another engine enrols anew, kept beside those in use.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

revision = "0002"
down_revision = "0001"
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
    """Nothing in use changes."""
    op.add_column("faces", sa.Column("passed_over_by", text(100), nullable=True))
    op.create_table(
        "renewed_faces",
        sa.Column("face_id", text(64), nullable=False),
        sa.Column("engine", text(100), nullable=False),
        sa.Column("quality", sa.Double(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("external_id", text(255), nullable=True),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_renewed_faces_face_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("face_id", "engine", name="pk_renewed_faces"),
    )


def downgrade() -> None:
    """What was enrolled anew and is not in use yet is lost."""
    op.drop_table("renewed_faces")
    op.drop_column("faces", "passed_over_by")
