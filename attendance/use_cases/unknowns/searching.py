"""What a new search of a recording takes over from people and from searches before: who is who, and who is not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from attendance.model import Course, Owner, Recording, Sighting, UnknownDecision
from attendance.ports import Seen
from attendance.rules.unknowns import found_again, is_refused, rulings, spot_of
from attendance.services import Services
from attendance.use_cases.site.reading import thresholds
from attendance.use_cases.unknowns.groups import owner_of
from attendance.use_cases.unknowns.vectors import keeps_vectors, refused_faces

_Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of the unknown people of a recording's course when it is searched. `refused` are students, and
    vectors of faces that are not theirs.
    """

    course: Course
    decisions: Sequence[UnknownDecision]
    keeps: bool
    refused: Sequence[tuple[str, _Vector]]

    @property
    def needs_vectors(self) -> bool:
        """Whether the search must give any."""
        return self.keeps or bool(self.refused)


def knowledge(services: Services, recording: Recording) -> Knowledge:
    """Raises NotFound."""
    course = services.store.course(services.store.lecture(recording.lecture_id).course_id)
    decisions = services.store.unknown_decisions(owner_of(course))
    keeps = keeps_vectors(services, owner_of(course))
    return Knowledge(course, decisions, keeps, refused_faces(services, decisions) if keeps else ())


def without_refused(services: Services, faces: Iterable[tuple[str, _Vector]], seen: Sequence[Seen]) -> list[Seen]:
    """Whom a person said not to be a student is not proposed as that student again: `faces` are students, and vectors
    of faces that are not theirs.
    """
    refused: dict[str, list[_Vector]] = defaultdict(list)
    for student_id, vector in faces:
        refused[student_id].append(vector)
    return [_unknown(one) if _is_refused(services, one, refused) else one for one in seen]


def _is_refused(services: Services, seen: Seen, refused: Mapping[str, Sequence[_Vector]]) -> bool:
    others = refused.get(seen.student_id or "")
    if seen.vector is None or not others:
        return False
    points = services.faces.likeness([seen.vector, *others])[0][1:]
    return is_refused(points, seen.similarity, thresholds(services))


def _unknown(seen: Seen) -> Seen:
    return replace(seen, student_id=None, similarity=None, margin=None, good_frames=0, flat=False)


def as_before(services: Services, recording: Recording, sightings: Sequence[Sighting]) -> list[Sighting]:
    """The sightings of a new search with the ids that they had before, so that what people said of them still holds;
    vectors only of whom they may be kept.
    """
    known = knowledge(services, recording)
    of_lecture = services.store.sightings(recording.lecture_id)
    old = [one for one in of_lecture if one.recording_id == recording.id]
    spots = {
        spot.sighting_id: spot
        for one in known.decisions
        for spot in (*one.seen, *one.others)
        if spot.recording_id == recording.id
    }
    spots |= {one.id: spot_of(one, recording.lecture_id) for one in old}
    # The vectors of another engine than this one tell nothing.
    comparable = old if recording.engine == services.faces.name else []
    same = found_again(sightings, spots.values(), _alike(services, sightings, comparable), thresholds(services))
    said = rulings(known.decisions)

    def carried(seen: Sighting) -> Sighting:
        seen = replace(seen, id=same.get(seen.id, seen.id))
        ruling = said.get(seen.id)
        is_unknown = seen.student_id is None or (ruling is not None and seen.student_id in ruling.not_students)
        may_keep = known.keeps and is_unknown and not (ruling is not None and ruling.is_ignored)
        return seen if may_keep else replace(seen, vector=None)

    return list(map(carried, sightings))


def _alike(services: Services, new: Sequence[Sighting], old: Sequence[Sighting]) -> Callable[[str, str], float | None]:
    with_vector = [one for one in (*new, *old) if one.vector is not None]
    rows = services.faces.likeness([one.vector for one in with_vector if one.vector is not None])
    place = {one.id: number for number, one in enumerate(with_vector)}

    def alike(one: str, other: str) -> float | None:
        return rows[place[one]][place[other]] if one in place and other in place else None

    return alike


def numbers_of_unknown(services: Services, recording: Recording) -> tuple[int, ...]:
    """By which those are told apart whom a recording shows and of whom nobody has said who they are."""
    lecture = services.store.lecture(recording.lecture_id)
    said = rulings(services.store.unknown_decisions(Owner.course(lecture.course_id)))
    own = [one for one in services.store.sightings(recording.lecture_id) if one.recording_id == recording.id]
    unknown = [one for one in own if one.student_id is None and (one.id not in said or said[one.id].label is None)]
    return tuple(sorted(one.number for one in unknown))
