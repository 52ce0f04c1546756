"""Take out of the files of imports who was removed since they began, so that no import brings anybody back.

An import that waits goes on with its other rows; the row of who was removed is refused with that reason. Photos go,
too, where consent was taken back or a photo was removed.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import re
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import timedelta
from typing import Any

from attendance.errors import Conflict, InvalidInput, NotFound, RollcallError, ServiceUnavailable
from attendance.model import FORGOTTEN
from attendance.ports import ImportPart
from attendance.rules.stored_sentences import from_text, texts_in, to_text
from attendance.services import Services
from attendance.use_cases.imports.details import SCHOOL, read_details, write_bytes
from attendance.use_cases.imports.lists import CONSENT_COLUMNS, RosterRow, read_roster_file
from attendance.use_cases.imports.school_files import forget_in_school, names_in_school
from attendance.use_cases.names import clean_student_id
from attendance.use_cases.removals import RemovalWatch, was_removed
from attendance.use_cases.students.photo_index import PhotoIndex
from attendance.use_cases.students.photo_sources import ZipPhotos

_GONE = to_text(was_removed())
_HALF_BEGUN = timedelta(hours=1)  # no request takes so long to send its files
_IN_BRACKETS = re.compile(r"\(([^()]+)\)")

_log = logging.getLogger(__name__)


def forget_removed(services: Services) -> None:
    """In all imports. One that goes on at this moment does so itself at its end; what fails is for the next sweep."""
    for import_id in services.imports.ids():
        try:
            if _watch(services, import_id) is not None:  # else nobody needs to wait for a lock
                with services.imports.alone(import_id):
                    forget_removed_in(services, import_id)
        except (Conflict, NotFound):  # it goes on, or was given up, at this moment
            continue
        except RollcallError as later:
            _log.warning("Who was removed is taken out of an import later: %s", later)
    _remove_half_begun(services)


def forget_removed_in(services: Services, import_id: str) -> None:
    """In one import that this caller holds. Raises OutOfSpace, ServiceUnavailable."""
    watch = _watch(services, import_id)
    if watch is None:
        return
    if _is_of_school(services, import_id):
        forget_in_school(services, import_id, watch)
        return
    with suppress(NotFound):  # there is no list any more
        rows = _rows(services, import_id)
        _drop_photos(services, import_id, rows, [row for row in rows if watch.lost_photos(_id(row))])
        gone = {row.line for row in rows if watch.is_removed(_id(row))}
        if gone:
            write_bytes(services, import_id, ImportPart.ROSTER, _as_csv(rows, gone))
    with suppress(NotFound):  # there is no report yet
        _rewrite_report(services, import_id, watch)


def imports_that_name(services: Services, student_id: str) -> int:
    """How many imports have this student in their files, by the list or its report, as far as they can be read."""
    with suppress(ServiceUnavailable):  # a removal does not wait for it
        return sum(_names(services, import_id, student_id) for import_id in services.imports.ids())
    return 0


def refuse_forgotten(row: RosterRow) -> None:
    """Raises InvalidInput for what stands in a list in place of who was removed."""
    if row.name == FORGOTTEN and not row.student_id:
        raise was_removed()


def _watch(services: Services, import_id: str) -> RemovalWatch | None:
    """None where nobody has to be forgotten in it."""
    details = read_details(services, import_id)
    watch = None if details is None else RemovalWatch(services, details.since)
    return watch if watch is not None and watch.saw_something() else None


def _rows(services: Services, import_id: str) -> list[RosterRow]:
    return read_roster_file(services.imports.read(import_id, ImportPart.ROSTER))


def _is_of_school(services: Services, import_id: str) -> bool:
    details = read_details(services, import_id)
    return details is not None and details.kind == SCHOOL


def _names(services: Services, import_id: str, student_id: str) -> bool:
    if _is_of_school(services, import_id):
        return names_in_school(services, import_id, student_id)
    with suppress(NotFound, InvalidInput):
        if any(_id(row) == student_id for row in _rows(services, import_id)):
            return True
    with suppress(NotFound):
        return any(json.loads(line)["student_id"] == student_id for line in _report_lines(services, import_id))
    return False


def _id(row: RosterRow) -> str:
    try:
        return clean_student_id(row.student_id)
    except InvalidInput:
        return ""


def _drop_photos(services: Services, import_id: str, rows: Sequence[RosterRow], gone: Sequence[RosterRow]) -> None:
    """The ZIP is written anew without them; nothing happens where it holds none of them."""
    if not gone:
        return
    with (
        suppress(NotFound),  # there is none
        services.imports.open(import_id, ImportPart.PHOTOS) as archive,
        closing(ZipPhotos(archive)) as photos,
    ):
        index = PhotoIndex(photos.names(), {row.student_id for row in rows})
        names = {name for row in gone for name in _photos_of(row, index)}
        if names:
            services.imports.write(import_id, ImportPart.PHOTOS, lambda target: photos.copy_without(names, target))


def _photos_of(row: RosterRow, index: PhotoIndex) -> list[str]:
    found = index.of_student(row.student_id)
    for name in row.photos or ():
        with suppress(InvalidInput):
            found.append(index.find(name))
    return found


def _as_csv(rows: Sequence[RosterRow], gone: set[int]) -> bytes:
    """The list with every row on its line, and nothing of those that are gone but the line itself."""
    with_photos = any(row.photos is not None for row in rows)
    columns = ["consent", *CONSENT_COLUMNS]
    text = ",".join(["id", "name", *columns, *(["photos"] if with_photos else [])]) + "\n"
    lines = 1
    for row in rows:
        is_gone = row.line in gone
        cells = ["", FORGOTTEN] if is_gone else [row.student_id, row.name]
        cells += ["" if is_gone else getattr(row, column) for column in columns]
        if with_photos:
            cells.append("" if is_gone else "|".join(row.photos or ()))
        if row.problem is not None and not is_gone:
            cells.append("?")  # still one cell more than there are columns
        record = io.StringIO(newline="")
        csv.writer(record, lineterminator="\n").writerow(cells)
        written = record.getvalue()
        blank = max(0, row.line - lines - written.count("\n"))
        text += "\n" * blank + written
        lines += blank + written.count("\n")
    return text.encode("utf-8-sig")


def _report_lines(services: Services, import_id: str) -> list[str]:
    text = services.imports.read(import_id, ImportPart.REPORT).decode("utf-8", errors="ignore")
    return text.split("\n")[:-1]


def _rewrite_report(services: Services, import_id: str, watch: RemovalWatch) -> None:
    old = _report_lines(services, import_id)
    new = [_without_removed(line, watch) for line in old]
    if new != old:
        write_bytes(services, import_id, ImportPart.REPORT, "".join(f"{line}\n" for line in new).encode())


def _without_removed(line: str, watch: RemovalWatch) -> str:
    row = json.loads(line)
    if row["student_id"] and watch.is_removed(row["student_id"]):
        return json.dumps(_without_remarks(row) | {"student_id": "", "name": FORGOTTEN, "remarks": [_GONE]})
    if any(map(watch.is_removed, _named_in(row))):  # whom a photo looks like
        return json.dumps(_without_remarks(row) | {"remarks": []})
    return line


def _named_in(row: dict[str, Any]) -> list[str]:
    """Texts that may be ids, in the remarks; those of imports from before were one text."""
    said = [one for text in row.get("remarks", ()) for one in texts_in(from_text(text))]
    return said + _IN_BRACKETS.findall(row.get("sentence", ""))


def _without_remarks(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("sentence", "remarks")}


def _remove_half_begun(services: Services) -> None:
    """A process was killed while it took the files; nobody can go on with them, or see whom they name."""
    for import_id in services.imports.ids(idle_since=services.now() - _HALF_BEGUN):
        if read_details(services, import_id) is None:
            services.imports.remove(import_id)
