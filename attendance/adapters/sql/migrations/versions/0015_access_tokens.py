"""Access tokens for programs, and their requests that may be sent twice.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Compared and sorted by code point on every database."""
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def moment() -> sa.DateTime:
    """UTC with microseconds."""
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """Nothing in use changes."""
    op.create_table(
        "access_tokens",
        sa.Column("id", text(64), nullable=False),
        sa.Column("user_id", text(64), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("secret_hash", text(64), nullable=False),
        sa.Column("scopes", sa.String(1000), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("expires_at", moment(), nullable=False),
        sa.Column("used_at", moment(), nullable=True),
        sa.Column("revoked_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_access_tokens_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_access_tokens"),
        sa.UniqueConstraint("secret_hash", name="uq_access_tokens_secret_hash"),
    )
    op.create_index("ix_access_tokens_user_id", "access_tokens", ["user_id"], unique=False)
    op.create_table(
        "repeatable_requests",
        sa.Column("id", text(64), nullable=False),
        sa.Column("user_id", text(64), nullable=False),
        sa.Column("content_hash", text(64), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("location", text(300), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_repeatable_requests_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_repeatable_requests"),
    )
    op.create_index("ix_repeatable_requests_user_id", "repeatable_requests", ["user_id"], unique=False)
    op.create_index("ix_repeatable_requests_at", "repeatable_requests", ["at"], unique=False)


def downgrade() -> None:
    """Programs are signed out."""
    op.drop_table("repeatable_requests")
    op.drop_table("access_tokens")
