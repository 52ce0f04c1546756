"""A teacher answers what students ask: the mark changes or stays, and an accepted excuse excuses."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from attendance.changes import SaveAppeal
from attendance.committing import commit
from attendance.errors import Conflict, InvalidInput, MovedOn, NotFound
from attendance.events import AppealAnswered
from attendance.model import Appeal, AppealKind, AppealState, AuditEntry, Status, User
from attendance.rules.appeals import checked_words
from attendance.services import Services
from attendance.use_cases.lectures.marks import AGREED, excuse_ahead, set_mark
from attendance.use_cases.people.rights import check_may_teach
from attendance.use_cases.unknowns.groups import lectures_of
from attendance.wall_time import wall_time

MEANT_FOR = timedelta(days=180)
"""So long after its answer a file is stored; the words stay with the student."""


def accept_objection(
    services: Services, user: User, course_id: str, appeal_id: str, status: Status, words: str = ""
) -> Appeal:
    """The mark becomes this, with the answer in its history. Raises NotFound, Conflict (answered), InvalidInput."""
    appeal = _open(services, user, course_id, appeal_id)
    if appeal.lecture_id is None:
        raise InvalidInput("Only an objection is answered with a mark.")
    said = words.strip()
    set_mark(services, appeal.lecture_id, appeal.student_id, status, said[:500] or AGREED, by=user.id)
    return _answer(services, user, appeal, AppealState.ACCEPTED, said)


def accept_excuse(services: Services, user: User, course_id: str, appeal_id: str, words: str = "") -> Appeal:
    """Lectures on its days are excused, now or when they come to be. Raises NotFound, Conflict, InvalidInput."""
    appeal = _open(services, user, course_id, appeal_id)
    if appeal.kind is not AppealKind.EXCUSE:
        raise InvalidInput("An objection is answered with a mark.")
    answered = _answer(services, user, appeal, AppealState.ACCEPTED, words.strip())
    zone = services.store.course(course_id).timezone
    for lecture in lectures_of(services, course_id):
        if answered.covers(wall_time(zone, lecture.starts_at).date()):
            excuse_ahead(services, lecture.id)
    return answered


def decline(services: Services, user: User, course_id: str, appeal_id: str, words: str) -> Appeal:
    """Nothing changes, and the words say why. Raises NotFound, Conflict (answered already), InvalidInput (no words)."""
    appeal = _open(services, user, course_id, appeal_id)
    missing = InvalidInput("Say why: the student reads it.", field="answer")
    return _answer(services, user, appeal, AppealState.DECLINED, checked_words(words, missing, "answer"))


def forget_old_files(services: Services) -> int:
    """Files of appeals that were answered long ago are erased; how many."""
    before = services.now() - MEANT_FOR
    old = [one for one in services.store.appeals_with_files() if one.answered_at and one.answered_at < before]
    for appeal in old:
        with suppress(MovedOn, NotFound):  # the next time, or gone already
            commit(services, SaveAppeal(replace(appeal, file_key=None), appeal))
    return len(old)


def _open(services: Services, user: User, course_id: str, appeal_id: str) -> Appeal:
    check_may_teach(services, user, services.store.course(course_id))
    appeal = services.store.appeal(course_id, appeal_id)
    if not appeal.is_open:
        raise Conflict("This was answered already.")
    return appeal


def _answer(services: Services, user: User, appeal: Appeal, state: AppealState, words: str) -> Appeal:
    now = services.now()
    if words:
        checked_words(words, InvalidInput("Say why: the student reads it.", field="answer"), "answer")
    answered = replace(appeal, state=state, answered_by=user.id, answered_at=now, answer=words)
    course = services.store.course(appeal.course_id)
    entry = AuditEntry(now, user.id, f"appeal.{state.value}", appeal.student_id, course.label)
    event = AppealAnswered(at=now, course_id=appeal.course_id, appeal_id=appeal.id)
    try:
        commit(services, SaveAppeal(answered, appeal), entry, event)
    except MovedOn:
        raise Conflict("This was answered already.") from None
    return answered
