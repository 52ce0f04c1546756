"""Photos, names and class lists that are broken, hostile or unusual, with the real engine and the real store."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date

import cv2
import numpy as np
import pytest
from PIL import Image

from attendance.errors import AlreadyExists, BadPhoto, InvalidInput
from attendance.services import Services
from attendance.use_cases.courses.courses import add_course
from attendance.use_cases.imports.students import Outcome, ZipPhotos, import_students
from attendance.use_cases.students.registering import Registration, register_student
from tests.system import hostile, school
from tests.system.keeping import kept_in

pytestmark = pytest.mark.slow

SEED = 151
ONE_SENTENCE = re.compile(r"([\w.-]+: )?[A-Z][^\n]{5,250}[.?]")  # a photo of an import is named before it
CONSENT = date(2026, 3, 1)


def portrait() -> Image.Image:
    """A registration photo of somebody who is not registered yet."""
    with io.BytesIO(school.photo_of(SEED)) as file:
        return Image.open(file).convert("RGB")


def encoded(image: Image.Image, kind: str = "JPEG", **how: object) -> bytes:
    with io.BytesIO() as file:
        image.save(file, kind, **how)
        return file.getvalue()


def register(services: Services, *photos: bytes, student_id: str = "new", name: str = "Student New") -> Registration:
    return register_student(
        services,
        student_id=student_id,
        name=name,
        consent_on=CONSENT if photos else None,
        course_ids=[school.the_course(services).id],
        photos=photos,
        by=None,
    )


def _nobody() -> bytes:
    return encoded(Image.new("RGB", (400, 400), "gray"))


def _two_people() -> bytes:
    both = np.hstack([cv2.imdecode(np.frombuffer(school.photo_of(seed), np.uint8), 1) for seed in school.SEEDS[:2]])
    return bytes(cv2.imencode(".jpg", both)[1])


def _cut_short() -> bytes:
    return school.photo_of(SEED)[:5000]


REFUSED: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "text": lambda: b"This is no photo.",
    "zeros": lambda: bytes(50_000),
    "cut short": _cut_short,
    "png bomb": hostile.png_bomb,
    "nobody": _nobody,
    "two people": _two_people,
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "pdf": lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_photo_that_cannot_be_enrolled_is_refused_and_leaves_nothing(inline: Services, kind: str) -> None:
    before = kept_in(inline.settings.data)
    with pytest.raises(BadPhoto) as refused:
        register(inline, school.photo_of(SEED), REFUSED[kind]())
    assert ONE_SENTENCE.fullmatch(refused.value.sentence)
    assert kept_in(inline.settings.data) == before


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def _stored_turned(orientation: int) -> bytes:
    """The portrait as a camera stores it that notes this orientation."""
    how = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    image = portrait()
    for step in how.get(orientation, []):
        image = image.transpose(step)
    return encoded(image, quality=95, exif=_exif(orientation))


def _16_bits() -> bytes:
    wide = cv2.imdecode(np.frombuffer(school.photo_of(SEED), np.uint8), 1).astype(np.uint16) * 257
    return bytes(cv2.imencode(".png", wide)[1])


def _animated() -> bytes:
    with io.BytesIO() as file:
        portrait().save(file, "GIF", save_all=True, append_images=[Image.new("RGB", portrait().size)])
        return file.getvalue()


USUAL: dict[str, Callable[[], bytes]] = {
    **{f"orientation {number}": (lambda number=number: _stored_turned(number)) for number in range(1, 9)},
    "print colours": lambda: encoded(portrait().convert("CMYK"), quality=95),
    "16 bits": _16_bits,
    "animated": _animated,
    "100 megapixels": lambda: encoded(portrait().resize((10_000, 10_000)), quality=60),
    "see-through": lambda: encoded(portrait().convert("RGBA"), "PNG"),
    "webp": lambda: encoded(portrait(), "WEBP", quality=95),
    "palette": lambda: encoded(portrait().quantize(256), "PNG"),
}


@pytest.mark.parametrize("kind", USUAL)
def test_the_same_face_is_found_in_photos_of_all_usual_kinds(inline: Services, kind: str) -> None:
    register(inline, USUAL[kind]())
    enrolled = inline.store.faces(["new"])
    assert len(enrolled) == 1
    plain = inline.faces.enrol("other", school.photo_of(SEED))
    alike = inline.faces.look_alikes(plain, inline.store.faces())
    assert [one.student_id for one in alike] == ["new"]
    assert alike[0].similarity > 90


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "a/b\\c",
        "김민준",
        "👩🏽‍🎓 Ada",
        "<script>alert(1)</script>",
        "'; drop table students;--",
        "%s{0}",
    ],
)
def test_any_name_that_can_be_seen_is_kept_as_it_is_and_reaches_no_path(inline: Services, name: str) -> None:
    before = set(kept_in(inline.settings.data)[0])
    register(inline, school.photo_of(SEED), student_id=name, name=name)
    assert inline.store.student(name).name == name
    add_course(inline, code=name, name=name, by=None)
    assert inline.store.find_course(name) is not None
    new = set(kept_in(inline.settings.data)[0]) - before
    assert all(re.fullmatch(r"media/photos(/[0-9a-f]{32}){1,2}(-small)?(\.jpg)?", path) for path in new)


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "a\nb", "a\0b", "safe\u202egpj.exe", "x" * 201, "\ud800"])
def test_names_that_cannot_be_seen_or_mislead_are_refused_and_leave_nothing(inline: Services, name: str) -> None:
    before = kept_in(inline.settings.data)
    for given in ({"name": name}, {"student_id": name}):
        with pytest.raises(InvalidInput) as refused:
            register(inline, school.photo_of(SEED), **given)
        assert ONE_SENTENCE.fullmatch(refused.value.sentence)
    with pytest.raises(InvalidInput):
        add_course(inline, code="CS102", name=name, by=None)
    assert kept_in(inline.settings.data) == before


def test_an_id_that_is_taken_is_refused_and_leaves_nothing(inline: Services) -> None:
    before = kept_in(inline.settings.data)
    with pytest.raises(AlreadyExists, match=r"^The student id 52 is already registered\.$"):
        register(inline, school.photo_of(SEED), student_id="52")
    assert kept_in(inline.settings.data) == before


LISTS = {
    "BOM": "id,name,photos,consent\nnew,김민준,new.jpg,2026-03-01\n".encode("utf-8-sig"),
    "semicolons": b"id;name;photos;consent\r\nnew;Student New;new.jpg;2026-03-01\r\n",
    "UTF-16": "id,name,photos,consent\nnew,김민준,new.jpg,2026-03-01\n".encode("utf-16"),
    "CP949": "학번,이름,사진,동의일\nnew,김민준,new.jpg,2026-03-01\n".encode("cp949"),
    "tabs": b"id\tname\tphotos\tconsent\nnew\tStudent New\tnew.jpg\t2026-03-01",
}


@pytest.mark.parametrize("kind", LISTS)
def test_class_lists_are_read_as_spreadsheets_write_them(inline: Services, kind: str) -> None:
    archive = hostile.zip_of(("new.jpg", school.photo_of(SEED)))
    (row,) = imported(inline, LISTS[kind], archive)
    assert (row.outcome, row.student_id) == (Outcome.ADDED, "new")
    assert len(inline.store.faces(["new"])) == 1


BAD_LISTS = {
    "empty": b"",
    "a missing column": b"id,photos\nnew,new.jpg\n",
    "no students": b"id,name\n",
    "an open quote": b'id,name\nnew,"Student New\n',
    "a workbook": b"PK\x03\x04" + bytes(100),
    "bytes": bytes(range(256)) * 10,
    "two columns of one kind": b"id,name,student id\n1,a,2\n",
}


@pytest.mark.parametrize("kind", BAD_LISTS)
def test_a_class_list_that_cannot_be_read_is_refused_and_leaves_nothing(inline: Services, kind: str) -> None:
    before = kept_in(inline.settings.data)
    with pytest.raises(InvalidInput) as refused:
        imported(inline, BAD_LISTS[kind], None)
    assert ONE_SENTENCE.fullmatch(refused.value.sentence)
    assert kept_in(inline.settings.data) == before


BAD_ARCHIVES: dict[str, Callable[[], bytes]] = {
    "a name with dots": lambda: hostile.zip_of(("../../new.jpg", b"x")),
    "an absolute name": lambda: hostile.zip_of(("/etc/new.jpg", b"x")),
    "a drive": lambda: hostile.zip_of(("C:\\new.jpg", b"x")),
    "a link": lambda: hostile.zip_with_a_link("new.jpg", "/etc/passwd"),
    "a password": lambda: hostile.encrypted_zip("new.jpg", b"x"),
    "a bomb": lambda: hostile.zip_of(("new.jpg", bytes(50_000_000))),
    "no archive": lambda: b"This is no ZIP file.",
    "half an archive": lambda: hostile.zip_of(("new.jpg", school.photo_of(SEED)))[:-30],
}


@pytest.mark.parametrize("kind", BAD_ARCHIVES)
def test_an_archive_that_could_do_harm_is_refused_and_leaves_nothing(inline: Services, kind: str) -> None:
    before = kept_in(inline.settings.data)
    with pytest.raises(InvalidInput) as refused:
        imported(inline, LISTS["BOM"], BAD_ARCHIVES[kind]())
    assert ONE_SENTENCE.fullmatch(refused.value.sentence)
    assert kept_in(inline.settings.data) == before


@pytest.mark.parametrize("kind", ["a bomb that lies", "no photo", "two rows of one student"])
def test_a_row_that_cannot_be_used_is_refused_alone_and_leaves_nothing(inline: Services, kind: str) -> None:
    archive, line = {
        "a bomb that lies": (hostile.zip_that_lies("new.jpg", 50_000_000), "new,Student New,new.jpg,2026-03-01"),
        "no photo": (hostile.zip_of(("new.jpg", b"This is no photo.")), "new,Student New,new.jpg,2026-03-01"),
        "two rows of one student": (hostile.zip_of(("new.jpg", b"")), "52,Student 52,,\n52,Student 53,,"),
    }[kind]
    before = kept_in(inline.settings.data)
    rows = imported(inline, f"id,name,photos,consent\n{line}\n".encode(), archive)
    assert rows[-1].outcome is Outcome.REFUSED
    assert ONE_SENTENCE.fullmatch(rows[-1].sentence)
    after = kept_in(inline.settings.data)
    assert after[0] == before[0]
    assert after[1] == before[1] | {"audit": after[1]["audit"]}  # that there was an import is written down


def imported(services: Services, csv: bytes, archive: bytes | None) -> Sequence[object]:
    course_ids = [school.the_course(services).id]
    if archive is None:
        return import_students(services, csv=csv, course_ids=course_ids, by=None)
    with io.BytesIO(archive) as file, closing(ZipPhotos(file)) as photos:
        return import_students(services, csv=csv, photos=photos, course_ids=course_ids, by=None)
