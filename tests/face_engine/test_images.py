"""Reading pictures: all usual kinds come out upright and right, and bad ones are refused in one sentence."""

import io
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from face_engine.errors import BadImage
from face_engine.images import LONGEST_SIDE_PX, encode_jpeg, read_image
from tests.face_engine.heic_files import heic

RED, GREEN, BLUE, WHITE = (0, 0, 255), (0, 255, 0), (255, 0, 0), (255, 255, 255)


def written(picture: Image.Image, kind: str, **options) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def quarters() -> Image.Image:
    """Red, green above blue, white; 80 wide and 60 high."""
    pixels = np.zeros((60, 80, 3), np.uint8)
    pixels[:30, :40], pixels[:30, 40:] = RED[::-1], GREEN[::-1]
    pixels[30:, :40], pixels[30:, 40:] = BLUE[::-1], WHITE[::-1]
    return Image.fromarray(pixels)


def corners(image) -> list[tuple[int, ...]]:
    """The four quarters' colours, rounded to full or nothing."""
    height, width = image.shape[:2]
    places = [(y, x) for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]
    return [tuple(int(value > 127) * 255 for value in image[place]) for place in places]


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has next to nothing in it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_every_usual_kind_is_read_blue_first(kind):
    image = read_image(written(quarters(), kind))
    assert (image.shape, image.dtype) == ((60, 80, 3), np.uint8)
    assert corners(image) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_that_a_camera_turned_is_put_upright(kind, orientation):
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = quarters().transpose(undo[orientation]) if orientation > 1 else quarters()
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = read_image(written(stored, kind, exif=exif.tobytes()))
    assert image.shape == (60, 80, 3)
    assert corners(image) == [RED, GREEN, BLUE, WHITE]


def test_broken_camera_notes_do_not_spoil_a_picture():
    assert corners(read_image(written(quarters(), "JPEG", exif=b"Exif\x00\x00broken"))) == [RED, GREEN, BLUE, WHITE]


def test_print_colours_come_out_right():
    image = read_image(written(quarters().convert("CMYK"), "JPEG"))
    assert corners(image) == [RED, GREEN, BLUE, WHITE]


def test_print_colours_with_a_useless_profile_come_out_right():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = read_image(written(quarters().convert("CMYK"), "JPEG", icc_profile=profile))
    assert corners(image) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_see_through_becomes_white(kind):
    see_through = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image = read_image(written(see_through, kind, lossless=True) if kind == "WEBP" else written(see_through, kind))
    assert (image == 255).all()


def test_a_see_through_colour_of_a_palette_becomes_white():
    picture = Image.new("P", (40, 40), 1)
    picture.putpalette([0, 0, 0, 10, 20, 30])
    assert (read_image(written(picture, "PNG", transparency=1)) == 255).all()


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_grey_of_8_and_16_bits_keeps_its_brightness(grey):
    shallow = Image.new("L", (20, 20), grey)
    deep = Image.fromarray(np.full((20, 20), grey * 257, np.uint16))
    for picture in (shallow, deep):
        assert (read_image(written(picture, "PNG")) == grey).all()
    assert (read_image(written(deep, "TIFF")) == grey).all()


@pytest.mark.parametrize(("white", "middle"), [(1.0, 0.5), (255.0, 127.5), (65535.0, 32768.0)])
def test_grey_of_floating_point_keeps_its_brightness(white, middle):
    values = np.full((20, 20), middle, np.float32)
    values[0, 0] = white
    image = read_image(written(Image.fromarray(values), "TIFF"))
    assert image[0, 0].tolist() == [255, 255, 255]
    assert image[10, 10].tolist() == [127, 127, 127]


def test_black_and_white_of_one_bit_is_read():
    assert (read_image(written(Image.new("1", (20, 20), 1), "PNG")) == 255).all()


def test_a_moving_gif_is_its_first_frame():
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    image = read_image(written(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert (image == RED).all()


def test_a_hundred_megapixel_photo_is_read_reduced():
    photo = written(quarters().resize((11_600, 8_700)), "JPEG", quality=30)
    image = read_image(photo)
    assert image.shape == (3000, LONGEST_SIDE_PX, 3)
    assert corners(image) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "CMYK", "I;16"])
def test_a_large_picture_is_read_in_bands_without_seams(mode):
    slope = np.linspace(0, 255, 4100).astype(np.uint8)
    picture = Image.fromarray(np.repeat(slope[:, None], 30, axis=1))
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(picture).astype(np.uint16) * 257)
    elif mode != "L":
        picture = picture.convert("RGB").convert(mode, palette=Image.Palette.WEB)
    image = read_image(written(picture, "TIFF")).astype(int)
    assert image.shape == (LONGEST_SIDE_PX, 29, 3)
    steps = np.diff(image[:, 10, 0])
    assert steps.max() <= (51 if mode == "P" else 1)
    assert mode == "P" or steps.min() >= 0
    assert (image[0, 10, 0], image[-1, 10, 0]) == (0, 255)


def test_a_long_strip_keeps_a_pixel_of_width():
    assert read_image(written(Image.new("RGB", (9000, 1), "red"), "PNG")).shape == (1, LONGEST_SIDE_PX, 3)


@pytest.mark.parametrize(("width", "height"), [(13_000, 12_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(width, height):
    with pytest.raises(BadImage, match="pixels"):
        read_image(png_header(width, height))


def test_the_limit_of_pixels_can_be_set():
    with pytest.raises(BadImage, match=r"at most 0\.001 can be read"):
        read_image(written(quarters(), "PNG"), most_megapixels=0.001)


def test_a_webp_of_too_many_pixels_for_its_decoder_is_refused(monkeypatch):
    monkeypatch.setattr("face_engine.picture_limits.MOST_WEBP_MEGAPIXELS", 0.004)
    with pytest.raises(BadImage, match=r"at most 0\.004 can be read"):
        read_image(written(quarters(), "WEBP"))
    read_image(written(quarters(), "PNG"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_truncated_picture_is_refused(kind):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8))
    content = written(noise, kind)
    with pytest.raises(BadImage):
        read_image(content[: len(content) // 2])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"attendance,name\n", "is not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "is not a picture"),
        (png_header(0, 10), "picture"),
        (png_header(300, 300), "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "김하나 🙂.jpg"
    path.write_bytes(content)
    for source in (content, path):
        with pytest.raises(BadImage, match=sentence) as refused:
            read_image(source)
        assert str(refused.value).count(".") - str(refused.value).count(".jpg") == 1
        assert "\n" not in str(refused.value)


def test_a_file_is_named_in_its_refusal(tmp_path):
    path = tmp_path / "notes.jpg"
    path.write_text("not a picture")
    with pytest.raises(BadImage, match=r"^notes\.jpg is not a picture"):
        read_image(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(BadImage, match="There is no file"):
        read_image(tmp_path / "missing.jpg")
    with pytest.raises(BadImage, match="is not a file"):
        read_image(tmp_path)
    with pytest.raises(BadImage, match="cannot be opened"):
        read_image(tmp_path / ("x" * 300))


def test_a_device_is_not_read():
    with pytest.raises(BadImage, match="is not a file"):
        read_image(Path("/dev/zero"))


def test_a_jpeg_is_written_that_reads_back():
    image = read_image(written(quarters(), "PNG"))
    again = read_image(encode_jpeg(image, quality=95))
    assert corners(again) == corners(image)
    assert np.abs(again.astype(int) - image).mean() < 4


@pytest.mark.parametrize("turns", range(4))
def test_a_heic_is_read_as_it_says_that_it_is_turned(turns):
    upright = np.asarray(quarters().resize((320, 240), Image.Resampling.NEAREST))[:, :, ::-1]
    image = read_image(heic([np.rot90(upright, -turns)], quarter_turns=turns))
    assert (image.shape, corners(image)) == ((240, 320, 3), [RED, GREEN, BLUE, WHITE])


def test_of_a_heic_with_several_pictures_the_main_one_is_read():
    main = np.asarray(quarters().resize((320, 240), Image.Resampling.NEAREST))[:, :, ::-1]
    assert corners(read_image(heic([np.zeros_like(main), main], primary=1))) == [RED, GREEN, BLUE, WHITE]


def test_a_large_heic_is_read_reduced_and_stays_readable_afterwards():
    image = read_image(heic([np.full((4200, 4400, 3), 200, np.uint8)]))
    assert max(image.shape) == LONGEST_SIDE_PX
    assert abs(int(image.mean()) - 200) < 4


def test_a_heic_that_is_cut_short_is_refused():
    content = heic([np.zeros((240, 320, 3), np.uint8)])
    with pytest.raises(BadImage, match="damaged or cut short"):
        read_image(content[: len(content) // 2])


def test_without_its_library_a_heic_is_refused_with_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(BadImage, match="is a HEIC picture, which cannot be read here; save it as JPEG"):
        read_image(heic([np.zeros((240, 320, 3), np.uint8)]))


def test_an_avif_is_read_and_put_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = quarters().resize((320, 240)).transpose(Image.Transpose.ROTATE_90)
    assert corners(read_image(written(stored, "AVIF", exif=exif.tobytes()))) == [RED, GREEN, BLUE, WHITE]


def test_a_kind_that_is_not_read_is_named_with_the_remedy():
    with pytest.raises(BadImage, match="but JPEG 2000; save it as JPEG"):
        read_image(written(quarters(), "JPEG2000"))
