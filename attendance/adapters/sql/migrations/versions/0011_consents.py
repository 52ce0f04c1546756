"""Consents as records, in place of the day of one.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_STUDENTS = sa.table(
    "students", sa.column("id"), sa.column("consent_on", sa.Date()), sa.column("consents", sa.Text())
)
_PURPOSES = ("face", "evidence")  # what the consent to photos was to


def upgrade() -> None:
    """The day that was stored becomes the first records: who gave them, how and to which text is not known."""
    consents = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
    op.add_column("students", sa.Column("consents", consents, nullable=True))
    for student_id, day in _rows(_STUDENTS.c.consent_on):
        record = [{"purpose": purpose, "given_on": day.isoformat()} for purpose in _PURPOSES]
        _write(student_id, consents=json.dumps(record))
    op.drop_column("students", "consent_on")


def downgrade() -> None:
    """The day of the consent to face vectors that stands; all else is lost."""
    op.add_column("students", sa.Column("consent_on", sa.Date(), nullable=True))
    for student_id, record in _rows(_STUDENTS.c.consents):
        days = [
            one["given_on"]
            for one in json.loads(record)
            if one["purpose"] == _PURPOSES[0] and "withdrawn_at" not in one
        ]
        if days:
            _write(student_id, consent_on=date.fromisoformat(days[-1]))
    op.drop_column("students", "consents")


def _rows(column: sa.ColumnClause[Any]) -> list[tuple[str, Any]]:
    query = sa.select(_STUDENTS.c.id, column).where(column.is_not(None))
    return [(row[0], row[1]) for row in op.get_bind().execute(query).all()]


def _write(student_id: str, **values: object) -> None:
    op.get_bind().execute(_STUDENTS.update().where(_STUDENTS.c.id == student_id).values(values))
