"""Messages that stand where they were sent say what has become of it since, or are taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from attendance.changes import SaveNotice
from attendance.committing import commit
from attendance.errors import MovedOn, NotFound
from attendance.events import Event, UnknownAtDoor, UnknownSeen, read
from attendance.model import Notice, NoticeState, User
from attendance.ports import AnsweredNotifier, Notifier
from attendance.services import Services
from attendance.use_cases.notices.composing import compose

_PAGE = 500
_STRAYS_SINCE, _STRAYS_BEFORE = timedelta(days=7), timedelta(hours=1)


def renew_unknowns(services: Services, lecture_ids: Collection[str]) -> None:
    """All that ask who somebody of these lectures is. Raises what `renew` does."""
    for notice in _standing(services):
        event = read(notice.body)
        if isinstance(event, UnknownSeen) and event.lecture_id in lecture_ids:
            renew(services, notice)


def renew_visit(services: Services, visit_id: str) -> None:
    """All that ask who somebody at a door is. Raises what `renew` does."""
    for notice in _standing(services):
        event = read(notice.body)
        if isinstance(event, UnknownAtDoor) and event.visit_id == visit_id:
            renew(services, notice)


def renew_naming(services: Services, student_key: str) -> None:
    """All that name this student, whose consents have changed. Raises what `renew` does."""
    for notice in _standing(services):
        if student_key in notice.names.split() and isinstance(read(notice.body), UnknownSeen | UnknownAtDoor):
            renew(services, notice)


def renew(services: Services, notice: Notice) -> None:
    """One message. Where nothing is left to tell of, it is taken back.

    Raises ServiceUnavailable, ServiceBusy, MovedOn; it may be called again.
    """
    notifier = services.notifiers.get(notice.channel)
    if notifier is None or notice.reference is None:
        return
    try:
        message = compose(services, notice, _user_of(services, notice))
    except NotFound:  # its receiver is gone
        message = None
    if message is None:
        take_back(services, notice, notifier)
        return
    named = replace(notice, names=" ".join(message.names))
    if named != notice:  # before the message has them, so that it is taken back with whoever is removed
        commit(services, SaveNotice(named))
        named = replace(named, version=named.version + 1)
    notifier.update(notice.reference, message)
    if not all(_is_known(services, key) for key in message.names):  # removed in between
        take_back(services, named, notifier)


def take_back(services: Services, notice: Notice, notifier: Notifier) -> None:
    """The message with its pictures. Raises ServiceUnavailable, ServiceBusy; it may be called again."""
    notifier.withdraw(notice.reference or "")
    with suppress(MovedOn, NotFound):
        commit(services, SaveNotice(replace(notice, reference=None, names="")))


def remove_left_over(services: Services) -> None:
    """What Slack has no longer to have: messages that are as old as notices are kept, or of recordings or visits that
    are gone, and pictures that a killed process left. Raises ServiceUnavailable, ServiceBusy.
    """
    now = services.now()
    before = now - timedelta(days=services.settings.notices_days)
    references = []
    for notice in list(_standing(services)):
        if _is_gone(services, read(notice.body)) or notice.created_at < before:
            take_back(services, notice, services.notifiers[notice.channel])
        else:
            references.append(notice.reference or "")
    known = " ".join(references)
    for notifier in services.notifiers.values():
        if isinstance(notifier, AnsweredNotifier):
            notifier.remove_strays(now - _STRAYS_SINCE, now - _STRAYS_BEFORE, lambda _, file: file in known)


def _standing(services: Services) -> Iterator[Notice]:
    """Sent by a channel whose messages can be changed; newest first."""
    number = 1
    while True:
        page = services.store.notices(NoticeState.SENT, page=number, size=_PAGE)
        for notice in page.items:
            if notice.reference and isinstance(services.notifiers.get(notice.channel), AnsweredNotifier):
                yield notice
        if number >= page.pages:
            return
        number += 1


def _user_of(services: Services, notice: Notice) -> User | None:
    word, _, user_id = notice.receiver.partition(" ")
    return services.store.user(user_id) if word == "user" else None


def _is_gone(services: Services, event: Event) -> bool:
    """What its pictures are of."""
    try:
        if isinstance(event, UnknownSeen):
            services.store.recording(event.recording_id)
        elif isinstance(event, UnknownAtDoor):
            services.store.visit(event.visit_id)
    except NotFound:
        return True
    return False


def _is_known(services: Services, student_key: str) -> bool:
    try:
        services.store.student_by_key(student_key)
    except NotFound:
        return False
    return True
