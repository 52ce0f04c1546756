"""Reads pictures that people and devices send, safely, and writes JPEG."""

import io
import threading
import warnings
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from face_engine.errors import BadImage
from face_engine.heif import read_heif
from face_engine.model import BGRImage, Face
from face_engine.picture_limits import (
    LONGEST_SIDE_PX,
    MOST_MEGAPIXELS,
    jpeg_scale,
    most_megapixels_of,
    refuse_too_large,
)
from face_engine.stills import HEAD_BYTES, HEIF_KINDS, still_kind

__all__ = ["LONGEST_SIDE_PX", "Photo", "encode_jpeg", "read_image", "read_photo"]

# The format of two-eyed cameras and some phones, MPO, comes with JPEG.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
READ_KINDS = ("JPEG", "PNG", "WebP", "GIF", "BMP", "TIFF", "AVIF")
DEEP_GREY = ("I", "F")
BAND_ROWS = 256
_COLOURS = 3
ORIENTATION_TAG = 0x0112
# What undoes each orientation of EXIF, on rows and columns.
UPRIGHT: Mapping[int, Callable[[BGRImage], BGRImage]] = {
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.transpose(1, 0, 2),
    6: lambda image: image[::-1].transpose(1, 0, 2),
    7: lambda image: image[::-1, ::-1].transpose(1, 0, 2),
    8: lambda image: image[:, ::-1].transpose(1, 0, 2),
}
SIDEWAYS = (5, 6, 7, 8)

# Decoding one picture may take 250 MB; it also changes Pillow's limit and the warnings' filters of the whole process.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture, upright and on white, and how large it is in its file (upright too), where it was reduced."""

    image: BGRImage
    width: int
    height: int

    def in_own_pixels(self, face: Face) -> Face:
        """A face that was found in the image, in pixels of the file."""
        across, down = self.width / self.image.shape[1], self.height / self.image.shape[0]
        left, top, right, bottom = face.box
        box = left * across, top * down, right * across, bottom * down
        left_eye, right_eye, nose, left_mouth, right_mouth = ((x * across, y * down) for x, y in face.landmarks)
        face_px = min(box[2] - box[0], box[3] - box[1])
        landmarks = (left_eye, right_eye, nose, left_mouth, right_mouth)
        return Face(box, landmarks, face.score, replace(face.quality, face_px=face_px))


def read_image(source: Path | bytes, *, most_megapixels: float = MOST_MEGAPIXELS) -> BGRImage:
    """The pixels of `read_photo`."""
    return read_photo(source, most_megapixels=most_megapixels).image


def read_photo(source: Path | bytes, *, most_megapixels: float = MOST_MEGAPIXELS) -> Photo:
    """Read a JPEG, PNG, WebP, GIF or other animation (its first frame), BMP, TIFF, AVIF or HEIC, upright and on white.

    One picture is read at a time in a process, whatever asks for it.

    Parameters
    ----------
    source
        A file, or a file's bytes.
    most_megapixels
        Larger pictures are refused by their header, before anything is decoded; `picture_limits` has lower limits for
        formats that cannot be decoded reduced.

    Returns
    -------
    Photo
        At most 4000 pixels on the longer side; larger pictures are reduced.

    Raises
    ------
    BadImage
        With one plain sentence.
    """
    name = "The picture" if isinstance(source, bytes) else source.name
    with closing(_open_stream(source, name)) as stream, _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of pictures that we count and allow ourselves
        kind = still_kind(stream.read(HEAD_BYTES))
        stream.seek(0)
        if kind in HEIF_KINDS:
            return Photo(*read_heif(stream, kind, _reduced, most_megapixels, name))
        picture = _open(stream, kind, name)
        most = min(most_megapixels, most_megapixels_of(picture))
        refuse_too_large(picture.width * picture.height / 1e6, most, name)
        return _decode(picture, stream, name)


def encode_jpeg(image: BGRImage, quality: int = 90) -> bytes:
    """The picture as a JPEG file; `quality` is 1 to 100."""
    done, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"no JPEG can be made of an array of shape {image.shape}")
    return encoded.tobytes()


def _open_stream(source: Path | bytes, name: str) -> BinaryIO:
    if isinstance(source, bytes):
        if not source:
            raise BadImage("%(name)s is empty.", name=name)
        return io.BytesIO(source)
    try:
        if not source.exists():
            raise BadImage("There is no file %(source)s.", source=source)
        if not source.is_file():
            raise BadImage("%(source)s is not a file.", source=source)
        if source.stat().st_size == 0:
            raise BadImage("%(name)s is empty.", name=name)
        return source.open("rb")
    except OSError as error:
        raise BadImage("%(source)s cannot be opened: %(reason)s.", source=source, reason=error.strerror) from error


def _open(stream: BinaryIO, kind: str | None, name: str) -> Image.Image:
    most_pixels, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        return Image.open(stream, formats=FORMATS)
    except Exception as error:  # Decoders answer hostile bytes with errors of any kind.
        if kind is None or kind in READ_KINDS:
            raise BadImage(
                "%(name)s is not a picture that can be read (JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF).", name=name
            ) from error
        raise BadImage(
            "%(name)s is not a picture that can be read but %(kind)s; save it as JPEG.", name=name, kind=kind
        ) from error
    finally:
        Image.MAX_IMAGE_PIXELS = most_pixels


def _decode(picture: Image.Image, stream: BinaryIO, name: str) -> Photo:
    width, height = picture.size
    try:
        if picture.format == "WEBP" and not getattr(picture, "is_animated", False):
            image = _reduced(_webp_pixels(stream))
        else:
            scale = jpeg_scale(width, height)
            picture.draft(None, (max(1, width // scale), max(1, height // scale)))  # does nothing to other formats
            picture.load()
            image = _in_bands(picture)
        orientation = _orientation(picture)
        if picture.format == "TIFF":  # Pillow has turned it
            width, height = picture.size
    except Exception as error:  # Decoders answer hostile bytes with errors of any kind.
        raise BadImage("%(name)s is damaged or cut short.", name=name) from error
    return Photo(_turned(image, orientation), *((height, width) if orientation in SIDEWAYS else (width, height)))


def _webp_pixels(stream: BinaryIO) -> NDArray[np.uint8]:
    """Blue first. OpenCV takes less than half of the memory that Pillow does, which makes room for an animation."""
    stream.seek(0)
    pixels = cv2.imdecode(np.frombuffer(stream.read(), np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError("no WebP")
    return np.asarray(pixels, np.uint8)


def _in_bands(picture: Image.Image) -> BGRImage:
    """Blue first and small enough, band by band: a large picture is never in memory a second time."""
    width, height = _reduced_size(*picture.size)
    image = np.empty((height, width, 3), np.uint8)
    white = _white(picture)
    shrink = picture.height / height
    for top in range(0, height, BAND_ROWS):
        bottom = min(top + BAND_ROWS, height)
        first, last = int(top * shrink), min(picture.height, ceil(bottom * shrink))
        band = _to_rgb(picture.crop((0, first, picture.width, last)), white)
        if band.size != (width, bottom - top):
            part = (0, top * shrink - first, picture.width, min(bottom * shrink - first, band.height))
            band = band.resize((width, bottom - top), Image.Resampling.BOX, part)
        image[top:bottom] = np.asarray(band, np.uint8)[:, :, ::-1]
    return image


def _reduced(pixels: NDArray[np.uint8]) -> BGRImage:
    """Of pixels that are blue first, with or without transparency; a copy of its own."""
    height, width = pixels.shape[:2]
    if max(width, height) > LONGEST_SIDE_PX:
        pixels = np.asarray(cv2.resize(pixels, _reduced_size(width, height), interpolation=cv2.INTER_AREA), np.uint8)
    if pixels.shape[2] == _COLOURS:
        return pixels.copy() if pixels.base is not None else pixels
    return _in_bands(Image.fromarray(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA), np.uint8)))


def _reduced_size(width: int, height: int) -> tuple[int, int]:
    shrink = min(1.0, LONGEST_SIDE_PX / max(width, height))
    return max(1, round(width * shrink)), max(1, round(height * shrink))


def _turned(image: BGRImage, orientation: int) -> BGRImage:
    turn = UPRIGHT.get(orientation)
    return image if turn is None else np.ascontiguousarray(turn(image))


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(ORIENTATION_TAG, 1))
    except Exception:  # A camera's broken notes do not make its picture a bad one.
        return 1


def _to_rgb(picture: Image.Image, white: float) -> Image.Image:
    if picture.mode == "CMYK":
        return _from_print_colours(picture)
    if picture.mode.startswith(DEEP_GREY):
        grey = np.asarray(picture, np.float32) * (255.0 / white)
        return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(paper, picture).convert("RGB")
    return picture.convert("RGB")


def _white(picture: Image.Image) -> float:
    """The value of white in grey of 16 or 32 bits or of floating point, which does not always say its range."""
    if picture.mode.startswith("I;16") or not picture.mode.startswith(DEEP_GREY):
        return 65535.0
    brightest = float(np.max(picture.getextrema()))
    if picture.mode == "F" and brightest <= 1.0:
        return 1.0
    return 255.0 if brightest <= 255.0 else 65535.0


def _from_print_colours(picture: Image.Image) -> Image.Image:
    """CMYK by its own colour profile; without one by plain arithmetic."""
    profile = picture.info.get("icc_profile")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except ImageCms.PyCMSError:
            return picture.convert("RGB")
        if converted is not None:
            return converted
    return picture.convert("RGB")
