"""What people answer to a notice of somebody unknown at a door: who it is, or that it is nobody of ours."""

from __future__ import annotations

from itertools import islice

from attendance.errors import BadPhoto, Conflict, NotAllowed
from attendance.model import ActionKind, Answer, Choice, Search, User, Visit
from attendance.rules.visits import may_see
from attendance.services import Services
from attendance.use_cases.doors.consenting import agreeing
from attendance.use_cases.doors.naming import name_visit, unname_visit
from attendance.use_cases.notices.composed import language_of
from attendance.use_cases.site.reading import site
from attendance.use_cases.unknowns.groups import MOST_CANDIDATES
from attendance.words import Words


def is_of_door(target: str) -> bool:
    """Whether the target of an action is a visit, and no unknown of a lecture."""
    return "/" not in target


def say_who(services: Services, user: User, answer: Answer) -> BadPhoto | None:
    """The first answer counts. Why the picture could not be kept as a photo, where that was asked for.

    Raises NotFound, NotAllowed, InvalidInput (no consent), Conflict (something else was said).
    """
    visit = _visit(services, user, answer.target)
    if not _is_open(services, visit, answer):
        return None
    if answer.action is ActionKind.NAME_UNKNOWN:
        student = services.store.student_by_key(answer.choice or "")
        return name_visit(services, visit.id, student, by=user.id, keep_photo=answer.keeps_photo).refusal
    unname_visit(services, visit.id, by=user.id)
    return None


def choices(services: Services, user: User, search: Search) -> list[Choice]:
    """Of those who agreed to be known at doors. Raises NotFound, NotAllowed."""
    _visit(services, user, search.target)
    _ = Words(language_of(services, user), site(services).timezone)
    group = _("Agreed to visits at doors")
    found = islice(agreeing(services, search.text.strip()), MOST_CANDIDATES)
    return [Choice(student.key, f"{student.name} ({student.id})", group) for student in found]


def _visit(services: Services, user: User, visit_id: str) -> Visit:
    visit = services.store.visit(visit_id)
    if not may_see(user, services.store.device(visit.device_id)):
        raise NotAllowed("Only the staff named for this door may say who somebody is, and admins.")
    return visit


def _is_open(services: Services, visit: Visit, answer: Answer) -> bool:
    """False where the same was said already. Raises Conflict where something else was: a page changes it."""
    if visit.named_by is None:
        return True
    student = services.store.student(visit.student_id) if visit.student_id is not None else None
    if (student.key if student else None) == answer.choice:
        return False
    if student is None:
        raise Conflict("Somebody said already that this is nobody of ours.")
    raise Conflict("Somebody said already that this is %(name)s.", name=student.name)
