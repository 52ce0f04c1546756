"""The words of attendance as dataclasses; see the glossary in docs/architecture.md.

Times are timezone-aware UTC datetimes. Seconds with the ending `_s` count from a recording's first frame.
Similarities run from 0 to 100. All classes are frozen: a change makes a new one with `dataclasses.replace`.
"""

from attendance.model.consent import Consent, GivenBy, Manner, Purpose
from attendance.model.devices import (
    PIXELS,
    Alarm,
    Device,
    DeviceKind,
    DevicePicture,
    DeviceState,
    DeviceStatus,
    ItemRefusal,
    NearAlarms,
    Pairing,
    Reading,
    ReadingSpan,
    Slot,
)
from attendance.model.ids import is_id, new_id
from attendance.model.lectures import Lecture, Recording, RecordingKind, SearchStatus, Sighting, Thresholds
from attendance.model.lists import FORGOTTEN, AuditEntry, LectureCounts, LogFilter, LogRow, Page
from attendance.model.marks import Evidence, Mark, MarkChange, Status
from attendance.model.outbox import ERASE, OutboxItem
from attendance.model.people import Course, EngineCount, Face, Role, Session, Student, User
from attendance.model.unknowns import DecisionKind, Owner, OwnerKind, Spot, UnknownDecision, UnknownsSwitch
from attendance.model.uploads import COMMAND_LINE, DeviceRecording, LectureRecording, Sender
from attendance.model.visits import LastVisit, Verdict, Visit, VisitPlace

__all__ = [
    "COMMAND_LINE",
    "ERASE",
    "FORGOTTEN",
    "PIXELS",
    "Alarm",
    "AuditEntry",
    "Consent",
    "Course",
    "DecisionKind",
    "Device",
    "DeviceKind",
    "DevicePicture",
    "DeviceRecording",
    "DeviceState",
    "DeviceStatus",
    "EngineCount",
    "Evidence",
    "Face",
    "GivenBy",
    "ItemRefusal",
    "LastVisit",
    "Lecture",
    "LectureCounts",
    "LectureRecording",
    "LogFilter",
    "LogRow",
    "Manner",
    "Mark",
    "MarkChange",
    "NearAlarms",
    "OutboxItem",
    "Owner",
    "OwnerKind",
    "Page",
    "Pairing",
    "Purpose",
    "Reading",
    "ReadingSpan",
    "Recording",
    "RecordingKind",
    "Role",
    "SearchStatus",
    "Sender",
    "Session",
    "Sighting",
    "Slot",
    "Spot",
    "Status",
    "Student",
    "Thresholds",
    "UnknownDecision",
    "UnknownsSwitch",
    "User",
    "Verdict",
    "Visit",
    "VisitPlace",
    "is_id",
    "new_id",
]
