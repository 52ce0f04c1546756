"""Searches a snapshot: each face of it is cut out and asked for, and nobody is seen twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PIL import Image

from attendance.adapters.rekognition.calls import FaceCollection
from attendance.adapters.rekognition.matches import Box, Frame, Judge, box_of, clarity_of, near_and_rivals
from attendance.adapters.rekognition.photos import for_request
from attendance.adapters.rekognition.video import cut_face
from attendance.ports import Progress, Seen

MOST_AT_ONCE = 8

_AROUND = 0.4  # of the face's width and height; Rekognition finds a face again by what is around it
_LEAST_CROP_PX = 120  # with its surroundings; a face below 40 pixels is not looked for


def search_snapshot(
    picture: Image.Image, collection: FaceCollection, judge: Judge, student_of: Mapping[str, str], report: Progress
) -> list[Seen]:
    """One entry a student and one an unknown. Raises what `report` raises."""
    report(0.0)
    details = collection.detect(for_request(picture))
    report(0.3)
    boxes = [box_of(detail["BoundingBox"]) for detail in details]
    crops = [_crop(picture, boxes, number) for number in range(len(boxes))]
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        asked = [pool.submit(collection.matches, crop, judge.threshold) for crop in crops]
        frames = []
        for number, answer in enumerate(asked):
            frames.append(_frame(details[number], boxes[number], answer.result(), student_of))
            report(0.3 + 0.6 * (number + 1) / len(asked))
    stays = judge.who_was_seen([[frame] for frame in frames])
    report(1.0)
    return [
        _seen(picture, stay.student_id, stay.best, stay.similarity, stay.margin, stay.good_frames) for stay in stays
    ]


def _frame(
    detail: Mapping[str, Any], box: Box, matches: Sequence[dict[str, Any]], student_of: Mapping[str, str]
) -> Frame:
    near, rivals = near_and_rivals(matches, student_of)
    return Frame(0.0, box, clarity_of(detail), near, rivals)


def _seen(
    picture: Image.Image,
    student_id: str | None,
    frame: Frame,
    similarity: float | None,
    margin: float | None,
    good_frames: int,
) -> Seen:
    face = None if frame.box is None else cut_face(picture, frame.box)
    return Seen(student_id, 0.0, 0.0, 1, good_frames, similarity, margin, face, 0.0, place=frame.box)


def _crop(picture: Image.Image, boxes: Sequence[Box], number: int) -> bytes:
    """One face with a little around it. Rekognition takes the largest of a picture, so neighbours are covered."""
    left, top, right, bottom = boxes[number]
    aside, above = _AROUND * (right - left), _AROUND * (bottom - top)
    around = _pixels((left - aside, top - above, right + aside, bottom + above), picture.size)
    own = _pixels(boxes[number], picture.size)
    cut = picture.crop(around)
    face = picture.crop(own)
    for other, box in enumerate(boxes):
        if other != number:
            x1, y1, x2, y2 = _pixels(box, picture.size)
            cut.paste("grey", (x1 - around[0], y1 - around[1], x2 - around[0], y2 - around[1]))
    cut.paste(face, (own[0] - around[0], own[1] - around[1]))
    enlarge = _LEAST_CROP_PX / min(cut.size)
    if enlarge > 1:
        cut = cut.resize((round(cut.width * enlarge), round(cut.height * enlarge)), Image.Resampling.BICUBIC)
    return for_request(cut)


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Whole pixels inside the picture, at least one each way."""
    width, height = size
    left, top = max(0, min(width - 1, int(box[0] * width))), max(0, min(height - 1, int(box[1] * height)))
    return (
        left,
        top,
        max(left + 1, min(width, round(box[2] * width))),
        max(top + 1, min(height, round(box[3] * height))),
    )
