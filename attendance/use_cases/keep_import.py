"""Keep an import's files until its last row is done, so that it goes on after a reload, a restart or a kill."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from attendance.errors import Conflict, NotFound, OutOfSpace, ServiceUnavailable
from attendance.model import new_id
from attendance.services import Services
from attendance.use_cases.import_students import ImportRow, Outcome, StudentImport
from attendance.use_cases.photo_sources import ZipPhotos

KEEP_DAYS = 1  # they hold photos and names
_DETAILS, _CSV, _ZIP, _REPORT, _LOCK = "details.json", "students.csv", "photos.zip", "report.jsonl", "lock"


@dataclass(frozen=True, slots=True)
class KeptImport:
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
) -> KeptImport:
    """Keep the files; no row is imported yet. Raises InvalidInput, NotFound (course), OutOfSpace."""
    remove_old_imports(services)
    folder = _folder(services, new_id())
    try:
        _write_files(folder, csv, photos)
        with _plan(services, folder, course_ids, by) as plan:
            details = {"user_id": by, "csv_name": csv_name, "course_ids": list(course_ids), "total": plan.total}
        with _disk():
            (folder / _DETAILS).write_text(json.dumps(details), "utf-8")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return kept_import(services, folder.name, by=by)


def kept_import(services: Services, import_id: str, *, by: str) -> KeptImport:
    """Raises NotFound, also where it is another user's."""
    folder = _folder(services, import_id)
    details = _details(folder)
    if details is None or details["user_id"] != by:
        raise NotFound("There is no such import; reports are kept for one day.")
    return KeptImport(
        id=import_id,
        user_id=details["user_id"],
        csv_name=details["csv_name"],
        course_ids=tuple(details["course_ids"]),
        total=details["total"],
        report=tuple(_report(folder)),
    )


def unfinished_imports(services: Services, *, by: str) -> list[KeptImport]:
    """The user's imports that can go on."""
    names = [folder.name for folder in _folders(services)]
    kept = [kept_import(services, name, by=by) for name in names if _is_of(services, name, by)]
    return [one for one in kept if not one.finished]


def continue_import(services: Services, import_id: str, *, by: str, seconds: float = 2.0) -> KeptImport:
    """Import rows for about this long, one at least. Raises NotFound, Conflict (another request is at it)."""
    kept = kept_import(services, import_id, by=by)
    folder = _folder(services, import_id)
    with _locked(folder):
        report = _report(folder)
        _cut_half_line(folder)
        if len(report) < kept.total:
            _import_rows(services, folder, kept, len(report), time.monotonic() + seconds)
    kept = kept_import(services, import_id, by=by)
    if kept.finished:
        for name in (_CSV, _ZIP):
            (folder / name).unlink(missing_ok=True)
    return kept


def remove_import(services: Services, import_id: str, *, by: str) -> None:
    """Rows that are done stay done. Raises NotFound, Conflict."""
    kept_import(services, import_id, by=by)
    folder = _folder(services, import_id)
    with _locked(folder):
        shutil.rmtree(folder, ignore_errors=True)


def remove_old_imports(services: Services) -> None:
    """Remove files of imports that nobody went on with for a day."""
    oldest = services.now().timestamp() - KEEP_DAYS * 86_400
    for folder in _folders(services):
        with suppress(FileNotFoundError):  # another request removes it at this moment
            if max(path.stat().st_mtime for path in (folder, *folder.iterdir())) < oldest:
                shutil.rmtree(folder, ignore_errors=True)


def _import_rows(services: Services, folder: Path, kept: KeptImport, start: int, deadline: float) -> None:
    with _plan(services, folder, kept.course_ids, kept.user_id) as plan:
        for row in plan.rows(start):
            with _disk():
                _append(folder / _REPORT, json.dumps(asdict(row)).encode() + b"\n")
            start += 1
            if time.monotonic() > deadline and start < plan.total:
                return


@contextmanager
def _plan(services: Services, folder: Path, course_ids: Sequence[str], by: str) -> Iterator[StudentImport]:
    csv, archive = (folder / _CSV).read_bytes(), folder / _ZIP
    if not archive.exists():
        yield StudentImport(services, csv=csv, photos=None, course_ids=course_ids, by=by)
        return
    with closing(ZipPhotos(archive)) as photos:
        yield StudentImport(services, csv=csv, photos=photos, course_ids=course_ids, by=by)


def _write_files(folder: Path, csv: bytes, photos: BinaryIO | None) -> None:
    with _disk():
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        (folder / _CSV).write_bytes(csv)
        if photos is not None:
            with (folder / _ZIP).open("wb") as out:
                shutil.copyfileobj(photos, out, 1 << 20)


def _details(folder: Path) -> dict[str, Any] | None:
    try:
        details: dict[str, Any] = json.loads((folder / _DETAILS).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return details


def _report(folder: Path) -> list[ImportRow]:
    """Whole lines only: a process that was killed may have left half a line, whose row is then done again."""
    try:
        text = (folder / _REPORT).read_text("utf-8", errors="ignore")
    except FileNotFoundError:
        return []
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    return [ImportRow(**{**line, "outcome": Outcome(line["outcome"])}) for line in lines]


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
    report = folder / _REPORT
    if report.exists():
        with _disk():
            os.truncate(report, report.read_bytes().rfind(b"\n") + 1)


def _folder(services: Services, import_id: str) -> Path:
    if not re.fullmatch(r"[0-9a-f]{32}", import_id):
        raise NotFound("There is no such import.")
    return services.settings.data / "imports" / import_id


def _folders(services: Services) -> list[Path]:
    root = services.settings.data / "imports"
    return sorted(folder for folder in root.iterdir() if folder.is_dir()) if root.is_dir() else []


def _is_of(services: Services, name: str, by: str) -> bool:
    details = _details(services.settings.data / "imports" / name)
    return details is not None and details["user_id"] == by


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as busy:
        raise Conflict("This import is going on in another window.") from busy
    finally:
        os.close(descriptor)


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as failed:
        if failed.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise OutOfSpace("The disk has no room for these files.") from failed
        raise ServiceUnavailable("The folder for imports cannot be written to.") from failed
