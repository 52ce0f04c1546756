"""Webhooks that admins add, and learning platforms with what is linked to them.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Compared and sorted by code point on every database."""
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def prose() -> TypeEngine[str]:
    """Of any length."""
    return sa.Text().with_variant(mysql.TEXT(charset="utf8mb4"), "mysql", "mariadb")


def moment() -> sa.DateTime:
    """UTC with microseconds."""
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """Nothing in use changes; the notices of a receiver, and the lines of a lecture, are found without reading all."""
    op.create_index("ix_notices_receiver_created_at", "notices", ["receiver", "created_at"])
    op.create_table(
        "webhooks",
        sa.Column("id", text(64), nullable=False),
        sa.Column("url", text(2000), nullable=False),
        sa.Column("added_at", moment(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_table(
        "platforms",
        sa.Column("id", text(64), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("issuer", text(255), nullable=False),
        sa.Column("client_id", text(255), nullable=False),
        sa.Column("deployment_ids", sa.String(4000), nullable=False),
        sa.Column("auth_url", text(2000), nullable=False),
        sa.Column("token_url", text(2000), nullable=False),
        sa.Column("keys_url", text(2000), nullable=False),
        sa.Column("added_at", moment(), nullable=False),
        sa.Column("vouches_for_mail", sa.Boolean(), nullable=False),
        sa.Column("adds_accounts", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_platforms"),
        sa.UniqueConstraint("issuer", "client_id", name="uq_platforms_issuer_client_id"),
    )
    _make_links()
    op.create_table(
        "login_states",
        sa.Column("id", text(64), nullable=False),
        sa.Column("platform_id", text(64), nullable=False),
        sa.Column("nonce", text(64), nullable=False),
        sa.Column("ends_at", moment(), nullable=False),
        _goes_with("login_states", "platform_id", "platforms"),
        sa.PrimaryKeyConstraint("id", name="pk_login_states"),
    )
    op.create_index("ix_login_states_ends_at", "login_states", ["ends_at"])
    op.create_table(
        "tool_keys",
        sa.Column("id", text(64), nullable=False),
        sa.Column("sealed", prose(), nullable=False),
        sa.Column("made_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tool_keys"),
    )


def downgrade() -> None:
    """What was registered and linked is lost."""
    for name in ("tool_keys", "login_states", "platform_accounts", "platform_courses", "platforms", "webhooks"):
        op.drop_table(name)
    op.drop_index("ix_notices_receiver_created_at", "notices")


def _make_links() -> None:
    op.create_table(
        "platform_courses",
        sa.Column("platform_id", text(64), nullable=False),
        sa.Column("id", text(64), nullable=False),
        sa.Column("course_id", text(64), nullable=False),
        sa.Column("title", text(255), nullable=False),
        sa.Column("roster_url", text(2000), nullable=False),
        sa.Column("line_items_url", text(2000), nullable=False),
        sa.Column("linked_at", moment(), nullable=False),
        sa.Column("line_item_url", text(2000), nullable=False),
        sa.Column("sends_grades", sa.Boolean(), nullable=False),
        sa.Column("sent_at", moment(), nullable=True),
        sa.Column("error", prose(), nullable=True),
        _goes_with("platform_courses", "platform_id", "platforms"),
        _goes_with("platform_courses", "course_id", "courses"),
        sa.PrimaryKeyConstraint("platform_id", "id", name="pk_platform_courses"),
    )
    op.create_index("ix_platform_courses_course_id", "platform_courses", ["course_id"])
    op.create_table(
        "platform_accounts",
        sa.Column("platform_id", text(64), nullable=False),
        sa.Column("subject", text(255), nullable=False),
        sa.Column("user_id", text(64), nullable=False),
        sa.Column("linked_at", moment(), nullable=False),
        _goes_with("platform_accounts", "platform_id", "platforms"),
        _goes_with("platform_accounts", "user_id", "users"),
        sa.PrimaryKeyConstraint("platform_id", "subject", name="pk_platform_accounts"),
    )
    op.create_index("ix_platform_accounts_user_id", "platform_accounts", ["user_id"])


def _goes_with(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")
