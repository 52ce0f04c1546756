"""The files of a school's import while it waits: its rows, the dry run and the report, a line of JSON each.

The file that was sent is not stored: rows can be taken out of what was read of it, where somebody is removed meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from typing import Any

from attendance.errors import NotFound
from attendance.model import FORGOTTEN, TO_BE_DELETED, Effect, RowKind, SchoolReportRow, SchoolRow
from attendance.ports import ImportPart
from attendance.rules.stored_sentences import from_text, texts_in, to_text
from attendance.services import Services
from attendance.use_cases.imports.details import write_bytes
from attendance.use_cases.names import same_text
from attendance.use_cases.removals import RemovalWatch, was_removed

_GONE = to_text(was_removed())
_NAMES = {kind: tuple(one.name for one in fields(kind)) for kind in (SchoolRow, SchoolReportRow)}
_OF_PEOPLE = (RowKind.STUDENT, RowKind.TEACHER, RowKind.ENROLLMENT)


def write_rows(services: Services, import_id: str, rows: Iterable[SchoolRow]) -> None:
    """Raises OutOfSpace."""
    _write(services, import_id, ImportPart.ROWS, rows)


def read_rows(services: Services, import_id: str) -> list[SchoolRow]:
    """Raises NotFound, once it is done or given up."""
    return [SchoolRow(**line | {"kind": RowKind(line["kind"])}) for line in _read(services, import_id, ImportPart.ROWS)]


def write_report(services: Services, import_id: str, part: ImportPart, rows: Iterable[SchoolReportRow]) -> None:
    """Of the dry run, or of what was done. Raises OutOfSpace."""
    _write(services, import_id, part, rows)


def read_report(services: Services, import_id: str, part: ImportPart) -> list[SchoolReportRow]:
    """Empty where nothing is written yet."""
    with suppress(NotFound):
        return [_report_row(line) for line in _read(services, import_id, part)]
    return []


def forget_in_school(services: Services, import_id: str, watch: RemovalWatch) -> None:
    """Take out of the files who was removed since; their rows are refused with that reason."""
    with suppress(NotFound):
        rows = read_rows(services, import_id)
        gone = {one.value("source_id") for one in rows if _is_gone(one, watch)} - {""}
        new = [_forgotten(one) if _is_gone(one, watch) or _names(one, gone) else one for one in rows]
        if new != rows:
            write_rows(services, import_id, new)
    for part in (ImportPart.PLAN, ImportPart.REPORT):
        old = read_report(services, import_id, part)
        report = [_without_removed(one, watch) for one in old]
        if report != old:
            write_report(services, import_id, part, report)


def names_in_school(services: Services, import_id: str, student_id: str) -> bool:
    """Whether rows or reports name this student."""
    with suppress(NotFound):
        if any(row.value("id") == student_id for row in read_rows(services, import_id)):
            return True
    reports = (read_report(services, import_id, part) for part in (ImportPart.PLAN, ImportPart.REPORT))
    return any(row.person == student_id for report in reports for row in report)


def _is_gone(row: SchoolRow, watch: RemovalWatch) -> bool:
    return any(_was_removed(one, watch) for one in (row.value("id"), row.value("email")))


def _was_removed(person: str, watch: RemovalWatch) -> bool:
    return bool(person) and (watch.is_removed(person) or watch.is_removed(same_text(person)))


def _names(row: SchoolRow, gone: set[str]) -> bool:
    return bool(gone) and row.value("user") in gone


def _forgotten(row: SchoolRow) -> SchoolRow:
    if row.is_removal:
        return replace(row, values={"status": TO_BE_DELETED}, problem="", note="")
    return replace(row, values={"name": FORGOTTEN}, problem=_GONE, note="")


def _without_removed(row: SchoolReportRow, watch: RemovalWatch) -> SchoolReportRow:
    if row.kind in _OF_PEOPLE and _was_removed(row.person, watch):
        return replace(row, person="", name=FORGOTTEN, remarks=(_GONE,) if row.effect is Effect.REFUSED else ())
    said = (text for remark in row.remarks for text in texts_in(from_text(remark)))
    if any(_was_removed(text, watch) for text in said):
        return replace(row, remarks=())
    return row


def _report_row(line: dict[str, Any]) -> SchoolReportRow:
    words = {"kind": RowKind(line["kind"]), "effect": Effect(line["effect"]), "remarks": tuple(line["remarks"])}
    return SchoolReportRow(**line | words)


def _write(services: Services, import_id: str, part: ImportPart, items: Iterable[SchoolRow | SchoolReportRow]) -> None:
    lines = "".join(f"{json.dumps(_as_line(one), ensure_ascii=False)}\n" for one in items)
    write_bytes(services, import_id, part, lines.encode())


def _as_line(one: SchoolRow | SchoolReportRow) -> dict[str, Any]:
    """Not by `asdict`, which copies all that is in it: there are tens of thousands."""
    return {name: getattr(one, name) for name in _NAMES[type(one)]}


def _read(services: Services, import_id: str, part: ImportPart) -> Sequence[dict[str, Any]]:
    text = services.imports.read(import_id, part).decode()
    return [json.loads(line) for line in text.split("\n")[:-1]]
