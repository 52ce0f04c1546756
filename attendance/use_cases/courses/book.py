"""The book of a course, read at once."""

from __future__ import annotations

from attendance.rules.book import Book, make_book
from attendance.rules.paging import all_items
from attendance.services import Services

_AT_ONCE = 500


def read_book(services: Services, course_id: str) -> Book:
    """Students on the roster and all lectures, in five reads however many they are. Raises NotFound."""
    store = services.store
    return make_book(
        store.course(course_id),
        store.roster(course_id),
        list(all_items(lambda page: store.lectures(course_ids=[course_id], page=page, size=_AT_ONCE))),
        store.course_marks(course_id),
        store.lectures_in_search(),
        services.now(),
    )
