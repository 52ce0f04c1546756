"""The language in which somebody reads.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _text(length: int) -> sa.types.TypeEngine[str]:
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def upgrade() -> None:
    """Nobody has chosen one yet."""
    op.add_column("users", sa.Column("language", _text(16), nullable=True))


def downgrade() -> None:
    """What was chosen is lost."""
    op.drop_column("users", "language")
