"""The book of courses as CSV, Excel and PDF: students by lectures, and sums, in the reader's language."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from attendance.errors import InvalidInput
from attendance.model import BookMark, Course
from attendance.rules.book import Book, BookStudent, Figures
from attendance.rules.statuses import MEANINGS, own_status_of
from attendance.services import Services
from attendance.use_cases.courses.book import read_book
from attendance.use_cases.exports.tables import Column, PdfTable
from attendance.use_cases.lectures.log import SO_FAR, as_csv, new_workbook, styled_heading, typed_cell
from attendance.wall_time import wall_time
from attendance.words import Words

BOOK_FORMATS = ("csv", "xlsx", "pdf")
_LONGEST_TITLE = 31  # of a sheet
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
_LECTURES_OF_A_PAGE = 28


def export_book(services: Services, courses: Sequence[Course], *, format: str, words: Words) -> bytes:  # noqa: A002
    """Excel has a sheet a course and one that sums them up; CSV and PDF are of one course.

    Courses are read one after the other, and rows go into the file as they come. Raises InvalidInput, NotFound.
    """
    if format == "xlsx":
        return _workbook((read_book(services, course.id) for course in courses), words)
    if len(courses) != 1:
        raise InvalidInput("CSV and PDF are of one course; take Excel for several.", field="format")
    book = read_book(services, courses[0].id)
    if format == "csv":
        return as_csv(_headings(book, words), _rows(book, words))
    if format == "pdf":
        from attendance.use_cases.exports.pdf import tables_as_pdf  # noqa: PLC0415 - its libraries take long to load

        return tables_as_pdf(list(_pdf_tables(book, words)))
    raise InvalidInput(
        "The book can be had as %(formats)s, but not as %(format)s.",
        formats=", ".join(BOOK_FORMATS),
        format=format,
        field="format",
    )


def _headings(book: Book, words: Words) -> list[str]:
    _, zone = words, book.course.timezone
    days = [f"{wall_time(zone, one.lecture.starts_at):%Y-%m-%d %H:%M}" for one in book.lectures]
    return [_("Student id"), _("Name"), *days, *_sums(words)]


def _sums(words: Words) -> list[str]:
    _ = words
    return [_("Attended (%)"), _("Absences"), _("Late"), _("Excused"), _("Unsure")]


def _figures(figures: Figures) -> list[Any]:
    percent = None if figures.percent is None else round(figures.percent, 1)
    return [percent, figures.absences, figures.lates, figures.excused, figures.unsure]


def _rows(book: Book, words: Words) -> Iterator[list[Any]]:
    for row in book.students:
        marks = [
            _word(mark, book.course, words) if one.is_over else (words(SO_FAR) if mark else "")
            for one, mark in zip(book.lectures, row.marks, strict=True)
        ]
        yield [row.student.id, row.student.name, *marks, *_figures(row.figures)]
    shares = [None if one.figures.percent is None else round(one.figures.percent, 1) for one in book.lectures]
    yield ["", words("Attended (%)"), *shares, *_figures(book.figures)]


def _word(mark: BookMark | None, course: Course, words: Words) -> str:
    if mark is None:
        return ""
    own = own_status_of(mark, course)
    return own.name if own is not None else words(MEANINGS[mark.status].counted)


def _letter(mark: BookMark | None, course: Course, words: Words) -> str:
    if mark is None:
        return ""
    own = own_status_of(mark, course)
    return own.letter if own is not None else words(MEANINGS[mark.status].letter)


@dataclass
class _Sums:
    """The line of one course in the summary."""

    course: Course
    students: int
    lectures: int
    figures: Figures


def _workbook(books: Iterable[Book], words: Words) -> bytes:
    """The summary is the last sheet that is written, and the first that is shown."""
    _, file = words, new_workbook()
    titles: set[str] = set()
    sums: list[_Sums] = []
    for book in books:
        sheet = file.create_sheet(_title(book.course.label, titles))
        sheet.freeze_panes = "C2"
        sheet.column_dimensions["B"].width = 24
        sheet.append([styled_heading(sheet, text) for text in _headings(book, words)])
        for row in _rows(book, words):
            sheet.append([typed_cell(sheet, value) for value in row])
        over = sum(one.is_over for one in book.lectures)
        sums.append(_Sums(book.course, len(book.students), over, book.figures))
    summary = file.create_sheet(_title(_("Summary"), titles), 0)
    summary.freeze_panes = "A2"
    heads = [_("Course"), _("Section"), _("Course name"), _("Students"), _("Lectures held"), *_sums(words)]
    summary.append([styled_heading(summary, text) for text in heads])
    for one in sums:
        named = [one.course.code, one.course.section, one.course.name, one.students, one.lectures]
        summary.append([typed_cell(summary, value) for value in (*named, *_figures(one.figures))])
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def _title(wanted: str, taken: set[str]) -> str:
    """A name that Excel takes for a sheet, and that no other has, whatever its case."""
    plain = _NOT_IN_TITLES.sub("-", wanted).strip("'") or "-"
    title, number = plain[:_LONGEST_TITLE], 2
    while title.casefold() in taken:
        end = f" ({number})"
        title, number = plain[: _LONGEST_TITLE - len(end)] + end, number + 1
    taken.add(title.casefold())
    return title


def _pdf_tables(book: Book, words: Words) -> Iterator[PdfTable]:
    """Letters in place of words, and as many lectures side by side as a page is wide."""
    _ = words
    course, count = book.course, len(book.lectures)
    parts = range(0, max(1, count), _LECTURES_OF_A_PAGE)
    for begins in parts:
        shown = range(begins, min(count, begins + _LECTURES_OF_A_PAGE))
        local = [wall_time(course.timezone, book.lectures[place].lecture.starts_at) for place in shown]
        yield PdfTable(
            title=_("Attendance: %(course)s", course=f"{course.label} · {course.name}"),
            lines=[_legend(course, words), _("Times are those of %(zone)s.", zone=course.timezone)],
            columns=[
                Column(_("Student id"), 2.4),
                Column(_("Name"), 4),
                *(Column(f"{day.month}/{day.day}", 0.95) for day in local),
                *(Column(text, 1.7) for text in _sums(words)[:4]),
            ],
            rows=[_pdf_row(book, row, shown, words) for row in book.students],
            page_words=_("Page %(number)s"),
        )


def _pdf_row(book: Book, row: BookStudent, shown: range, words: Words) -> list[str]:
    letters = [
        _letter(row.marks[place], book.course, words)
        if book.lectures[place].is_over
        else ("…" if row.marks[place] else "")
        for place in shown
    ]
    figures = ["" if value is None else str(value) for value in _figures(row.figures)[:4]]
    return [row.student.id, row.student.name, *(letters[place] for place in shown), *figures]


def _legend(course: Course, words: Words) -> str:
    own = [(one.letter, one.name) for one in course.statuses]
    usual = [(words(meaning.letter), words(meaning.word)) for meaning in MEANINGS.values()]
    return ", ".join(f"{letter} = {word}" for letter, word in (*usual, *own)) + f", … = {words(SO_FAR)}"
