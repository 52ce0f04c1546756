"""The tables. A column is named after the field it holds; migrations/versions makes them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
)

from attendance.adapters.sql.columns import (
    ConsentsText,
    IdsText,
    KioskText,
    Moment,
    OldCodesText,
    OwnStatusesText,
    PairingsText,
    Pixels,
    SpotsText,
    StatusText,
    Vector,
    Words,
    choice,
    counter,
    prose,
    text,
)
from attendance.model import (
    AppealKind,
    AppealState,
    DecisionKind,
    DeviceKind,
    DoorMethod,
    ExternalKind,
    KioskCommand,
    KioskOutcome,
    LinkPurpose,
    Method,
    NoticeKind,
    NoticeState,
    OwnerKind,
    Passage,
    Place,
    RecordingKind,
    Role,
    SearchStatus,
    Status,
    Verdict,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)


def _id(**more: Any) -> Column[str]:
    return Column("id", text(64), primary_key=True, **more)


def _of(name: str, target: str, *, nullable: bool = False, **more: Any) -> Column[str]:
    """A column that names a row elsewhere and goes when that goes."""
    return Column(name, text(64), ForeignKey(f"{target}.id", ondelete="CASCADE"), nullable=nullable, **more)


students = Table(
    "students",
    metadata,
    _id(),
    Column("key", text(64), nullable=False, unique=True),
    Column("name", text(200), nullable=False),
    Column("name_folded", text(600), nullable=False, index=True),
    Column("found_by", text(800), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("consents", ConsentsText),
    Column("contact_email", text(254), nullable=False),
)

users = Table(
    "users",
    metadata,
    _id(),
    Column("email", text(254), nullable=False),
    Column("email_folded", text(762), nullable=False, unique=True),
    Column("name", text(200), nullable=False),
    Column("found_by", text(1400), nullable=False),
    Column("role", choice(Role), nullable=False),
    Column("password_hash", prose(), nullable=False),
    Column("created_at", Moment, nullable=False),
    _of("student_id", "students", nullable=True, index=True),
    Column("timezone", text(64)),
    Column("language", text(16)),
    Column("session_key", text(64), nullable=False),
    Column("notices", prose()),
    Column("calendar_key", text(64)),
)

sessions = Table(
    "sessions",
    metadata,
    _id(),
    _of("user_id", "users", index=True),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False, index=True),
    Column("browser", text(300), nullable=False),
    Column("address", text(64), nullable=False),
)

access_tokens = Table(
    "access_tokens",
    metadata,
    _id(),
    _of("user_id", "users", index=True),
    Column("name", text(200), nullable=False),
    Column("secret_hash", text(64), nullable=False, unique=True),
    Column("scopes", Words(1000), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
)

sign_on_accounts = Table(
    "sign_on_accounts",
    metadata,
    _id(),
    Column("issuer", prose(), nullable=False),
    Column("subject", prose(), nullable=False),
    _of("user_id", "users", index=True),
    Column("linked_at", Moment, nullable=False),
)

passkeys = Table(
    "passkeys",
    metadata,
    _id(),
    _of("user_id", "users", index=True),
    Column("name", text(200), nullable=False),
    Column("credential_id", prose(), nullable=False),
    Column("public_key", prose(), nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("used_at", Moment),
)

face_logins = Table(
    "face_logins",
    metadata,
    _of("user_id", "users", primary_key=True),
    Column("engine", text(100), nullable=False),
    Column("vector", Vector, nullable=False),
    Column("agreed_at", Moment, nullable=False),
    Column("text_version", text(200), nullable=False),
    Column("used_at", Moment),
)

account_links = Table(
    "account_links",
    metadata,
    _id(),
    _of("user_id", "users"),
    Column("purpose", choice(LinkPurpose), nullable=False),
    Column("secret_hash", text(64), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("by", text(64)),
    Column("by_mail", Boolean, nullable=False),
    Column("used_at", Moment),
    UniqueConstraint("user_id", "purpose"),
)

# One row: whoever saves replaces it as it was read.
site_settings = Table(
    "site_settings",
    metadata,
    _id(),
    Column("said", prose(), nullable=False),
)

repeatable_requests = Table(
    "repeatable_requests",
    metadata,
    _id(),
    _of("user_id", "users", index=True),
    Column("content_hash", text(64), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("status", Integer),
    Column("location", text(300), nullable=False),
)

courses = Table(
    "courses",
    metadata,
    _id(),
    Column("code", text(64), nullable=False),
    Column("section", text(64), nullable=False),
    Column("name", text(200), nullable=False),
    Column("timezone", text(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("late_after_minutes", Integer, nullable=False),
    Column("left_early_minutes", Integer, nullable=False),
    Column("notices", prose()),
    Column("statuses", OwnStatusesText),
    Column("late_points", Double, nullable=False),
    Column("least_video_percent", Integer, nullable=False),
    Column("check_in_early_minutes", Integer, nullable=False),
    Column("check_in_late_minutes", Integer, nullable=False),
    Column("check_in_networks", text(500), nullable=False),
    Column("risk_rules", prose()),
    UniqueConstraint("code", "section"),
)

course_teachers = Table(
    "course_teachers",
    metadata,
    _of("course_id", "courses", primary_key=True),
    _of("user_id", "users", primary_key=True, index=True),
)

rosters = Table(
    "rosters",
    metadata,
    _of("course_id", "courses", primary_key=True),
    _of("student_id", "students", primary_key=True, index=True),
)

external_ids = Table(
    "external_ids",
    metadata,
    Column("source", text(100), primary_key=True),
    Column("kind", choice(ExternalKind), primary_key=True),
    Column("external_id", text(255), primary_key=True),
    _of("course_id", "courses", nullable=True, index=True),
    _of("student_id", "students", nullable=True, index=True),
    _of("user_id", "users", nullable=True, index=True),
    Column("parent", text(255), nullable=False),
    Column("modified_at", Moment),
)

faces = Table(
    "faces",
    metadata,
    _id(),
    _of("student_id", "students", index=True),
    Column("engine", text(100), nullable=False),
    Column("photo_key", text(255), nullable=False),
    Column("thumbnail_key", text(255), nullable=False),
    Column("quality", Double, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("vector", Vector),
    Column("external_id", text(255)),
    Column("passed_over_by", text(100)),
)

# What other engines made of a face's photo, until all photos are through and it takes the face's place.
renewed_faces = Table(
    "renewed_faces",
    metadata,
    _of("face_id", "faces", primary_key=True),
    Column("engine", text(100), primary_key=True),
    Column("quality", Double, nullable=False),
    Column("vector", Vector),
    Column("external_id", text(255)),
)

lectures = Table(
    "lectures",
    metadata,
    _id(),
    _of("course_id", "courses"),
    Column("starts_at", Moment, nullable=False, index=True),
    Column("ends_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("title", text(200), nullable=False),
    Column("check_in_key", text(64), nullable=False),
    Column("check_in_code", text(64), nullable=False),
    UniqueConstraint("course_id", "starts_at"),
)

recordings = Table(
    "recordings",
    metadata,
    _id(),
    _of("lecture_id", "lectures", index=True),
    Column("kind", choice(RecordingKind), nullable=False),
    Column("media_key", text(255), nullable=False),
    Column("original_name", prose(), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("duration_s", Double, nullable=False),
    Column("size_bytes", counter(), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("codec", text(64), nullable=False),
    Column("created_by", text(64)),
    Column("status", choice(SearchStatus), nullable=False, index=True),
    Column("progress", Double, nullable=False),
    Column("error", prose()),
    Column("attempts", Integer, nullable=False),
    Column("claimed_by", text(255)),
    Column("claimed_until", Moment),
    Column("searched_at", Moment),
    Column("engine", text(100)),
)

sightings = Table(
    "sightings",
    metadata,
    _id(),
    _of("recording_id", "recordings", index=True),
    _of("student_id", "students", nullable=True, index=True),
    Column("first_s", Double, nullable=False),
    Column("last_s", Double, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("good_frames", Integer, nullable=False),
    Column("similarity", Double),
    Column("margin", Double),
    Column("picture_key", text(255)),
    Column("picture_s", Double),
    Column("number", Integer, nullable=False),
    Column("appearances_s", Vector),
    Column("flat", Boolean, nullable=False),
    Column("quality", Double),
    Column("place", Vector),
    Column("vector", Vector),
)

# What people said of unknown faces. Sightings are named by what they were, and outlive a search by that.
unknown_decisions = Table(
    "unknown_decisions",
    metadata,
    _id(),
    _of("course_id", "courses", nullable=True, index=True),
    Column("kind", choice(DecisionKind), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", text(64)),
    Column("seen", SpotsText, nullable=False),
    Column("others", SpotsText, nullable=False),
    _of("student_id", "students", nullable=True, index=True),
    Column("face_id", text(64)),
    _of("device_id", "devices", nullable=True, index=True),
)

appeals = Table(
    "appeals",
    metadata,
    _id(),
    Column("kind", choice(AppealKind), nullable=False),
    _of("course_id", "courses", index=True),
    _of("student_id", "students", index=True),
    Column("by", text(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("words", prose(), nullable=False),
    Column("lecture_id", text(64)),
    Column("first_day", Date),
    Column("last_day", Date),
    Column("file_key", text(255), index=True),
    Column("state", choice(AppealState), nullable=False, index=True),
    Column("answered_by", text(64)),
    Column("answered_at", Moment),
    Column("answer", prose(), nullable=False),
)

# Where a course is held, or one lecture; its id is that of the lecture, else of the course.
meetings = Table(
    "meetings",
    metadata,
    _id(),
    _of("course_id", "courses", index=True),
    _of("lecture_id", "lectures", nullable=True, index=True),
    Column("place", choice(Place)),
    Column("room", text(200), nullable=False),
    Column("url", prose(), nullable=False),
    Column("number", text(64), nullable=False, index=True),
    Column("passcode", text(64), nullable=False),
    Column("old_codes", OldCodesText),
    Column("changed_at", Moment),
    Column("event_id", text(64), nullable=False),
    Column("is_closed", Boolean, nullable=False),
)

posts = Table(
    "posts",
    metadata,
    _id(),
    _of("course_id", "courses"),
    _of("lecture_id", "lectures", nullable=True, index=True),
    _of("student_id", "students", nullable=True, index=True),
    Column("by", text(64), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("words", prose(), nullable=False),
    Column("is_announcement", Boolean, nullable=False),
    Column("answers", text(64)),
    Column("is_pinned", Boolean, nullable=False),
    Column("is_hidden", Boolean, nullable=False),
    Column("mentions", IdsText),
    Column("version", Integer, nullable=False),
    Index("ix_posts_course_id_lecture_id_version", "course_id", "lecture_id", "version"),
)

live_versions = Table(
    "live_versions",
    metadata,
    _of("course_id", "courses", primary_key=True),
    Column("number", Integer, nullable=False),
    Column("floor", Integer, nullable=False),
)

witnesses = Table(
    "witnesses",
    metadata,
    _id(),
    _of("lecture_id", "lectures", index=True),
    _of("student_id", "students", index=True),
    Column("passage", choice(Passage), nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

# Whether vectors of unknown people are kept; it goes with its course or device, which no foreign key can say.
unknown_switches = Table(
    "unknown_switches",
    metadata,
    Column("owner_kind", choice(OwnerKind), primary_key=True),
    Column("owner_id", text(64), primary_key=True),
    Column("on", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", text(64)),
)

# What a mark rests on is stored beside it, not by reference: a new search replaces the sightings before the marks.
marks = Table(
    "marks",
    metadata,
    _of("lecture_id", "lectures", primary_key=True),
    _of("student_id", "students", primary_key=True, index=True),
    Column("status", choice(Status), nullable=False),
    Column("machine_status", choice(Status), nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("left_early", Boolean, nullable=False),
    Column("set_by", text(64)),
    Column("reason", prose(), nullable=False),
    Column("evidence_recording_id", text(64)),
    Column("evidence_sighting_id", text(64)),
    Column("evidence_similarity", Double),
    Column("evidence_frames", Integer),
    Column("evidence_first_s", Double),
    Column("evidence_last_s", Double),
    Column("evidence_first_seen_at", Moment),
    Column("evidence_last_seen_at", Moment),
    Column("evidence_picture_key", text(255)),
    Column("evidence_picture_s", Double),
    Column("evidence_named_by", text(64)),
    Column("own_status", text(64)),
    Column("little_video", Boolean, nullable=False),
    Column("check_in_at", Moment),
    Column("check_in_method", choice(Method)),
    Column("check_in_device", text(64)),
)

# How many marks of each status a lecture has; changed with the marks, so that sums need not read them.
mark_counts = Table(
    "mark_counts",
    metadata,
    _of("lecture_id", "lectures", primary_key=True),
    Column("status", choice(Status), primary_key=True),
    Column("own_status", text(64), primary_key=True),  # empty where it is none of a course's own
    Column("number", Integer, nullable=False),
)

# Who is at risk, a row a student and course; what no longer holds stays, so that nobody is told twice.
at_risk = Table(
    "at_risk",
    metadata,
    _of("course_id", "courses", primary_key=True),
    _of("student_id", "students", primary_key=True, index=True),
    Column("since", Moment, nullable=False),
    Column("findings", prose(), nullable=False),
    Column("told", prose(), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("seen_by", text(64)),
    Column("seen_at", Moment),
    Index(None, "is_open", "since"),
)

# `by` is no foreign key, here and in the audit: what somebody did stays when their account goes.
mark_changes = Table(
    "mark_changes",
    metadata,
    Column("id", counter(), primary_key=True, autoincrement=True),
    _of("lecture_id", "lectures"),
    _of("student_id", "students", index=True),
    Column("at", Moment, nullable=False),
    Column("to_status", choice(Status), nullable=False),
    Column("from_status", choice(Status)),
    Column("by", text(64)),
    Column("reason", prose(), nullable=False),
    Column("to_own", text(64)),
    Column("from_own", text(64)),
    Column("action", text(64), nullable=False),
    Column("undoes", text(64), nullable=False),
    Index(None, "lecture_id", "student_id"),
)

# What a service that charges was asked to search, a row a month and a row an order.
search_months = Table(
    "search_months",
    metadata,
    Column("month", text(7), primary_key=True),
    Column("seconds", Double, nullable=False),
)

search_orders = Table(
    "search_orders",
    metadata,
    Column("token", text(64), primary_key=True),
    Column("month", text(7), nullable=False),
    Column("seconds", Double, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", counter(), primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False, index=True),
    Column("by", text(64)),
    Column("action", text(64), nullable=False),
    Column("subject", prose(), nullable=False),
    Column("detail", prose(), nullable=False),
    Column("topic", text(64), nullable=False),
    Column("subject_key", text(64), nullable=False),
    Index(None, "by", "at"),
    Index(None, "topic", "at"),
    Index(None, "subject_key", "at"),
)

# A deletion may stand here twice: two removals at once must not stumble over each other.
outbox = Table(
    "outbox",
    metadata,
    Column("id", counter(), primary_key=True, autoincrement=True),
    Column("handler", text(32), nullable=False),
    Column("subject", text(255), nullable=False),
    Column("body", prose(), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("error", prose()),
    Index(None, "handler", "subject"),
)

notices = Table(
    "notices",
    metadata,
    _id(),
    Column("kind", choice(NoticeKind), nullable=False),
    Column("channel", text(32), nullable=False),
    Column("receiver", text(255), nullable=False),
    Column("subject", text(255), nullable=False),
    Column("body", prose(), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, index=True),
    Column("in_digest", Boolean, nullable=False),
    Column("state", choice(NoticeState), nullable=False),
    Column("sent_at", Moment),
    Column("reference", prose()),
    Column("reason", prose()),
    Column("names", prose(), nullable=False),
    Column("version", Integer, nullable=False),
    Index(None, "state", "created_at"),
    Index(None, "receiver", "created_at"),
)


def _device() -> Column[str]:
    return Column("device_id", text(64), ForeignKey("devices.id", ondelete="CASCADE"), primary_key=True)


devices = Table(
    "devices",
    metadata,
    Column("id", text(64), primary_key=True),
    Column("name", text(200), nullable=False),
    Column("name_folded", text(600), nullable=False),
    Column("room", text(200), nullable=False),
    Column("room_folded", text(600), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("key_hash", text(64), unique=True),
    Column("pairing_hash", text(64), unique=True),
    Column("pairing_until", Moment),
    Column("paired_at", Moment),
    Column("revoked_at", Moment),
    Column("last_seen_at", Moment),
    Column("silent_since", Moment),
    Column("status", StatusText),
    Column("alarm_line_c", Double),
    Column("calibration_offset_c", Double, nullable=False),
    Column("calibrated_on", Date),
    Column("pairings", PairingsText),
    Column("kind", choice(DeviceKind), nullable=False),
    Column("visits_since", Moment),
    Column("staff_ids", IdsText),
    Column("tells_names", Boolean, nullable=False),
    Column("kiosk", KioskText),
)

item_refusals = Table(
    "item_refusals",
    metadata,
    _device(),
    Column("item_id", text(64), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("code", text(64), nullable=False),
    Column("sentence", prose(), nullable=False),
)

slots = Table(
    "slots",
    metadata,
    Column("id", text(64), primary_key=True),
    Column("course_id", text(64), ForeignKey("courses.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("room", text(200), nullable=False),
    Column("room_folded", text(600), nullable=False, index=True),
    Column("weekday", Integer, nullable=False),
    Column("starts", text(5), nullable=False),
    Column("ends", text(5), nullable=False),
    Column("from_on", Date),
    Column("until_on", Date),
)

# The summaries stand beside the pixels so that a day's chart reads no pixels; `minute` counts from 1970, because
# databases do not agree on how to group by time.
readings = Table(
    "readings",
    metadata,
    _device(),
    Column("id", text(64), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("minute", BigInteger, nullable=False),
    Column("pixels_c", Pixels, nullable=False),
    Column("thermistor_c", Double, nullable=False),
    Column("skin_c", Double),
    Column("coolest_c", Double, nullable=False),
    Column("mean_c", Double, nullable=False),
    Column("hottest_c", Double, nullable=False),
    Index(None, "device_id", "at"),
    Index(None, "device_id", "minute"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", text(64), primary_key=True),
    Column("device_id", text(64), ForeignKey("devices.id", ondelete="CASCADE"), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("temperature_c", Double, nullable=False),
    Column("line_c", Double, nullable=False),
    Column("reading_id", text(64), nullable=False),
    Column("seen_by", text(64)),
    Column("seen_at", Moment),
    Index(None, "device_id", "at"),
    Index(None, "device_id", "reading_id"),
)

device_pictures = Table(
    "device_pictures",
    metadata,
    Column("recording_id", text(64), ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True),
    Column("device_id", text(64), ForeignKey("devices.id", ondelete="CASCADE"), nullable=False),
    Column("reading_id", text(64), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "device_id", "at"),
)

visits = Table(
    "visits",
    metadata,
    _id(),
    Column("device_id", text(64), ForeignKey("devices.id", ondelete="CASCADE"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("verdict", choice(Verdict), nullable=False),
    Column("student_id", text(64), ForeignKey("students.id", ondelete="CASCADE")),
    Column("similarity", Double),
    Column("picture_key", text(255), index=True),
    Column("pixels_c", Pixels),
    Column("thermistor_c", Double),
    Column("temperature_c", Double),
    Column("named_by", text(64)),
    Column("named_at", Moment),
    Column("quality", Double),
    Column("vector", Vector),
    Column("vector_engine", text(100)),
    Index(None, "device_id", "at"),
    Index("ix_visits_device_id_verdict", "device_id", "verdict", "at"),
    Index("ix_visits_student_id", "student_id", "device_id", "at"),
)

# The newest visit of each student at each door: the wall of people reads as many rows as there are people.
last_visits = Table(
    "last_visits",
    metadata,
    Column("device_id", text(64), ForeignKey("devices.id", ondelete="CASCADE"), primary_key=True),
    Column("student_id", text(64), ForeignKey("students.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("visit_id", text(64), ForeignKey("visits.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
)

# `open_of` is the student while it is open, and nothing after that: all databases keep that unique. `day`, `local_in`
# and `local_out` are what the school's clock showed, for those who read by SQL; views.py makes views of them.
check_ins = Table(
    "check_ins",
    metadata,
    _id(),
    _of("student_id", "students"),
    Column("device_id", text(64), nullable=False),
    Column("room", text(200), nullable=False),
    Column("room_folded", text(600), nullable=False),
    Column("timezone", text(64), nullable=False),
    Column("checked_in_at", Moment, nullable=False),
    Column("method", choice(DoorMethod), nullable=False),
    Column("in_temperature_c", Double),
    Column("similarity", Double),
    Column("picture_key", text(255), index=True),
    Column("checked_out_at", Moment),
    Column("out_method", choice(DoorMethod)),
    Column("out_device_id", text(64)),
    Column("out_temperature_c", Double),
    Column("out_similarity", Double),
    Column("out_picture_key", text(255), index=True),
    Column("closed_by_rule", Boolean, nullable=False),
    Column("taken_back_at", Moment),
    Column("open_of", text(64), unique=True),
    Column("day", Date, nullable=False),
    Column("local_in", DateTime, nullable=False),
    Column("local_out", DateTime),
    Index(None, "checked_in_at", "id"),
    Index(None, "student_id", "checked_in_at"),
)

kiosk_attempts = Table(
    "kiosk_attempts",
    metadata,
    _id(),
    _of("device_id", "devices", index=True),
    Column("at", Moment, nullable=False),
    Column("answered_at", Moment, nullable=False, index=True),
    Column("command", choice(KioskCommand), nullable=False),
    Column("language", text(16), nullable=False),
    Column("outcome", choice(KioskOutcome, 32), nullable=False),
    Column("reason", text(64), nullable=False),
    Column("student_key", text(64)),
    Column("choices", text(300), nullable=False),
    Column("similarity", Double),
    Column("temperature_c", Double),
    Column("temperature_high", Boolean, nullable=False),
    Column("check_in_id", text(64)),
    Column("wrong_pins", Integer, nullable=False),
    Column("undone_at", Moment),
)

personal_pins = Table(
    "personal_pins",
    metadata,
    _of("student_id", "students", primary_key=True),
    Column("pin_hash", prose(), nullable=False),
    Column("set_at", Moment, nullable=False),
    Column("wrong", Integer, nullable=False),
    Column("wrong_since", Moment),
    Column("locked_until", Moment),
)

door_registrations = Table(
    "door_registrations",
    metadata,
    _id(),
    _of("device_id", "devices", index=True),
    Column("room", text(200), nullable=False),
    _of("course_id", "courses", index=True),
    Column("name", text(200), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("picture_key", text(255), nullable=False, index=True),
)

webhooks = Table(
    "webhooks",
    metadata,
    _id(),
    Column("url", text(2000), nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("is_paused", Boolean, nullable=False),
)

platforms = Table(
    "platforms",
    metadata,
    _id(),
    Column("name", text(200), nullable=False),
    Column("issuer", text(255), nullable=False),
    Column("client_id", text(255), nullable=False),
    Column("deployment_ids", Words(4000), nullable=False),
    Column("auth_url", text(2000), nullable=False),
    Column("token_url", text(2000), nullable=False),
    Column("keys_url", text(2000), nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("vouches_for_mail", Boolean, nullable=False),
    Column("adds_accounts", Boolean, nullable=False),
    UniqueConstraint("issuer", "client_id"),
)

platform_courses = Table(
    "platform_courses",
    metadata,
    _of("platform_id", "platforms", primary_key=True),
    _id(),
    _of("course_id", "courses", index=True),
    Column("title", text(255), nullable=False),
    Column("roster_url", text(2000), nullable=False),
    Column("line_items_url", text(2000), nullable=False),
    Column("linked_at", Moment, nullable=False),
    Column("line_item_url", text(2000), nullable=False),
    Column("sends_grades", Boolean, nullable=False),
    Column("sent_at", Moment),
    Column("error", prose()),
)

platform_accounts = Table(
    "platform_accounts",
    metadata,
    _of("platform_id", "platforms", primary_key=True),
    Column("subject", text(255), primary_key=True),
    _of("user_id", "users", index=True),
    Column("linked_at", Moment, nullable=False),
)

login_states = Table(
    "login_states",
    metadata,
    _id(),
    _of("platform_id", "platforms"),
    Column("nonce", text(64), nullable=False),
    Column("ends_at", Moment, nullable=False, index=True),
)

tool_keys = Table(
    "tool_keys",
    metadata,
    _id(),
    Column("sealed", prose(), nullable=False),
    Column("made_at", Moment, nullable=False),
)
