"""Live lectures: meetings, what people write there, versions for open pages, and who meeting services saw.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0027"
down_revision = "0026"
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


def _goes_with(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")


def upgrade() -> None:
    """No lecture was live before."""
    op.create_table(
        "meetings",
        sa.Column("id", _text(64), nullable=False),
        sa.Column("course_id", _text(64), nullable=False),
        sa.Column("lecture_id", _text(64), nullable=True),
        sa.Column("place", sa.String(16), nullable=True),
        sa.Column("room", _text(200), nullable=False),
        sa.Column("url", _prose(), nullable=False),
        sa.Column("number", _text(64), nullable=False),
        sa.Column("passcode", _text(64), nullable=False),
        sa.Column("old_codes", sa.Text(), nullable=True),
        sa.Column("changed_at", _moment(), nullable=True),
        sa.Column("event_id", _text(64), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        _goes_with("meetings", "course_id", "courses"),
        _goes_with("meetings", "lecture_id", "lectures"),
        sa.PrimaryKeyConstraint("id", name="pk_meetings"),
    )
    op.create_table(
        "posts",
        sa.Column("id", _text(64), nullable=False),
        sa.Column("course_id", _text(64), nullable=False),
        sa.Column("lecture_id", _text(64), nullable=True),
        sa.Column("student_id", _text(64), nullable=True),
        sa.Column("by", _text(64), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("words", _prose(), nullable=False),
        sa.Column("is_announcement", sa.Boolean(), nullable=False),
        sa.Column("answers", _text(64), nullable=True),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.Column("mentions", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _goes_with("posts", "course_id", "courses"),
        _goes_with("posts", "lecture_id", "lectures"),
        _goes_with("posts", "student_id", "students"),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
    )
    op.create_table(
        "live_versions",
        sa.Column("course_id", _text(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        _goes_with("live_versions", "course_id", "courses"),
        sa.PrimaryKeyConstraint("course_id", name="pk_live_versions"),
    )
    op.create_table(
        "witnesses",
        sa.Column("id", _text(64), nullable=False),
        sa.Column("lecture_id", _text(64), nullable=False),
        sa.Column("student_id", _text(64), nullable=False),
        sa.Column("passage", sa.String(16), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        _goes_with("witnesses", "lecture_id", "lectures"),
        _goes_with("witnesses", "student_id", "students"),
        sa.PrimaryKeyConstraint("id", name="pk_witnesses"),
    )
    for table, columns in (
        ("meetings", ("course_id", "lecture_id", "number")),
        ("posts", ("lecture_id", "student_id", "at")),
        ("witnesses", ("lecture_id", "student_id", "at")),
    ):
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column], unique=False)
    op.create_index(
        "ix_posts_course_id_lecture_id_version", "posts", ["course_id", "lecture_id", "version"], unique=False
    )


def downgrade() -> None:
    """Links, and what people wrote, are lost."""
    for table in ("witnesses", "live_versions", "posts", "meetings"):
        op.drop_table(table)
