"""Check-ins and check-outs at kiosks, what a kiosk asked, personal PINs, and who asks at a door to be registered.

Times are timezone-aware UTC datetimes, temperatures degrees Celsius.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from attendance.wall_time import wall_time


class DoorMethod(StrEnum):
    """How a kiosk knew who it was: by the face, by the personal PIN, or because a person at the site said so."""

    FACE = "face"
    PIN = "pin"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class DoorCheckIn:
    """One student's time in one place, from a check-in to its check-out; open while `checked_out_at` is None.

    `id` is the kiosk's own of the attempt that checked in. `timezone` is the school's at that time: its day is the
    school's day. `closed_by_rule` says that nobody checked out: it ended with the day, or with the next check-in.
    `taken_back_at` is when somebody said that it was not them: it counts for nothing then. Of a check-in by the face
    `similarity` and `picture_key` say what it rests on. The keys and temperatures go after some days.
    """

    id: str
    student_id: str
    device_id: str
    room: str
    timezone: str
    checked_in_at: datetime
    method: DoorMethod
    in_temperature_c: float | None = None
    similarity: float | None = None
    picture_key: str | None = None
    checked_out_at: datetime | None = None
    out_method: DoorMethod | None = None
    out_device_id: str | None = None
    out_temperature_c: float | None = None
    out_similarity: float | None = None
    out_picture_key: str | None = None
    closed_by_rule: bool = False
    taken_back_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the student is there as far as anybody knows; of each student there is at most one such."""
        return self.checked_out_at is None and self.taken_back_at is None

    @property
    def counts(self) -> bool:
        """Whether it says anything."""
        return self.taken_back_at is None

    @property
    def has_traces(self) -> bool:
        """Whether pictures or temperatures are stored with it, which go after some days."""
        traces = (self.picture_key, self.out_picture_key, self.in_temperature_c, self.out_temperature_c)
        return any(one is not None for one in traces)

    @property
    def day(self) -> date:
        """The school's day."""
        return wall_time(self.timezone, self.checked_in_at).date()

    @property
    def place(self) -> DoorCheckInPlace:
        """Where it stands in lists, of which the next page begins behind it."""
        return DoorCheckInPlace(self.checked_in_at, self.id)


@dataclass(frozen=True, slots=True, order=True)
class DoorCheckInPlace:
    """A place in a list of check-ins by time; `id` tells apart those of one moment."""

    at: datetime
    id: str = ""


class KioskCommand(StrEnum):
    """What somebody asked of a kiosk."""

    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"
    REGISTER = "register"


class KioskOutcome(StrEnum):
    """What became of it."""

    CHECKED_IN = "checked_in"
    ALREADY_IN = "already_in"
    CHECKED_OUT = "checked_out"
    NOT_IN = "not_in"
    UNSURE = "unsure"
    STRANGER = "stranger"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    NOT_LIVE = "not_live"
    NEEDS_PIN = "needs_pin"
    PENDING = "pending"
    ALREADY_REGISTERED = "already_registered"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class KioskAttempt:
    """What a kiosk asked and was answered: the same again gets the same answer.

    `id` is the kiosk's own. `at` is when somebody stood there, `answered_at` when the site decided. `student_key` is
    whom the answer names, or whom the PIN is asked of; `choices` are the keys of those whom an unsure face may show.
    `check_in_id` is what it changed. `reason` tells apart answers of one outcome. No picture is kept here.
    """

    id: str
    device_id: str
    at: datetime
    answered_at: datetime
    command: KioskCommand
    language: str
    outcome: KioskOutcome
    reason: str = ""
    student_key: str | None = None
    choices: str = ""
    similarity: float | None = None
    temperature_c: float | None = None
    temperature_high: bool = False
    check_in_id: str | None = None
    wrong_pins: int = 0
    undone_at: datetime | None = None

    @property
    def choice_keys(self) -> tuple[str, ...]:
        """Keys of students, the likeliest first."""
        return tuple(self.choices.split())


@dataclass(frozen=True, slots=True)
class PersonalPin:
    """A student's own PIN, of which only the hash is stored, and how often a wrong one was typed since `wrong_since`.

    Nobody can use it until `locked_until`.
    """

    student_id: str
    pin_hash: str
    set_at: datetime
    wrong: int = 0
    wrong_since: datetime | None = None
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DoorRegistration:
    """Somebody who asked at a kiosk to be registered in a course. `id` is the kiosk's own of the attempt.

    The photo is looked at by people alone until an admin registers the person with a consent.
    """

    id: str
    device_id: str
    room: str
    course_id: str
    name: str
    at: datetime
    picture_key: str
