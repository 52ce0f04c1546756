"""The signs of a book: a letter in a shape and a colour a status, each a link to what it rests on.

A book has thousands of them, so that they are written here and not by a template's macros.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from attendance.model import BookMark, Course, Status
from attendance.rules.book import Book, BookStudent
from attendance.rules.statuses import MEANINGS, Scored, has_attended
from attendance.use_cases.courses.book import TermLecture
from website.status_words import badge_of_mark, letter_of

_KEY = "KEY"
_LINK = Markup('<a {} href="{}{}">{}</a>')
_SIGN = Markup('<span aria-hidden="true" {}>{}</span>')  # the words stand beside it
_ATTRIBUTES = Markup('class="sign sign-{}" aria-label="{}"')


class Signs:
    """The signs of one course, each made once."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._made: dict[tuple[Status, str | None], tuple[Markup, Markup]] = {}
        self._none, self._so_far = _("No mark"), _("So far")

    def of(self, mark: Scored | None, *, is_over: bool, by_person: bool) -> tuple[Markup, Markup]:
        """Attributes and letter; what is not over shows a person's mark alone."""
        if mark is None or not (is_over or by_person):
            return self._plain("none", self._none, "–") if is_over else self._plain("so-far", self._so_far, "…")
        key = (mark.status, mark.own_status)
        if key not in self._made:
            self._made[key] = self._of_mark(mark)
        return self._made[key]

    def _of_mark(self, mark: Scored) -> tuple[Markup, Markup]:
        badge, own = badge_of_mark(mark, self._course), ""
        if badge.tone != MEANINGS[mark.status].tone or badge.name == "own":
            own = f" sign-own sign-{badge.tone}"
        return self._plain(mark.status.value + own, badge.word, letter_of(mark, self._course))

    def _plain(self, name: str, words: str, letter: str) -> tuple[Markup, Markup]:
        return _ATTRIBUTES.format(name, words), escape(letter)


def signs_in(book: Book) -> Callable[[BookStudent], Iterator[Markup]]:
    """For the rows of a book: a link a lecture, which leads to the mark."""
    made = Signs(book.course)
    places = [
        url_for("lectures.mark", lecture_id=column.lecture.id, student_key=_KEY).removesuffix(_KEY)
        for column in book.lectures
    ]

    def of_row(row: BookStudent) -> Iterator[Markup]:
        key = row.student.key
        for mark, column, place in zip(row.marks, book.lectures, places, strict=True):
            by_person = mark is not None and mark.by_person
            attributes, letter = made.of(mark, is_over=column.is_over, by_person=by_person)
            yield _LINK.format(attributes, place, key, letter)

    return of_row


def term_sign(course: Course, student_key: str, one: TermLecture, *, is_own: bool) -> Markup:
    """Of one lecture of a student: staff are led to the mark, students to the line below."""
    by_person = one.mark is not None and one.mark.set_by is not None
    attributes, letter = Signs(course).of(one.mark, is_over=one.is_over, by_person=by_person)
    place = _own_place(course, one) if is_own else _place(student_key, one)
    return _LINK.format(attributes, place, "", letter)


def signs_of(course: Course) -> list[tuple[Markup, str]]:
    """What each sign says: those of the site, and those that the course uses itself."""
    made = Signs(course)
    marks = [BookMark("", "", status) for status in Status]
    marks += [BookMark("", "", own.base, own.id) for own in course.statuses if not own.retired]
    said = [(made.of(mark, is_over=True, by_person=False), badge_of_mark(mark, course).word) for mark in marks]
    said.append((made.of(None, is_over=False, by_person=False), _("So far: not over, or still searched")))
    return [(_SIGN.format(attributes, letter), words) for (attributes, letter), words in said]


def _place(student_key: str, one: TermLecture) -> str:
    return url_for("lectures.mark", lecture_id=one.lecture.id, student_key=student_key)


def _own_place(course: Course, one: TermLecture) -> str:
    """The picture where they may see it."""
    seen = one.mark.evidence if one.is_over and one.mark is not None and has_attended(one.mark, course) else None
    if seen is not None and seen.picture_key is not None:
        return url_for("media.evidence", sighting_id=seen.sighting_id)
    return f"#lecture-{one.lecture.id}"
