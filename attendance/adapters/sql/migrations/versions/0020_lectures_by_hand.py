"""Check-ins beside marks, what people did at once, and who may check in from where and when.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_NEW_TEXTS = {
    "lectures": {"check_in_key": 64, "check_in_code": 64},
    "courses": {"check_in_networks": 500},
    "mark_changes": {"action": 64, "undoes": 64},
}
_MINUTES = {"check_in_early_minutes": "15", "check_in_late_minutes": "30"}
_OF_MARKS = ("check_in_at", "check_in_method", "check_in_device")


def _text(length: int) -> TypeEngine[str]:
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def upgrade() -> None:
    """Nobody has checked in yet, and nothing that was done before can be undone as one."""
    for table, columns in _NEW_TEXTS.items():
        for name, length in columns.items():
            op.add_column(table, sa.Column(name, _text(length), nullable=False, server_default=""))
    for name, minutes in _MINUTES.items():
        op.add_column("courses", sa.Column(name, sa.Integer(), nullable=False, server_default=minutes))
    moment = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    methods = sa.Enum("face", "screen", "code", "kiosk", "hand", native_enum=False, length=16)
    kinds: tuple[TypeEngine[Any], ...] = (moment, methods, _text(64))
    for name, kind in zip(_OF_MARKS, kinds, strict=True):
        op.add_column("marks", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    """Who checked in is lost; the marks stay."""
    for name in _OF_MARKS:
        op.drop_column("marks", name)
    for name in _MINUTES:
        op.drop_column("courses", name)
    for table, columns in _NEW_TEXTS.items():
        for name in columns:
            op.drop_column(table, name)
