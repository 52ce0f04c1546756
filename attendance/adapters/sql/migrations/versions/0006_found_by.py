"""What students and users are found by: their words without case and marks.

Column types are spelt out here, not imported: this must go on making what it made when it was written. The form of the
words is that of the program which runs this, as it is what the program will look for.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from attendance.rules.texts import folded
from attendance.rules.texts import searchable

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLES = {"students": ("id", "name", 800), "users": ("email", "name", 1400)}


def text(length: int) -> TypeEngine[str]:
    """Compared and sorted by code point on every database."""
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
        .with_variant(sa.String(length, collation="C"), "postgresql")
    )


def upgrade() -> None:
    """The columns that were searched before go, where nothing is sorted by them."""
    for name, (first, second, length) in _TABLES.items():
        op.add_column(name, sa.Column("found_by", text(length), nullable=False, server_default=""))
        table = sa.table(name, *map(sa.column, dict.fromkeys(("id", first, second, "found_by"))))
        for row in _rows(table):
            _write(table, row["id"], found_by="\n".join((searchable(row[first]), searchable(row[second]))))
    # One by one: what SQLite makes anew it drops first, and with a row of students goes all that hangs on it.
    op.drop_column("students", "id_folded")
    op.drop_column("users", "name_folded")


def downgrade() -> None:
    """As it was before."""
    for name, word, length in (("students", "id", 192), ("users", "name", 600)):
        op.add_column(name, sa.Column(f"{word}_folded", text(length), nullable=False, server_default=""))
        table = sa.table(name, *map(sa.column, dict.fromkeys(("id", word, f"{word}_folded"))))
        for row in _rows(table):
            _write(table, row["id"], **{f"{word}_folded": folded(row[word])})
        op.drop_column(name, "found_by")


def _rows(table: sa.TableClause) -> list[sa.RowMapping]:
    return list(op.get_bind().execute(sa.select(table)).mappings().all())


def _write(table: sa.TableClause, row_id: str, **values: str) -> None:
    op.get_bind().execute(table.update().where(table.c.id == row_id).values(values))
