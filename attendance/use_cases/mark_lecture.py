"""Turn what was seen in a lecture into marks."""

from collections.abc import Sequence

from attendance.model import Mark, Recording, Sighting
from attendance.rules import decide_marks
from attendance.services import Services


def mark_lecture(services: Services, lecture_id: str) -> Sequence[Mark]:
    """Decide and save the marks of a lecture; what a person decided stays. Raises NotFound.

    Recordings count whose sightings were saved once, also while they are searched again.
    """
    searched, seen = _searched(services, lecture_id)
    while True:
        _mark(services, lecture_id, searched, seen)
        before = {recording.id: recording.searched_at for recording in searched}
        searched, seen = _searched(services, lecture_id)
        if before == {recording.id: recording.searched_at for recording in searched}:
            return services.store.marks(lecture_id)
        # Another worker saved sightings meanwhile, and its marks may have been overwritten just now.


def _searched(services: Services, lecture_id: str) -> tuple[Sequence[Recording], Sequence[Sighting]]:
    recordings = services.store.recordings(lecture_id)
    return [r for r in recordings if r.searched_at is not None], services.store.sightings(lecture_id)


def _mark(services: Services, lecture_id: str, searched: Sequence[Recording], seen: Sequence[Sighting]) -> None:
    lecture = services.store.lecture(lecture_id)
    student_ids = students_to_mark(services, lecture_id)
    marks = decide_marks(
        lecture,
        services.store.course(lecture.course_id),
        student_ids,
        searched,
        seen,
        services.store.faces(student_ids),
        services.faces.lines,
        services.now(),
    )
    services.store.save_machine_marks(lecture_id, marks)


def students_to_mark(services: Services, lecture_id: str) -> list[str]:
    """Ids of the roster, and of those who left it after they were marked here."""
    course_id = services.store.lecture(lecture_id).course_id
    on_roster = {student.id for student in services.store.roster(course_id)}
    marked = {mark.student_id for mark in services.store.marks(lecture_id)}
    return sorted(on_roster | marked)
