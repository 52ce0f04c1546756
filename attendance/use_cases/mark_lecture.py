"""Turn what was seen in a lecture into marks."""

from collections.abc import Sequence

from attendance.model import Mark
from attendance.rules import decide_marks
from attendance.services import Services


def mark_lecture(services: Services, lecture_id: str, *, just_searched: str | None = None) -> Sequence[Mark]:
    """Decide and save the marks of a lecture; what a person decided stays. Raises NotFound.

    Recordings count that were searched once, also while they are searched again, and `just_searched`, whose
    sightings are saved though its search is not finished.
    """
    lecture = services.store.lecture(lecture_id)
    recordings = services.store.recordings(lecture_id)
    marks = decide_marks(
        lecture,
        services.store.course(lecture.course_id),
        students_to_mark(services, lecture_id),
        [r for r in recordings if r.searched_at is not None or r.id == just_searched],
        services.store.sightings(lecture_id),
        services.faces.lines,
        services.now(),
    )
    services.store.save_machine_marks(lecture_id, marks)
    return services.store.marks(lecture_id)


def students_to_mark(services: Services, lecture_id: str) -> list[str]:
    """Ids of the roster, and of those who left it after they were marked here."""
    course_id = services.store.lecture(lecture_id).course_id
    on_roster = {student.id for student in services.store.roster(course_id)}
    marked = {mark.student_id for mark in services.store.marks(lecture_id)}
    return sorted(on_roster | marked)
