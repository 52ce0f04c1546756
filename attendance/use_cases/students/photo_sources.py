"""Where the photos of an import come from: a ZIP file, or a folder. Neither is trusted."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from attendance.errors import BadPhoto, InvalidInput

MOST_ENTRIES = 20_000
MOST_TOTAL_BYTES = 2_000_000_000
MOST_DIRECTORY_BYTES = MOST_ENTRIES * 1_000  # a list of contents that is longer fills the memory when it is read
MOST_RATIO = 200  # photos hardly shrink; what shrinks more than this is made to fill a disk
RATIO_FROM_BYTES = 1_000_000

_END, _END_64 = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64_BYTES, _LONGEST_COMMENT = 20, 65_535
_UNREADABLE_ENTRY = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_UTF_8_NAME, _ENCRYPTED, _UNICODE_NAME = 0x800, 0x1, 0x7075
# What Windows writes names in, by its country; a photo is found by any of them, as the list says which name is meant.
_CODE_PAGES = (
    *(
        "cp949",
        "cp437",
        "cp850",
        "cp852",
        "cp866",
        "cp857",
        "cp858",
        "cp932",
        "cp936",
        "cp950",
        "cp737",
        "cp775",
        "cp862",
    ),
    *(
        "cp864",
        "cp720",
        "cp1252",
        "cp1250",
        "cp1251",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
        "cp874",
        "mac-roman",
    ),
)
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


class PhotoSource(Protocol):
    """Photos by name, with `/` between folders."""

    def names(self) -> Sequence[str]:
        """All names."""

    def other_readings(self) -> Mapping[str, str]:
        """How names could be read too, where nobody says how they are written: to the name in `names`."""

    def read(self, name: str, most_bytes: int) -> bytes:
        """Raises BadPhoto where it is larger, broken or gone."""


class FolderPhotos:
    """The files in a folder and the folders in it; links that lead out of it are passed over."""

    def __init__(self, path: Path) -> None:
        """Raises InvalidInput where it is no folder."""
        if not path.is_dir():
            raise InvalidInput("There is no folder %(path)s.", path=path, field="photos")
        self._root = path.resolve()
        inside = (file for file in sorted(self._root.rglob("*")) if file.is_file() and self._holds(file))
        self._files = {file.relative_to(self._root).as_posix(): file for file in inside}

    def names(self) -> Sequence[str]:
        return list(self._files)

    def other_readings(self) -> Mapping[str, str]:
        return {}

    def read(self, name: str, most_bytes: int) -> bytes:
        try:
            with self._files[name].open("rb") as stream:
                return _bounded(stream, name, most_bytes)
        except (KeyError, OSError) as wrong:
            raise BadPhoto("The photo %(name)s cannot be read.", name=name, field="photos") from wrong

    def _holds(self, file: Path) -> bool:
        return file.resolve().is_relative_to(self._root)


class ZipPhotos:
    """The files of a ZIP, read one by one in memory and never written to a disk by their names."""

    def __init__(self, file: Path | BinaryIO) -> None:
        """Raises InvalidInput where it is no ZIP or one that could do harm."""
        self._left_bytes = MOST_TOTAL_BYTES
        try:
            _refuse_long_directory(file)
            self._zip = zipfile.ZipFile(file)
        except _UNREADABLE as wrong:
            raise InvalidInput("This is not a ZIP file, or it is broken.", field="photos") from wrong
        try:
            self._entries = _checked(self._zip.infolist())
        except BaseException:
            self._zip.close()
            raise

    def names(self) -> Sequence[str]:
        return list(self._entries)

    def other_readings(self) -> Mapping[str, str]:
        found = ((other, name) for name, entry in self._entries.items() for other in _other_readings(entry))
        return {other: name for other, name in found if other not in self._entries}

    def read(self, name: str, most_bytes: int) -> bytes:
        try:
            with self._zip.open(self._entries[name]) as stream:
                data = _bounded(stream, name, most_bytes)
        except (KeyError, *_UNREADABLE) as wrong:
            raise BadPhoto("The photo %(name)s in the ZIP file is broken.", name=name, field="photos") from wrong
        self._left_bytes -= len(data)
        if self._left_bytes < 0:
            raise _too_much()
        return data

    def copy_without(self, names: Collection[str], target: BinaryIO) -> None:
        """Write a ZIP of all others. One that cannot be read is left out, as it could not be used."""
        with zipfile.ZipFile(target, "w") as copy:
            for name, entry in self._entries.items():
                if name not in names:
                    with suppress(*_UNREADABLE_ENTRY), self._zip.open(entry) as source:
                        data = source.read()
                        copy.writestr(name, data)

    def close(self) -> None:
        self._zip.close()


def _too_much() -> InvalidInput:
    most = MOST_TOTAL_BYTES // 1_000_000_000
    return InvalidInput("The ZIP file holds more than %(most)s GB; split it.", most=most, field="photos")


def _too_many() -> InvalidInput:
    return InvalidInput(
        "The ZIP file holds more than %(most)s files; split it.", most=f"{MOST_ENTRIES:,}", field="photos"
    )


def _checked(entries: Sequence[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    if len(entries) > MOST_ENTRIES:
        raise _too_many()
    if sum(entry.file_size for entry in entries) > MOST_TOTAL_BYTES:
        raise _too_much()
    checked: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = _name(entry)
        _refuse_harmful(entry, name)
        if name in checked:
            raise InvalidInput("The ZIP file holds %(name)s twice.", name=name[:200], field="photos")
        if not entry.is_dir():
            checked[name] = entry
    return checked


def _refuse_harmful(entry: zipfile.ZipInfo, name: str) -> None:
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        raise InvalidInput(
            "The ZIP file holds %(name)s, a name that leads out of its folder.", name=name[:200], field="photos"
        )
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise InvalidInput(
            "The ZIP file holds %(name)s, which is a link and not a photo.", name=name[:200], field="photos"
        )
    if entry.flag_bits & _ENCRYPTED:
        raise InvalidInput("The ZIP file is protected with a password; make one without.", field="photos")
    if entry.file_size > RATIO_FROM_BYTES and entry.file_size > MOST_RATIO * max(1, entry.compress_size):
        raise InvalidInput(
            "The ZIP file holds %(name)s, which grows more than any photo does when it is unpacked.",
            name=name[:200],
            field="photos",
        )


def _name(entry: zipfile.ZipInfo) -> str:
    """Finder writes names in UTF-8 and Windows in its code page, both without saying so."""
    raw = _raw_name(entry)
    if raw is None:
        return _tidy(entry.orig_filename)
    said = _said_name(entry, raw)
    return said or _plain(raw, "utf-8") or _plain(raw, "cp949") or _tidy(raw.decode("cp437"))


def _other_readings(entry: zipfile.ZipInfo) -> Iterator[str]:
    raw = _raw_name(entry)
    if raw is not None and not raw.isascii() and _plain(raw, "utf-8") is None:
        yield from (name for name in (_plain(raw, encoding) for encoding in _CODE_PAGES) if name is not None)


def _raw_name(entry: zipfile.ZipInfo) -> bytes | None:
    """The name's bytes, where the entry does not say that they are UTF-8."""
    return None if entry.flag_bits & _UTF_8_NAME else entry.orig_filename.encode("cp437")


def _said_name(entry: zipfile.ZipInfo, raw: bytes) -> str | None:
    """What Info-ZIP and 7-Zip write beside the name: field 0x7075, which holds for the name of this checksum."""
    extra = entry.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<2H", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_NAME and len(field) > 5 and field[:5] == struct.pack("<BL", 1, zlib.crc32(raw)):
            return _plain(field[5:], "utf-8")
    return None


def _plain(name: bytes, encoding: str) -> str | None:
    try:
        return _tidy(name.decode(encoding))
    except UnicodeDecodeError:
        return None


def _tidy(name: str) -> str:
    return name.partition("\0")[0].replace("\\", "/")


def _refuse_long_directory(file: Path | BinaryIO) -> None:
    """The list of contents is read whole by `zipfile`, so its length is looked at before."""
    if isinstance(file, Path):
        with file.open("rb") as stream:
            return _refuse_long_directory(stream)
    size = file.seek(0, 2)
    tail_bytes = min(size, _END.size + _LONGEST_COMMENT + _END_64.size + _LOCATOR_64_BYTES)
    file.seek(size - tail_bytes)
    tail = file.read(tail_bytes)
    file.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise zipfile.BadZipFile("no end record")
    directory_bytes = _END.unpack_from(tail, at)[5]
    at_64 = at - _LOCATOR_64_BYTES - _END_64.size
    if at_64 >= 0 and tail.startswith(b"PK\x06\x06", at_64):
        directory_bytes = _END_64.unpack_from(tail, at_64)[8]
    if directory_bytes > MOST_DIRECTORY_BYTES:
        raise _too_many()
    return None


def _bounded(stream: IO[bytes], name: str, most_bytes: int) -> bytes:
    data = stream.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise BadPhoto(
            "The photo %(name)s is larger than %(most)s MB.",
            name=name,
            most=f"{most_bytes / 1e6:g}",
            field="photos",
        )
    return data
