"""ZIP files of photos are not trusted: whatever leads out, grows or hides is refused in one sentence."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from attendance.errors import BadPhoto, InvalidInput
from attendance.use_cases.students import photo_sources
from attendance.use_cases.students.photo_index import PhotoIndex
from attendance.use_cases.students.photo_sources import ZipPhotos


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    stream.seek(0)
    return stream


def refusal_of(stream: io.BytesIO) -> str:
    with pytest.raises(InvalidInput) as refusal:
        ZipPhotos(stream)
    assert refusal.value.field == "photos"
    return refusal.value.sentence


def named_in(encoding: str, name: str) -> io.BytesIO:
    """A ZIP whose names are bytes of an encoding, with no flag that says so."""
    stand_in = "x" * len(name.encode(encoding))
    data = zipped((stand_in, b"photo")).getvalue()
    return io.BytesIO(data.replace(stand_in.encode(), name.encode(encoding)))


def test_photos_are_read_by_name():
    photos = ZipPhotos(zipped(("21.jpg", b"one"), ("class/52.jpg", b"two"), ("class/", b"")))
    assert list(photos.names()) == ["21.jpg", "class/52.jpg"]
    assert photos.read("class/52.jpg", 100) == b"two"


def test_a_zip_is_opened_by_path(tmp_path: Path):
    path = tmp_path / "photos.zip"
    path.write_bytes(zipped(("21.jpg", b"one")).getvalue())
    assert ZipPhotos(path).read("21.jpg", 100) == b"one"


@pytest.mark.parametrize("name", ["../21.jpg", "a/../../21.jpg", "/etc/21.jpg", "C:/21.jpg", "..\\21.jpg", "c:21.jpg"])
def test_names_that_lead_out_are_refused(name: str):
    assert "leads out of its folder" in refusal_of(zipped((name, b"photo")))


def test_dots_within_a_name_are_no_harm():
    assert list(ZipPhotos(zipped(("a..b/21...jpg", b"photo"))).names()) == ["a..b/21...jpg"]


def test_links_are_refused():
    link = zipfile.ZipInfo("21.jpg")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "a link" in refusal_of(zipped((link, b"/etc/passwd")))


def test_a_bomb_is_refused_by_what_it_says_of_itself():
    assert "grows more than any photo" in refusal_of(zipped(("21.jpg", bytes(5_000_000))))


def test_a_bomb_that_lies_about_its_size_is_read_no_further_than_it_said():
    data = bytearray(zipped(("21.jpg", bytes(5_000_000))).getvalue())
    central = data.rfind(b"PK\x01\x02")
    struct.pack_into("<L", data, central + 24, 1000)  # the size before compression
    with pytest.raises(BadPhoto):
        ZipPhotos(io.BytesIO(bytes(data))).read("21.jpg", 100_000)


def test_a_photo_above_the_limit_is_refused_alone():
    photos = ZipPhotos(zipped(("21.jpg", b"x" * 101), ("22.jpg", b"x" * 100), compression=zipfile.ZIP_STORED))
    with pytest.raises(BadPhoto, match="larger than"):
        photos.read("21.jpg", 100)
    assert len(photos.read("22.jpg", 100)) == 100


def test_more_than_the_whole_limit_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(photo_sources, "MOST_TOTAL_BYTES", 1000)
    entries = [(f"{number}.jpg", b"x" * 400) for number in range(3)]
    assert "GB" in refusal_of(zipped(*entries, compression=zipfile.ZIP_STORED))


def test_reading_one_photo_again_and_again_is_refused_at_the_whole_limit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(photo_sources, "MOST_TOTAL_BYTES", 1000)
    photos = ZipPhotos(zipped(("21.jpg", b"x" * 400), compression=zipfile.ZIP_STORED))
    photos.read("21.jpg", 400)
    photos.read("21.jpg", 400)
    with pytest.raises(InvalidInput, match="GB"):
        photos.read("21.jpg", 400)


def test_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(photo_sources, "MOST_ENTRIES", 2)
    assert "files; split it" in refusal_of(zipped(*((f"{number}.jpg", b"") for number in range(3))))


@pytest.mark.parametrize("is_64", [False, True])
def test_an_endless_list_of_contents_is_refused_before_it_is_read(is_64: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(zipfile, "ZipFile", None)  # to open it would fail
    size, records = 3_000_000_000, b""
    if is_64:
        records = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 9, 9, size, 0)
        records += struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, 0xFFFFFFFF if is_64 else size, 0, 0)
    assert "split it" in refusal_of(io.BytesIO(records + end))


def test_a_zip_with_a_password_is_refused():
    data = bytearray(zipped(("21.jpg", b"photo")).getvalue())
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    assert "password" in refusal_of(io.BytesIO(bytes(data)))


def test_one_name_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate"):
        stream = zipped(("21.jpg", b"one"), ("21.jpg", b"two"))
    assert "twice" in refusal_of(stream)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no zip at all", b"PK\x05\x06", bytes(100)])
def test_what_is_no_zip_is_refused(data: bytes):
    assert "not a ZIP file" in refusal_of(io.BytesIO(data))


def test_a_zip_cut_short_is_refused():
    data = zipped(("21.jpg", b"photo" * 100)).getvalue()
    assert "not a ZIP file" in refusal_of(io.BytesIO(data[:-30]))


def test_a_photo_whose_bytes_were_changed_is_refused_alone():
    data = bytearray(zipped(("21.jpg", b"photo" * 100), ("22.jpg", b"photo")).getvalue())
    data[40] ^= 0xFF
    photos = ZipPhotos(io.BytesIO(bytes(data)))
    with pytest.raises(BadPhoto, match="broken"):
        photos.read("21.jpg", 10_000)
    assert photos.read("22.jpg", 10_000) == b"photo"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "Zo\u0065\u0308.jpg"), ("cp850", "Özil.jpg"), ("cp437", "Müller.jpg"), ("cp1252", "Ángel.jpg"),
        ("cp852", "Łukasz.jpg"), ("cp866", "Иванов.jpg"), ("cp857", "Işık.jpg"), ("cp932", "佐藤.jpg"),
        ("cp949", "김하나.jpg"),
        ("cp1254", "Şule.jpg"), ("cp720", "علي.jpg"), ("cp1251", "Юля.jpg"),
    ],
)  # fmt: skip
def test_a_photo_is_found_by_its_name_in_whatever_code_page_the_zip_was_made(encoding: str, name: str):
    photos = ZipPhotos(named_in(encoding, name))
    index = PhotoIndex(photos.names(), {"1"}, photos.other_readings())
    assert photos.read(index.find(name), 100) == b"photo"
    assert photos.read(index.find(name.replace("jpg", "JPG")), 100) == b"photo"
    stem = name.removesuffix(".jpg")
    by_id = PhotoIndex(photos.names(), {stem}, photos.other_readings())
    assert [photos.read(found, 100) for found in by_id.of_student(stem)] == [b"photo"]


def test_a_certain_name_goes_before_another_reading():
    both = zipped(("x" * 8, b"other"), ("Özil.jpg", b"certain")).getvalue()
    photos = ZipPhotos(io.BytesIO(both.replace(b"x" * 8, "Özil.jpg".encode("cp850"))))
    index = PhotoIndex(photos.names(), set(), photos.other_readings())
    assert photos.read(index.find("Özil.jpg"), 100) == b"certain"


def test_the_name_that_7_zip_writes_beside_the_other_counts():
    raw = "김.jpg".encode("cp949")
    entry = zipfile.ZipInfo("x" * len(raw))
    said = "李.jpg".encode()
    entry.extra = struct.pack("<2HBL", 0x7075, 5 + len(said), 1, zlib.crc32(raw)) + said
    data = zipped((entry, b"photo")).getvalue().replace(b"x" * len(raw), raw)
    assert list(ZipPhotos(io.BytesIO(data)).names()) == ["李.jpg"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_korean_names_are_read_as_old_programs_write_them(encoding: str):
    assert list(ZipPhotos(named_in(encoding, "가나.jpg")).names()) == ["가나.jpg"]


def test_names_with_backslashes_are_folders():
    assert list(ZipPhotos(zipped(("class\\21.jpg", b"photo"))).names()) == ["class/21.jpg"]
