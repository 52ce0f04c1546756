"""Store an import's files until its last row is done, so that it goes on after a reload, a restart or a kill."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, BinaryIO

from attendance.errors import NotFound
from attendance.model import new_id
from attendance.ports import ImportPart
from attendance.services import Services
from attendance.use_cases.imports.details import (
    STUDENTS,
    ImportDetails,
    imports_of,
    read_details,
    write_bytes,
    write_details,
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
    import_id, began_at = new_id(), services.now().isoformat()
    try:
        write_bytes(services, import_id, ImportPart.ROSTER, csv)
        if photos is not None:
            services.imports.write(import_id, ImportPart.PHOTOS, lambda file: shutil.copyfileobj(photos, file, 1 << 20))
        details = ImportDetails(by, csv_name, list(course_ids), 0, began_at)
        with _plan(services, import_id, details) as plan:
            write_details(services, import_id, replace(details, total=plan.total))
    except BaseException:
        services.imports.remove(import_id)
        raise
    return stored_import(services, import_id, by=by)


def stored_import(services: Services, import_id: str, *, by: str) -> StoredImport:
    """Raises NotFound, also where it is another user's."""
    details = _details(services, import_id, by)
    return StoredImport(
        id=import_id,
        user_id=details.user_id,
        csv_name=details.csv_name,
        course_ids=tuple(details.course_ids),
        total=details.total,
        report=tuple(_report(services, import_id)),
    )


def unfinished_imports(services: Services, *, by: str) -> list[StoredImport]:
    """The user's imports that can go on."""
    stored = [stored_import(services, import_id, by=by) for import_id in imports_of(services, by, STUDENTS)]
    return [one for one in stored if not one.finished]


def continue_import(services: Services, import_id: str, *, by: str, seconds: float = 2.0) -> StoredImport:
    """Import rows for about this long, one at least.

    Raises NotFound, Conflict (another request is at it), NotAllowed (only admins import, and this is none any more).
    """
    _details(services, import_id, by)
    check_may_import(services, by)
    with services.imports.alone(import_id):
        details = _details(services, import_id, by)
        report = _report(services, import_id)
        if len(report) < details.total:
            _import_rows(services, import_id, details, report, time.monotonic() + seconds)
        forget_removed_in(services, import_id)  # whoever removed somebody meanwhile could not do so
        if len(report) >= details.total:
            services.imports.erase(import_id, [ImportPart.ROSTER, ImportPart.PHOTOS])
        if read_details(services, import_id) is None:  # its admin's account was removed meanwhile
            services.imports.remove(import_id)
    return stored_import(services, import_id, by=by)


def remove_import(services: Services, import_id: str, *, by: str) -> None:
    """Rows that are done stay done. Raises NotFound, Conflict."""
    _details(services, import_id, by)
    with services.imports.alone(import_id):
        services.imports.remove(import_id)


def remove_old_imports(services: Services) -> None:
    """Remove files of imports that nobody went on with for a day."""
    for import_id in services.imports.ids(idle_since=services.now() - timedelta(days=KEEP_DAYS)):
        services.imports.remove(import_id)


def _details(services: Services, import_id: str, by: str) -> ImportDetails:
    details = read_details(services, import_id)
    if details is None or details.user_id != by or details.kind != STUDENTS:
        raise NotFound("There is no such import; reports are stored for one day.")
    return details


def _import_rows(
    services: Services, import_id: str, details: ImportDetails, report: list[ImportRow], deadline: float
) -> None:
    """Adds to `report`. What a killed process did not write down is done again, and changes nothing."""
    with ExitStack() as after:
        plan = after.enter_context(_plan(services, import_id, details))
        after.callback(_write_report, services, import_id, report)
        for row in plan.rows(len(report)):
            report.append(row)
            if time.monotonic() > deadline and len(report) < details.total:
                return


@contextmanager
def _plan(services: Services, import_id: str, details: ImportDetails) -> Iterator[StudentImport]:
    with ExitStack() as open_files:
        photos = None
        with suppress(NotFound):
            archive = open_files.enter_context(services.imports.open(import_id, ImportPart.PHOTOS))
            photos = open_files.enter_context(closing(ZipPhotos(archive)))
        yield StudentImport(
            services,
            csv=services.imports.read(import_id, ImportPart.ROSTER),
            photos=photos,
            course_ids=details.course_ids,
            by=details.user_id,
            began_at=details.since,
        )


def _report(services: Services, import_id: str) -> list[ImportRow]:
    """Whole lines only: a former version added each by itself, so that a kill left half a line."""
    try:
        text = services.imports.read(import_id, ImportPart.REPORT).decode("utf-8", errors="ignore")
    except NotFound:
        return []
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    return [_row(line) for line in lines]


def _row(written: dict[str, Any]) -> ImportRow:
    """Reports from before hold all remarks as one text."""
    plain = {name: value for name, value in written.items() if name != "sentence"}
    remarks = written.get("remarks") or filter(None, [written.get("sentence")])
    return ImportRow(**plain | {"outcome": Outcome(written["outcome"]), "remarks": tuple(remarks)})


def _write_report(services: Services, import_id: str, report: Sequence[ImportRow]) -> None:
    lines = "".join(f"{json.dumps(asdict(row))}\n" for row in report)
    write_bytes(services, import_id, ImportPart.REPORT, lines.encode())
