"""Unknown people of doors: what was said of them, and the vectors that an admin lets a door keep for some days.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def _text(length: int) -> sa.types.TypeEngine[str]:
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def upgrade() -> None:
    """Until now all that was said was of courses, and nothing of pictures of visits."""
    op.add_column("visits", sa.Column("quality", sa.Double(), nullable=True))
    op.add_column("visits", sa.Column("vector", sa.LargeBinary(), nullable=True))
    op.add_column("visits", sa.Column("vector_engine", _text(100), nullable=True))
    with op.batch_alter_table("unknown_decisions") as table:
        table.alter_column("course_id", existing_type=_text(64), nullable=True)
        table.add_column(sa.Column("device_id", _text(64), nullable=True))
        table.create_foreign_key(
            "fk_unknown_decisions_device_id", "devices", ["device_id"], ["id"], ondelete="CASCADE"
        )
        table.create_index("ix_unknown_decisions_device_id", ["device_id"], unique=False)


def downgrade() -> None:
    """What was said at doors is lost, and so are the vectors; visits keep the names that they have."""
    op.execute("DELETE FROM unknown_decisions WHERE course_id IS NULL")
    with op.batch_alter_table("unknown_decisions") as table:
        table.drop_constraint("fk_unknown_decisions_device_id", type_="foreignkey")
        table.drop_index("ix_unknown_decisions_device_id")
        table.drop_column("device_id")
        table.alter_column("course_id", existing_type=_text(64), nullable=False)
    with op.batch_alter_table("visits") as table:
        for name in ("vector_engine", "vector", "quality"):
            table.drop_column(name)
