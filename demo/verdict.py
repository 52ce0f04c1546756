"""Says whether the attendance that was found is what the lecture's script says, and where it differs."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.model import Mark, Sighting, Status
from attendance.use_cases.lectures.lectures import LectureBoard
from demo.lecture_video import DEMO_SECONDS, Appearance, LectureScript
from demo.school import CLASS, LATE_AFTER_MINUTES, LEFT_EARLY_MINUTES, Pupil
from website.formatting import seconds as clock

NEAR_ENOUGH_S = 15.0


def differences(board: LectureBoard, script: LectureScript) -> list[str]:
    """One sentence each; none where all is as the script says."""
    by_seed = {appearance.person.seed: appearance for appearance in script.appearances}
    marks = {attendee.student.id: attendee.mark for attendee in board.attendees}
    found = [_difference(pupil, by_seed.get(pupil.seed), marks.get(pupil.id)) for pupil in CLASS]
    seeds = {pupil.seed for pupil in CLASS}
    strangers = [appearance for appearance in script.appearances if appearance.person.seed not in seeds]
    return [sentence for sentence in [*found, _of_strangers(strangers, board.strangers)] if sentence]


def remarks(board: LectureBoard) -> list[str]:
    """Who is absent, late, and left early, each in a sentence."""
    by_status = {status: [a for a in board.attendees if a.mark and a.mark.status is status] for status in Status}
    sentences = []
    if by_status[Status.ABSENT]:
        sentences.append(f"Absent: {', '.join(a.student.name for a in by_status[Status.ABSENT])}.")
    for one in board.attendees:
        seen = one.mark.evidence if one.mark else None
        if one.mark and seen and one.mark.status is Status.LATE:
            sentences.append(f"Late: {one.student.name}, first seen {clock(seen.first_s)} after the start.")
        if one.mark and seen and one.mark.left_early:
            sentences.append(f"Left early: {one.student.name}, last seen {clock(seen.last_s)} after the start.")
    return sentences


def _difference(pupil: Pupil, script: Appearance | None, mark: Mark | None) -> str:
    expected, found = _expected(script), _found(mark)
    if expected != found:
        return f"{pupil.name} should be {expected}, but is {found}."
    seen = mark.evidence if mark else None
    if script and seen and not _is_near(script, seen.first_s, seen.last_s):
        return (
            f"{pupil.name} was there {_span(script)}, but was seen from {clock(seen.first_s)} to {clock(seen.last_s)}."
        )
    return ""


def _expected(script: Appearance | None) -> str:
    if script is None:
        return Status.ABSENT.value
    status = Status.LATE if script.arrive_s > 60 * LATE_AFTER_MINUTES else Status.PRESENT
    return _in_words(status, script.leave_s + 60 * LEFT_EARLY_MINUTES < DEMO_SECONDS)


def _found(mark: Mark | None) -> str:
    return "without a mark" if mark is None else _in_words(mark.status, mark.left_early)


def _in_words(status: Status, left_early: bool) -> str:
    return f"{status.value} and left early" if left_early else status.value


def _of_strangers(script: Sequence[Appearance], found: Sequence[Sighting]) -> str:
    if len(script) != len(found):
        return f"There should be {len(script)} stranger, but {len(found)} were seen."
    pairs = zip(script, sorted(found, key=lambda sighting: sighting.first_s), strict=True)
    wrong = [one for one, seen in pairs if not _is_near(one, seen.first_s, seen.last_s)]
    return f"The stranger was there {_span(wrong[0])}, but was seen at other times." if wrong else ""


def _is_near(script: Appearance, first_s: float, last_s: float) -> bool:
    return abs(first_s - script.arrive_s) <= NEAR_ENOUGH_S and abs(last_s - script.leave_s) <= NEAR_ENOUGH_S


def _span(script: Appearance) -> str:
    return f"from {clock(script.arrive_s)} to {clock(script.leave_s)}"
