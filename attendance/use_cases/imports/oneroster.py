"""OneRoster 1.1 CSV (IMS Global): a ZIP with manifest.csv, each file whole (bulk) or as changes (delta).

Read are what docs/imports.md lists; passwords and demographics never are.
"""

from __future__ import annotations

import csv
import io
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from attendance.errors import InvalidInput
from attendance.model import TO_BE_DELETED, RowKind, SchoolRow
from attendance.rules.stored_sentences import to_text
from attendance.use_cases.imports.lists import decoded
from attendance.use_cases.imports.school_rows import SchoolFiles, checked_row, refuse_many, refused_row
from attendance.use_cases.lectures.log import without_guard

_MOST_UNPACKED_BYTES = 200_000_000
_MOST_FILES = 200
_MOST_ID, _MOST_SOURCE = 255, 100
_ENCRYPTED = 0x1
_BULK, _DELTA, _ABSENT = "bulk", "delta", "absent"
_FILES = ("orgs", "academicSessions", "courses", "classes", "users", "enrollments")
_STATUSES = {"": "", "active": "", "tobedeleted": TO_BE_DELETED}
_STUDENT, _TEACHERS = "student", ("teacher", "aide", "proctor")
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "orgs": ("sourcedId", "name", "type"),
    "academicSessions": ("sourcedId", "title", "type"),
    "courses": ("sourcedId", "title"),
    "classes": ("sourcedId", "courseSourcedId"),
    "users": ("sourcedId", "role"),
    "enrollments": ("sourcedId", "classSourcedId", "userSourcedId", "role"),
}
_UNREADABLE = (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError)


@dataclass
class _Archive:
    """The files by their names, each with the way in which it is sent."""

    archive: zipfile.ZipFile
    modes: dict[str, str] = field(default_factory=dict)
    source: str = ""
    left_bytes: int = _MOST_UNPACKED_BYTES


def is_oneroster(data: bytes) -> bool:
    """Whether it is a ZIP and no workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "[Content_Types].xml" not in archive.namelist()
    except _UNREADABLE:
        return False


def rows_of_oneroster(data: bytes) -> tuple[SchoolFiles, bool]:
    """All rows, and whether the enrollments are all that there are. Raises InvalidInput where it cannot be used."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_harmful(archive.infolist())
            files = _manifest(_Archive(archive))
            rows = list(_rows(files))
    except _UNREADABLE as wrong:
        raise InvalidInput("This is not a ZIP file, or it is broken.") from wrong
    if not rows:
        raise InvalidInput("The file holds no rows that could be imported.")
    return SchoolFiles(rows, files.source), files.modes.get("enrollments") == _BULK


def _refuse_harmful(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > _MOST_FILES:
        raise InvalidInput("The ZIP file holds more than %(most)s files.", most=_MOST_FILES)
    if sum(entry.file_size for entry in entries) > _MOST_UNPACKED_BYTES:
        raise InvalidInput("The ZIP file is too large when it is unpacked.")
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ":" in name or ".." in name.split("/"):
            raise InvalidInput("The ZIP file holds %(name)s, a name that leads out of its folder.", name=name[:200])
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise InvalidInput("The ZIP file holds %(name)s, which is a link.", name=name[:200])
        if entry.flag_bits & _ENCRYPTED:
            raise InvalidInput("The ZIP file is protected with a password; make one without.")


def _manifest(files: _Archive) -> _Archive:
    """Which files are sent how. Raises InvalidInput."""
    if "manifest.csv" not in files.archive.namelist():
        raise InvalidInput("The ZIP file has no manifest.csv at its top, so it is no OneRoster file.")
    said = {row.get("propertyName", ""): row.get("value", "").strip() for _line, row in _lines(files, "manifest")}
    version = said.get("oneroster.version", "")
    if version != "1.1":
        raise InvalidInput("The manifest says OneRoster %(version)s; 1.1 is read.", version=version[:20] or "-")
    for name in _FILES:
        mode = said.get(f"file.{name}", _ABSENT) or _ABSENT
        if mode not in (_BULK, _DELTA, _ABSENT):
            raise InvalidInput(
                "The manifest says %(mode)s of %(file)s; bulk, delta and absent are known.",
                mode=mode[:20],
                file=f"{name}.csv",
            )
        if mode != _ABSENT and f"{name}.csv" not in files.archive.namelist():
            raise InvalidInput("The manifest names %(file)s, which is not in the ZIP file.", file=f"{name}.csv")
        files.modes[name] = mode
    named = said.get("source.systemCode") or said.get("source.systemName") or "oneroster"
    files.source = named[:_MOST_SOURCE]
    return files


def _lines(files: _Archive, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a file with the lines on which they end, by its columns. Raises InvalidInput."""
    file = f"{name}.csv"
    with files.archive.open(file) as stream:
        data = stream.read(files.left_bytes + 1)
    files.left_bytes -= len(data)
    if files.left_bytes < 0:
        raise InvalidInput("The ZIP file is too large when it is unpacked.")
    text = decoded(data)
    if text is None:
        raise InvalidInput("The text of %(file)s cannot be read for certain; save it as UTF-8.", file=file)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        heading = [title.strip() for title in next(reader, [])]
        for cells in reader:
            if any(cell.strip() for cell in cells):
                row = {title: without_guard(cell).strip() for title, cell in zip(heading, cells, strict=False)}
                yield reader.line_num, row | ({"\0": "wide"} if len(cells) > len(heading) else {})
    except csv.Error as wrong:
        raise InvalidInput(
            "Line %(line)s of %(file)s cannot be read; are its quotes closed?", line=reader.line_num, file=file
        ) from wrong


def _separator(text: str) -> str:
    """Excel in some places saves with semicolons or tabs what it opened with commas."""
    first = text.lstrip("\r\n").partition("\n")[0]
    return max(",;\t", key=first.count)


def _rows(files: _Archive) -> Iterator[SchoolRow]:
    """In the order in which one names the other."""
    orgs, sessions = _ids(files, "orgs"), _ids(files, "academicSessions")
    count = 0
    for name, read in _READ_BY.items():
        if files.modes.get(name, _ABSENT) == _ABSENT:
            continue
        is_delta = files.modes[name] == _DELTA
        for line, cells in _lines(files, name):
            count += 1
            refuse_many(count)
            yield _row(name, line, cells, read, is_delta, orgs, sessions)


def _ids(files: _Archive, name: str) -> set[str] | None:
    """All that there are; None where the file does not say all."""
    if files.modes.get(name) != _BULK:
        return None
    return {cells.get("sourcedId", "") for _line, cells in _lines(files, name)}


def _row(
    name: str,
    line: int,
    cells: dict[str, str],
    read: Callable[[Mapping[str, str]], tuple[RowKind, dict[str, str], str]],
    is_delta: bool,
    orgs: set[str] | None,
    sessions: set[str] | None,
) -> SchoolRow:
    file = f"{name}.csv"
    kind, values, note = read(cells)
    values["source_id"] = cells.get("sourcedId", "")
    try:
        if "\0" in cells:
            raise InvalidInput("This line has more cells than the first line has names.")
        _refuse_incomplete(name, cells)
        values["status"] = _status(cells)
        if is_delta:
            values["modified"] = _modified(cells)
        _refuse_unknown(cells, "schoolSourcedId", orgs)
        _refuse_unknown(cells, "orgSourcedIds", orgs)
        _refuse_unknown(cells, "termSourcedIds", sessions)
    except InvalidInput as wrong:
        return refused_row(file, line, kind, {key: text[:200] for key, text in values.items()}, wrong)
    if note:
        return SchoolRow(file, line, kind, {"name": values.get("name", "")[:200]}, note=note)
    if values["status"]:  # all that counts is whom it names
        return SchoolRow(file, line, kind, {key: text[:255] for key, text in values.items() if text})
    return checked_row(file, line, kind, values)


def _refuse_incomplete(name: str, cells: Mapping[str, str]) -> None:
    for column in _REQUIRED[name]:
        if not cells.get(column):
            raise InvalidInput("%(what)s is missing.", what=column)
    for column in ("sourcedId", "courseSourcedId", "classSourcedId", "userSourcedId"):
        if len(cells.get(column, "")) > _MOST_ID:
            raise InvalidInput("%(what)s is longer than %(most)s characters.", what=column, most=_MOST_ID)


def _status(cells: Mapping[str, str]) -> str:
    status = cells.get("status", "").casefold()
    if status not in _STATUSES:
        raise InvalidInput(
            "%(status)s is no status that is known; OneRoster has active and tobedeleted.", status=status[:40]
        )
    return _STATUSES[status]


def _modified(cells: Mapping[str, str]) -> str:
    text = cells.get("dateLastModified", "")
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError) as wrong:
        raise InvalidInput(
            "dateLastModified is no moment such as 2026-03-02T09:00:00Z: %(text)s.", text=text[:40] or "-"
        ) from wrong


def _refuse_unknown(cells: Mapping[str, str], column: str, known: set[str] | None) -> None:
    """Raises InvalidInput where a file that says all does not have it."""
    if known is None:
        return
    for name in filter(None, (one.strip() for one in cells.get(column, "").split(","))):
        if name not in known:
            raise InvalidInput("%(column)s names %(id)s, which is not in the file.", column=column, id=name[:80])


def _course(cells: Mapping[str, str]) -> tuple[RowKind, dict[str, str], str]:
    code = cells.get("courseCode", "") or cells.get("sourcedId", "")[:64]
    return RowKind.COURSE, {"code": code, "name": cells.get("title", "")}, ""


def _class(cells: Mapping[str, str]) -> tuple[RowKind, dict[str, str], str]:
    values = {
        "course": cells.get("courseSourcedId", ""),
        "section": cells.get("classCode", ""),
        "name": cells.get("title", ""),
    }
    return RowKind.CLASS, values, ""


def _user(cells: Mapping[str, str]) -> tuple[RowKind, dict[str, str], str]:
    role = cells.get("role", "")
    values = {"name": _full_name(cells), "email": cells.get("email", "")}
    if role in _TEACHERS:
        return RowKind.TEACHER, values, ""
    values["id"] = cells.get("identifier", "") or cells.get("username", "") or cells.get("sourcedId", "")
    return RowKind.STUDENT, values, "" if role in (_STUDENT, "") else _no_use_of(role)


def _full_name(cells: Mapping[str, str]) -> str:
    """In the order of the language: 김민서, and Ada Byron King."""
    given, middle, family = (cells.get(f"{part}Name", "") for part in ("given", "middle", "family"))
    if family and given and _is_hangul(family + given):
        return family + given
    return " ".join(filter(None, (given, middle, family)))


def _is_hangul(text: str) -> bool:
    return all("가" <= letter <= "힣" for letter in text if not letter.isspace())


def _enrollment(cells: Mapping[str, str]) -> tuple[RowKind, dict[str, str], str]:
    role = cells.get("role", "")
    values = {
        "class": cells.get("classSourcedId", ""),
        "user": cells.get("userSourcedId", ""),
        "role": "teacher" if role in _TEACHERS else role,
    }
    return RowKind.ENROLLMENT, values, "" if role in (_STUDENT, "", *_TEACHERS) else _no_use_of(role)


def _no_use_of(role: str) -> str:
    return to_text(InvalidInput("Nothing is imported of the role %(role)s.", role=role[:40]))


_READ_BY: Mapping[str, Callable[[Mapping[str, str]], tuple[RowKind, dict[str, str], str]]] = {
    "courses": _course,
    "classes": _class,
    "users": _user,
    "enrollments": _enrollment,
}
