"""The words of devices as dataclasses: what stands in a room, what it measured, and the timetable of its room.

Times are timezone-aware UTC datetimes, temperatures degrees Celsius. All classes are frozen.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

PIXELS = 64
"""Of one reading: eight rows of eight, as the AMG8833 gives them."""


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """What a device said of itself last. `camera` and `sensor` are "ok", "none" or a sentence of what is wrong.

    Dropped is what a full outbox let go, damaged what the device's disk has spoilt; cut clips ended before they were
    whole, and nothing of them could be used. Devices of before say nothing of the last two.
    """

    at: datetime
    version: str
    boot_id: str
    clock_offset_s: float
    spool_items: int
    spool_bytes: int
    refused: int
    dropped_readings: int
    dropped_clips: int
    dropped_snapshots: int
    disk_free_bytes: int
    cpu_temperature_c: float | None
    camera: str
    sensor: str
    damaged_readings: int = 0
    damaged_clips: int = 0
    damaged_snapshots: int = 0
    cut_clips: int = 0


@dataclass(frozen=True, slots=True)
class Pairing:
    """A time in which a device had a key; `until` None is one that goes on."""

    since: datetime
    until: datetime | None = None


class DeviceKind(StrEnum):
    """What a device is for: lectures of its room's timetable, visits at a door, or people who check in themselves."""

    CLASSROOM = "classroom"
    DOOR = "door"
    KIOSK = "kiosk"


class Liveness(StrEnum):
    """What a kiosk asks of somebody before it believes that a face is no picture of one."""

    OFF = "off"
    TURN = "turn"
    TURN_AND_PIN = "turn_and_pin"


class KioskSpeech(StrEnum):
    """How a kiosk hears and speaks."""

    BUTTONS = "buttons"
    LOCAL = "local"
    AWS = "aws"
    BROWSER = "browser"


@dataclass(frozen=True, slots=True)
class SensorField:
    """Where the thermal sensor looks, in the picture of the camera: left, top, width and height as parts of it."""

    x: float = 0.25
    y: float = 0.25
    width: float = 0.5
    height: float = 0.5


@dataclass(frozen=True, slots=True)
class KioskSettings:
    """How a kiosk is set up. `course_ids` are whose students may use it where its room has no timetable.

    `min_face_px` is how wide a face is at least in a picture of 1280 pixels. `quiet_from` and `quiet_until` are `HH:MM`
    of the school's clock, or empty.
    """

    course_ids: frozenset[str] = frozenset()
    min_face_px: int = 250
    liveness: Liveness = Liveness.TURN
    speech: KioskSpeech = KioskSpeech.BUTTONS
    language: str = "ko"
    volume: float = 0.7
    quiet_from: str = ""
    quiet_until: str = ""
    takes_temperature: bool = False
    sensor_field: SensorField = SensorField()


class DeviceState(StrEnum):
    """Where a device is between being added and being revoked."""

    UNPAIRED = "unpaired"
    PAIRED = "paired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Device:
    """Something that pushes clips, snapshots and readings from a room. Of key and pairing code only SHA-256 are stored.

    `alarm_line_c` is the threshold of its alarms, by the name of its column; None means that it makes none.
    `calibration_offset_c` is added to every skin estimate.
    `silent_since` is when it was heard of last, once it was noted that nothing came since then for too long.
    `pairings` is what was noted of the times in which it had a key; `paired_times` are those times.

    Of a kiosk `kiosk` is how it is set up; None is as it comes.

    Of a door: `visits_since` is since when an admin lets it record visits, None where it may not; `staff_ids` are the
    users who see them beside the admins; `tells_names` is whether it is told whom it sees, for its own screen.
    """

    id: str
    name: str
    room: str
    created_at: datetime
    key_hash: str | None = None
    pairing_hash: str | None = None
    pairing_until: datetime | None = None
    paired_at: datetime | None = None
    revoked_at: datetime | None = None
    last_seen_at: datetime | None = None
    silent_since: datetime | None = None
    status: DeviceStatus | None = None
    alarm_line_c: float | None = None
    calibration_offset_c: float = 0.0
    calibrated_on: date | None = None
    pairings: tuple[Pairing, ...] = ()
    kind: DeviceKind = DeviceKind.CLASSROOM
    visits_since: datetime | None = None
    staff_ids: frozenset[str] = frozenset()
    tells_names: bool = False
    kiosk: KioskSettings | None = None

    @property
    def is_kiosk(self) -> bool:
        """Whether people check in and out at it."""
        return self.kind is DeviceKind.KIOSK

    @property
    def has_timetable(self) -> bool:
        """Whether it films the lectures of its room."""
        return self.kind is DeviceKind.CLASSROOM

    @property
    def kiosk_settings(self) -> KioskSettings:
        """Those that were chosen, or as it comes."""
        return self.kiosk or KioskSettings()

    @property
    def is_door(self) -> bool:
        """Whether it makes visits, and no lectures."""
        return self.kind is DeviceKind.DOOR

    @property
    def state(self) -> DeviceState:
        """What its key is good for."""
        if self.revoked_at is not None:
            return DeviceState.REVOKED
        return DeviceState.PAIRED if self.key_hash is not None else DeviceState.UNPAIRED

    @property
    def paired_times(self) -> tuple[Pairing, ...]:
        """When it had a key, the oldest first. Of a device from before this was noted: since it was added."""
        *before, last = self.pairings or (Pairing(self.created_at),)
        return (*before, replace(last, until=self.revoked_at))

    def pairings_with_key(self, at: datetime) -> tuple[Pairing, ...]:
        """`pairings` once it gets a key at that moment: one key after the other is one time, a revocation ends it."""
        if self.key_hash is None and not self.pairings:
            return (Pairing(at),)
        return self.paired_times if self.revoked_at is None else (*self.paired_times, Pairing(at))


@dataclass(frozen=True, slots=True)
class Slot:
    """A line of the timetable: a course meets in a room on a weekday (0 is Monday), as the course's clock shows it.

    `starts` and `ends` are `HH:MM` of one day; `from_on` and `until_on` are its first and last day, where it has any.
    """

    id: str
    course_id: str
    room: str
    weekday: int
    starts: str
    ends: str
    from_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One look of a thermal sensor: 64 pixels row by row, and the temperature of the sensor itself.

    `id` is the device's own, unique for that device. `skin_c` is the estimate of skin, before the device's offset;
    None where nobody is near enough.
    """

    id: str
    device_id: str
    at: datetime
    pixels_c: tuple[float, ...]
    thermistor_c: float
    skin_c: float | None = None

    @property
    def coolest_c(self) -> float:
        """Of its pixels."""
        return min(self.pixels_c)

    @property
    def mean_c(self) -> float:
        """Of its pixels."""
        return sum(self.pixels_c) / len(self.pixels_c)

    @property
    def hottest_c(self) -> float:
        """Of its pixels."""
        return max(self.pixels_c)


@dataclass(frozen=True, slots=True)
class ReadingSpan:
    """What the readings of some minutes from `at` on add up to; `skin_c` is the highest estimate, before the offset."""

    at: datetime
    count: int
    coolest_c: float
    mean_c: float
    hottest_c: float
    skin_c: float | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """A skin estimate (with the offset of that time) that reached the line of its device. A screening, no diagnosis."""

    id: str
    device_id: str
    at: datetime
    temperature_c: float
    line_c: float
    reading_id: str
    seen_by: str | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NearAlarms:
    """What of a device's alarms bears on new ones: when those near in time are, and which readings have one."""

    moments: Collection[datetime] = ()
    reading_ids: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class DevicePicture:
    """A snapshot that a device took with a reading: the recording that it became. `at` is when it was taken."""

    device_id: str
    reading_id: str
    recording_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ItemRefusal:
    """Why something that a device sent was not stored, for the device that asks."""

    device_id: str
    item_id: str
    at: datetime
    code: str
    sentence: str
