"""A lecture as pages show it; searching its recordings again, and removing them or it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from attendance.changes import QueueSearch, RemoveLecture, RemoveRecording
from attendance.committing import commit
from attendance.model import (
    AuditEntry,
    Course,
    Lecture,
    LectureCounts,
    Mark,
    MarkChange,
    Owner,
    Page,
    Recording,
    SearchStatus,
    Sighting,
    Status,
    Student,
)
from attendance.rules.coverage import Coverage, coverage, is_little_video
from attendance.rules.unknowns import rulings, settled_in, with_decisions
from attendance.services import Services
from attendance.use_cases.erasing import erase_soon
from attendance.use_cases.lectures.marks import is_over_now, mark_lecture, students_to_mark

_FIRST = (SearchStatus.SEARCHING, SearchStatus.QUEUED, SearchStatus.FAILED, SearchStatus.DONE)


@dataclass(frozen=True, slots=True)
class LectureSummary:
    """One line of the list of lectures."""

    lecture: Lecture
    course: Course
    counts: LectureCounts
    is_over: bool = True

    @property
    def search(self) -> SearchStatus | None:
        """What a person must know first: a search that runs or failed, before those that are done."""
        return next((status for status in _FIRST if self.counts.searches[status]), None)


@dataclass(frozen=True, slots=True)
class Attendee:
    """A student who is or was on the roster; `mark` is None as long as nothing was searched.

    `face_id` is an enrolled face that the search can use; without one the student cannot be recognised.
    `perhaps_a_picture` says why a mark is unsure: what was seen moved as a picture of the face does.
    """

    student: Student
    mark: Mark | None
    face_id: str | None
    decided_by: str = ""
    perhaps_a_picture: bool = False

    @property
    def is_unsure(self) -> bool:
        """Whether a person is asked to decide."""
        return self.mark is not None and self.mark.status is Status.UNSURE

    @property
    def needs_another_way(self) -> bool:
        """Whether that person gets no picture to decide by."""
        return self.mark is not None and self.mark.needs_another_way


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody whom a person named in a lecture, and who is not on its roster."""

    sighting: Sighting
    student: Student


@dataclass(frozen=True, slots=True)
class LectureBoard:
    """One lecture with everybody in it. `strangers` are sightings of people whom nobody has named, without those of
    whom a person said that they are nobody of ours; `guests` were named and are not on the roster.
    """

    lecture: Lecture
    course: Course
    recordings: Sequence[Recording]
    attendees: Sequence[Attendee]
    strangers: Sequence[Sighting]
    guests: Sequence[Guest] = ()
    is_over: bool = True

    @property
    def unsure(self) -> Sequence[Attendee]:
        """Those for whom a person is asked to decide by what was seen."""
        return [one for one in self.attendees if one.is_unsure and not one.needs_another_way]

    @property
    def needing_another_way(self) -> Sequence[Attendee]:
        """Those whom no search could know, or of whom too little was recorded; nobody while it is not over."""
        return [attendee for attendee in self.attendees if attendee.needs_another_way and self.is_over]

    @property
    def coverage(self) -> Coverage:
        """Which minutes any recording shows."""
        return coverage(self.lecture, self.recordings)

    @property
    def has_little_video(self) -> bool:
        """Whether too little is recorded, or searched, to say that somebody was absent."""
        searched = [recording for recording in self.recordings if recording.searched_at is not None]
        return bool(searched) and is_little_video(self.lecture, self.course, searched)

    @property
    def counts(self) -> Mapping[Status, int]:
        """How many have each status, by a person alone while it is not over."""
        marks = [attendee.mark for attendee in self.attendees if attendee.mark]
        return Counter(mark.status for mark in marks if self.is_over or mark.set_by is not None)

    @property
    def has_failed(self) -> bool:
        """Whether a recording could not be searched."""
        return any(one.status is SearchStatus.FAILED for one in self.recordings)

    @property
    def searching(self) -> bool:
        """Whether a search is still to come or under way."""
        return any(r.status in (SearchStatus.QUEUED, SearchStatus.SEARCHING) for r in self.recordings)


def lecture_summaries(
    services: Services, courses: Sequence[Course], *, page: int = 1, size: int = 20
) -> Page[LectureSummary]:
    """The lectures of these courses, newest first."""
    by_id = {course.id: course for course in courses}
    found = services.store.lectures(course_ids=list(by_id), page=page, size=size)
    counts = services.store.lecture_counts([lecture.id for lecture in found.items])
    shown = {lecture.course_id for lecture in found.items}
    settled = {course_id: settled_in(services.store.unknown_decisions(Owner.course(course_id))) for course_id in shown}
    is_over = is_over_now(services)
    items = [
        LectureSummary(one, by_id[one.course_id], _left(counts[one.id], settled[one.course_id][one.id]), is_over(one))
        for one in found.items
    ]
    return Page(items, found.number, found.size, found.total)


def _left(counts: LectureCounts, settled: int) -> LectureCounts:
    """Without the strangers of whom a person said who they are."""
    return replace(counts, strangers=max(0, counts.strangers - settled))


def lecture_board(services: Services, lecture_id: str) -> LectureBoard:
    """Raises NotFound."""
    lecture = services.store.lecture(lecture_id)
    decisions = services.store.unknown_decisions(Owner.course(lecture.course_id))
    sightings = with_decisions(services.store.sightings(lecture_id), decisions)
    ignored = {one for one, ruling in rulings(decisions).items() if ruling.is_ignored}
    attendees = _attendees(services, lecture, sightings)
    return LectureBoard(
        lecture=lecture,
        course=services.store.course(lecture.course_id),
        recordings=services.store.recordings(lecture_id),
        attendees=attendees,
        strangers=[s for s in sightings if s.student_id is None and s.id not in ignored],
        guests=_guests(services, sightings, {one.student.id for one in attendees}),
        is_over=is_over_now(services)(lecture),
    )


def _guests(services: Services, sightings: Sequence[Sighting], known: Collection[str]) -> list[Guest]:
    return [
        Guest(seen, services.store.student(seen.student_id))
        for seen in sightings
        if seen.named_by is not None and seen.student_id is not None and seen.student_id not in known
    ]


def attendee(services: Services, lecture_id: str, student: Student) -> tuple[Attendee, Sequence[MarkChange]]:
    """One student in one lecture, with the history of the mark. Raises NotFound."""
    marks = {mark.student_id: mark for mark in services.store.marks(lecture_id)}
    mark = marks.get(student.id)
    one = Attendee(
        student,
        mark,
        _faces(services, [student]).get(student.id),
        _names(services, [mark]).get(student.id, ""),
        _is_perhaps_a_picture(mark, services.store.sightings(lecture_id)),
    )
    return one, services.store.mark_history(lecture_id, student.id)


def _attendees(services: Services, lecture: Lecture, sightings: Sequence[Sighting]) -> Sequence[Attendee]:
    """Sorted by name, then id."""
    students = {student.id: student for student in services.store.roster(lecture.course_id)}
    for student_id in students_to_mark(services, lecture.id):
        if student_id not in students:
            students[student_id] = services.store.student(student_id)
    marks = {mark.student_id: mark for mark in services.store.marks(lecture.id)}
    faces = _faces(services, list(students.values()))
    names = _names(services, list(marks.values()))
    ordered = sorted(students.values(), key=lambda student: (student.name, student.id))
    return [
        Attendee(
            s,
            marks.get(s.id),
            faces.get(s.id),
            names.get(s.id, ""),
            _is_perhaps_a_picture(marks.get(s.id), sightings),
        )
        for s in ordered
    ]


def _is_perhaps_a_picture(mark: Mark | None, sightings: Sequence[Sighting]) -> bool:
    """Whether an unsure opinion of the search rests on a face that moved as a picture does."""
    if mark is None or mark.machine_status is not Status.UNSURE or mark.evidence is None:
        return False
    return any(seen.flat for seen in sightings if seen.id == mark.evidence.sighting_id)


def _faces(services: Services, students: Sequence[Student]) -> dict[str, str]:
    """The best enrolled face of each student that the engine can compare."""
    faces = services.store.faces([student.id for student in students]) if students else []
    usable = [face for face in faces if face.engine == services.faces.name]
    return {face.student_id: face.id for face in sorted(usable, key=lambda face: face.quality)}


def _names(services: Services, marks: Sequence[Mark | None]) -> dict[str, str]:
    """Who decided, by student id, where a person did; the history knows names also of users who are gone."""
    names = {}
    for mark in marks:
        if mark is not None and mark.set_by is not None:
            history = services.store.mark_history(mark.lecture_id, mark.student_id)
            names[mark.student_id] = next((c.by_name for c in reversed(history) if c.by == mark.set_by), "")
    return names


def search_again(services: Services, recording_id: str, *, by: str | None) -> Recording:
    """Queue a search that replaces the sightings of the one before. Raises NotFound, Conflict (it runs now)."""
    recording = services.store.recording(recording_id)
    asked = _entry(services, by, "recording.searched_again", recording.original_name)
    commit(services, QueueSearch(recording_id, services.now()), asked)
    services.jobs.enqueue_search(recording_id)
    return services.store.recording(recording_id)


def remove_recording(services: Services, recording_id: str, *, by: str | None) -> None:
    """Remove a recording with its file and evidence, and mark the lecture anew. Raises NotFound."""
    recording = services.store.recording(recording_id)
    removed = _entry(services, by, "recording.removed", recording.original_name)
    commit(services, RemoveRecording(recording_id), removed)
    mark_lecture(services, recording.lecture_id)
    _erase(services, [recording])


def remove_lecture(services: Services, lecture_id: str, *, by: str | None) -> None:
    """Remove a lecture with recordings, evidence and marks. Raises NotFound."""
    lecture = services.store.lecture(lecture_id)
    course = services.store.course(lecture.course_id)
    recordings = services.store.recordings(lecture_id)
    commit(
        services,
        RemoveLecture(lecture_id),
        _entry(services, by, "lecture.removed", f"{course.label} {lecture.starts_at:%Y-%m-%d %H:%M} UTC"),
    )
    _erase(services, recordings)


def _erase(services: Services, recordings: Sequence[Recording]) -> None:
    """Also pictures that a search which died left without a row."""
    erase_soon(services)
    for recording in recordings:
        services.media.delete(list(services.media.keys(f"evidence/{recording.id}/")))


def _entry(services: Services, by: str | None, action: str, subject: str) -> AuditEntry:
    return AuditEntry(at=services.now(), by=by, action=action, subject=subject)
