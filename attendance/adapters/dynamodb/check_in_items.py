"""The items of a check-in at a kiosk: itself, what leads to it by time and student, and what keeps an open one alone.

Also how they, and what kiosks were asked, go with their student, their kiosk and their course.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, STAYS, THERE, Action, Changed, as_stored, check, delete, put
from attendance.adapters.dynamodb.keys import Key
from attendance.adapters.dynamodb.media_items import erase, erasing, media_of
from attendance.adapters.dynamodb.table import Table, key_in
from attendance.adapters.dynamodb.values import Item, attribute, attributes, read, text
from attendance.changes import CheckInStep, dropped_pictures
from attendance.errors import MovedOn
from attendance.model import DoorCheckIn, DoorRegistration
from attendance.rules.versions import check_as_read
from attendance.sentences import moved_on, no_check_in, no_student

_OWN = "#check_in_id = :own"


def stepping(table: Table, steps: Sequence[CheckInStep]) -> list[Action]:
    """What takes these steps. Raises NotFound, MovedOn, also where the transaction's conditions do."""
    students = sorted({step.new.student_id for step in steps})
    actions = [check(keys.student(one), STAYS, no_student(one)) for one in students]
    for step in steps:
        actions += _storing(table, step)
    dropped = [key for step in steps for key in dropped_pictures(step)]
    return [*actions, *_opening(steps), *erasing(dropped)]


def _storing(table: Table, step: CheckInStep) -> list[Action]:
    own, new = keys.check_in(step.new.id), attributes(step.new)
    if step.old is None:
        return [put(own, new, NEW, moved_on()), *(put(key, lead) for key, lead in _leads(step.new).items())]
    item = table.get(own)
    if item is None:
        raise no_check_in()
    stored = read(DoorCheckIn, item)
    check_as_read(stored, step.old)
    unchanged, values = as_stored(stored)
    before, after = _leads(stored), _leads(step.new)
    return [
        put(own, new, f"{THERE} AND {unchanged}", moved_on(), **values),
        *(delete(key) for key in before if key not in after),
        *(put(key, lead) for key, lead in after.items() if before.get(key) != lead),
    ]


def _opening(steps: Sequence[CheckInStep]) -> list[Action]:
    """Of each student the item that keeps one open: a transaction touches it once, whatever ends and begins."""
    before = {step.old.student_id: step.old for step in steps if step.old is not None and step.old.is_open}
    after = {step.new.student_id: step.new for step in steps if step.new.is_open}
    actions = []
    for student_id in sorted(before.keys() | after.keys()):
        old, new = before.get(student_id), after.get(student_id)
        if old is not None and new is not None and old.id == new.id:
            continue
        condition: tuple[str, dict[str, Any]] = (NEW, {}) if old is None else (_OWN, {"own": old.id})
        key = keys.open_check_in(student_id)
        if new is None:
            actions.append(delete(key, condition[0], moved_on(), **condition[1]))
        else:
            actions.append(put(key, _lead(new), condition[0], moved_on(), **condition[1]))
    return actions


def _lead(check_in: DoorCheckIn) -> Item:
    lead = {"check_in_id": attribute(check_in.id)}
    pictures = {"picture_key": check_in.picture_key, "out_picture_key": check_in.out_picture_key}
    return lead | {name: attribute(key) for name, key in pictures.items() if key is not None}


def _leads(check_in: DoorCheckIn) -> dict[Key, Item]:
    place, lead = keys.check_in_place(check_in.checked_in_at, check_in.id), _lead(check_in)
    found = {
        (keys.CHECK_INS, place): lead,
        (keys.check_ins_in(check_in.room), place): lead,
        keys.student_check_in(check_in.student_id, place): lead,
    }
    return found | ({(keys.TRACED_CHECK_INS, place): lead} if check_in.has_traces else {})


def remove_check_in(table: Table, check_in_id: str) -> None:
    """With its pictures, and what leads to it."""
    item = table.get(keys.check_in(check_in_id))
    if item is None:
        return
    check_in = read(DoorCheckIn, item)
    erase(table, media_of(item))
    leads = [keys.open_check_in(check_in.student_id)] if check_in.is_open else []
    table.delete_many([*_leads(check_in), *leads, keys.check_in(check_in_id)])


def forget_pictures(table: Table, check_in_id: str) -> None:
    """Of one check-in, which stays."""
    item = table.get(keys.check_in(check_in_id))
    if item is None or not media_of(item):
        return
    old = read(DoorCheckIn, item)
    new = replace(old, picture_key=None, out_picture_key=None)
    with suppress(MovedOn):  # whoever changed it meanwhile
        table.transact(stepping(table, [CheckInStep(old, new)]))
        return
    raise Changed


def remove_of_kiosk(table: Table, device_id: str) -> None:
    """What it asked, and who asked at it to be registered; check-ins stay."""
    remove_registrations(table, lambda one: one.device_id == device_id)
    remove_attempts(table, device_id, "~")


def remove_attempts(table: Table, device_id: str, before: str) -> None:
    """Of a kiosk, those that were answered before that moment, as keys have it."""
    found = list(table.query(keys.attempts_of(device_id), between=("0", before)))
    table.delete_many(keys.attempt(text(lead, "attempt_id")) for lead in found)
    table.delete_many(map(key_in, found))


def remove_registrations(table: Table, gone: Callable[[DoorRegistration], bool]) -> None:
    """Those for which it is true, with their photos."""
    for item in list(table.query(keys.REGISTRATIONS)):
        if gone(read(DoorRegistration, item)):
            erase(table, media_of(item))
            table.delete_many([key_in(item)])
