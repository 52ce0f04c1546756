"""What people answer to notices: stored before it is acknowledged, and done with the rights of their account here."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from attendance.committing import commit
from attendance.errors import Conflict, InvalidInput, NotAllowed, NotFound, SettingsError
from attendance.events import NoticeAnswered
from attendance.languages import in_words
from attendance.model import ActionKind, Answer, Choice, Course, Role, Search, User
from attendance.ports import AnsweredNotifier
from attendance.services import Services
from attendance.use_cases.devices.reading import see_alarm
from attendance.use_cases.notices import door_answers
from attendance.use_cases.notices.composed import language_of
from attendance.use_cases.notices.renewing import renew
from attendance.use_cases.people.rights import check_may_teach
from attendance.use_cases.unknowns.deciding import ignore_group, name_group
from attendance.use_cases.unknowns.groups import SeenUnknown, UnknownGroup, group_of, who_it_may_be
from attendance.words import Words

_log = logging.getLogger(__name__)


def answered_notifier(services: Services) -> AnsweredNotifier:
    """The channel whose receivers can answer. Raises SettingsError where there is none."""
    for notifier in services.notifiers.values():
        if isinstance(notifier, AnsweredNotifier):
            return notifier
    raise SettingsError("ROLLCALL_NOTICES names no channel whose receivers can answer, such as slack:.")


def listen(services: Services, stop: threading.Event) -> None:
    """Take what people answer, by a connection of our own, until `stop` is set. Raises SettingsError."""
    answered_notifier(services).listen(partial(receive, services), stop)


def receive(services: Services, payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What is answered at once: whom a search finds. An answer is stored here, and done by the next sweep.

    Raises NotAllowed (another workspace), InvalidInput, ServiceUnavailable: then nothing is stored, and whoever sent it
    is told that it did not work.
    """
    notifier = answered_notifier(services)
    said = notifier.read(payload)
    if isinstance(said, Search):
        return notifier.offer(_choices(services, notifier, said))
    if said is not None:
        _log.info("%s of %s is stored.", said.action.value, said.target)
        commit(services, _event(services, said))
    return None


def act(services: Services, event: NoticeAnswered) -> None:
    """Do what was answered, or tell whoever answered why not. It may be called again with the same event."""
    notifier = answered_notifier(services)
    answer = _answer(event)
    try:
        _do(services, _user(services, notifier, answer.account), answer)
    except (NotFound, NotAllowed, InvalidInput, Conflict) as refused:
        _log.info("%s of %s was refused: %s", answer.action.value, answer.target, refused.sentence)
        notifier.tell(answer, in_words(refused, services.settings.language))
        _renew(services, answer)  # it may still ask what was answered elsewhere


def _do(services: Services, user: User, answer: Answer) -> None:
    if answer.action is ActionKind.SEE_ALARM:
        if user.role is not Role.ADMIN:
            raise NotAllowed("Only admins may do this.")
        see_alarm(services, answer.target, by=user.id)
        _renew(services, answer)
        return
    if door_answers.is_of_door(answer.target):
        refusal = door_answers.say_who(services, user, answer)
        if refusal is not None:
            answered_notifier(services).tell(answer, refusal.sentence)
        return
    course, group = group_of(services, _sighting_id(services, answer.target))
    _check_may_say(services, user, course)
    if not _is_open(group, answer):
        return
    if answer.action is ActionKind.NAME_UNKNOWN:
        name_group(services, user, group.id, answer.choice or "")
    else:
        ignore_group(services, user, group.id)


def _renew(services: Services, answer: Answer) -> None:
    with suppress(NotFound):
        renew(services, services.store.notice(answer.notice_id))


def _is_open(group: UnknownGroup[SeenUnknown], answer: Answer) -> bool:
    """False where the same was said already. Raises Conflict where something else was: a page shows and undoes it."""
    if group.is_open:
        return True
    said = group.student.key if group.student else None
    if said == answer.choice:
        return False
    if group.student is None:
        raise Conflict("Somebody said already that this is nobody of ours.")
    raise Conflict("Somebody said already that this is %(name)s.", name=group.student.name)


def _choices(services: Services, notifier: AnsweredNotifier, search: Search) -> list[Choice]:
    """Nobody for whoever may not say who it is."""
    try:
        user = _user(services, notifier, search.account)
        if door_answers.is_of_door(search.target):
            return door_answers.choices(services, user, search)
        course = _course_of(services, search.target)[0]
        _check_may_say(services, user, course)
    except (NotFound, NotAllowed) as refused:
        _log.info("A search for names was refused: %s", refused.sentence)
        return []
    roster = {student.id for student in services.store.roster(course.id)}
    _ = Words(language_of(services, user), course.timezone)
    theirs, others = _("On the roster"), _("Others who consented")
    return [
        Choice(student.key, f"{student.name} ({student.id})", theirs if student.id in roster else others)
        for student in who_it_may_be(services, course, search.text)
    ]


def _user(services: Services, notifier: AnsweredNotifier, account: str) -> User:
    """Whose mail address the account has. Raises NotAllowed."""
    email = notifier.email_of(account)
    user = services.store.find_user(email) if email else None
    if user is None:
        raise NotAllowed("Nobody has an account here with the mail address of your Slack account.")
    return user


def _check_may_say(services: Services, user: User, course: Course) -> None:
    """Raises NotAllowed."""
    try:
        check_may_teach(services, user, course)
    except NotFound:
        raise NotAllowed("Only who teaches this course may say who somebody is, and admins.") from None


def _course_of(services: Services, target: str) -> tuple[Course, str]:
    """And the lecture's id. Raises NotFound."""
    recording = services.store.recording(target.partition("/")[0])
    lecture = services.store.lecture(recording.lecture_id)
    return services.store.course(lecture.course_id), lecture.id


def _sighting_id(services: Services, target: str) -> str:
    """Of the unknown with this number. Raises NotFound where the recording was searched anew since."""
    recording_id, _, number = target.partition("/")
    _, lecture_id = _course_of(services, target)
    for seen in services.store.sightings(lecture_id):
        if seen.recording_id == recording_id and str(seen.number) == number and seen.student_id is None:
            return seen.id
    raise NotFound("This person is no longer among the unknown ones.")


def _event(services: Services, answer: Answer) -> NoticeAnswered:
    return NoticeAnswered(
        at=services.now(),
        id=answer.id,
        notice_id=answer.notice_id,
        action=answer.action.value,
        target=answer.target,
        account=answer.account,
        reference=answer.reference,
        choice=answer.choice or "",
        keeps_photo=answer.keeps_photo,
    )


def _answer(event: NoticeAnswered) -> Answer:
    return Answer(
        event.id,
        event.notice_id,
        ActionKind(event.action),
        event.target,
        event.account,
        event.reference,
        event.choice or None,
        event.keeps_photo,
    )
