"""A set of changes: rows, what the audit trail says of them, and the events that follow; applied whole or not at all.

A use case reads, lets the rules decide, and commits one set. What a store cannot do in one transaction (DynamoDB takes
100 items) it does in steps, which the same commit completes where they broke off; audit entries and events go with the
last of them, so that they never tell of what was not done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from attendance.model import (
    AccessToken,
    AccountLink,
    Alarm,
    Appeal,
    AtRisk,
    AuditEntry,
    Consent,
    Course,
    Device,
    DoorCheckIn,
    DoorRegistration,
    ExternalId,
    Face,
    FaceLogin,
    KioskAttempt,
    Lecture,
    LinkPurpose,
    Mark,
    MarkChange,
    Meeting,
    Notice,
    OutboxItem,
    Owner,
    Passkey,
    PersonalPin,
    Platform,
    PlatformAccount,
    PlatformCourse,
    Post,
    Recording,
    SignOnAccount,
    Slot,
    Student,
    ToolKey,
    UnknownDecision,
    UnknownsSwitch,
    User,
    Visit,
    Webhook,
    Witness,
)


@dataclass(frozen=True, slots=True)
class AddUser:
    """Refused with AlreadyExists where the email (compared without case) is taken, NotFound (student)."""

    user: User


@dataclass(frozen=True, slots=True)
class SaveUser:
    """Replace the user of that id.

    Refused with NotFound, AlreadyExists, MovedOn (it is not as `was`, where given), NotAllowed (nobody else is admin).
    """

    user: User
    was: User | None = None


@dataclass(frozen=True, slots=True)
class RemoveUser:
    """With sessions, access tokens, links and passkeys; what the user did stays in history and audit.

    Refused with NotFound, NotAllowed (nobody else is admin).
    """

    user_id: str


@dataclass(frozen=True, slots=True)
class AddAccessToken:
    """Refused with NotFound (user), AlreadyExists (same id or secret)."""

    token: AccessToken


@dataclass(frozen=True, slots=True)
class RevokeAccessToken:
    """It is worth nothing from now on; one revoked before stays as it is. Refused with NotFound."""

    user_id: str
    token_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SaveAccountLink:
    """In place of the user's link of that purpose. Refused with NotFound (user), AlreadyExists (secret)."""

    link: AccountLink


@dataclass(frozen=True, slots=True)
class RemoveAccountLink:
    """It is worth nothing from now on. Refused with NotFound."""

    user_id: str
    purpose: LinkPurpose


@dataclass(frozen=True, slots=True)
class UseAccountLink:
    """The link was followed at `at`: the user is as `user` from now on.

    Refused with NotFound, AlreadyExists (email), and MovedOn where the link was replaced, taken back or used meanwhile
    or the user is not as `was`: of two who follow it at once one alone is let in.
    """

    link: AccountLink
    user: User
    was: User
    at: datetime


@dataclass(frozen=True, slots=True)
class SaveSiteSettings:
    """What admins chose for the site, by name. Refused with MovedOn where it is no longer `was`."""

    values: Mapping[str, str]
    was: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AddCourse:
    """Refused with AlreadyExists where code and section are taken."""

    course: Course


@dataclass(frozen=True, slots=True)
class SaveCourse:
    """Refused with NotFound, AlreadyExists, MovedOn (it is not as `was`, where given)."""

    course: Course
    was: Course | None = None


@dataclass(frozen=True, slots=True)
class RemoveCourse:
    """With its lectures, recordings, sightings and marks; their media become erasures. Refused with NotFound."""

    course_id: str


@dataclass(frozen=True, slots=True)
class SetTeachers:
    """Replace the teachers. Refused with NotFound."""

    course_id: str
    user_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class AddToRoster:
    """Those on it already stay. Refused with NotFound, and changes nothing, where one does not exist."""

    course_id: str
    student_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class RemoveFromRoster:
    """Marks that exist stay. Nothing happens where the student is not on it."""

    course_id: str
    student_id: str


@dataclass(frozen=True, slots=True)
class AddStudent:
    """With faces and rosters. Refused with AlreadyExists (id), ConsentMissing (faces without it), NotFound (course)."""

    student: Student
    faces: Sequence[Face] = ()
    course_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SaveStudent:
    """The name. Refused with NotFound."""

    student: Student


@dataclass(frozen=True, slots=True)
class SaveConsents:
    """A student's record of consents. Without one to face vectors that stands all faces go, and make erasures.

    Refused with NotFound, and MovedOn where the record is no longer `before`.
    """

    student_id: str
    before: tuple[Consent, ...]
    after: tuple[Consent, ...]


@dataclass(frozen=True, slots=True)
class RemoveStudent:
    """Everywhere: roster, faces, sightings that name them, marks, history, the linked account. Refused with NotFound.

    Also sightings that a person named so, with what was said; vectors of faces that were said not to be theirs are
    forgotten. Their media keys become erasures.
    """

    student_id: str


@dataclass(frozen=True, slots=True)
class RemoveEvidence:
    """The pictures of a student beside sightings and marks, which stay; the pictures become erasures.

    Refused with NotFound, and MovedOn where one of the marks was changed at the same moment.
    """

    student_id: str


@dataclass(frozen=True, slots=True)
class AddFace:
    """Refused with NotFound, ConsentMissing."""

    face: Face


@dataclass(frozen=True, slots=True)
class RemoveFace:
    """Its media keys become erasures. Refused with NotFound."""

    face_id: str


@dataclass(frozen=True, slots=True)
class UseRenewedFaces:
    """All outdated faces become those of this engine, and all that was renewed beside is gone.

    Of the faces with the ids `passed_over` it is written down that this engine cannot use them. Refused with Conflict
    where another outdated face has not been renewed.
    """

    engine: str
    passed_over: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class AddLecture:
    """Refused with AlreadyExists where the course has a lecture that starts then; NotFound (course)."""

    lecture: Lecture


@dataclass(frozen=True, slots=True)
class SaveLecture:
    """With what becomes of its marks by it.

    Refused with NotFound, AlreadyExists, MovedOn (it is not as `was`, where given, or a mark not as it was read).
    """

    lecture: Lecture
    was: Lecture | None = None
    steps: Sequence[MarkStep] = ()


@dataclass(frozen=True, slots=True)
class RemoveLecture:
    """With recordings, sightings, marks; their media keys become erasures. Refused with NotFound."""

    lecture_id: str


@dataclass(frozen=True, slots=True)
class AddRecording:
    """Refused with AlreadyExists (same id), NotFound (lecture)."""

    recording: Recording


@dataclass(frozen=True, slots=True)
class RemoveRecording:
    """With its sightings; media keys become erasures. Refused with NotFound."""

    recording_id: str


@dataclass(frozen=True, slots=True)
class MarkStep:
    """One mark as it is to be (None: withdrawn), what it was when it was read, and what its history gains.

    An `opinion` is decided by what was seen, also where its history says who named a face.
    """

    student_id: str
    old: Mark | None
    new: Mark | None
    changes: Sequence[MarkChange] = ()
    opinion: bool = False

    @property
    def is_by_a_person(self) -> bool:
        """Whether somebody decided it, who is to be told where the student is gone."""
        return not self.opinion and any(change.by is not None for change in self.changes)


@dataclass(frozen=True, slots=True)
class SaveMarks:
    """Marks of one lecture, each as `attendance/rules/merging.py` decided it.

    Refused with NotFound (lecture; a student, where a person set the mark), and with MovedOn where a mark is not as it
    was read. Steps of students who were removed meanwhile are left out.
    """

    lecture_id: str
    steps: Sequence[MarkStep]


@dataclass(frozen=True, slots=True)
class AddDevice:
    """Refused with AlreadyExists (same id)."""

    device: Device


SET_BY_PEOPLE = (
    "name",
    "room",
    "alarm_line_c",
    "calibration_offset_c",
    "calibrated_on",
    "visits_since",
    "staff_ids",
    "tells_names",
    "kiosk",
)
"""What of a device is changed by people alone."""


@dataclass(frozen=True, slots=True)
class SaveDevice:
    """What a person sets (SET_BY_PEOPLE); the rest stays.

    Refused with NotFound, MovedOn (what people set is not as in `was`, where given).
    """

    device: Device
    was: Device | None = None


@dataclass(frozen=True, slots=True)
class RemoveDevice:
    """With its key, readings, alarms and refusals, and what it took with readings; recordings stay.

    Visits of a door go too, and their pictures become erasures.

    A device that sends many readings is to be revoked, and its readings removed, before. Refused with NotFound.
    """

    device_id: str


MOST_ALARMS = 5
"""Of one commit: with the events that tell of them they fit into one transaction of DynamoDB."""


@dataclass(frozen=True, slots=True)
class AddAlarms:
    """Alarms of one device, of readings that need not be stored yet; as `attendance/rules/alarms.py` chose them.

    Refused with NotFound
    (device), and with MovedOn where others were raised meanwhile, so that the rule would not choose all of them.
    """

    device_id: str
    alarms: Sequence[Alarm]
    quiet: timedelta


MOST_VISITS = 5
"""Of one stay, and of one removal: on DynamoDB they and the events that tell of them are one transaction."""


@dataclass(frozen=True, slots=True)
class AddVisits:
    """Whom one stay at a door shows, at most MOST_VISITS, and the alarm that its reading raises, if any.

    Refused with NotFound (device or student), AlreadyExists where one of the ids is stored, MovedOn as AddAlarms is.
    """

    visits: Sequence[Visit]
    alarms: AddAlarms | None = None


@dataclass(frozen=True, slots=True)
class NameVisit:
    """Say whom a visit shows, or that it shows somebody else. Refused with NotFound (student), MovedOn (not `old`)."""

    old: Visit
    new: Visit


@dataclass(frozen=True, slots=True)
class RemoveVisits:
    """At most MOST_VISITS; their pictures become erasures. Those that are gone are passed over."""

    visit_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class CheckInStep:
    """One check-in at a door as it is to be, and as it was read (None: it is new)."""

    old: DoorCheckIn | None
    new: DoorCheckIn


def dropped_pictures(step: CheckInStep) -> list[str]:
    """Keys that a check-in named and names no longer."""
    if step.old is None:
        return []
    left = {step.new.picture_key, step.new.out_picture_key}
    return [key for key in (step.old.picture_key, step.old.out_picture_key) if key is not None and key not in left]


MOST_CHECK_IN_STEPS = 10
"""Of one commit: on DynamoDB they and the events that tell of them are one transaction."""


@dataclass(frozen=True, slots=True)
class SaveCheckIns:
    """At most MOST_CHECK_IN_STEPS. Pictures that are no longer named become erasures.

    Refused with NotFound (student), and with MovedOn where one is not as it was read, an id is taken, or the student
    would have two that are open.
    """

    steps: Sequence[CheckInStep]


@dataclass(frozen=True, slots=True)
class RecordAttempt:
    """What a kiosk asked and was answered, in place of `was`, with what it changed.

    Refused with NotFound (device, course), AlreadyExists (it is new, and its id is taken), MovedOn (it is not as `was`,
    or as SaveCheckIns is).
    """

    attempt: KioskAttempt
    was: KioskAttempt | None = None
    steps: Sequence[CheckInStep] = ()
    registration: DoorRegistration | None = None


@dataclass(frozen=True, slots=True)
class RemoveAttempts:
    """Those that were answered before that moment."""

    before: datetime


@dataclass(frozen=True, slots=True)
class RemoveRegistration:
    """Whoever asked is registered, or refused; the photo becomes an erasure. Refused with NotFound."""

    registration_id: str


@dataclass(frozen=True, slots=True)
class SavePin:
    """In place of `was`, or new where that is None. Refused with NotFound (student), MovedOn (it is not as `was`)."""

    pin: PersonalPin
    was: PersonalPin | None = None


@dataclass(frozen=True, slots=True)
class RemovePin:
    """Refused with NotFound where there is none."""

    student_id: str


@dataclass(frozen=True, slots=True)
class AddSlot:
    """Refused with NotFound (course), AlreadyExists (same id)."""

    slot: Slot


@dataclass(frozen=True, slots=True)
class RemoveSlot:
    """Lectures that it made stay. Refused with NotFound."""

    slot_id: str


@dataclass(frozen=True, slots=True)
class AddRenewedFace:
    """Beside the face of that id what another engine made of its photo; the same again replaces it.

    Refused with NotFound where that face is gone by now.
    """

    face: Face


@dataclass(frozen=True, slots=True)
class RemoveEmptyLecture:
    """Only where it has no recording and no mark, also while others add some; nothing happens where it is gone."""

    lecture_id: str


@dataclass(frozen=True, slots=True)
class QueueSearch:
    """Set to queued, without attempts or error. Refused with NotFound; Conflict where a live lease holds it `now`."""

    recording_id: str
    now: datetime


@dataclass(frozen=True, slots=True)
class FinishSearch:
    """Set a recording's search to done. Refused with MovedOn where the worker has lost its lease."""

    recording_id: str
    worker: str


@dataclass(frozen=True, slots=True)
class RevokeDevice:
    """The key and a code that was offered are worth nothing from now on. Refused with NotFound."""

    device_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TakePairing:
    """Use up the code: the device that offers it has this key from now on, and is no longer revoked.

    Refused with MovedOn where no device offers it at that moment; of several at once one alone gets it.
    """

    pairing_hash: str
    key_hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteSilence:
    """The device was heard of last at `since`, too long ago. It is forgotten when the device is heard of again.

    Refused with MovedOn where it was heard of meanwhile, its silence was noted, or it was revoked or removed.
    """

    device_id: str
    since: datetime


@dataclass(frozen=True, slots=True)
class OfferPairing:
    """A code that pairs until then; the one before is worth nothing any more. Refused with NotFound."""

    device_id: str
    pairing_hash: str
    until: datetime


@dataclass(frozen=True, slots=True)
class AddUnknownDecision:
    """Refused with NotFound (course or device, student)."""

    decision: UnknownDecision


@dataclass(frozen=True, slots=True)
class RemoveUnknownDecision:
    """Refused with NotFound where it was undone before."""

    owner: Owner
    decision_id: str


@dataclass(frozen=True, slots=True)
class SetUnknownsSwitch:
    """In place of the one before; it goes with its owner. Refused with NotFound (course, device)."""

    switch: UnknownsSwitch


@dataclass(frozen=True, slots=True)
class AddAppeal:
    """Refused with NotFound (course, student)."""

    appeal: Appeal


@dataclass(frozen=True, slots=True)
class SaveAppeal:
    """Where it no longer names the file that it had, that becomes an erasure. Refused with NotFound, MovedOn."""

    appeal: Appeal
    was: Appeal


@dataclass(frozen=True, slots=True)
class SaveMeeting:
    """In place of `was`, or new where that is None; counts the course's version on.

    Refused with NotFound (course, lecture), MovedOn (it is not as `was`).
    """

    meeting: Meeting
    was: Meeting | None = None


@dataclass(frozen=True, slots=True)
class AddPost:
    """Counts the course's version on. Refused with NotFound (course, lecture, student), AlreadyExists (same id)."""

    post: Post


@dataclass(frozen=True, slots=True)
class SavePost:
    """Counts the course's version on. Refused with NotFound, MovedOn (it is not as `was`)."""

    post: Post
    was: Post


@dataclass(frozen=True, slots=True)
class AddWitness:
    """Refused with NotFound (lecture, student), AlreadyExists (same id)."""

    witness: Witness


@dataclass(frozen=True, slots=True)
class AddNotice:
    """Refused with AlreadyExists: there is at most one of an event, kind, receiver and channel."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class SaveNotice:
    """As it is to be, with the version that was read; the store counts it on. Refused with NotFound, MovedOn."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class SaveAtRisk:
    """In place of `was`, or new where that is None. Refused with NotFound (course, student), MovedOn (not as `was`)."""

    risk: AtRisk
    was: AtRisk | None = None


@dataclass(frozen=True, slots=True)
class AddWebhook:
    """Refused with AlreadyExists (same id)."""

    webhook: Webhook


@dataclass(frozen=True, slots=True)
class SaveWebhook:
    """Refused with NotFound, MovedOn (it is not as `was`)."""

    webhook: Webhook
    was: Webhook


@dataclass(frozen=True, slots=True)
class RemoveWebhook:
    """Refused with NotFound."""

    webhook_id: str


@dataclass(frozen=True, slots=True)
class AddPlatform:
    """Refused with AlreadyExists where issuer and client id are taken."""

    platform: Platform


@dataclass(frozen=True, slots=True)
class SavePlatform:
    """Issuer and client id stay. Refused with NotFound, MovedOn (it is not as `was`)."""

    platform: Platform
    was: Platform


@dataclass(frozen=True, slots=True)
class RemovePlatform:
    """With what of it is linked, and logins that it began. Refused with NotFound."""

    platform_id: str


@dataclass(frozen=True, slots=True)
class LinkCourse:
    """In place of what it was linked to before. Refused with NotFound (platform, course)."""

    link: PlatformCourse


@dataclass(frozen=True, slots=True)
class SavePlatformCourse:
    """The course stays. Refused with NotFound, MovedOn (it is not as `was`)."""

    link: PlatformCourse
    was: PlatformCourse


@dataclass(frozen=True, slots=True)
class UnlinkCourse:
    """Refused with NotFound."""

    platform_id: str
    link_id: str


@dataclass(frozen=True, slots=True)
class LinkAccount:
    """In place of whom it was before. Refused with NotFound (platform, user)."""

    account: PlatformAccount


@dataclass(frozen=True, slots=True)
class UnlinkAccount:
    """Nothing happens where it is gone."""

    platform_id: str
    subject: str


@dataclass(frozen=True, slots=True)
class AddToolKey:
    """Refused with AlreadyExists: there is one key pair."""

    key: ToolKey


@dataclass(frozen=True, slots=True)
class ForgetNames:
    """Ids and addresses of somebody who is removed leave the audit trail's older entries."""

    names: Collection[str]


@dataclass(frozen=True, slots=True)
class SaveExternalIds:
    """Ids of other systems, each in place of the one before; they go with what they name.

    Those that name what is gone are passed over, and so are those of `gone` that are.
    """

    saved: Sequence[ExternalId]
    gone: Sequence[ExternalId] = ()


@dataclass(frozen=True, slots=True)
class LinkSignOn:
    """In place of whom it was before. Refused with NotFound (user)."""

    account: SignOnAccount


@dataclass(frozen=True, slots=True)
class UnlinkSignOn:
    """The user's own alone; nothing happens where it is gone."""

    user_id: str
    account_id: str


@dataclass(frozen=True, slots=True)
class AddPasskey:
    """Refused with NotFound (user), AlreadyExists (somebody has it)."""

    passkey: Passkey


@dataclass(frozen=True, slots=True)
class SavePasskey:
    """Refused with NotFound, MovedOn (it is not as `was`)."""

    passkey: Passkey
    was: Passkey


@dataclass(frozen=True, slots=True)
class RemovePasskey:
    """The user's own alone. Refused with NotFound."""

    user_id: str
    passkey_id: str


@dataclass(frozen=True, slots=True)
class SaveFaceLogin:
    """In place of the one of before. Refused with NotFound (user)."""

    face_login: FaceLogin


@dataclass(frozen=True, slots=True)
class RemoveFaceLogin:
    """Refused with NotFound."""

    user_id: str


Change = (
    AddUser
    | SaveUser
    | RemoveUser
    | AddAccessToken
    | RevokeAccessToken
    | SaveAccountLink
    | RemoveAccountLink
    | UseAccountLink
    | SaveSiteSettings
    | AddCourse
    | SaveCourse
    | RemoveCourse
    | SetTeachers
    | AddToRoster
    | RemoveFromRoster
    | AddStudent
    | SaveStudent
    | RemoveStudent
    | SaveConsents
    | RemoveEvidence
    | AddFace
    | RemoveFace
    | UseRenewedFaces
    | AddLecture
    | SaveLecture
    | RemoveLecture
    | AddRecording
    | RemoveRecording
    | SaveMarks
    | AddDevice
    | SaveDevice
    | RemoveDevice
    | AddAlarms
    | AddVisits
    | NameVisit
    | RemoveVisits
    | AddSlot
    | RemoveSlot
    | AddRenewedFace
    | RemoveEmptyLecture
    | QueueSearch
    | FinishSearch
    | RevokeDevice
    | NoteSilence
    | OfferPairing
    | TakePairing
    | AddUnknownDecision
    | RemoveUnknownDecision
    | SetUnknownsSwitch
    | AddAppeal
    | SaveAppeal
    | SaveMeeting
    | AddPost
    | SavePost
    | AddWitness
    | AddNotice
    | SaveNotice
    | SaveExternalIds
    | SaveAtRisk
    | AddWebhook
    | SaveWebhook
    | RemoveWebhook
    | AddPlatform
    | SavePlatform
    | RemovePlatform
    | LinkCourse
    | SavePlatformCourse
    | UnlinkCourse
    | LinkAccount
    | UnlinkAccount
    | AddToolKey
    | LinkSignOn
    | UnlinkSignOn
    | AddPasskey
    | SavePasskey
    | RemovePasskey
    | SaveFaceLogin
    | RemoveFaceLogin
    | SaveCheckIns
    | RecordAttempt
    | RemoveAttempts
    | RemoveRegistration
    | SavePin
    | RemovePin
)
"""What may stand in a set of changes."""


@dataclass(frozen=True, slots=True)
class Several:
    """Changes of many rows that an import makes at once, in this order; refused with what refuses one of them.

    In SQL they are one transaction. On DynamoDB each is done by itself: whoever commits them must be able to begin
    again with what is stored.
    """

    changes: Sequence[Change]


Part = Change | Several | ForgetNames | AuditEntry | OutboxItem


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What one commit consists of: at most one change of rows, which may be of many rows, or several of an import."""

    changes: Sequence[Change]
    forget: ForgetNames | None
    audit: Sequence[AuditEntry]
    outbox: Sequence[OutboxItem]


def change_set(parts: Sequence[Part]) -> ChangeSet:
    """The parts by what they are. Raises ValueError where they change rows twice: then they are two commits."""
    audit = [part for part in parts if isinstance(part, AuditEntry)]
    outbox = [part for part in parts if isinstance(part, OutboxItem)]
    forget = [part for part in parts if isinstance(part, ForgetNames)]
    changes = [part for part in parts if not isinstance(part, AuditEntry | OutboxItem | ForgetNames)]
    if len(changes) > 1 or len(forget) > 1:
        raise ValueError("one commit changes rows once")
    return ChangeSet(tuple(_each(changes)), next(iter(forget), None), audit, outbox)


def _each(changes: Sequence[Change | Several]) -> Iterator[Change]:
    for change in changes:
        if isinstance(change, Several):
            yield from change.changes
        else:
            yield change


def values_of(change: Change) -> tuple[Any, ...]:
    """What it was made of, in order."""
    return tuple(getattr(change, one.name) for one in fields(change))
