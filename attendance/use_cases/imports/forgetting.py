"""Take out of the files of imports who was removed since they began, so that no import brings anybody back.

An import that waits goes on with its other rows; the row of who was removed is refused with that reason. Photos go,
too, where consent was taken back or a photo was removed.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import re
import shutil
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from attendance.errors import Conflict, InvalidInput, RollcallError
from attendance.model import FORGOTTEN
from attendance.rules.stored_sentences import from_text, texts_in, to_text
from attendance.services import Services
from attendance.use_cases.imports.folders import (
    CSV,
    REPORT,
    ZIP,
    began_at,
    import_folders,
    locked,
    plain_folder_errors,
    read_details,
)
from attendance.use_cases.imports.lists import CONSENT_COLUMNS, RosterRow, read_roster_file
from attendance.use_cases.names import clean_student_id
from attendance.use_cases.removals import RemovalWatch, was_removed
from attendance.use_cases.students.photo_index import PhotoIndex
from attendance.use_cases.students.photo_sources import ZipPhotos

_HALF_BEGUN_S = 3600.0  # no request takes so long to send its files
_GONE = to_text(was_removed())
_IN_BRACKETS = re.compile(r"\(([^()]+)\)")

_log = logging.getLogger(__name__)


def forget_removed(services: Services) -> None:
    """In all imports. One that goes on at this moment does so itself at its end; what fails is for the next sweep."""
    for folder in import_folders(services):
        try:
            with locked(folder):
                forget_removed_in(services, folder)
        except (Conflict, FileNotFoundError):  # it goes on, or was given up, at this moment
            continue
        except (RollcallError, OSError) as later:
            _log.warning("Who was removed is taken out of an import later: %s", later)


def forget_removed_in(services: Services, folder: Path) -> None:
    """In one import that this caller holds. Raises OutOfSpace, ServiceUnavailable."""
    details = read_details(folder)
    if details is None:
        _remove_half_begun(folder)
        return
    watch = RemovalWatch(services, began_at(folder, details))
    if not watch.saw_something():
        return
    with plain_folder_errors():
        if (folder / CSV).exists():
            rows = read_roster_file((folder / CSV).read_bytes())
            _drop_photos(folder, rows, [row for row in rows if watch.lost_photos(_id(row))])
            gone = {row.line for row in rows if watch.is_removed(_id(row))}
            if gone:
                _replace(folder / CSV, _as_csv(rows, gone))
        if (folder / REPORT).exists():
            _rewrite_report(folder / REPORT, watch)


def imports_that_name(services: Services, student_id: str) -> int:
    """How many imports have this student in their files, by the list or its report."""
    return sum(_names(folder, student_id) for folder in import_folders(services))


def refuse_forgotten(row: RosterRow) -> None:
    """Raises InvalidInput for what stands in a list in place of who was removed."""
    if row.name == FORGOTTEN and not row.student_id:
        raise was_removed()


def _names(folder: Path, student_id: str) -> bool:
    with suppress(OSError, InvalidInput):  # it ends at this moment
        if (folder / CSV).exists() and any(
            _id(row) == student_id for row in read_roster_file((folder / CSV).read_bytes())
        ):
            return True
        lines = (folder / REPORT).read_text("utf-8", errors="ignore").split("\n")[:-1]
        return any(json.loads(line)["student_id"] == student_id for line in lines)
    return False


def _id(row: RosterRow) -> str:
    try:
        return clean_student_id(row.student_id)
    except InvalidInput:
        return ""


def _drop_photos(folder: Path, rows: Sequence[RosterRow], gone: Sequence[RosterRow]) -> None:
    """The ZIP is written anew without them; nothing happens where it holds none of them."""
    if not gone or not (folder / ZIP).exists():
        return
    new = folder / f"{ZIP}.new"
    with closing(ZipPhotos(folder / ZIP)) as photos:
        index = PhotoIndex(photos.names(), {row.student_id for row in rows})
        names = {name for row in gone for name in _photos_of(row, index)}
        if not names:
            return
        try:
            photos.copy_without(names, new)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
    new.replace(folder / ZIP)


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


def _rewrite_report(report: Path, watch: RemovalWatch) -> None:
    old = report.read_text("utf-8", errors="ignore").split("\n")[:-1]
    new = [_without_removed(line, watch) for line in old]
    if new != old:
        _replace(report, "".join(f"{line}\n" for line in new).encode())


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


def _replace(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    new.replace(path)


def _remove_half_begun(folder: Path) -> None:
    """A process was killed while it took the files; nobody can go on with them, or see whom they name."""
    if max(path.stat().st_mtime for path in (folder, *folder.iterdir())) < time.time() - _HALF_BEGUN_S:
        shutil.rmtree(folder, ignore_errors=True)
