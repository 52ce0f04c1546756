"""The doors of attendance: what it needs from outside, as small Protocols that say what failure means.

Each has one contract suite in tests/contract that every adapter passes, the fakes included. Any method may also raise
ServiceUnavailable. Adapters express intent and are safe to call from several processes at once.
"""

from attendance.ports.answers import AnsweredNotifier
from attendance.ports.devices import AlarmStore, DeviceStore, ReadingStore, TimetableStore
from attendance.ports.faces import (
    EnrolledFace,
    FaceSearch,
    FoundFace,
    LookAlike,
    PhotoFaces,
    Progress,
    RecordingInfo,
    RemoteFaceSearch,
    Seen,
    SeenFace,
)
from attendance.ports.imports import ImportPart, ImportStore
from attendance.ports.jobs import JobQueue, WorkedQueue
from attendance.ports.media import MediaFile, MediaStore
from attendance.ports.meetings import MeetingService
from attendance.ports.notifier import MailFolder, Notifier, StoredMail
from attendance.ports.passkeys import Claimed, MadeKey, Passkeys, PasskeySite
from attendance.ports.people import CourseStore, RenewalStore, StudentStore, UserStore
from attendance.ports.platforms import PlatformServices
from attendance.ports.sign_on import Said, SignOn
from attendance.ports.store import (
    AuditStore,
    LectureStore,
    MarkStore,
    SearchStore,
    SpendingStore,
    Store,
)
from attendance.ports.uploads import AppendedUploads, ByteStream, DirectUploads, Upload, UploadPart, UploadSpool

__all__ = [
    "AlarmStore",
    "AnsweredNotifier",
    "AppendedUploads",
    "AuditStore",
    "ByteStream",
    "Claimed",
    "CourseStore",
    "DeviceStore",
    "DirectUploads",
    "EnrolledFace",
    "FaceSearch",
    "FoundFace",
    "ImportPart",
    "ImportStore",
    "JobQueue",
    "LectureStore",
    "LookAlike",
    "MadeKey",
    "MailFolder",
    "MarkStore",
    "MediaFile",
    "MediaStore",
    "MeetingService",
    "Notifier",
    "PasskeySite",
    "Passkeys",
    "PhotoFaces",
    "PlatformServices",
    "Progress",
    "ReadingStore",
    "RecordingInfo",
    "RemoteFaceSearch",
    "RenewalStore",
    "Said",
    "SearchStore",
    "Seen",
    "SeenFace",
    "SignOn",
    "SpendingStore",
    "Store",
    "StoredMail",
    "StudentStore",
    "TimetableStore",
    "Upload",
    "UploadPart",
    "UploadSpool",
    "UserStore",
    "WorkedQueue",
]
