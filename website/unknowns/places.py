"""Where unknown people were seen: a course's recordings, or a door. The pages of both are the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from attendance.model import Course, Device, UnknownDecision
from attendance.use_cases.doors.groups import SeenAtDoor
from attendance.use_cases.unknowns.groups import SeenUnknown, UnknownGroup, owner_of
from attendance.use_cases.unknowns.vectors import keeps_vectors
from website.current import current_services, current_settings

Group = UnknownGroup[SeenUnknown] | UnknownGroup[SeenAtDoor]


@dataclass(frozen=True, slots=True)
class Place:
    """A course or a door in the words and addresses of these pages."""

    owner: Course | Device

    @property
    def is_door(self) -> bool:
        """Whether visits are shown, and no sightings of recordings."""
        return isinstance(self.owner, Device)

    @property
    def label(self) -> str:
        """A short name."""
        return self.owner.name if isinstance(self.owner, Device) else self.owner.label

    @property
    def more(self) -> str:
        """What tells it from others of that name."""
        return self.owner.room if isinstance(self.owner, Device) else self.owner.name

    @property
    def timezone(self) -> str:
        """The clock of its times."""
        return current_settings().timezone if isinstance(self.owner, Device) else self.owner.timezone

    @property
    def home_url(self) -> str:
        """The page that leads here."""
        if isinstance(self.owner, Device):
            return url_for("people.unknown")
        return url_for("courses.show", course_id=self.owner.id)

    def url(self, page: str, **more: Any) -> str:
        """Of one of these pages."""
        if isinstance(self.owner, Device):
            return url_for(f"door_unknowns.{page}", device_id=self.owner.id, **more)
        return url_for(f"unknowns.{page}", course_id=self.owner.id, **more)

    def picture_url(self, seen: SeenUnknown | SeenAtDoor) -> str:
        """Of the picture of a sighting or a visit."""
        if isinstance(seen, SeenAtDoor):
            return url_for("media.visit", visit_id=seen.visit.id)
        return url_for("media.evidence", sighting_id=seen.sighting.id)

    def seen_url(self, seen: SeenUnknown | SeenAtDoor) -> str:
        """Of the page that says more of it."""
        if isinstance(seen, SeenAtDoor):
            return url_for("people.visit", visit_id=seen.visit.id)
        return url_for("lectures.show", lecture_id=seen.lecture.id) + "#strangers-heading"

    def about_vectors(self) -> dict[str, object]:
        """What the page says of how people are told apart."""
        services = current_services()
        return {
            "keeps_vectors": keeps_vectors(services, owner_of(self.owner)),
            "gives_vectors": services.faces.gives_vectors,
            "days": current_settings().unknown_days,
        }


def newest_first(found: Sequence[Group]) -> list[UnknownDecision]:
    """What was said of them, each once, although it may be about several."""
    about = {one.id: one for group in found for one in group.decisions}
    return sorted(about.values(), key=lambda one: (one.at, one.id), reverse=True)


def names_in(found: Sequence[Group]) -> Mapping[str, str]:
    """Of the students who were spoken of, by id; those who are gone were forgotten with what was said."""
    spoken_of = {one.student_id for group in found for one in group.decisions if one.student_id is not None}
    return {student_id: current_services().store.student(student_id).name for student_id in spoken_of}
