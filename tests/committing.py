"""What tests of stores do again and again: read, decide by the rules, commit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from attendance.changes import FinishSearch, TakePairing
from attendance.errors import MovedOn
from attendance.model import ERASE, Alarm, Device, Mark, OutboxItem
from attendance.ports import Store
from attendance.rules.merging import cleared_steps, machine_steps, person_step
from attendance.use_cases.devices.readings import raise_alarms
from attendance.use_cases.lectures.marks import commit_marks
from tests.unit.in_memory import services_in_memory


def save_machine_marks(store: Store, lecture_id: str, marks: Sequence[Mark]) -> None:
    """As after a search."""
    commit_marks(store, lecture_id, partial(machine_steps, opinions=marks))


def set_mark(store: Store, mark: Mark) -> Mark:
    """As a person does."""
    commit_marks(store, mark.lecture_id, lambda marks: [person_step(marks.get(mark.student_id), mark)])
    return next(one for one in store.marks(mark.lecture_id) if one.student_id == mark.student_id)


def clear_person_mark(store: Store, lecture_id: str, student_id: str, by: str, at: datetime, reason: str) -> Mark:
    """As a person does who takes it back."""
    commit_marks(store, lecture_id, partial(cleared_steps, student_id=student_id, by=by, at=at, reason=reason))
    return next(mark for mark in store.marks(lecture_id) if mark.student_id == student_id)


def take_pairing(store: Store, pairing_hash: str, key_hash: str, at: datetime) -> Device | None:
    """The device that was paired, if one was."""
    try:
        store.commit(TakePairing(pairing_hash, key_hash, at))
    except MovedOn:
        return None
    return store.find_device_by_key(key_hash)


def add_alarms(store: Store, device_id: str, alarms: Sequence[Alarm], quiet: timedelta = timedelta()) -> None:
    """As with a batch of readings: those that no other is nearer to than `quiet`."""
    raise_alarms(replace(services_in_memory(), store=store), device_id, alarms, quiet)


def deletion(key: str) -> OutboxItem:
    """As a store without attempts at it gives it."""
    before_all = datetime(1970, 1, 1, tzinfo=UTC)
    return OutboxItem(ERASE, key, "", before_all, before_all, id=key)


def erased(store: Store, keys: Collection[str]) -> None:
    """These files are gone."""
    store.finish_outbox([item for item in store.outbox(ERASE) if item.subject in keys])


def finish_search(store: Store, recording_id: str, worker: str) -> bool:
    """False where the worker has lost its lease."""
    try:
        store.commit(FinishSearch(recording_id, worker))
    except MovedOn:
        return False
    return True
