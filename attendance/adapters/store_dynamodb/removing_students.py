"""Removal of a student everywhere: marked first, so that nothing names them any more, and gone last.

Where it breaks off, the student is still there with what is left, and the same call again completes it.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.store_dynamodb.actions import THERE, Changed, delete
from attendance.adapters.store_dynamodb.erasing import delete_with_media
from attendance.adapters.store_dynamodb.face_items import counting, forgetting
from attendance.adapters.store_dynamodb.mark_items import deleting, transaction
from attendance.adapters.store_dynamodb.parallel import together
from attendance.adapters.store_dynamodb.table import Table, key_in
from attendance.adapters.store_dynamodb.users import DynamoUsers
from attendance.adapters.store_dynamodb.values import Item, read, text, texts
from attendance.adapters.store_sentences import no_student
from attendance.errors import NotFound
from attendance.model import Face, Student


def remove_student(table: Table, student_id: str) -> None:
    """Roster, faces, sightings that name them, marks, history and the linked account. Raises NotFound."""
    item = table.update(keys.student(student_id), "SET #removing = :yes", THERE, yes=True)
    if item is None:
        raise no_student(student_id)
    leads = list(table.query(keys.of_student(student_id)))
    together(partial(_follow, table, student_id), leads)
    for face_id in sorted(texts(item, "face_ids")):
        table.again(partial(_remove_face, table, face_id))
    key = read(Student, item).key
    with suppress(Changed):  # who registers the student anew has completed it, and that student stays
        still_removing = "attribute_exists(#removing)"
        table.transact([delete(keys.student_key(key)), delete(keys.student(student_id), still_removing)])


def _follow(table: Table, student_id: str, lead: Item) -> None:
    """Delete what an item leads to, and then the item."""
    place = text(lead, "sk")
    if place.startswith(keys.LECTURE):
        table.again(partial(_remove_mark, table, text(lead, "lecture_id"), student_id))
    elif place.startswith(keys.SEEN):
        _remove_sightings(table, text(lead, "lecture_id"), text(lead, "recording_id"), student_id)
    elif place.startswith(keys.COURSE):
        table.delete_many(keys.on_roster(text(lead, "course_id"), student_id))
    elif place.startswith(keys.USER):
        _remove_account(table, text(lead, "user_id"))
    table.delete_many([key_in(lead)])


def _remove_mark(table: Table, lecture_id: str, student_id: str) -> None:
    """A mark that was changed since it was read has other evidence: then it is read again."""
    item = table.get(keys.mark(lecture_id, student_id))
    if item is not None:
        table.transact(transaction(lecture_id, [deleting(item)], condition=THERE))
    changes = table.query(keys.of_lecture(lecture_id), keys.changes_of(student_id))
    table.delete_many([key_in(change) for change in changes])


def _remove_sightings(table: Table, lecture_id: str, recording_id: str, student_id: str) -> None:
    seen = table.query(keys.of_lecture(lecture_id), keys.seen_in(recording_id))
    delete_with_media(table, [one for one in seen if one.get("student_id") == {"S": student_id}])


def _remove_account(table: Table, user_id: str) -> None:
    with suppress(NotFound):  # a removal that broke off had done so already
        DynamoUsers(table).remove_user(user_id)


def _remove_face(table: Table, face_id: str) -> None:
    item = table.get(keys.face(face_id))
    if item is not None:
        table.transact([*forgetting(item), *counting(removed=[read(Face, item)])])
