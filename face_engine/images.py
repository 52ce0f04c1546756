"""Reads pictures that people and devices send, safely, and writes JPEG."""

import io
import threading
import warnings
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image, ImageCms

from face_engine.errors import BadImage
from face_engine.model import BGRImage

LONGEST_SIDE_PX = 4000
"""A face that is lost at this size would be below 0.5 % of the picture's width."""

# The format of two-eyed cameras and some phones, MPO, comes with JPEG.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
# libwebp needs 16 bytes a pixel, four times what the others take.
MOST_WEBP_MEGAPIXELS = 50
DEEP_GREY = ("I", "F")
BAND_ROWS = 256
ORIENTATION_TAG = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# catch_warnings changes the filters of the whole process.
_warning_filters = threading.Lock()


def read_image(source: Path | bytes, *, most_megapixels: float = 150) -> BGRImage:
    """Read a JPEG, PNG, WebP, GIF (its first frame), BMP or TIFF, upright and on white.

    Parameters
    ----------
    source
        A file, or a file's bytes.
    most_megapixels
        Larger pictures are refused by their header, before anything is decoded.

    Returns
    -------
    BGRImage
        At most 4000 pixels on the longer side; larger pictures are reduced.

    Raises
    ------
    BadImage
        With one plain sentence.
    """
    name = "The picture" if isinstance(source, bytes) else source.name
    with closing(_open_stream(source, name)) as stream:
        picture = _open(stream, name)
        _check_size(picture, most_megapixels, name)
        return _decode(picture, name)


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


def _open(stream: BinaryIO, name: str) -> Image.Image:
    try:
        # Pillow warns of pictures that we count and allow ourselves, and refuses those of twice that size.
        with _warning_filters, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(stream, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise BadImage("%(name)s has too many pixels to be read.", name=name) from error
    except Exception as error:  # Decoders answer hostile bytes with errors of any kind.
        raise BadImage(
            "%(name)s is not a picture that can be read (JPEG, PNG, WebP, GIF, BMP or TIFF).", name=name
        ) from error


def _check_size(picture: Image.Image, most_megapixels: float, name: str) -> None:
    if picture.format == "WEBP":
        most_megapixels = min(most_megapixels, MOST_WEBP_MEGAPIXELS)
    megapixels = picture.width * picture.height / 1e6
    if megapixels > most_megapixels:
        raise BadImage(
            "%(name)s has %(megapixels)s megapixels; at most %(most)s can be read.",
            name=name,
            megapixels=f"{megapixels:.0f}",
            most=f"{most_megapixels:g}",
        )


def _decode(picture: Image.Image, name: str) -> BGRImage:
    try:
        # JPEG is decoded at a half, a quarter or an eighth where that is large enough.
        picture.draft(None, _reduced_size(picture))
        picture.load()
        upright = UPRIGHT.get(_orientation(picture))
        picture = _to_rgb_in_bands(picture)
        if max(picture.size) > LONGEST_SIDE_PX:
            picture = picture.resize(_reduced_size(picture), Image.Resampling.BOX)
        if upright is not None:
            picture = picture.transpose(upright)
        return np.ascontiguousarray(np.asarray(picture, np.uint8)[:, :, ::-1])
    except Exception as error:  # Decoders answer hostile bytes with errors of any kind.
        raise BadImage("%(name)s is damaged or cut short.", name=name) from error


def _reduced_size(picture: Image.Image) -> tuple[int, int]:
    shrink = min(1.0, LONGEST_SIDE_PX / max(picture.size))
    return max(1, round(picture.width * shrink)), max(1, round(picture.height * shrink))


def _to_rgb_in_bands(picture: Image.Image) -> Image.Image:
    """In RGB and nearly small enough, band by band: a large picture is never in memory a second time."""
    factor = max(1, max(picture.size) // LONGEST_SIDE_PX)
    rows = BAND_ROWS * factor
    white = _white(picture)
    bands = []
    for top in range(0, picture.height, rows):
        band = picture.crop((0, top, picture.width, min(top + rows, picture.height)))
        bands.append(np.asarray(_to_rgb(band, white).reduce(factor), np.uint8))
    return Image.fromarray(np.concatenate(bands))


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
    brightest = float(np.asarray(picture).max())
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
