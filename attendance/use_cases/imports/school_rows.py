"""The rows of a school's files, with cells cleaned as forms clean them and what is wrong with each said in the row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytz

from attendance.errors import InvalidInput, Personal, Phrase
from attendance.model import TO_BE_DELETED, RowKind, SchoolRow
from attendance.rules.stored_sentences import to_text
from attendance.use_cases.imports.lists import (
    MOST_ROWS,
    Line,
    heading_of,
    list_lines,
    plain_title,
    sheets_of,
)
from attendance.use_cases.imports.students import refuse_spoilt_id, refuse_spoilt_name
from attendance.use_cases.lectures.log import looks_like_formula
from attendance.use_cases.names import (
    clean_course_code,
    clean_name,
    clean_section,
    clean_student_id,
    same_text,
)
from attendance.use_cases.people.accounts import clean_email

MOST_FILE_BYTES = 30_000_000
MOST_ROWS_OF_SCHOOL = 200_000

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "studentid", "studentno", "studentnumber", "number", "학번", "학생번호"),
    "name": ("name", "fullname", "studentname", "teachername", "이름", "성명", "학생이름", "교원명"),
    "email": ("email", "emailaddress", "mail", "이메일", "이메일주소", "전자우편", "메일"),
    "code": ("course", "coursecode", "code", "subject", "과목", "과목코드", "과목번호", "학수번호", "강좌코드"),
    "title": ("coursename", "title", "과목명", "강좌명", "교과목명"),
    "section": ("section", "class", "classcode", "group", "분반", "반"),
    "timezone": ("timezone", "시간대"),
    "status": ("status", "상태", "변동"),
}
"""What a column may be called, in English and Korean, without blanks and case; docs/imports.md says it to people."""

_SHEETS: Mapping[RowKind, tuple[str, ...]] = {
    RowKind.CLASS: ("courses", "classes", "과목", "강좌", "분반"),
    RowKind.TEACHER: ("teachers", "교원", "교사", "교수", "강사"),
    RowKind.STUDENT: ("students", "학생"),
    RowKind.ENROLLMENT: ("rosters", "roster", "enrollments", "수강생명단", "수강생", "수강"),
}
_GONE = ("removed", "remove", "deleted", "delete", TO_BE_DELETED, "dropped", "삭제", "취소", "수강취소", "제외")
_STAYS = ("", "active", "added", "add", "등록", "수강", "추가")
_ORDER = (RowKind.CLASS, RowKind.TEACHER, RowKind.STUDENT, RowKind.ENROLLMENT)


@dataclass(frozen=True, slots=True)
class SchoolFiles:
    """All rows in the order in which they are imported, and the system whose ids they name; empty for lists."""

    rows: Sequence[SchoolRow]
    source: str = ""


def rows_of_list(data: bytes, name: str) -> SchoolFiles:
    """Of one CSV file. Raises InvalidInput where it cannot be used as a whole."""
    lines = list(list_lines(data, lambda cells: kind_of(cells) is not None))
    if len(lines) > MOST_ROWS:
        raise InvalidInput("The list has more than %(most)s lines; split it.", most=f"{MOST_ROWS:,}")
    return _checked([*_rows_under(lines, name, kind_of(lines[0][1]) if lines else None)])


def rows_of_workbook(data: bytes) -> SchoolFiles:
    """Of all sheets that are lists: by the sheet's name, or by its columns. Raises InvalidInput."""
    found: dict[RowKind, list[SchoolRow]] = {kind: [] for kind in _ORDER}
    for name, lines in sheets_of(data).items():
        place = heading_of(lines, lambda cells: kind_of(cells) is not None)
        if place is None:
            continue
        if len(lines) > MOST_ROWS:
            raise InvalidInput("The list has more than %(most)s lines; split it.", most=f"{MOST_ROWS:,}")
        kind = _kind_of_sheet(name, lines[place][1])
        found[kind] += _rows_under(lines[place:], name, kind)
    return _checked([row for kind in _ORDER for row in found[kind]])


def kind_of(heading: Sequence[str]) -> RowKind | None:
    """What a list with these columns is about; None where they are no such list's."""
    there = set(_places(heading))
    if "id" in there:
        return RowKind.STUDENT if "name" in there else RowKind.ENROLLMENT if "code" in there else None
    if "email" in there:
        return RowKind.TEACHER if "name" in there else RowKind.ENROLLMENT if "code" in there else None
    return RowKind.CLASS if "code" in there or "title" in there else None


def checked_row(file: str, line: int, kind: RowKind, values: Mapping[str, str]) -> SchoolRow:
    """The row with its cells cleaned, or with what is wrong with the first that cannot be."""
    clean: dict[str, str] = {}
    try:
        for name, text in values.items():
            if text.strip():
                clean[name] = _clean_cell(name, kind, text)
        return SchoolRow(file, line, kind, clean)
    except InvalidInput as wrong:
        seen = {name: text[:200] for name, text in values.items()}
        return SchoolRow(file, line, kind, seen | clean, problem=to_text(wrong, with_people=True))


def refused_row(file: str, line: int, kind: RowKind, values: Mapping[str, str], problem: InvalidInput) -> SchoolRow:
    """The row with this that is wrong with it."""
    return SchoolRow(file, line, kind, values, problem=to_text(problem, with_people=True))


def _clean_cell(name: str, kind: RowKind, text: str) -> str:
    if name in ("id", "name", "code", "section", "email") and looks_like_formula(text):
        raise InvalidInput("%(text)s could be a formula; write it as text.", text=Personal(text[:60]))
    if name == "id":
        student_id = clean_student_id(text)
        refuse_spoilt_id(student_id)
        return student_id
    if name == "name":
        refuse_spoilt_name(text)
    return _CLEANERS.get(name, str.strip)(text)


def _timezone(text: str) -> str:
    if text.strip() not in pytz.all_timezones_set:
        raise InvalidInput("There is no time zone %(name)s; choose one such as Asia/Seoul.", name=text.strip()[:60])
    return text.strip()


_CLEANERS: Mapping[str, Callable[[str], str]] = {
    "name": clean_name,
    "email": clean_email,
    "code": clean_course_code,
    "section": clean_section,
    "timezone": _timezone,
}


def _places(heading: Sequence[str]) -> dict[str, int]:
    """Where each column stands that is known; the first of two."""
    titles = [plain_title(title) for title in heading]
    return {
        column: place
        for column, names in COLUMNS.items()
        if (place := next((place for place, title in enumerate(titles) if title in names), None)) is not None
    }


def _kind_of_sheet(name: str, heading: Sequence[str]) -> RowKind:
    plain = plain_title(name)
    named = next((kind for kind, names in _SHEETS.items() if plain in names), None)
    return named or kind_of(heading) or RowKind.STUDENT


def _rows_under(lines: Sequence[Line], file: str, kind: RowKind | None) -> Iterator[SchoolRow]:
    """Raises InvalidInput."""
    if kind is None:
        raise InvalidInput(
            "The first line names no columns that are known, such as id,name,course,section or 학번,이름,과목,분반."
        )
    heading = lines[0][1]
    places = _places(heading)
    for line, cells in lines[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        values = {name: cells[place].strip() for name, place in places.items() if place < len(cells)}
        if any(extra.strip() for extra in cells[len(heading) :]):
            yield refused_row(
                file, line, kind, values, InvalidInput("This line has more cells than the first line has names.")
            )
        else:
            yield _row_of_list(file, line, kind, values)


def _row_of_list(file: str, line: int, kind: RowKind, values: dict[str, str]) -> SchoolRow:
    title, status = values.pop("title", ""), same_text(values.pop("status", "").replace(" ", ""))
    if kind is RowKind.CLASS:
        values = {"name": title, **{name: text for name, text in values.items() if text}}
        values.setdefault("code", title)
    elif title and not values.get("code"):
        values["code"] = title
    if status not in _STAYS and status not in _GONE:
        wrong = InvalidInput("%(text)s is no status that is known; write active or removed.", text=status[:40])
        return refused_row(file, line, kind, values, wrong)
    if status in _GONE:
        if kind is not RowKind.ENROLLMENT:
            wrong = InvalidInput("A list only takes people off rosters; remove this on its own page.")
            return refused_row(file, line, kind, values, wrong)
        values["status"] = TO_BE_DELETED
    row = checked_row(file, line, kind, values)
    return row if row.problem else _complete(row)


_REQUIRED: Mapping[RowKind, tuple[tuple[str, Phrase], ...]] = {
    RowKind.CLASS: (("code", Phrase("The course code")),),
    RowKind.STUDENT: (("id", Phrase("The student id")),),
    RowKind.TEACHER: (("email", Phrase("The email address")),),
    RowKind.ENROLLMENT: (("code", Phrase("The course code")),),
}


def _complete(row: SchoolRow) -> SchoolRow:
    missing = [what for name, what in _REQUIRED[row.kind] if not row.value(name)]
    if row.kind is RowKind.ENROLLMENT and not row.value("id") and not row.value("email"):
        missing.append(Phrase("The student id"))
    if not missing:
        return row
    wrong = InvalidInput("%(what)s is missing.", what=missing[0])
    return refused_row(row.file, row.line, row.kind, row.values, wrong)


def _checked(rows: Sequence[SchoolRow]) -> SchoolFiles:
    if not rows:
        raise InvalidInput("The file holds no rows that could be imported.")
    refuse_many(len(rows))
    return SchoolFiles(rows)


def refuse_many(rows: int) -> None:
    """Raises InvalidInput."""
    if rows > MOST_ROWS_OF_SCHOOL:
        raise InvalidInput("The file has more than %(most)s rows; split it.", most=f"{MOST_ROWS_OF_SCHOOL:,}")
