"""What people said of unknown faces, applied to what searches saw; and which sightings are of one person.

Pure and repeatable; the order of input is no matter. A person's decision outlives every search and every grouping: of
two that contradict each other the later one counts, and what is undone is as if it had never been said.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import combinations, product

from attendance.model import DecisionKind, Sighting, Spot, Thresholds, UnknownDecision

MOST_SHOWN = 5
GOOD_QUALITY = 0.2
"""A picture that a person can recognise somebody by."""

_NEAR_FACES = 1.0
"""A face that a later search finds this many of its widths away may be the same one."""

_SAME_TIME = 0.5
"""The least that two sightings without a place share of their time, where nothing else tells which is which."""


@dataclass(slots=True)
class Ruling:
    """What decisions say of one sighting: who it is, that it is nobody of ours, and who it is not."""

    label: UnknownDecision | None = None
    not_students: set[str] = field(default_factory=set)

    @property
    def student_id(self) -> str | None:
        """Who it was named, if anybody."""
        return self.label.student_id if self.label and self.label.kind is DecisionKind.NAMED else None

    @property
    def is_ignored(self) -> bool:
        """Whether it is nobody of ours."""
        return self.label is not None and self.label.kind is DecisionKind.IGNORED


def rulings(decisions: Iterable[UnknownDecision]) -> Mapping[str, Ruling]:
    """By sighting."""
    said: dict[str, Ruling] = defaultdict(Ruling)
    for one in _in_order(decisions):
        for spot in one.seen:
            ruling = said[spot.sighting_id]
            if one.kind in (DecisionKind.NAMED, DecisionKind.IGNORED):
                ruling.label = one
                ruling.not_students.discard(one.student_id or "")
            elif one.kind is DecisionKind.NOT_STUDENT and one.student_id is not None:
                ruling.not_students.add(one.student_id)
                if ruling.student_id == one.student_id:
                    ruling.label = None
            elif one.kind is DecisionKind.APART:
                ruling.label = None
    return said


def settled_in(decisions: Sequence[UnknownDecision]) -> Counter[str]:
    """How many unknown faces of each lecture a person named or ignored."""
    lectures = {spot.sighting_id: spot.lecture_id for one in decisions for spot in one.seen}
    return Counter(lectures[one] for one, ruling in rulings(decisions).items() if ruling.label is not None)


def gone_with(student_id: str, decisions: Sequence[UnknownDecision]) -> tuple[set[str], set[str]]:
    """Sightings that go with a student who is removed, and those of which only the vector goes: named and refused."""
    said = rulings(decisions)
    named = {one for one, ruling in said.items() if ruling.student_id == student_id}
    return named, {one for one, ruling in said.items() if student_id in ruling.not_students} - named


def with_decisions(sightings: Iterable[Sighting], decisions: Iterable[UnknownDecision]) -> list[Sighting]:
    """What was seen, with the names that people gave, and without those that they refused."""
    said = rulings(decisions)
    return [_decided(seen, said[seen.id]) if seen.id in said else seen for seen in sightings]


def _decided(seen: Sighting, ruling: Ruling) -> Sighting:
    if ruling.label is not None and ruling.student_id is not None:
        return replace(seen, student_id=ruling.student_id, named_by=ruling.label.by or "")
    if seen.student_id is not None and (ruling.is_ignored or seen.student_id in ruling.not_students):
        return replace(seen, student_id=None, similarity=None, margin=None, good_frames=0)
    return seen


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike the faces of sightings are, in points of similarity; `rows` in the order of `ids`."""

    ids: Mapping[str, int] = field(default_factory=dict)
    rows: Sequence[Sequence[float]] = ()

    @classmethod
    def of(cls, sightings: Sequence[Sighting], compare: Callable[..., Sequence[Sequence[float]]]) -> Likeness:
        """Of those that have a vector."""
        known = [seen for seen in sightings if seen.vector is not None]
        return cls({seen.id: at for at, seen in enumerate(known)}, compare([seen.vector for seen in known]))

    def sum(self, ones: Sequence[Sighting], others: Sequence[Sighting]) -> tuple[float, int]:
        """Of all pairs that can be compared, and how many these are."""
        places = [self.ids[one.id] for one in others if one.id in self.ids]
        rows = [self.rows[self.ids[one.id]] for one in ones if one.id in self.ids]
        return sum(row[place] for row in rows for place in places), len(rows) * len(places)

    def mean(self, ones: Sequence[Sighting], others: Sequence[Sighting]) -> float | None:
        """None where no pair can be compared."""
        points, count = self.sum(ones, others)
        return points / count if count else None


@dataclass(frozen=True, slots=True)
class Cluster:
    """Sightings of one person, by id; `student_id` is who a person named them.

    `decisions` is what was said of them, newest first.
    """

    sightings: tuple[Sighting, ...]
    student_id: str | None = None
    ignored: bool = False
    decisions: tuple[UnknownDecision, ...] = ()


def clusters(
    sightings: Iterable[Sighting], decisions: Sequence[UnknownDecision], likeness: Likeness, same: float
) -> list[Cluster]:
    """Who of the unknown is one person: those named alike, those ignored together, and the others by their faces.

    `sightings` are as searches saw them. Two are joined where all that they are joined with is, on average, as alike as
    `same`. Whom a person keeps together or apart stays so, and two who are visible at once in one recording are never
    one, unless a person says so. A face that was named draws no other to it: nothing is learnt from a name alone.
    """
    said = rulings(decisions)
    told = sorted(with_decisions(sightings, decisions), key=lambda seen: seen.id)
    unknown = [one for one in told if one.student_id is None or one.named_by is not None]
    labelled: dict[tuple[DecisionKind, str], list[Sighting]] = defaultdict(list)
    left = []
    for seen in unknown:
        label = said[seen.id].label if seen.id in said else None
        if label is None:
            left.append(seen)
        else:
            labelled[label.kind, label.student_id or label.id].append(seen)
    found = [
        Cluster(tuple(own), who if kind is DecisionKind.NAMED else None, kind is DecisionKind.IGNORED)
        for (kind, who), own in labelled.items()
    ]
    found += [Cluster(tuple(own)) for own in _joined(left, decisions, likeness, same)]
    return sorted((_told(one, decisions) for one in found), key=lambda one: one.sightings[0].id)


def _told(cluster: Cluster, decisions: Iterable[UnknownDecision]) -> Cluster:
    own = {seen.id for seen in cluster.sightings}
    about = [one for one in decisions if any(spot.sighting_id in own for spot in (*one.seen, *one.others))]
    return replace(cluster, decisions=tuple(reversed(_in_order(about))))


def _joined(
    left: Sequence[Sighting], decisions: Sequence[UnknownDecision], likeness: Likeness, same: float
) -> list[list[Sighting]]:
    links = _links(decisions)
    members = _kept_together(left, links)
    # What two groups are alike in all, over how many pairs; and which of them may not be joined.
    alike: list[dict[int, tuple[float, int]]] = [{} for _ in members]
    apart: list[set[int]] = [set() for _ in members]
    for i, j in combinations(range(len(members)), 2):
        if _may_never_join(members[i], members[j], links):
            apart[i].add(j)
            apart[j].add(i)
        points, count = likeness.sum(members[i], members[j])
        if count:
            alike[i][j] = alike[j][i] = points, count
    waiting = [(-points / count, i, j) for i, row in enumerate(alike) for j, (points, count) in row.items() if i < j]
    waiting = [one for one in waiting if -one[0] >= same]
    heapq.heapify(waiting)
    while waiting:
        distance, i, j = heapq.heappop(waiting)
        if j not in alike[i] or i not in alike[j] or j in apart[i] or -distance != _mean(alike[i][j]):
            continue  # one of them has grown, or was joined with another, since this was noted
        for other in _join(i, j, members, alike, apart):
            mean = _mean(alike[i][other])
            if mean >= same:
                heapq.heappush(waiting, (-mean, min(i, other), max(i, other)))
    return [sorted(own, key=lambda seen: seen.id) for own in members if own]


def _mean(pair: tuple[float, int]) -> float:
    return pair[0] / pair[1]


def _join(
    i: int,
    j: int,
    members: list[list[Sighting]],
    alike: list[dict[int, tuple[float, int]]],
    apart: list[set[int]],
) -> list[int]:
    """Put the second group into the first; those to which the first may be nearer or farther now."""
    members[i], members[j] = members[i] + members[j], []
    for other, (points, count) in alike[j].items():
        del alike[other][j]
        if other == i:
            continue
        before = alike[i].get(other, (0.0, 0))
        alike[i][other] = alike[other][i] = before[0] + points, before[1] + count
    for other in apart[j]:
        apart[i].add(other)
        apart[other].add(i)
    alike[j] = {}
    return list(alike[i])


def _links(decisions: Iterable[UnknownDecision]) -> Mapping[frozenset[str], bool]:
    """What people said of two sightings: whether they are one person."""
    links: dict[frozenset[str], bool] = {}
    for one in _in_order(decisions):
        ids = [spot.sighting_id for spot in one.seen]
        if one.kind is DecisionKind.TOGETHER:
            links |= {frozenset(pair): True for pair in combinations(ids, 2)}
        elif one.kind is DecisionKind.APART:
            links |= {frozenset((own, other.sighting_id)): False for own in ids for other in one.others}
    return links


def _kept_together(left: Sequence[Sighting], links: Mapping[frozenset[str], bool]) -> list[list[Sighting]]:
    """Groups of those that people keep together; most are alone."""
    group_of = {seen.id: seen.id for seen in left}

    def root(one: str) -> str:
        while group_of[one] != one:
            one = group_of[one]
        return one

    for pair in sorted(sorted(pair) for pair, together in links.items() if together and len(pair) == 2):
        if pair[0] in group_of and pair[1] in group_of:
            one, other = sorted(map(root, pair))
            group_of[other] = one
    groups: dict[str, list[Sighting]] = defaultdict(list)
    for seen in left:
        groups[root(seen.id)].append(seen)
    return [groups[key] for key in sorted(groups)]


def _may_never_join(own: Sequence[Sighting], other: Sequence[Sighting], links: Mapping[frozenset[str], bool]) -> bool:
    if not links and len(own) == len(other) == 1 and own[0].recording_id != other[0].recording_id:
        return False  # most pairs by far
    return any(_never_one(one, another, links) for one, another in product(own, other))


def _never_one(one: Sighting, other: Sighting, links: Mapping[frozenset[str], bool]) -> bool:
    together = links.get(frozenset((one.id, other.id)))
    return seen_at_once(one, other) if together is None else not together


def seen_at_once(one: Sighting, other: Sighting) -> bool:
    """Whether both are visible in one recording at some moment."""
    if one.recording_id != other.recording_id or one.id == other.id:
        return False
    return any(start <= last and first <= end for start, end in one.appearances for first, last in other.appearances)


def proposals(
    found: Sequence[Cluster], likeness: Likeness, review: float, searched_at: Mapping[str, datetime | None]
) -> Mapping[int, tuple[str, float]]:
    """Who, of those who were named, an open cluster may be as well: student and likeness, by its place in `found`.

    From the review threshold on, never sure by itself. What was searched (`searched_at`, by recording) after the name
    was given is not compared: a name is no photo to know somebody by.
    """
    may_be = {}
    for place, cluster in enumerate(found):
        if cluster.student_id is not None or cluster.ignored:
            continue
        rivals = [
            (points, named.student_id) for named in found if (points := _may_be(cluster, named, likeness, searched_at))
        ]
        points, student_id = max(rivals, key=lambda one: (one[0], one[1] or ""), default=(0.0, None))
        if student_id is not None and points >= review:
            may_be[place] = student_id, points
    return may_be


def _may_be(
    cluster: Cluster, named: Cluster, likeness: Likeness, searched_at: Mapping[str, datetime | None]
) -> float | None:
    if named.student_id is None:
        return None
    last = max(one.at for one in named.decisions if one.kind is DecisionKind.NAMED)
    there = [one for one in cluster.sightings if (searched := searched_at.get(one.recording_id)) and searched <= last]
    refused = [one for one in cluster.decisions if one.kind is DecisionKind.NOT_STUDENT]
    if any(one.student_id == named.student_id for one in refused):
        return None
    if any(seen_at_once(one, other) for one, other in product(cluster.sightings, named.sightings)):
        return None
    return likeness.mean(there, named.sightings)


def best_pictures(sightings: Iterable[Sighting], most: int = MOST_SHOWN) -> list[Sighting]:
    """The best of those with a good picture; where an engine says nothing of pictures, all are good."""
    good = [one for one in sightings if one.picture_key is not None and is_good(one)]
    return sorted(good, key=lambda one: (-(one.quality or 0.0), -one.frames, one.id))[:most]


def is_good(seen: Sighting) -> bool:
    """Whether a person can recognise somebody by its picture."""
    return seen.quality is None or seen.quality >= GOOD_QUALITY


def spot_of(seen: Sighting, lecture_id: str) -> Spot:
    """Where it was."""
    return Spot(lecture_id, seen.recording_id, seen.id, seen.first_s, seen.last_s, seen.picture_s, seen.place)


def found_again(
    new: Sequence[Sighting], before: Iterable[Spot], alike: Callable[[str, str], float | None], thresholds: Thresholds
) -> Mapping[str, str]:
    """The ids that sightings of a new search had before, by the ids that they came with.

    By the face where both vectors are there (`alike`: new id, old id), else by place and time: the same face in the
    same part of the picture. Without a place only time is left, which tells nothing where several were there.
    """
    spots = {spot.sighting_id: spot for spot in before}
    fits = [
        (points, one.id, spot.sighting_id)
        for one in new
        for spot in spots.values()
        if (points := _fit(one, spot, alike(one.id, spot.sighting_id), thresholds)) is not None
    ]
    by_time_alone = [fit for fit in fits if fit[0] <= 1]
    doubtful = {fit for fit in by_time_alone if sum(fit[1] == one or fit[2] == old for _, one, old in fits) > 1}
    found: dict[str, str] = {}
    for fit in sorted(fits, key=lambda fit: (-fit[0], fit[2], fit[1])):
        if fit not in doubtful and fit[1] not in found and fit[2] not in found.values():
            found[fit[1]] = fit[2]
    return found


def _fit(seen: Sighting, spot: Spot, points: float | None, thresholds: Thresholds) -> float | None:
    """Above 2 by the face, 1 to 2 by the place, up to 1 by time alone; None where they are not the same."""
    shared = _shared_time(seen, spot)
    if points is not None and points < thresholds.review:
        return None
    if points is not None and points >= thresholds.accept:
        return 2 + points
    if seen.place is not None and spot.place is not None:
        return 1 + shared if shared > 0 and _are_near(seen.place, spot.place) else None
    return shared if shared >= _SAME_TIME else None


def _shared_time(seen: Sighting, spot: Spot) -> float:
    """Of the time in which either was there; all of it where both were there for one moment alone."""
    both = min(seen.last_s, spot.last_s) - max(seen.first_s, spot.first_s)
    either = max(seen.last_s, spot.last_s) - min(seen.first_s, spot.first_s)
    if both < 0:
        return 0.0
    return max(both / either, 1e-3) if either > 0 else 1.0


def _are_near(one: Sequence[float], other: Sequence[float]) -> bool:
    width, height = (max(box[2 + side] - box[side] for box in (one, other)) for side in (0, 1))
    across, down = (abs((one[i] + one[2 + i]) - (other[i] + other[2 + i])) / 2 for i in (0, 1))
    return across <= _NEAR_FACES * width and down <= _NEAR_FACES * height


def is_refused(points: Iterable[float], similarity: float | None, thresholds: Thresholds) -> bool:
    """Whether a face that a search gives to a student is one of which a person said that it is not: `points` are how
    alike it is to those. The student must be nearer than they are.
    """
    return max(points, default=0.0) >= max(thresholds.accept, similarity or 0.0)


def expires_at(searched_at: datetime, days: int) -> datetime:
    """When the vectors of a search are to be forgotten."""
    return searched_at + timedelta(days=days)


def _in_order(decisions: Iterable[UnknownDecision]) -> list[UnknownDecision]:
    return sorted(decisions, key=lambda one: (one.at, one.id))
