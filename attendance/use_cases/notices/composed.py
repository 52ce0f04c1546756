"""What all messages are made of: the reader, links to pages, and counts in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from attendance.model import Course, Fact, Lecture, Link, Status, User
from attendance.services import Services
from attendance.words import Words


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads it: their words and clock, who they are where they are one user, and the course that it is of."""

    words: Words
    user: User | None
    course: Course | None


def language_of(services: Services, user: User | None) -> str:
    """As the user chose, else the site's, which is also that of channels that several people read."""
    return (user and user.language) or services.settings.language


def link_to(services: Services, text: str, path: str) -> tuple[Link, ...]:
    """A page of the site; none where the site does not know its own address."""
    address = services.settings.address
    return (Link(text, f"{address}{path}"),) if address else ()


def lecture_in_words(words: Words, course: Course, lecture: Lecture) -> str:
    """Course and time on the reader's clock."""
    return f"{course.label}, {words.moment(lecture.starts_at)}"


def status_words(words: Words) -> Mapping[Status, str]:
    """As the pages say them."""
    _ = words
    return {
        Status.PRESENT: _("Present"),
        Status.LATE: _("Late"),
        Status.ABSENT: _("Absent"),
        Status.EXCUSED: _("Excused"),
        Status.UNSURE: _("Unsure"),
    }


def count_facts(words: Words, counts: Mapping[Status, int]) -> tuple[Fact, ...]:
    """How many are what; those of which there are none are left out."""
    said = status_words(words)
    return tuple(Fact(said[status], str(counts[status])) for status in Status if counts.get(status))


def counts_in_words(words: Words, counts: Mapping[Status, int]) -> str:
    """In one line."""
    facts = count_facts(words, counts)
    return ", ".join(f"{fact.label}: {fact.value}" for fact in facts) or words("Not searched yet")
