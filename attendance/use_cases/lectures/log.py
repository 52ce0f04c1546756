"""The attendance log: a page of it, and all of it as CSV or Excel."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, get_args

import pytz

from attendance.errors import InvalidInput, NotFound, Phrase
from attendance.languages import SOURCE, catalogue
from attendance.model import Course, Lecture, LogFilter, LogRow, Mark, Status
from attendance.rules.book import Figures
from attendance.rules.check_ins import WAYS
from attendance.rules.lectures import rounded_down
from attendance.rules.paging import all_items
from attendance.rules.statuses import MEANINGS, own_status_of
from attendance.services import Services
from attendance.use_cases.courses.book import read_term
from attendance.use_cases.exports.log_pdf import log_as_pdf
from attendance.use_cases.lectures.marks import REASONS, is_over_now
from attendance.words import Words


@dataclass(frozen=True, slots=True)
class OwnCourse:
    """A student's attendance in one course."""

    course: Course
    figures: Figures

    @property
    def counts(self) -> Mapping[Status, int]:
        """How often each status, in lectures that are over."""
        return self.figures.counts

    @property
    def share(self) -> float | None:
        """Points of those that could be had, 0 to 1; None where nothing counts yet."""
        return None if self.figures.percent is None else self.figures.percent / 100


def of_lecture(lecture: Lecture, statuses: Sequence[Status] = ()) -> LogFilter:
    """Its lines of the log: no two lectures of a course begin at one moment."""
    starts = lecture.starts_at
    return LogFilter(
        course_ids=[lecture.course_id],
        statuses=statuses,
        from_at=starts,
        before_at=starts + timedelta(microseconds=1),
        sort="student",
    )


def zone_of(courses: Iterable[Course]) -> str | None:
    """The time zone that these courses share; None where there is none or they differ."""
    zones = {course.timezone for course in courses}
    return zones.pop() if len(zones) == 1 else None


def own_courses(services: Services, student_id: str) -> Sequence[OwnCourse]:
    """The student's courses, each with its figures. Raises NotFound (student)."""
    student = services.store.student(student_id)
    return [
        OwnCourse(course, read_term(services, course.id, student).figures)
        for course in services.store.courses(student_id=student_id)
    ]


Format = Literal["csv", "xlsx", "pdf", "json"]
ANOTHER_WAY = Phrase("needs another way: the search had no photo to compare")
NOT_ENOUGH_VIDEO = Phrase("not enough video")
SO_FAR = Phrase("so far")
FORMATS: tuple[Format, ...] = get_args(Format)
_PAGE_SIZE = 500
_SHEET, _YES, _NO = Phrase("Attendance"), Phrase("yes"), Phrase("no")
_SEARCH, _CHECK_IN, _REMOVED_USER = Phrase("search"), Phrase("check-in"), Phrase("a removed user")

_HEADINGS = {
    "course": Phrase("Course"),
    "section": Phrase("Section"),
    "course_name": Phrase("Course name"),
    "date": Phrase("Date"),
    "starts": Phrase("Start"),
    "ends": Phrase("End"),
    "student_id": Phrase("Student id"),
    "name": Phrase("Name"),
    "status": Phrase("Status"),
    "left_early": Phrase("Left early"),
    "first_seen": Phrase("First seen"),
    "last_seen": Phrase("Last seen"),
    "first_seen_s": Phrase("First second"),
    "last_seen_s": Phrase("Last second"),
    "similarity": Phrase("Similarity (0-100)"),
    "frames": Phrase("Frames"),
    "search_says": Phrase("Search says"),
    "decided_by": Phrase("Decided by"),
    "reason": Phrase("Reason"),
    "own_status": Phrase("Status of the course"),
    "came_by": Phrase("Came by"),
    "checked_in": Phrase("Checked in"),
}

_ON_A_CLOCK = ("date", "starts", "ends", "first_seen", "last_seen", "checked_in")


def export_log(
    services: Services,
    wanted: LogFilter,
    *,
    format: str,  # noqa: A002
    timezone: str,
    language: str = SOURCE,
) -> bytes:
    """All lines of the log that are wanted, with times in this time zone, for readers of this language.

    JSON is for programs and has no language.

    In CSV files a text gets an apostrophe wherever a spreadsheet could begin a formula. In Excel files cells are typed
    as text, which does the same without changing them. Raises InvalidInput.
    """
    if format not in FORMATS:
        raise InvalidInput(
            "The log can be had as %(formats)s, but not as %(format)s.",
            formats=", ".join(FORMATS),
            format=format,
            field="format",
        )
    try:
        zone = pytz.timezone(timezone)
    except pytz.UnknownTimeZoneError:
        raise InvalidInput("There is no time zone %(timezone)s.", timezone=timezone, field="timezone") from None
    if format == "json":
        return _as_json(_Lines(services, zone), wanted, timezone)
    lines, say = _Lines(services, zone, language), catalogue(language).gettext
    clock = dict.fromkeys(_ON_A_CLOCK, f" ({timezone})")
    headings = [f"{say(heading)}{clock.get(name, '')}" for name, heading in _HEADINGS.items()]
    rows = ([_said(value, say) for value in lines.cells(row).values()] for row in log_rows(services, wanted))
    if format == "pdf":
        return log_as_pdf(list(_HEADINGS), rows, Words(language, timezone))
    return workbook(headings, rows, say(_SHEET)) if format == "xlsx" else as_csv(headings, rows)


def _said(value: Any, say: Callable[[str], str]) -> Any:
    return say(_YES if value else _NO) if isinstance(value, bool) else value


def log_rows(services: Services, wanted: LogFilter) -> Iterator[LogRow]:
    """All lines of the log that are wanted, read page by page."""
    return all_items(lambda page: services.store.log(wanted, page=page, size=_PAGE_SIZE))


@dataclass
class _Lines:
    """Turns lines of the log into cells; remembers the names of those who decided."""

    services: Services
    zone: Any
    language: str = SOURCE

    def __post_init__(self) -> None:
        self._names: dict[str, str] = {}
        self._say = catalogue(self.language).gettext
        self._is_over = is_over_now(self.services)
        self.so_far = self._say(SO_FAR)

    def cells(self, row: LogRow) -> dict[str, Any]:
        """One value a heading: text, number, date, time, bool or None."""
        starts, ends = self.local(row.lecture.starts_at), self.local(row.lecture.ends_at)
        own = own_status_of(row.mark, row.course)
        is_open = row.mark.set_by is None and not self._is_over(row.lecture)
        return {
            "course": row.course.code,
            "section": row.course.section,
            "course_name": row.course.name,
            "date": starts.date(),
            "starts": starts.time().replace(microsecond=0),
            "ends": ends.time().replace(microsecond=0),
            "student_id": row.student_id,
            "name": row.student_name,
            "status": self.so_far if is_open else self.status(row.mark.status),
            "left_early": row.mark.left_early and not is_open,
            **self._seen(row),
            "search_says": self.status(row.mark.machine_status) if self._is_over(row.lecture) else self.so_far,
            "decided_by": self.decided_by(row),
            "reason": self.reason(row.mark),
            "own_status": own.name if own else "",
            **self._came(row.mark),
        }

    def _came(self, mark: Mark) -> dict[str, Any]:
        """How the mark came to be, and when the student checked in."""
        method, check_in = mark.method, mark.check_in
        word = method and (method.value if self.language == SOURCE else self._say(WAYS[method]))
        at = self.local(check_in.at).time().replace(microsecond=0) if check_in else None
        return {"came_by": word, "checked_in": at}

    def _seen(self, row: LogRow) -> dict[str, Any]:
        seen = row.mark.evidence
        if seen is None:
            names = ("first_seen", "last_seen", "first_seen_s", "last_seen_s", "similarity", "frames")
            return dict.fromkeys(names)
        return {
            "first_seen": self.local(seen.first_seen_at).time().replace(microsecond=0),
            "last_seen": self.local(seen.last_seen_at).time().replace(microsecond=0),
            "first_seen_s": round(seen.first_s, 1),
            "last_seen_s": round(seen.last_s, 1),
            "similarity": None if seen.likeness is None else rounded_down(seen.likeness, 1),
            "frames": seen.frames,
        }

    def status(self, status: Status) -> str:
        """In English as programs know it."""
        return status.value if self.language == SOURCE else self._say(MEANINGS[status].counted)

    def reason(self, mark: Mark) -> str:
        """A person's own words, or ours where a button set it."""
        if mark.needs_another_way:
            if mark.little_video:
                return self._say(NOT_ENOUGH_VIDEO)
            return self._say(ANOTHER_WAY)
        return self._say(mark.reason) if mark.reason in REASONS else mark.reason

    def local(self, moment: datetime) -> datetime:
        """The moment in the reader's time zone."""
        return moment.astimezone(self.zone)

    def decided_by(self, row: LogRow) -> str:
        """The name of the person who set the mark, or that the search did."""
        user_id = row.mark.set_by
        if user_id is None:
            return self._say(_SEARCH if row.mark.check_in is None else _CHECK_IN)
        if user_id not in self._names:
            self._names[user_id] = self._name(user_id)
        return self._names[user_id]

    def _name(self, user_id: str) -> str:
        try:
            user = self.services.store.user(user_id)
        except NotFound:
            return self._say(_REMOVED_USER)
        return user.name or user.email


def _as_json(lines: _Lines, wanted: LogFilter, timezone: str) -> bytes:
    rows = [_json_row(lines, row) for row in log_rows(lines.services, wanted)]
    return json.dumps({"timezone": timezone, "rows": rows}, ensure_ascii=False, indent=2).encode()


def _json_row(lines: _Lines, row: LogRow) -> dict[str, Any]:
    """Times are ISO 8601 with their offset; ids let a program find the lecture again."""
    cells = lines.cells(row)
    del cells["date"]
    seen = row.mark.evidence
    return cells | {
        "lecture_id": row.lecture.id,
        "starts": lines.local(row.lecture.starts_at).isoformat(),
        "ends": lines.local(row.lecture.ends_at).isoformat(),
        "first_seen": lines.local(seen.first_seen_at).isoformat() if seen else None,
        "last_seen": lines.local(seen.last_seen_at).isoformat() if seen else None,
        "checked_in": lines.local(row.mark.check_in.at).isoformat() if row.mark.check_in else None,
    }


_MOST_ROWS = 1_048_575  # a sheet has 2^20 rows, one of them for the headings
_WIDTH = 18
_NOT_IN_CELLS = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]")  # XML 1.0 has no way to write them


def workbook(headings: Sequence[str], rows: Iterable[Sequence[Any]], title: str) -> bytes:
    """One sheet with a frozen line of headings. Raises InvalidInput where a sheet cannot hold all rows."""
    book = new_workbook()
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for column in range(len(headings)):
        sheet.column_dimensions[chr(ord("A") + column)].width = _WIDTH
    sheet.append([styled_heading(sheet, text) for text in headings])
    for number, row in enumerate(rows, start=1):
        if number > _MOST_ROWS:
            raise InvalidInput("An Excel sheet cannot hold so many rows; choose a shorter time or a course.")
        sheet.append([typed_cell(sheet, value) for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def new_workbook() -> Any:
    """One that is written row by row."""
    from openpyxl import Workbook  # noqa: PLC0415 - it takes a second to load, and few programs write one

    return Workbook(write_only=True)


def styled_heading(sheet: Any, text: str) -> Any:
    """A heading's cell."""
    from openpyxl.styles import Font  # noqa: PLC0415

    cell = typed_cell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def typed_cell(sheet: Any, value: Any) -> Any:
    """A typed cell: text stays text, also where it looks like a formula or a link."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, _NOT_IN_CELLS.sub("", value))
        cell.data_type = "s"
        cell.quotePrefix = looks_like_formula(value)  # stays text also when somebody edits the cell
        return cell
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, time):
        cell.number_format = "hh:mm:ss"
    return cell


# OWASP's list for formula injection, and the signs that Unicode holds for the like of them.
_SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−"
_BREAKS = "\\t\\r\\n\\v\\f\\x1c-\\x1e\\x85\u2028\u2029"
# Excel separates by the list separator of its locale, LibreOffice by what was chosen last; a line break ends the row
# where the quotes around a cell do not count, as they do not within a cell.
_BEFORE = rf"([,;|\u061b{_BREAKS}][\s\"]*)"
_BEGINNING, _GUARDED = re.compile(rf"{_BEFORE}(?=[{_SIGNS}])"), re.compile(rf"{_BEFORE}'(?=[{_SIGNS}])")
_FORMULA = re.compile(rf"[{_BREAKS}]|[\s\"]*[{_SIGNS}]")


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with a byte-order mark, so that Excel knows it; texts are inert, numbers stay numbers."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([_safe_cell(heading) for heading in headings])
    writer.writerows([_safe_cell(value) for value in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet could take the text of a cell for a formula."""
    return _FORMULA.match(text) is not None


def inert(text: str) -> str:
    """The text with an apostrophe before each place where a spreadsheet could begin a formula."""
    guarded = _BEGINNING.sub(r"\1'", text)
    return f"'{guarded}" if looks_like_formula(text) else guarded


def without_guard(text: str) -> str:
    """What `inert` was given: a list that was exported is read with the same ids and names."""
    text = _GUARDED.sub(r"\1", text)
    return text[1:] if text.startswith("'") and looks_like_formula(text[1:]) else text


def _safe_cell(value: Any) -> Any:
    match value:
        case None:
            return ""
        case date() | time():
            return value.isoformat()
        case str():
            return inert(value)
    return value
