"""One outbox for events and deletions, in place of the list of erasures; and since when a device is silent.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ERASURES = sa.table("erasures", sa.column("id"), sa.column("key"))
_KEY = _ERASURES.c.key
_OUTBOX = sa.table(
    "outbox",
    *map(sa.column, ("id", "handler", "subject", "body", "created_at", "due_at", "attempts")),
)


def _text(length: int) -> sa.types.TypeEngine[str]:
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def _prose() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(mysql.TEXT(charset="utf8mb4"), "mysql", "mariadb")


def _moment() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _counter() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What was still to be erased is due at once."""
    op.create_table(
        "outbox",
        sa.Column("id", _counter(), autoincrement=True, nullable=False),
        sa.Column("handler", _text(32), nullable=False),
        sa.Column("subject", _text(255), nullable=False),
        sa.Column("body", _prose(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("due_at", _moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", _prose(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_handler_subject", "outbox", ["handler", "subject"], unique=False)
    before_all = sa.literal(datetime(1970, 1, 1), sa.DateTime())
    waiting = sa.select(sa.literal("erase"), _KEY, sa.literal(""), before_all, before_all, sa.literal(0))
    columns = ["handler", "subject", "body", "created_at", "due_at", "attempts"]
    op.execute(_OUTBOX.insert().from_select(columns, waiting.select_from(_ERASURES).order_by(_ERASURES.c.id)))
    op.drop_index("ix_erasures_key", table_name="erasures")
    op.drop_table("erasures")
    op.add_column("devices", sa.Column("silent_since", _moment(), nullable=True))


def downgrade() -> None:
    """Events that wait are lost, and which silences were noted; deletions stay."""
    op.drop_column("devices", "silent_since")
    op.create_table(
        "erasures",
        sa.Column("id", _counter(), autoincrement=True, nullable=False),
        sa.Column("key", _text(255), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    op.create_index("ix_erasures_key", "erasures", ["key"], unique=False)
    deletions = sa.select(_OUTBOX.c.subject).where(_OUTBOX.c.handler == "erase").order_by(_OUTBOX.c.id)
    op.execute(_ERASURES.insert().from_select(["key"], deletions))
    op.drop_index("ix_outbox_handler_subject", table_name="outbox")
    op.drop_table("outbox")
