"""Faces that another engine enrolled: they are never compared, so whoever has no others must not count as absent."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.errors import FacesOutdated
from attendance.model import Face
from attendance.services import Services


def comparable_faces(services: Services, student_ids: Sequence[str]) -> Sequence[Face]:
    """The faces of these students.

    Raises FacesOutdated where somebody has photos of which the engine in use can compare none yet.
    """
    faces, engine = services.store.faces(student_ids), services.faces.name
    ready = {face.student_id for face in faces if face.engine == engine}
    waiting = {face.student_id for face in faces if face.is_outdated(engine)} - ready
    if waiting:
        raise FacesOutdated(
            "The photos of students on this roster (%(students)s) were enrolled by another face engine than the one in "
            "use, which cannot compare them. The search waits until an admin has had them enrolled anew.",
            students=len(waiting),
        )
    return faces


def outdated_faces(services: Services) -> FacesOutdated | None:
    """What an admin should be told, and how it is cured; None where all faces are of the engine in use."""
    outdated = services.store.outdated_faces(services.faces.name)
    if not outdated:
        return None
    return FacesOutdated(
        "Photos (%(photos)s) were enrolled by another face engine (%(others)s) than the one in use (%(engine)s), so "
        "searches of their students wait. Enrol them anew with: flask --app website faces reindex. Or start again with "
        "the settings with which they were enrolled.",
        photos=sum(outdated.values()),
        others=", ".join(sorted(outdated)),
        engine=services.faces.name,
    )
