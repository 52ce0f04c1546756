"""The first tables.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None
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
    """Text of any length."""
    return sa.Text().with_variant(mysql.TEXT(charset="utf8mb4"), "mysql", "mariadb")


def moment() -> sa.DateTime:
    """UTC with microseconds."""
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def counter() -> TypeEngine[int]:
    """SQLite counts only plain integers."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them all."""
    op.create_table(
        "audit",
        sa.Column("id", counter(), autoincrement=True, nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("by", text(64), nullable=True),
        sa.Column("action", text(64), nullable=False),
        sa.Column("subject", prose(), nullable=False),
        sa.Column("detail", prose(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_table(
        "courses",
        sa.Column("id", text(64), nullable=False),
        sa.Column("code", text(64), nullable=False),
        sa.Column("section", text(64), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("timezone", text(64), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("late_after_minutes", sa.Integer(), nullable=False),
        sa.Column("left_early_minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_courses"),
        sa.UniqueConstraint("code", "section", name="uq_courses_code_section"),
    )
    op.create_table(
        "erasures",
        sa.Column("id", counter(), autoincrement=True, nullable=False),
        sa.Column("key", text(255), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    op.create_index("ix_erasures_key", "erasures", ["key"], unique=False)
    op.create_table(
        "students",
        sa.Column("id", text(64), nullable=False),
        sa.Column("id_folded", text(192), nullable=False),
        sa.Column("key", text(64), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("name_folded", text(600), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("consent_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_students"),
        sa.UniqueConstraint("key", name="uq_students_key"),
    )
    op.create_index("ix_students_name_folded", "students", ["name_folded"], unique=False)
    op.create_table(
        "faces",
        sa.Column("id", text(64), nullable=False),
        sa.Column("student_id", text(64), nullable=False),
        sa.Column("engine", text(100), nullable=False),
        sa.Column("photo_key", text(255), nullable=False),
        sa.Column("thumbnail_key", text(255), nullable=False),
        sa.Column("quality", sa.Double(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("external_id", text(255), nullable=True),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_faces_student_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_faces"),
    )
    op.create_index("ix_faces_student_id", "faces", ["student_id"], unique=False)
    op.create_table(
        "lectures",
        sa.Column("id", text(64), nullable=False),
        sa.Column("course_id", text(64), nullable=False),
        sa.Column("starts_at", moment(), nullable=False),
        sa.Column("ends_at", moment(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("title", text(200), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name="fk_lectures_course_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_lectures"),
        sa.UniqueConstraint("course_id", "starts_at", name="uq_lectures_course_id_starts_at"),
    )
    op.create_index("ix_lectures_starts_at", "lectures", ["starts_at"], unique=False)
    op.create_table(
        "rosters",
        sa.Column("course_id", text(64), nullable=False),
        sa.Column("student_id", text(64), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name="fk_rosters_course_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_rosters_student_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("course_id", "student_id", name="pk_rosters"),
    )
    op.create_index("ix_rosters_student_id", "rosters", ["student_id"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", text(64), nullable=False),
        sa.Column("email", text(254), nullable=False),
        sa.Column("email_folded", text(762), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("name_folded", text(600), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", prose(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("student_id", text(64), nullable=True),
        sa.Column("timezone", text(64), nullable=True),
        sa.Column("session_key", text(64), nullable=False),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_users_student_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email_folded", name="uq_users_email_folded"),
    )
    op.create_index("ix_users_student_id", "users", ["student_id"], unique=False)
    op.create_table(
        "course_teachers",
        sa.Column("course_id", text(64), nullable=False),
        sa.Column("user_id", text(64), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name="fk_course_teachers_course_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_course_teachers_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("course_id", "user_id", name="pk_course_teachers"),
    )
    op.create_index("ix_course_teachers_user_id", "course_teachers", ["user_id"], unique=False)
    op.create_table(
        "mark_changes",
        sa.Column("id", counter(), autoincrement=True, nullable=False),
        sa.Column("lecture_id", text(64), nullable=False),
        sa.Column("student_id", text(64), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("to_status", sa.String(16), nullable=False),
        sa.Column("from_status", sa.String(16), nullable=True),
        sa.Column("by", text(64), nullable=True),
        sa.Column("reason", prose(), nullable=False),
        sa.ForeignKeyConstraint(["lecture_id"], ["lectures.id"], name="fk_mark_changes_lecture_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_mark_changes_student_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_mark_changes"),
    )
    op.create_index("ix_mark_changes_lecture_id_student_id", "mark_changes", ["lecture_id", "student_id"], unique=False)
    op.create_index("ix_mark_changes_student_id", "mark_changes", ["student_id"], unique=False)
    op.create_table(
        "marks",
        sa.Column("lecture_id", text(64), nullable=False),
        sa.Column("student_id", text(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("machine_status", sa.String(16), nullable=False),
        sa.Column("updated_at", moment(), nullable=False),
        sa.Column("left_early", sa.Boolean(), nullable=False),
        sa.Column("set_by", text(64), nullable=True),
        sa.Column("reason", prose(), nullable=False),
        sa.Column("evidence_recording_id", text(64), nullable=True),
        sa.Column("evidence_sighting_id", text(64), nullable=True),
        sa.Column("evidence_similarity", sa.Double(), nullable=True),
        sa.Column("evidence_frames", sa.Integer(), nullable=True),
        sa.Column("evidence_first_s", sa.Double(), nullable=True),
        sa.Column("evidence_last_s", sa.Double(), nullable=True),
        sa.Column("evidence_first_seen_at", moment(), nullable=True),
        sa.Column("evidence_last_seen_at", moment(), nullable=True),
        sa.Column("evidence_picture_key", text(255), nullable=True),
        sa.Column("evidence_picture_s", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["lecture_id"], ["lectures.id"], name="fk_marks_lecture_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_marks_student_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lecture_id", "student_id", name="pk_marks"),
    )
    op.create_index("ix_marks_student_id", "marks", ["student_id"], unique=False)
    op.create_table(
        "recordings",
        sa.Column("id", text(64), nullable=False),
        sa.Column("lecture_id", text(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("media_key", text(255), nullable=False),
        sa.Column("original_name", prose(), nullable=False),
        sa.Column("started_at", moment(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("size_bytes", counter(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("codec", text(64), nullable=False),
        sa.Column("created_by", text(64), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("error", prose(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", text(255), nullable=True),
        sa.Column("claimed_until", moment(), nullable=True),
        sa.Column("searched_at", moment(), nullable=True),
        sa.Column("engine", text(100), nullable=True),
        sa.ForeignKeyConstraint(["lecture_id"], ["lectures.id"], name="fk_recordings_lecture_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
    )
    op.create_index("ix_recordings_lecture_id", "recordings", ["lecture_id"], unique=False)
    op.create_index("ix_recordings_status", "recordings", ["status"], unique=False)
    op.create_table(
        "sightings",
        sa.Column("id", text(64), nullable=False),
        sa.Column("recording_id", text(64), nullable=False),
        sa.Column("student_id", text(64), nullable=True),
        sa.Column("first_s", sa.Double(), nullable=False),
        sa.Column("last_s", sa.Double(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("good_frames", sa.Integer(), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=True),
        sa.Column("margin", sa.Double(), nullable=True),
        sa.Column("picture_key", text(255), nullable=True),
        sa.Column("picture_s", sa.Double(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name="fk_sightings_recording_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_sightings_student_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_sightings"),
    )
    op.create_index("ix_sightings_recording_id", "sightings", ["recording_id"], unique=False)
    op.create_index("ix_sightings_student_id", "sightings", ["student_id"], unique=False)


def downgrade() -> None:
    """Drop them all, the dependent ones first."""
    for table in (
        "sightings",
        "recordings",
        "marks",
        "mark_changes",
        "course_teachers",
        "users",
        "rosters",
        "lectures",
        "faces",
        "students",
        "erasures",
        "courses",
        "audit",
    ):
        op.drop_table(table)
