"""Decides who was seen from the matches that Rekognition gives frame by frame. Pure; docs/rekognition.md has the rule.

Rekognition follows people through a video and numbers them; one such number is a visit here. It names everybody whose
face in the collection is near to the face of a frame, so that a visit has many opinions, which are pooled.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from attendance.adapters.rekognition.calls import student_id_of
from attendance.errors import SettingsError
from attendance.model import Thresholds
from attendance.settings import Settings

BEST_FRAMES = 5
"""How many of a visit's nearest frames are pooled: one lucky frame is no proof, and turned heads take nothing away."""

LONGEST_BREAK_S = 45.0
"""Whoever is not seen for longer has left in between; people look down and turn away for a while."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, as parts of the picture's width and height."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One person at one moment. `near` has the similarity of students who may be named, `rivals` of everybody else.

    `box` is None where only the body was seen; `clarity` says how much a picture of this face would show.
    """

    time_s: float
    box: Box | None
    clarity: float = 0.0
    near: Mapping[str, float] = field(default_factory=dict)
    rivals: Mapping[str, float] = field(default_factory=dict)

    def of(self, student_id: str) -> float | None:
        """How near the student is; None where Rekognition did not say so."""
        return self.near.get(student_id)

    def of_anybody(self, who: str) -> float | None:
        """The same, also for whom no mark is made."""
        return max((side[who] for side in (self.near, self.rivals) if who in side), default=None)

    def best_but(self, student_id: str) -> float | None:
        """How near the next person is, also one of no roster."""
        points = [p for who, p in (*self.near.items(), *self.rivals.items()) if who != student_id]
        return max(points, default=None)


_NOBODY: Mapping[str, float] = MappingProxyType({})

Visit = Sequence[Frame]
"""One person from when they came into view to when they left it, by time."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody of one recording: a student with all their visits, or an unknown with one."""

    student_id: str | None
    frames: Sequence[Frame]
    similarity: float | None = None
    margin: float | None = None
    good_frames: int = 0

    @property
    def best(self) -> Frame:
        """The frame whose picture shows best why."""
        seen = [frame for frame in self.frames if frame.box is not None]
        own = self.student_id
        return max(seen, key=lambda f: ((f.of(own) or 0.0) if own is not None else 0.0, f.clarity, -f.time_s))

    @property
    def appearances_s(self) -> tuple[float, ...]:
        """First and last second of each appearance, one after the other."""
        times = [frame.time_s for frame in self.frames]
        breaks = [pair for pair in pairwise(times) if pair[1] - pair[0] > LONGEST_BREAK_S]
        return (times[0], *(second for pair in breaks for second in pair), times[-1])


@dataclass(frozen=True, slots=True)
class Judge:
    """The lines, the similarity below which Rekognition says nothing, and the students who may be named."""

    thresholds: Thresholds
    threshold: float
    students: frozenset[str]

    def who_was_seen(self, visits: Iterable[Visit]) -> list[Stay]:
        """One entry a student, by id, then one a visit of somebody unknown, by time."""
        shown = [part for visit in visits if any(f.box is not None for f in visit) for part in self._parted(visit)]
        own: dict[str, list[Visit]] = defaultdict(list)
        unknown: list[Visit] = []
        for visit, student_id in zip(shown, self._named(shown), strict=True):
            (unknown if student_id is None else own[student_id]).append(visit)
        stays = []
        for student_id in sorted(own):
            stay, left = self._stay(student_id, own[student_id])
            stays.append(stay)
            unknown += left
        return [*stays, *(Stay(None, visit) for visit in sorted(unknown, key=lambda visit: visit[0].time_s))]

    def _parted(self, visit: Visit) -> list[Visit]:
        """A number may pass to another person where their ways cross; it is a visit of each who was clearly seen."""
        clear = [self._clearly(frame) for frame in visit]
        proven = {who for who, times in Counter(clear).items() if times >= self.thresholds.least_good_frames} - {None}
        parts: list[list[Frame]] = [[]]
        before = None
        for frame, who in zip(visit, clear, strict=True):
            if who in proven and who != before:
                if before is not None:
                    parts.append([])
                before = who
            parts[-1].append(frame)
        return list(parts)

    def _clearly(self, frame: Frame) -> str | None:
        """The one person who this can be, of a roster or not."""
        surest = sorted(((frame.of_anybody(who) or 0.0, who) for who in {*frame.near, *frame.rivals}), reverse=True)
        if not surest or surest[0][0] < self.thresholds.accept:
            return None
        next_best = surest[1][0] if len(surest) > 1 else self.threshold
        return surest[0][1] if surest[0][0] - next_best >= self.thresholds.margin else None

    def _named(self, visits: Sequence[Visit]) -> list[str | None]:
        """Whose each visit is, the surest first. Who is in view twice at one moment is not the same student twice."""
        claims = sorted(
            (-points, number, student_id)
            for number, visit in enumerate(visits)
            for student_id, points in self._pooled_by_student(visit).items()
            if points >= self.thresholds.review
        )
        named: list[str | None] = [None] * len(visits)
        in_view: dict[str, set[float]] = defaultdict(set)
        for _, number, student_id in claims:
            times = {frame.time_s for frame in visits[number]}
            if named[number] is None and not times & in_view[student_id]:
                named[number] = student_id
                in_view[student_id] |= times
        return named

    def _pooled_by_student(self, visit: Visit) -> dict[str, float]:
        met = {student_id for frame in visit for student_id in frame.near}
        return {who: self._pooled(visit, partial(Frame.of, student_id=who)) for who in met}

    def _pooled(self, frames: Visit, points: Callable[[Frame], float | None]) -> float:
        """The mean of the nearest few frames; where Rekognition says nothing it was below the threshold."""
        faces = [frame for frame in frames if frame.box is not None]
        best = sorted((self.threshold if (p := points(frame)) is None else p for frame in faces), reverse=True)
        return sum(best[:BEST_FRAMES]) / len(best[:BEST_FRAMES])

    def _stay(self, student_id: str, visits: Sequence[Visit]) -> tuple[Stay, list[Visit]]:
        """All visits of a student as one, and those that are too weak to be put beside a sure one."""
        alone = [(visit, self._judged(student_id, visit)) for visit in visits]
        if any(self._is_sure(stay) for _, stay in alone):
            halfway = (self.thresholds.review + self.thresholds.accept) / 2
            kept = [v for v, stay in alone if self._is_ahead(stay) and (stay.similarity or 0.0) >= halfway]
        else:
            kept = list(visits)
        joined = sorted((frame for visit in kept for frame in visit), key=lambda frame: frame.time_s)
        good = [stay.good_frames for visit, stay in alone if visit in kept]
        # As of one track: a glimpse here and a glimpse there of somebody who is alike are no proof together.
        proof = sum(frames for frames in good if frames >= self.thresholds.least_good_frames) or max(good)
        stay = replace(self._judged(student_id, joined), good_frames=proof)
        return stay, [visit for visit in visits if visit not in kept]

    def _judged(self, student_id: str, frames: Visit) -> Stay:
        similarity = self._pooled(frames, partial(Frame.of, student_id=student_id))
        good = [frame for frame in frames if self._is_good(student_id, frame)]
        return Stay(student_id, frames, similarity, self._margin(student_id, frames, similarity), len(good))

    def _margin(self, student_id: str, frames: Visit, similarity: float) -> float:
        """To the next person, whoever it is; at least so much where nobody else is above the threshold."""
        others = {who for frame in frames for who in (*frame.near, *frame.rivals)} - {student_id}
        if not others and self.students == {student_id}:
            return 100.0
        next_best = max(
            (self._pooled(frames, partial(Frame.of_anybody, who=who)) for who in others), default=self.threshold
        )
        return max(0.0, similarity - next_best)

    def _is_good(self, student_id: str, frame: Frame) -> bool:
        own, other = frame.of(student_id), frame.best_but(student_id)
        return own is not None and own >= self.thresholds.accept and (other is None or other < own)

    def _is_ahead(self, stay: Stay) -> bool:
        return stay.margin is not None and stay.margin >= self.thresholds.margin

    def _is_sure(self, stay: Stay) -> bool:
        return (stay.similarity or 0.0) >= self.thresholds.accept and self._is_ahead(stay) and stay.good_frames > 0


def near_and_rivals(
    matches: Iterable[Mapping[str, Any]], student_of: Mapping[str, str]
) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """FaceMatches by student: those whose FaceId may name a student, and all others by what they were indexed under.

    A face that was left in the collection names nobody, and is no rival of the student whom it shows.
    """
    near: dict[str, float] = {}
    rivals: dict[str, float] = {}
    for match in matches:
        face = match["Face"]
        known = student_of.get(face["FaceId"])
        who = known or student_id_of(face.get("ExternalImageId") or face["FaceId"])
        side = rivals if known is None else near
        side[who] = max(side.get(who, 0.0), float(match["Similarity"]))
    return near, rivals


class Visits:
    """Collects PersonMatches page by page, each as a Frame: a lecture has hundreds of thousands, with all landmarks."""

    def __init__(self, student_of: Mapping[str, str]) -> None:
        self._student_of = student_of
        self._frames: dict[int, list[Frame]] = defaultdict(list)

    def add(self, match: Mapping[str, Any]) -> None:
        """A PersonMatch of GetFaceSearch."""
        person = match["Person"]
        detail = person.get("Face") or {}
        box = detail.get("BoundingBox")
        matches = match.get("FaceMatches")
        near, rivals = near_and_rivals(matches, self._student_of) if matches else (_NOBODY, _NOBODY)
        frame = Frame(match["Timestamp"] / 1000, box_of(box) if box else None, clarity_of(detail), near, rivals)
        self._frames[person["Index"]].append(frame)

    def all(self) -> list[Visit]:
        """In the order of Rekognition's numbers, each by time."""
        return [sorted(frames, key=lambda frame: frame.time_s) for _, frames in sorted(self._frames.items())]


def box_of(box: Mapping[str, float]) -> Box:
    """A BoundingBox by its edges."""
    return box["Left"], box["Top"], box["Left"] + box["Width"], box["Top"] + box["Height"]


def clarity_of(detail: Mapping[str, Any]) -> float:
    """How large and sharp a face is, for choosing its best picture."""
    box = detail.get("BoundingBox")
    if not box:
        return 0.0
    sharpness = float((detail.get("Quality") or {}).get("Sharpness", 50.0))
    return float(box["Width"] * box["Height"]) * (1 + sharpness)


ACCEPT = 99.0
"""What AWS advises where a match has consequences for a person."""

MARGIN = 5.0
"""Two people of the same name line up at 99 and 97 at times, hardly ever at 99 and 94."""

LEAST_GOOD_FRAMES = 3


def match_lines(settings: Settings) -> Thresholds:
    """Raises SettingsError where the thresholds contradict each other.

    Below its own threshold Rekognition says nothing, so that a lead of the margin must fit between it and the accept
    threshold.
    """
    accept = ACCEPT if settings.accept_similarity is None else settings.accept_similarity
    threshold = settings.rekognition_threshold
    review = threshold if settings.review_similarity is None else settings.review_similarity
    margin = MARGIN if settings.margin is None else settings.margin
    if review < threshold:
        raise SettingsError(
            "ROLLCALL_REVIEW_SIMILARITY is %(review)s, but Rekognition names nobody below "
            "ROLLCALL_REKOGNITION_THRESHOLD, which is %(threshold)s.",
            review=f"{review:g}",
            threshold=f"{threshold:g}",
        )
    if review > accept:
        raise SettingsError(
            "The review threshold of Rekognition is %(review)s, but must not be above %(accept)s, from where on a "
            "match is sure; set ROLLCALL_ACCEPT_SIMILARITY too.",
            review=f"{review:g}",
            accept=f"{accept:g}",
        )
    if accept - threshold < margin:
        raise SettingsError(
            "From ROLLCALL_REKOGNITION_THRESHOLD (%(threshold)s) to the accept threshold (%(accept)s) are fewer points "
            "than ROLLCALL_MARGIN (%(margin)s), so nobody could ever be sure.",
            threshold=f"{threshold:g}",
            accept=f"{accept:g}",
            margin=f"{margin:g}",
        )
    return Thresholds(review, accept, margin, LEAST_GOOD_FRAMES)
