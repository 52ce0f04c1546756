"""Accounts of the school's sign-on, passkeys, and faces to sign in with.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0028"
down_revision = "0027"
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


def _prose() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(mysql.TEXT(charset="utf8mb4"), "mysql", "mariadb")


def upgrade() -> None:
    """Nobody signed in but with a password before."""
    op.create_table(
        "sign_on_accounts",
        sa.Column("id", _text(64), nullable=False),
        sa.Column("issuer", _prose(), nullable=False),
        sa.Column("subject", _prose(), nullable=False),
        sa.Column("user_id", _text(64), nullable=False),
        sa.Column("linked_at", _moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sign_on_accounts_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_on_accounts"),
    )
    op.create_index("ix_sign_on_accounts_user_id", "sign_on_accounts", ["user_id"], unique=False)
    op.create_table(
        "passkeys",
        sa.Column("id", _text(64), nullable=False),
        sa.Column("user_id", _text(64), nullable=False),
        sa.Column("name", _text(200), nullable=False),
        sa.Column("credential_id", _prose(), nullable=False),
        sa.Column("public_key", _prose(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("made_at", _moment(), nullable=False),
        sa.Column("used_at", _moment(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_passkeys_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"], unique=False)
    op.create_table(
        "face_logins",
        sa.Column("user_id", _text(64), nullable=False),
        sa.Column("engine", _text(100), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("agreed_at", _moment(), nullable=False),
        sa.Column("text_version", _text(200), nullable=False),
        sa.Column("used_at", _moment(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_face_logins_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name="pk_face_logins"),
    )


def downgrade() -> None:
    """Passkeys and faces must be registered again, and accounts linked."""
    op.drop_table("face_logins")
    op.drop_table("passkeys")
    op.drop_table("sign_on_accounts")
