"""Faces at a door of which a person said that they are not a student's: they are not proposed as that student again."""

from __future__ import annotations

from attendance.errors import NotFound
from attendance.model import Owner, Visit
from attendance.rules.unknowns import rulings
from attendance.services import Services
from attendance.use_cases.unknowns.vectors import keeps_vectors


def refused_at(services: Services, door_id: str) -> list[tuple[str, tuple[float, ...]]]:
    """Students, and the vectors of faces that are not theirs; those that another engine made tell nothing."""
    said = rulings(services.store.unknown_decisions(Owner.door(door_id)))
    wanted = {one: ruling.not_students for one, ruling in said.items() if ruling.not_students}
    stored = services.store.visits_by_id(list(wanted))
    return [
        (student_id, visit.vector)
        for visit in stored.values()
        if visit.vector is not None and visit.vector_engine == services.faces.name
        for student_id in sorted(wanted[visit.id])
    ]


def remember_refused(services: Services, visit: Visit) -> None:
    """Keep the vector of a refused face, made of its picture, where that is switched on."""
    if (
        visit.picture_key is None
        or visit.vector is not None
        or not keeps_vectors(services, Owner.door(visit.device_id))
    ):
        return
    try:
        vector = services.faces.vector_of(services.media.read(visit.picture_key))
    except NotFound:
        return
    if vector is not None:
        services.store.set_visit_vectors({visit.id: vector}, services.faces.name)
