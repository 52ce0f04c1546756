"""Consents in DynamoDB: a list in the student's item, and what hangs on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import update
from attendance.adapters.dynamodb.check_in_items import forget_pictures
from attendance.adapters.dynamodb.media_items import erasing, media_of
from attendance.adapters.dynamodb.table import Table, key_in, together
from attendance.adapters.dynamodb.unknowns import sightings_named
from attendance.adapters.dynamodb.values import Item, read, text, whole
from attendance.model import Student
from attendance.rules.consent import consents_of_before


def read_student(item: Item) -> Student:
    """The student of an item, also of the version before, which stored the day of consent alone."""
    student = read(Student, item)
    if "consents" in item or "consent_on" not in item:
        return student
    return replace(student, consents=consents_of_before(date.fromisoformat(text(item, "consent_on"))))


def unchanged(item: Item) -> tuple[str, dict[str, Any]]:
    """The condition that the consents are still those of the item as it was read."""
    if "consents" not in item:
        return "attribute_not_exists(#consents)", {}
    return "#consents = :consents_read", {"consents_read": read(Student, item).consents}


def remove_evidence(table: Table, student_id: str) -> None:
    """Sighting by sighting and mark by mark, each with its erasure; asked again, it goes on where it broke off."""
    leads = list(table.query(keys.of_student(student_id)))
    together(partial(_clear, table, student_id), leads)


def _clear(table: Table, student_id: str, lead: Item) -> None:
    place = text(lead, "sk")
    if place.startswith(keys.SEEN):
        recording_id = text(lead, "recording_id")
        table.again(partial(_clear_sightings, table, text(lead, "lecture_id"), recording_id, student_id))
    elif place.startswith(keys.LECTURE):
        table.again(partial(_clear_mark, table, text(lead, "lecture_id"), student_id))
    elif place.startswith(keys.CHECK_IN):
        table.again(partial(forget_pictures, table, text(lead, "check_in_id")))
    elif place.startswith(keys.UNKNOWN):
        table.again(partial(_clear_named, table, text(lead, "course_id"), student_id))


def _clear_sightings(table: Table, lecture_id: str, recording_id: str, student_id: str) -> None:
    seen = table.query(keys.of_lecture(lecture_id), keys.seen_in(recording_id))
    for one in [one for one in seen if one.get("student_id") == {"S": student_id} and "picture_key" in one]:
        gone = update(key_in(one), "REMOVE #picture_key", "#picture_key = :read", read=text(one, "picture_key"))
        table.transact([gone, *erasing(media_of(one))])


def _clear_named(table: Table, course_id: str, student_id: str) -> None:
    """Sightings that a person named so."""
    for one in sightings_named(table, course_id, student_id):
        if "picture_key" in one:
            gone = update(key_in(one), "REMOVE #picture_key", "#picture_key = :read", read=text(one, "picture_key"))
            table.transact([gone, *erasing(media_of(one))])


def _clear_mark(table: Table, lecture_id: str, student_id: str) -> None:
    mark = table.get(keys.mark(lecture_id, student_id))
    if mark is None or not media_of(mark):
        return
    version = whole(mark, "version")
    clearing = "SET #version = :next REMOVE #evidence.#picture_key"
    gone = update(key_in(mark), clearing, "#version = :read", next=version + 1, read=version)
    table.transact([gone, *erasing(media_of(mark))])
