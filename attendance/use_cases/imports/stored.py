"""Store an import's files until its last row is done, so that it goes on after a reload, a restart or a kill."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from attendance.errors import NotFound
from attendance.model import new_id
from attendance.services import Services
from attendance.use_cases.imports.folders import (
    CSV,
    DETAILS,
    REPORT,
    ZIP,
    began_at,
    import_folder,
    import_folders,
    locked,
    plain_folder_errors,
    read_details,
)
from attendance.use_cases.imports.forgetting import forget_removed_in
from attendance.use_cases.imports.students import ImportRow, Outcome, StudentImport
from attendance.use_cases.people.rights import check_may_import
from attendance.use_cases.students.photo_sources import ZipPhotos

KEEP_DAYS = 1  # they hold photos and names


@dataclass(frozen=True, slots=True)
class StoredImport:
    """An import and what is done of it. It is `finished` when each row has its line in the report."""

    id: str
    user_id: str
    csv_name: str
    course_ids: tuple[str, ...]
    total: int
    report: tuple[ImportRow, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return len(self.report) >= self.total


def begin_import(
    services: Services, *, csv: bytes, csv_name: str, photos: BinaryIO | None, course_ids: Sequence[str], by: str
) -> StoredImport:
    """Store the files; no row is imported yet. Raises InvalidInput, NotFound (course), OutOfSpace."""
    remove_old_imports(services)
    folder = import_folder(services, new_id())
    try:
        _write_files(folder, csv, photos)
        began = services.now()
        with _plan(services, folder, course_ids, by, began) as plan:
            details = {"user_id": by, "csv_name": csv_name, "course_ids": list(course_ids), "total": plan.total}
            details["began_at"] = began.isoformat()
        with plain_folder_errors():
            (folder / DETAILS).write_text(json.dumps(details), "utf-8")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return stored_import(services, folder.name, by=by)


def stored_import(services: Services, import_id: str, *, by: str) -> StoredImport:
    """Raises NotFound, also where it is another user's."""
    folder = import_folder(services, import_id)
    details = read_details(folder)
    if details is None or details["user_id"] != by:
        raise NotFound("There is no such import; reports are stored for one day.")
    return StoredImport(
        id=import_id,
        user_id=details["user_id"],
        csv_name=details["csv_name"],
        course_ids=tuple(details["course_ids"]),
        total=details["total"],
        report=tuple(_report(folder)),
    )


def unfinished_imports(services: Services, *, by: str) -> list[StoredImport]:
    """The user's imports that can go on."""
    names = [folder.name for folder in import_folders(services)]
    stored = [stored_import(services, name, by=by) for name in names if _is_of(services, name, by)]
    return [one for one in stored if not one.finished]


def continue_import(services: Services, import_id: str, *, by: str, seconds: float = 2.0) -> StoredImport:
    """Import rows for about this long, one at least.

    Raises NotFound, Conflict (another request is at it), NotAllowed (only admins import, and this is none any more).
    """
    stored = stored_import(services, import_id, by=by)
    check_may_import(services, by)
    folder = import_folder(services, import_id)
    with locked(folder):
        report = _report(folder)
        _cut_half_line(folder)
        if len(report) < stored.total:
            _import_rows(services, folder, stored, len(report), time.monotonic() + seconds)
        forget_removed_in(services, folder)  # whoever removed somebody meanwhile could not do so
    stored = stored_import(services, import_id, by=by)
    if stored.finished:
        for name in (CSV, ZIP):
            (folder / name).unlink(missing_ok=True)
    return stored


def remove_import(services: Services, import_id: str, *, by: str) -> None:
    """Rows that are done stay done. Raises NotFound, Conflict."""
    stored_import(services, import_id, by=by)
    folder = import_folder(services, import_id)
    with locked(folder):
        shutil.rmtree(folder, ignore_errors=True)


def remove_old_imports(services: Services) -> None:
    """Remove files of imports that nobody went on with for a day."""
    oldest = services.now().timestamp() - KEEP_DAYS * 86_400
    for folder in import_folders(services):
        with suppress(FileNotFoundError):  # another request removes it at this moment
            if max(path.stat().st_mtime for path in (folder, *folder.iterdir())) < oldest:
                shutil.rmtree(folder, ignore_errors=True)


def _import_rows(services: Services, folder: Path, stored: StoredImport, start: int, deadline: float) -> None:
    with _plan(services, folder, stored.course_ids, stored.user_id, _began_at(folder)) as plan:
        for row in plan.rows(start):
            with plain_folder_errors():
                _append(folder / REPORT, json.dumps(asdict(row)).encode() + b"\n")
            start += 1
            if time.monotonic() > deadline and start < plan.total:
                return


def _began_at(folder: Path) -> datetime:
    return began_at(folder, read_details(folder) or {})


@contextmanager
def _plan(
    services: Services, folder: Path, course_ids: Sequence[str], by: str, began: datetime
) -> Iterator[StudentImport]:
    csv, archive = (folder / CSV).read_bytes(), folder / ZIP
    if not archive.exists():
        yield StudentImport(services, csv=csv, photos=None, course_ids=course_ids, by=by, began_at=began)
        return
    with closing(ZipPhotos(archive)) as photos:
        yield StudentImport(services, csv=csv, photos=photos, course_ids=course_ids, by=by, began_at=began)


def _write_files(folder: Path, csv: bytes, photos: BinaryIO | None) -> None:
    with plain_folder_errors():
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        (folder / CSV).write_bytes(csv)
        if photos is not None:
            with (folder / ZIP).open("wb") as out:
                shutil.copyfileobj(photos, out, 1 << 20)


def _report(folder: Path) -> list[ImportRow]:
    """Whole lines only: a process that was killed may have left half a line, whose row is then done again."""
    try:
        text = (folder / REPORT).read_text("utf-8", errors="ignore")
    except FileNotFoundError:
        return []
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    return [_row(line) for line in lines]


def _row(written: dict[str, Any]) -> ImportRow:
    """Reports from before hold all remarks as one text."""
    plain = {name: value for name, value in written.items() if name != "sentence"}
    remarks = written.get("remarks") or filter(None, [written.get("sentence")])
    return ImportRow(**plain | {"outcome": Outcome(written["outcome"]), "remarks": tuple(remarks)})


def _append(path: Path, line: bytes) -> None:
    """The whole line, or the file stays as it was: a full disk takes a part first, and refuses afterwards."""
    with path.open("ab", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[file.write(rest) :]
        except BaseException:
            with suppress(OSError):
                file.truncate(size)
            raise


def _cut_half_line(folder: Path) -> None:
    report = folder / REPORT
    if report.exists():
        with plain_folder_errors():
            os.truncate(report, report.read_bytes().rfind(b"\n") + 1)


def _is_of(services: Services, name: str, by: str) -> bool:
    details = read_details(services.settings.data / "imports" / name)
    return details is not None and details["user_id"] == by
