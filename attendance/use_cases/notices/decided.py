"""What people have said of the unknown people that a notice shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from attendance.errors import NotFound
from attendance.model import Course, Owner, Purpose, Student
from attendance.rules.consent import has_consent
from attendance.rules.unknowns import rulings
from attendance.services import Services
from attendance.words import Words


@dataclass(frozen=True, slots=True)
class Said:
    """Of one sighting: who it is, None where it is nobody of ours, and the name of whoever said so."""

    student: Student | None
    by: str

    @property
    def names(self) -> tuple[str, ...]:
        """The key of whom it names."""
        return (self.student.key,) if self.student else ()

    @property
    def may_be_shown(self) -> bool:
        """A picture of whoever has a name is shown with their consent to that alone."""
        return self.student is None or has_consent(self.student.consents, Purpose.EVIDENCE)

    def in_words(self, words: Words, unknown: str) -> str:
        """`unknown` is how the notice calls the sighting."""
        _ = words
        if self.student is None:
            return _("%(unknown)s: nobody of ours, says %(by)s.", unknown=unknown, by=self.by)
        return _("%(unknown)s: named %(name)s by %(by)s.", unknown=unknown, name=self.student.name, by=self.by)


def said_of(services: Services, course: Course) -> Mapping[str, Said]:
    """By sighting; those of which nothing is said, or of a student who is gone, are not in it."""
    found: dict[str, Said] = {}
    for sighting_id, ruling in rulings(services.store.unknown_decisions(Owner.course(course.id))).items():
        if ruling.label is None or not (ruling.is_ignored or ruling.student_id):
            continue
        try:
            student = services.store.student(ruling.student_id) if ruling.student_id else None
        except NotFound:
            continue
        found[sighting_id] = Said(student, name_of_user(services, ruling.label.by))
    return found


def name_of_user(services: Services, user_id: str | None) -> str:
    """Of an account that is gone, nothing."""
    try:
        return services.store.user(user_id or "").name
    except NotFound:
        return "-"
