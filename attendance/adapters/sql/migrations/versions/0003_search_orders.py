"""What a service that charges by the minute was asked to search.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

revision = "0003"
down_revision = "0002"
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
    op.create_table(
        "search_months",
        sa.Column("month", text(7), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("month", name="pk_search_months"),
    )
    op.create_table(
        "search_orders",
        sa.Column("token", text(64), nullable=False),
        sa.Column("month", text(7), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_search_orders"),
    )


def downgrade() -> None:
    """How much was spent is forgotten."""
    op.drop_table("search_orders")
    op.drop_table("search_months")
