"""Snapshots, and single pictures of a video, by Rekognition."""

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
    return Seen(student_id, 0.0, 0.0, 1, good_frames, similarity, margin, face, 0.0)


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


HEAD_BYTES = 4096
"""So many of a file's first bytes are enough."""

HEIF_KINDS = ("HEIC", "HEIF")

_MAGICS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\x8aMNG", "MNG"),
    (b"\x8bJNG", "JNG"),
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"II\xbc\x01", "JPEG XR"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"8BPS", "Photoshop"),
    (b"\0\0\1\0", "ICO"),
    (b"qoif", "QOI"),
    (b"DDS ", "DDS"),
    (b"FLIF", "FLIF"),
    (b"BPG\xfb", "BPG"),
    (b"v/1\x01", "OpenEXR"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"FUJIFILMCCD-RAW", "raw"),
    (b"FOVb", "raw"),
    (b"%PDF", "PDF"),
    (b"%!PS", "PostScript"),
)
_NETPBM = tuple(b"P%d%c" % (number, space) for number in range(1, 8) for space in b" \t\r\n")
_BITMAP_HEADER_BYTES = (12, 16, 40, 52, 56, 64, 108, 124)
_BRANDS = {
    "AVIF": (b"avif", b"avis"),
    "HEIC": (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"),
    "JPEG 2000": (b"jp2 ", b"jpx ", b"jpm ", b"j2ki", b"j2is", b"jph "),
    "raw": (b"crx ",),
    "HEIF": (b"mif1", b"mif2", b"mif3", b"msf1", b"miaf", b"1pic", b"avci", b"avcs", b"vvic", b"evbi", b"jpeg"),
}
_BOXES_LOOKED_AT = 16


def still_kind(head: bytes) -> str | None:
    """The name of the format, also of animated pictures and image sequences; None where the file is no still."""
    for magic, kind in _MAGICS:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BITMAP_HEADER_BYTES:
        return "BMP"
    if head.startswith(_NETPBM):
        return "Netpbm"
    if b"<svg" in head[:1024] and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "SVG"
    return _kind_in_boxes(head) if head[4:8] == b"ftyp" else None


def _kind_in_boxes(head: bytes) -> str | None:
    """HEIF and its like, by their brands; where these say nothing, by a file of pictures without a film."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    major, others = head[8:12], [head[at : at + 4] for at in range(16, size - 3, 4)]
    kinds = [kind for kind, brands in _BRANDS.items() if major in brands]
    if kinds == ["HEIF"]:  # the brand of any picture; the others say how it is coded
        kinds = [kind for kind, brands in _BRANDS.items() if {*brands} & {major, *others}]
    if kinds:
        return kinds[0]
    return "HEIF" if _has_pictures_only(head, size) else None


def _has_pictures_only(head: bytes, at: int) -> bool:
    """Whether the list of pictures comes before any film; a film's own notes are a list of another kind."""
    for _ in range(_BOXES_LOOKED_AT):
        size, kind = int.from_bytes(head[at : at + 4], "big"), head[at + 4 : at + 8]
        if kind == b"meta":
            return b"pict" in head[at : at + 64]
        if size < 8 or kind in (b"moov", b"moof", b"mdat"):
            return False
        at += size
    return False
