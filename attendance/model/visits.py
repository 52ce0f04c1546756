"""Visits: who was seen at a door. Times are timezone-aware UTC datetimes, temperatures degrees Celsius."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from attendance.model.devices import Reading


class Verdict(StrEnum):
    """Whom a visit shows: somebody for sure, perhaps somebody, or nobody who agreed to be known at doors."""

    KNOWN = "known"
    UNSURE = "unsure"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's stay at a door, from `at` to `until`.

    `id` is the door's own where the stay shows one person; it decides those of others too. `student_id` is whom it
    shows or, where it is unsure, may show. `named_by` is the user who said so. `temperature_c` is the estimate of skin
    with the offset of that time; None where nothing was measured, or several people were there.`quality` (0
    to 1) is that of the picture, where the engine says one. `vector` is the face of somebody unknown, where an admin
    lets it be kept for some days, and `vector_engine` what made it.
    """

    id: str
    device_id: str
    at: datetime
    until: datetime
    verdict: Verdict
    student_id: str | None = None
    similarity: float | None = None
    picture_key: str | None = None
    pixels_c: tuple[float, ...] | None = None
    thermistor_c: float | None = None
    temperature_c: float | None = None
    named_by: str | None = None
    named_at: datetime | None = None
    quality: float | None = None
    vector: tuple[float, ...] | None = None
    vector_engine: str | None = None

    @property
    def reading(self) -> Reading | None:
        """What the sensor saw, where the door has one."""
        if self.pixels_c is None or self.thermistor_c is None:
            return None
        return Reading(self.id, self.device_id, self.at, self.pixels_c, self.thermistor_c)

    @property
    def place(self) -> VisitPlace:
        """Where it stands in lists, of which the next page begins behind it."""
        return VisitPlace(self.at, self.id)


@dataclass(frozen=True, slots=True)
class LastVisit:
    """Which visit of a student is the newest at a door."""

    device_id: str
    student_id: str
    visit_id: str
    at: datetime

    @property
    def place(self) -> VisitPlace:
        """That of the visit."""
        return VisitPlace(self.at, self.visit_id)


@dataclass(frozen=True, slots=True, order=True)
class VisitPlace:
    """A place in a list of visits by time; `id` tells apart those of one moment."""

    at: datetime
    id: str = ""
