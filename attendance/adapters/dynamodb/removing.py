"""Removal of courses, lectures and recordings, which may be more than a transaction holds.

What is removed is first marked, so that nothing is added to it any more; then all that hangs on it is deleted, its
media keys written down before; it goes itself last. Where that breaks off, the same call again completes it.
"""

from __future__ import annotations

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb import keys as device_keys
from attendance.adapters.dynamodb.actions import STAYS, THERE, delete
from attendance.adapters.dynamodb.appeals import appeals_of_course, remove_appeals
from attendance.adapters.dynamodb.check_in_items import remove_registrations
from attendance.adapters.dynamodb.external import forget_external_of
from attendance.adapters.dynamodb.keys import Key
from attendance.adapters.dynamodb.live import remove_live_of_course, remove_live_of_lecture
from attendance.adapters.dynamodb.media_items import (
    delete_with_media,
    erasing,
    media_of,
    recording_key,
    removing_picture,
)
from attendance.adapters.dynamodb.platforms import remove_links
from attendance.adapters.dynamodb.risks import remove_risks
from attendance.adapters.dynamodb.table import Table
from attendance.adapters.dynamodb.timetable import deleting_slot
from attendance.adapters.dynamodb.unknowns import remove_decisions
from attendance.adapters.dynamodb.values import Item, read, text, texts
from attendance.errors import NotFound
from attendance.model import Course, Lecture, Owner, OwnerKind, Slot
from attendance.sentences import no_course, no_lecture, no_recording

_MARK = "SET #removing = :yes"


def remove_recording(table: Table, recording_id: str) -> None:
    """With its sightings. Raises NotFound."""
    key = recording_key(table, recording_id)
    item = table.update(key, f"{_MARK} REMOVE #ix", THERE, yes=True) if key else None
    if key is None or item is None:
        raise no_recording()
    seen = list(table.query(key[0], keys.seen_in(recording_id)))
    delete_with_media(table, seen, *_leads(seen))
    gone = [*removing_picture(table, recording_id), delete(keys.recording_place(recording_id)), delete(key)]
    table.transact([*erasing(media_of(item)), *gone])


def remove_lecture(table: Table, lecture_id: str) -> None:
    """With recordings, sightings, marks and their history. Raises NotFound."""
    item = _marked(table, keys.lecture(lecture_id), no_lecture())
    partition = keys.of_lecture(lecture_id)
    for recording in list(table.query(partition, keys.RECORDING, only=("id",))):
        remove_recording(table.steps, text(recording, "id"))
    lecture = read(Lecture, item)
    remove_live_of_lecture(table.steps, lecture.course_id, lecture_id)
    left = [one for one in table.query(partition) if one["sk"] != item["sk"]]
    delete_with_media(table, left, *_leads(left))
    copy = keys.lecture_at(lecture.course_id, lecture.starts_at)
    table.transact([delete(copy), delete(keys.lecture(lecture_id))])


def remove_empty_lecture(table: Table, lecture_id: str) -> None:
    """Only where it has no recording and no mark."""
    key, partition = keys.lecture(lecture_id), keys.of_lecture(lecture_id)

    def is_empty() -> bool:
        return not any(next(iter(table.query(partition, kind)), None) for kind in (keys.RECORDING, keys.MARK))

    # Looked at first, so that a lecture in use is closed only where somebody adds to it at this very moment.
    if not is_empty() or table.update(key, _MARK, STAYS, yes=True) is None:
        return
    if is_empty():
        remove_lecture(table, lecture_id)
    else:
        table.update(key, "REMOVE #removing", THERE)


def remove_course(table: Table, course_id: str) -> None:
    """With its lectures, roster, lines of the timetable and what was said in it; students stay. Raises NotFound."""
    item = _marked(table, keys.course(course_id), no_course())
    partition = keys.of_course(course_id)
    for lecture in list(table.query(partition, keys.LECTURE)):
        remove_lecture(table.steps, text(lecture, "id"))
    roster = [text(one, "student_id") for one in table.query(partition, keys.STUDENT)]
    table.delete_many(key for student_id in roster for key in keys.on_roster(course_id, student_id))
    for slot in [read(Slot, one) for one in table.query(partition, device_keys.SLOT)]:
        table.steps.transact(deleting_slot(slot))
    remove_decisions(table.steps, Owner.course(course_id))
    forget_external_of(table, partition)
    remove_risks(table, course_id)
    remove_links(table.steps, partition)
    remove_appeals(table.steps, appeals_of_course(table, course_id))
    remove_registrations(table.steps, lambda one: one.course_id == course_id)
    remove_live_of_course(table.steps, course_id)
    table.delete_many(keys.teaching(user_id, course_id) for user_id in texts(item, "teacher_ids"))
    course = read(Course, item)
    switch = keys.unknowns_switch(Owner(OwnerKind.COURSE, course_id))
    name = keys.course_name(course.code, course.section)
    table.transact([delete(name), delete(switch), delete(keys.course(course_id))])


def _marked(table: Table, key: Key, missing: NotFound) -> Item:
    """The item, to which nothing is added any more. Raises `missing`."""
    item = table.update(key, _MARK, THERE, yes=True)
    if item is None:
        raise missing
    return item


def _leads(items: list[Item]) -> set[Key]:
    """What leads from students to these sightings, marks and entries of history."""
    leads = set()
    for item in items:
        if "student_id" in item:
            student_id, lecture_id = text(item, "student_id"), text(item, "lecture_id")
            if text(item, "sk").startswith(keys.SEEN):
                leads.add(keys.student_seen(student_id, lecture_id, text(item, "recording_id")))
            else:
                leads.add(keys.student_marked(student_id, lecture_id))
    return leads
