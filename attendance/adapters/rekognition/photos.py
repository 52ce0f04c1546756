"""Pictures on their way to Rekognition and back: read safely, upright, small enough; and what it found in them."""

from __future__ import annotations

import io
import secrets
import threading
import warnings
from collections.abc import Sequence
from contextlib import suppress
from math import ceil
from typing import Any

from PIL import Image, ImageChops, ImageOps

from attendance.errors import BadPhoto, Phrase
from attendance.model import Landmarks
from attendance.picture_turns import one_picture_at_a_time
from attendance.ports import FoundFace, PhotoFaces, SeenFace

LONGEST_SIDE_PX = 4096
"""Rekognition reduces larger pictures itself."""

MOST_BYTES = 5 * 1024 * 1024
"""Of a picture that is sent with the request."""

PHOTO_PX = 1600
THUMBNAIL_PX = 160
LEAST_FACE_PX = 40
"""Rekognition does not look at smaller ones."""

GOOD_FACE_PX = 80
"""A registration photo is compared with every frame from then on; below this it has less detail than they do."""

# The format of two-eyed cameras and some phones, MPO, comes with JPEG.
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
# The smallest function in Lambda has 1 GB, and one that is killed would be killed by the same picture again and again.
_MOST_MEGAPIXELS = 50
_MOST_JPEG_MEGAPIXELS = 220  # it is decoded at a half or less, where it comes in one scan
_MOST_SCANNED_MEGAPIXELS = 40  # else it is held whole, up to eight bytes a pixel
_MOST_WEBP_MEGAPIXELS = 20  # libwebp needs four times the memory of the others
_MOST_AVIF_MEGAPIXELS = 20
_CLEAR_PART = 0.5  # of the largest face's width; people far behind are smaller
_CLEAR_SCORE = 0.9  # patterns that are taken for a face have less
_THUMBNAIL_WIDTH = 1.6  # in faces: hair and chin belong to a person
_BLOCK_PX = 8  # JPEG keeps the mean of such a block best
_LEAST_SEAL_BLOCKS = 24  # of three shades each: 280 thousand million seals
_AROUND_FACE = 0.25  # of the face's size, at each side

# Rekognition's quality runs from 0 to 100; its own filter (AUTO) drops much worse faces than these.
_BLURRED_SHARPNESS = 20.0
_DARK, _BRIGHT = 25.0, 95.0
_TURNED_DEG = 35.0

# Pillow's limit, which is below what phones have, and the warnings' filters are those of the whole process.
_limit_of_pixels = threading.Lock()

with suppress(ImportError):  # there is no wheel of it for every machine
    import pi_heif

    pi_heif.register_heif_opener()


def read_picture(data: bytes) -> Image.Image:
    """A JPEG, PNG, WebP, GIF (first frame), BMP or TIFF as RGB, upright, on white, at most 4096 pixels a side.

    Raises BadPhoto, whose value `name` is the phrase "The picture".
    """
    with one_picture_at_a_time:
        return _read(data)


def _read(data: bytes) -> Image.Image:
    picture = _opened(data)
    megapixels = picture.width * picture.height / 1e6
    most = _most_megapixels(picture)
    if megapixels > most:
        raise BadPhoto(
            "%(name)s has %(megapixels)s megapixels; at most %(most)s can be read.",
            name=Phrase("The picture"),
            megapixels=f"{megapixels:.0f}",
            most=most,
        )
    try:
        picture.draft("RGB", (LONGEST_SIDE_PX, LONGEST_SIDE_PX))
        picture.load()
        upright = ImageOps.exif_transpose(_shrunk(_on_white(picture), LONGEST_SIDE_PX))
    except Exception as error:  # Decoders answer hostile bytes with errors of any kind.
        raise BadPhoto("%(name)s is damaged or cut short.", name=Phrase("The picture")) from error
    upright.info = {}  # a comment would be written into every copy
    return upright


def for_request(picture: Image.Image) -> bytes:
    """A JPEG that a request can hold."""
    for longest_px in (LONGEST_SIDE_PX, 3000, 2000):
        for quality in (92, 80):
            data = jpeg(_shrunk(picture, longest_px), quality)
            if len(data) <= MOST_BYTES:
                return data
    return jpeg(_shrunk(picture, 1000), 80)


def sealed(picture: Image.Image, face: FoundFace) -> Image.Image:
    """The picture with its blocks lighter or darker by one grey of 255, or as they were: no two are the same.

    Rekognition gives the same picture of the same student the FaceId that it has already; taking the second one back
    would then take away the first. The face and what is near it stay as they were, so that it is found as before; only
    where it leaves no room for that, it is sealed too.
    """
    columns, rows = -(-picture.width // _BLOCK_PX), -(-picture.height // _BLOCK_PX)
    shades = Image.frombytes("L", (columns, rows), secrets.token_bytes(columns * rows)).point(lambda byte: byte % 3)
    left, top, right, bottom = _blocks_around(face, columns, rows)
    if columns * rows - (right - left) * (bottom - top) >= _LEAST_SEAL_BLOCKS:
        shades.paste(1, (left, top, right, bottom))
    blocks = shades.resize((columns * _BLOCK_PX, rows * _BLOCK_PX), Image.Resampling.NEAREST)
    return ImageChops.add(picture, blocks.crop((0, 0, *picture.size)).convert("RGB"), offset=-1)


def jpeg(picture: Image.Image, quality: int = 90) -> bytes:
    """As a file without metadata; the same picture gives the same bytes."""
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def upright_copy(picture: Image.Image) -> bytes:
    """A JPEG without metadata, at most 1600 pixels on the longer side."""
    return jpeg(_shrunk(picture, PHOTO_PX))


def thumbnail(picture: Image.Image, face: FoundFace) -> bytes:
    """The face with its hair as a square JPEG of 160 pixels."""
    x1, y1, x2, y2 = face.box
    side = max(1, min(*picture.size, round(max(x2 - x1, y2 - y1) * _THUMBNAIL_WIDTH)))
    left = _start((x1 + x2) / 2, side, picture.width)
    top = _start((y1 + y2) / 2, side, picture.height)
    square = picture.crop((left, top, left + side, top + side))
    return jpeg(square.resize((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS))


def described(picture: Image.Image, details: Sequence[dict[str, Any]]) -> PhotoFaces:
    """What DetectFaces found, in the words of attendance, the largest face first."""
    faces = [_found(detail, picture.width, picture.height) for detail in details]
    faces.sort(key=lambda face: (face.box[2] - face.box[0]) * (face.box[3] - face.box[1]), reverse=True)
    return PhotoFaces(tuple(faces), width=picture.width, height=picture.height)


def the_one_face(found: PhotoFaces) -> FoundFace:
    """The face that is meant. Raises BadPhoto."""
    if not found.faces:
        raise BadPhoto("There is no face in this photo.")
    largest = found.faces[0]
    others = [face for face in found.faces[1:] if _is_clear(face, largest)]
    if others:
        raise BadPhoto("There are %(count)s faces in this photo; choose one with a single face.", count=len(others) + 1)
    if _width(largest) < LEAST_FACE_PX:
        raise BadPhoto(
            "The face in this photo is only %(width)s pixels wide; at least %(least)s are needed.",
            width=f"{_width(largest):.0f}",
            least=LEAST_FACE_PX,
        )
    return largest


def _opened(data: bytes) -> Image.Image:
    if not data:
        raise BadPhoto("%(name)s is empty.", name=Phrase("The picture"))
    try:
        # Pillow warns of pictures that we count and allow ourselves, and refuses those of twice that size.
        with _limit_of_pixels, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            most_pixels, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
            try:
                return Image.open(io.BytesIO(data), formats=_FORMATS)
            finally:
                Image.MAX_IMAGE_PIXELS = most_pixels
    except Exception as error:  # Decoders answer hostile bytes with errors of any kind.
        raise BadPhoto(
            "%(name)s is not a picture that can be read (JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF).",
            name=Phrase("The picture"),
        ) from error


def _most_megapixels(picture: Image.Image) -> int:
    if picture.format in ("WEBP", "AVIF"):
        return _MOST_WEBP_MEGAPIXELS if picture.format == "WEBP" else _MOST_AVIF_MEGAPIXELS
    if picture.format not in ("JPEG", "MPO"):
        return _MOST_MEGAPIXELS
    if picture.mode not in ("RGB", "L") or not _comes_in_one_scan(picture):
        return _MOST_SCANNED_MEGAPIXELS
    return _MOST_JPEG_MEGAPIXELS


def _comes_in_one_scan(picture: Image.Image) -> bool:
    """Whether the first scan, after whose header Pillow stands, is of all colours and not the first of many."""
    stream = getattr(picture, "fp", None)
    if stream is None or picture.info.get("progressive"):
        return False
    length = 6 + 2 * len(picture.getbands())
    after_header = stream.tell()
    stream.seek(max(0, after_header - length - 2))
    is_whole = bool(stream.read(4) == b"\xff\xda" + length.to_bytes(2, "big"))
    stream.seek(after_header)
    return is_whole


def _on_white(picture: Image.Image) -> Image.Image:
    """In RGB; what a picture says of how it is turned stays with it."""
    if picture.mode.startswith("I"):  # grey of 16 bits
        return picture.convert("I").point(lambda grey: grey * (1 / 256)).convert("L").convert("RGB")
    if picture.has_transparency_data:
        coloured = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        flat = Image.new("RGB", picture.size, "white")
        flat.paste(coloured, mask=coloured.getchannel("A"))
        flat.info.update(picture.info)
        return flat
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _shrunk(picture: Image.Image, longest_px: int) -> Image.Image:
    shrink = longest_px / max(picture.size)
    if shrink >= 1:
        return picture
    smaller = picture.resize(
        (max(1, round(picture.width * shrink)), max(1, round(picture.height * shrink))),
        Image.Resampling.BOX if shrink < 1 / 2 else Image.Resampling.LANCZOS,
    )
    smaller.info.update(picture.info)
    return smaller


def seen_faces(picture: Image.Image, details: Sequence[dict[str, Any]]) -> tuple[SeenFace, ...]:
    """The service's FaceDetails with their landmarks, the largest first; those without all five are left out."""
    seen = [_seen(detail, picture.width, picture.height) for detail in details]
    found = [face for face in seen if face is not None]
    return tuple(sorted(found, key=lambda face: -(face.box[2] - face.box[0]) * (face.box[3] - face.box[1])))


def _seen(detail: dict[str, Any], width: int, height: int) -> SeenFace | None:
    at = {one["Type"]: (one["X"] * width, one["Y"] * height) for one in detail.get("Landmarks", ())}
    if not at.keys() >= {"eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight"}:
        return None
    # Left is the picture's left with us, whatever a model of the service calls so.
    left_eye, right_eye = sorted((at["eyeLeft"], at["eyeRight"]))
    left_mouth, right_mouth = sorted((at["mouthLeft"], at["mouthRight"]))
    landmarks = Landmarks(left_eye, right_eye, at["nose"], left_mouth, right_mouth)
    found = _found(detail, width, height)
    return SeenFace(found.box, landmarks, found.score, found.quality)


def _found(detail: dict[str, Any], width: int, height: int) -> FoundFace:
    box = detail["BoundingBox"]
    left, top = box["Left"] * width, box["Top"] * height
    right, bottom = left + box["Width"] * width, top + box["Height"] * height
    inside = (max(0.0, left), max(0.0, top), min(float(width), right), min(float(height), bottom))
    sharpness = float(detail.get("Quality", {}).get("Sharpness", 100.0))
    brightness = float(detail.get("Quality", {}).get("Brightness", 50.0))
    problems = _problems(min(right - left, bottom - top), sharpness, brightness, detail.get("Pose", {}))
    light = min(1.0, brightness / _DARK / 2, (100 - brightness) / (100 - _BRIGHT) / 2)
    quality = max(0.0, min(1.0, sharpness / 100, light))
    return FoundFace(inside, float(detail.get("Confidence", 0.0)) / 100, quality, problems)


def _problems(face_px: float, sharpness: float, brightness: float, pose: dict[str, float]) -> tuple[str, ...]:
    turned = max(abs(pose.get("Yaw", 0.0)), abs(pose.get("Pitch", 0.0)))
    found = {
        "too_small": face_px < GOOD_FACE_PX,
        "blurred": sharpness < _BLURRED_SHARPNESS,
        "turned": turned > _TURNED_DEG,
        "too_dark": brightness < _DARK,
        "too_bright": brightness > _BRIGHT,
    }
    return tuple(problem for problem, is_there in found.items() if is_there)


def _is_clear(face: FoundFace, largest: FoundFace) -> bool:
    return face.score >= _CLEAR_SCORE and _width(face) >= _CLEAR_PART * _width(largest)


def _width(face: FoundFace) -> float:
    return face.box[2] - face.box[0]


def _blocks_around(face: FoundFace, columns: int, rows: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in blocks, inside the picture."""
    x1, y1, x2, y2 = face.box
    across, down = (x2 - x1) * _AROUND_FACE, (y2 - y1) * _AROUND_FACE
    left, top = int((x1 - across) // _BLOCK_PX), int((y1 - down) // _BLOCK_PX)
    right, bottom = ceil((x2 + across) / _BLOCK_PX), ceil((y2 + down) / _BLOCK_PX)
    return max(0, left), max(0, top), min(columns, right), min(rows, bottom)


def _start(middle: float, side: int, limit: int) -> int:
    """Where a square around the middle starts so that it stays inside the picture."""
    return max(0, min(limit - side, round(middle - side / 2)))
