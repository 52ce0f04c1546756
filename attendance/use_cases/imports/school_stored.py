"""A school's import between its requests: begun with a dry run, confirmed by who has seen it, done in steps."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from attendance.errors import Conflict, NotFound
from attendance.model import SchoolReportRow, new_id
from attendance.ports import ImportPart
from attendance.services import Services
from attendance.use_cases.imports.details import (
    SCHOOL,
    ImportDetails,
    imports_of,
    read_details,
    write_details,
)
from attendance.use_cases.imports.forgetting import forget_removed_in
from attendance.use_cases.imports.school import SchoolImport, read_school, write_audit
from attendance.use_cases.imports.school_files import read_report, read_rows, write_report, write_rows
from attendance.use_cases.imports.stored import remove_old_imports
from attendance.use_cases.people.rights import check_may_import
from attendance.use_cases.removals import RemovalWatch

_STEP_S = 4.0


@dataclass(frozen=True, slots=True)
class StoredSchoolImport:
    """`plan` is what it would do, `report` what it has done; it is finished when each row has its line there."""

    id: str
    name: str
    source: str
    accounts: bool
    total: int
    confirmed: bool
    plan: Sequence[SchoolReportRow]
    report: Sequence[SchoolReportRow]

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.confirmed and len(self.report) >= self.total

    @property
    def shown(self) -> Sequence[SchoolReportRow]:
        """The dry run, until it is confirmed."""
        return self.report if self.confirmed else self.plan


def begin_school_import(services: Services, data: bytes, name: str, *, accounts: bool, by: str) -> StoredSchoolImport:
    """Read the file and see what it would do; nothing is imported yet. Raises InvalidInput, OutOfSpace, NotAllowed."""
    check_may_import(services, by)
    remove_old_imports(services)
    files = read_school(services, data, name)
    import_id, began_at = new_id(), services.now().isoformat()
    try:
        write_rows(services, import_id, files.rows)
        plan = SchoolImport(services, files.rows, files.source, accounts, by).plan()
        write_report(services, import_id, ImportPart.PLAN, plan)
        details = ImportDetails(by, name[:200], [], len(files.rows), began_at, SCHOOL, files.source, accounts)
        write_details(services, import_id, details)
    except BaseException:
        services.imports.remove(import_id)
        raise
    return stored_school_import(services, import_id, by=by)


def stored_school_import(services: Services, import_id: str, *, by: str) -> StoredSchoolImport:
    """Raises NotFound, also where it is another user's."""
    details = _details(services, import_id, by)
    return StoredSchoolImport(
        id=import_id,
        name=details.csv_name,
        source=details.source,
        accounts=details.accounts,
        total=details.total,
        confirmed=details.confirmed,
        plan=read_report(services, import_id, ImportPart.PLAN),
        report=read_report(services, import_id, ImportPart.REPORT),
    )


def waiting_school_imports(services: Services, *, by: str) -> list[StoredSchoolImport]:
    """Those of the user that are not finished."""
    stored = [stored_school_import(services, one, by=by) for one in imports_of(services, by, SCHOOL)]
    return [one for one in stored if not one.finished]


def confirm_school_import(services: Services, import_id: str, *, by: str) -> None:
    """From now on it may be done. Raises NotFound, NotAllowed, Conflict (another request is at it)."""
    check_may_import(services, by)
    _details(services, import_id, by)
    with services.imports.alone(import_id):
        write_details(services, import_id, replace(_details(services, import_id, by), confirmed=True))


def continue_school_import(
    services: Services, import_id: str, *, by: str, seconds: float = _STEP_S
) -> StoredSchoolImport:
    """Import batches for about this long, one at least.

    Raises NotFound, Conflict (another request is at it, or nobody confirmed it), NotAllowed (only admins import).
    """
    _details(services, import_id, by)
    check_may_import(services, by)
    with services.imports.alone(import_id):
        details = _details(services, import_id, by)
        if not details.confirmed:
            raise Conflict("Confirm first what this import does.")
        report = read_report(services, import_id, ImportPart.REPORT)
        with suppress(NotFound):  # they are gone once it is done
            _import_batches(services, import_id, details, report, seconds)
        forget_removed_in(services, import_id)  # whoever removed somebody meanwhile could not do so
        if read_details(services, import_id) is None:  # its admin's account was removed meanwhile
            services.imports.remove(import_id)
    return stored_school_import(services, import_id, by=by)


def remove_school_import(services: Services, import_id: str, *, by: str) -> None:
    """What is done stays done. Raises NotFound, Conflict."""
    _details(services, import_id, by)
    with services.imports.alone(import_id):
        services.imports.remove(import_id)


def _import_batches(
    services: Services, import_id: str, details: ImportDetails, report: list[SchoolReportRow], seconds: float
) -> None:
    """Adds to the report. What a killed process did not write down is done again, and changes nothing.

    The time begins after the first batch: before it all that is stored is read, which costs a short step as much as a
    long one.
    """
    rows = read_rows(services, import_id)
    importing = SchoolImport(
        services,
        rows,
        details.source,
        details.accounts,
        details.user_id,
        RemovalWatch(services, details.since),
    )
    deadline = None
    try:
        for batch in importing.apply(len(report)):
            report += batch
            deadline = deadline or time.monotonic() + seconds
            if time.monotonic() > deadline:
                break
    finally:
        write_report(services, import_id, ImportPart.REPORT, report)
    if len(report) >= details.total:
        write_audit(services, details.source or details.csv_name, report, by=details.user_id)
        services.imports.erase(import_id, [ImportPart.ROWS, ImportPart.PLAN])


def _details(services: Services, import_id: str, by: str) -> ImportDetails:
    details = read_details(services, import_id)
    if details is None or details.user_id != by or details.kind != SCHOOL:
        raise NotFound("There is no such import; reports are stored for one day.")
    return details
