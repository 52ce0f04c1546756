"""Links to set a password by, what admins choose for the site, and by what the audit trail is searched.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import hashlib
import unicodedata

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_AT_ONCE = 1000


def _text(length: int) -> TypeEngine[str]:
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def _prose() -> TypeEngine[str]:
    return sa.Text().with_variant(mysql.LONGTEXT(charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")


def _moment() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """Entries of the audit trail from before are found by the same words as new ones."""
    op.create_table(
        "account_links",
        sa.Column("id", _text(64), nullable=False),
        sa.Column("user_id", _text(64), nullable=False),
        sa.Column("purpose", sa.Enum("invitation", "password", native_enum=False, length=16), nullable=False),
        sa.Column("secret_hash", _text(64), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("expires_at", _moment(), nullable=False),
        sa.Column("by", _text(64), nullable=True),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("used_at", _moment(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_account_links_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_account_links"),
        sa.UniqueConstraint("secret_hash", name="uq_account_links_secret_hash"),
        sa.UniqueConstraint("user_id", "purpose", name="uq_account_links_user_id_purpose"),
    )
    op.create_table(
        "site_settings",
        sa.Column("id", _text(64), nullable=False),
        sa.Column("said", _prose(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_site_settings"),
    )
    with op.batch_alter_table("audit") as audit:
        audit.add_column(sa.Column("topic", _text(64), nullable=False, server_default=""))
        audit.add_column(sa.Column("subject_key", _text(64), nullable=False, server_default=""))
    _fill()
    op.create_index("ix_audit_by_at", "audit", ["by", "at"], unique=False)
    op.create_index("ix_audit_topic_at", "audit", ["topic", "at"], unique=False)
    op.create_index("ix_audit_subject_key_at", "audit", ["subject_key", "at"], unique=False)


def _fill() -> None:
    connection = op.get_bind()
    audit = sa.table(
        "audit",
        sa.column("id", sa.BigInteger),
        sa.column("action", sa.String),
        sa.column("subject", sa.String),
        sa.column("topic", sa.String),
        sa.column("subject_key", sa.String),
    )
    last = 0
    filling = (
        sa.update(audit)
        .where(audit.c.id == sa.bindparam("row"))
        .values(topic=sa.bindparam("new_topic"), subject_key=sa.bindparam("new_key"))
    )
    while True:
        query = sa.select(audit.c.id, audit.c.action, audit.c.subject).where(audit.c.id > last)
        rows = connection.execute(query.order_by(audit.c.id).limit(_AT_ONCE)).all()
        if not rows:
            return
        connection.execute(
            filling,
            [{"row": row.id, "new_topic": row.action.partition(".")[0], "new_key": _key(row.subject)} for row in rows],
        )
        last = rows[-1].id


def _key(subject: str) -> str:
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", subject.strip()).casefold())
    return hashlib.sha256(folded.encode(errors="surrogatepass")).hexdigest()


def downgrade() -> None:
    """Links are worth nothing any more, and what was chosen for the site is lost."""
    for index in ("ix_audit_subject_key_at", "ix_audit_topic_at", "ix_audit_by_at"):
        op.drop_index(index, table_name="audit")
    with op.batch_alter_table("audit") as audit:
        audit.drop_column("subject_key")
        audit.drop_column("topic")
    op.drop_table("site_settings")
    op.drop_table("account_links")
