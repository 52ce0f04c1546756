"""Compose and send one notice; what became of it is stored, and shown to admins.

A notice is stored before it is sent and noted as sent after it. Whoever is killed in between leaves it waiting, and it
is sent once more under the same key: a folder, a webhook and Slack know the key again, a mail server does not.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from attendance.changes import SaveNotice
from attendance.committing import commit
from attendance.errors import Conflict, MovedOn, NotFound, NoticeRefused, Sentence, ServiceUnavailable
from attendance.events import NoticeWaits, read
from attendance.model import WEBHOOK, Message, Notice, NoticeState, Page, User
from attendance.rules.outbox import reason_of
from attendance.rules.paging import all_items
from attendance.rules.stored_sentences import to_text
from attendance.services import Services
from attendance.use_cases.notices.composing import compose
from attendance.use_cases.notices.telling import waits

_PAGE = 500
_GONE = to_text(Sentence("What it told of was removed before it was sent."))
_NO_CHANNEL = to_text(Sentence("This site has no service for this channel any more: see ROLLCALL_NOTICES."))


def send_notice(services: Services, notice_id: str) -> None:
    """Nothing happens where it was sent, failed for good, or is gone. Raises ServiceUnavailable, ServiceBusy."""
    try:
        notice = services.store.notice(notice_id)
    except NotFound:
        return
    if notice.state is not NoticeState.WAITING:
        return
    if notice.channel not in services.notifiers:
        _save(services, notice, state=NoticeState.FAILED, reason=_NO_CHANNEL)
        return
    try:
        user, to = _receiver_of(services, notice)
    except NoticeRefused as refused:
        _save(services, notice, state=NoticeState.FAILED, reason=reason_of(refused))
        return
    message = compose(services, notice, user)
    if message is None:
        _save(services, notice, state=NoticeState.SENT, sent_at=services.now(), reason=_GONE)
        return
    _send(services, notice, message, to)


def _send(services: Services, notice: Notice, message: Message, to: str) -> None:
    notifier = services.notifiers[notice.channel]
    try:
        reference = notifier.send(message, to, notice.id)
    except NoticeRefused as refused:
        _save(services, notice, state=NoticeState.FAILED, reason=reason_of(refused))
        return
    except ServiceUnavailable as unanswered:
        if notice.reason != reason_of(unanswered):
            _save(services, notice, reason=reason_of(unanswered))
        raise
    names = " ".join(message.names)
    _save(services, notice, state=NoticeState.SENT, sent_at=services.now(), reference=reference, names=names)
    if _names_somebody_removed(services, message):  # while it was sent, so that who withdraws could not know of it
        notifier.withdraw(reference)


def _names_somebody_removed(services: Services, message: Message) -> bool:
    for key in message.names:
        try:
            services.store.student_by_key(key)
        except NotFound:
            return True
    return False


def withdraw_naming(services: Services, student_key: str) -> None:
    """Take back what was sent and names this student, where the channel can. Raises ServiceUnavailable."""
    for notice in all_items(lambda number: services.store.notices(NoticeState.SENT, page=number, size=_PAGE)):
        notifier = services.notifiers.get(notice.channel)
        if student_key in notice.names.split() and notifier is not None and notice.reference is not None:
            notifier.withdraw(notice.reference)


def settle_given_up(services: Services) -> None:
    """What the outbox gave up has failed; it waits for an admin who sends it again."""
    for channel in services.notifiers:
        given_up = [item for item in services.store.outbox(channel) if item.due_at is None]
        for item in given_up:
            waiting = read(item.body)
            assert isinstance(waiting, NoticeWaits)
            with suppress(NotFound):
                notice = services.store.notice(waiting.notice_id)
                if notice.state is NoticeState.WAITING:
                    _save(services, notice, state=NoticeState.FAILED, reason=item.error)
            services.store.finish_outbox([item])


def send_again(services: Services, notice_id: str) -> None:
    """One that failed is sent with the next sweep. Raises NotFound, Conflict where it has not failed."""
    notice = services.store.notice(notice_id)
    if notice.state is not NoticeState.FAILED:
        raise Conflict("This notice is on its way already.")
    again = replace(notice, state=NoticeState.WAITING, due_at=None, reason=None)
    with suppress(MovedOn):  # somebody else said so at the same moment
        commit(services, SaveNotice(again), waits(services, again))


def list_notices(services: Services, state: NoticeState, page: int) -> Page[Notice]:
    """Newest first."""
    return services.store.notices(state, page=page)


def _receiver_of(services: Services, notice: Notice) -> tuple[User | None, str]:
    """The user, where it is one, and the address. Raises NoticeRefused where it was for somebody who is gone."""
    word, _, key = notice.receiver.partition(" ")
    try:
        if word == "user":
            user = services.store.user(key)
            return user, user.email
        if word == "contact":
            return None, _contact(services, key)
    except NotFound as gone:
        raise NoticeRefused("The account of its receiver was removed.") from gone
    return None, _address(services, notice)


def _contact(services: Services, student_key: str) -> str:
    """Raises NotFound, NoticeRefused."""
    contact = services.store.student_by_key(student_key).contact_email
    if not contact or not services.settings.tell_contacts:
        raise NoticeRefused("The student has no contact any more who may be told.")
    return contact


def _address(services: Services, notice: Notice) -> str:
    """As the notifier takes it. Raises NoticeRefused where the webhook was removed or is paused."""
    if notice.channel != WEBHOOK or notice.receiver in services.notifiers[WEBHOOK].receivers:
        return notice.receiver
    for webhook in services.store.webhooks():
        if webhook.receiver == notice.receiver:
            if webhook.is_paused:
                raise NoticeRefused("The webhook is paused.")
            return f"{webhook.id} {webhook.url}"
    raise NoticeRefused("The webhook was removed.")


def _save(services: Services, notice: Notice, **changes: Any) -> None:
    """Where somebody else changed it meanwhile, theirs counts."""
    with suppress(MovedOn, NotFound):
        commit(services, SaveNotice(replace(notice, **{"reason": None, **changes})))
