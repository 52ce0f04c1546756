"""What is said of objections and excuses: to teachers that one waits, to the student what was answered."""

from __future__ import annotations

from attendance.errors import NotFound
from attendance.events import AppealAnswered, AppealFiled, Event
from attendance.model import Appeal, AppealKind, AppealState, Course, Fact, Message, NoticeKind
from attendance.services import Services
from attendance.use_cases.notices.composed import Reader, lecture_in_words, link_to


def appeal_filed(services: Services, event: Event, reader: Reader) -> Message:
    """Raises NotFound, also where it was answered since."""
    assert isinstance(event, AppealFiled)
    appeal, course, _ = *_asked(services, event), reader.words
    if not appeal.is_open:
        raise NotFound("This was answered already.")
    student = services.store.student(appeal.student_id)
    is_excuse = appeal.kind is AppealKind.EXCUSE
    words = (
        _("%(name)s asks to be excused.", name=student.name)
        if is_excuse
        else _("%(name)s objects to a mark.", name=student.name)
    )
    return Message(
        kind=NoticeKind.APPEAL_FILED,
        subject=f"{course.label}: {words}",
        paragraphs=(words, appeal.words),
        at=event.at,
        facts=_about(services, reader, appeal, course),
        links=link_to(services, _("Answer on the site"), "/review/"),
        names=(student.key,),
    )


def appeal_answered(services: Services, event: Event, reader: Reader) -> Message:
    """Raises NotFound."""
    assert isinstance(event, AppealAnswered)
    appeal, course, _ = *_asked(services, event), reader.words
    student = services.store.student(appeal.student_id)
    accepted = appeal.state is AppealState.ACCEPTED
    if appeal.kind is AppealKind.EXCUSE:
        words = _("Your excuse was accepted.") if accepted else _("Your excuse was not accepted.")
    else:
        words = _("Your objection was accepted.") if accepted else _("Your objection was not accepted.")
    return Message(
        kind=NoticeKind.APPEAL_ANSWERED,
        subject=f"{course.label}: {words}",
        paragraphs=(words, *([appeal.answer] if appeal.answer else [])),
        at=event.at,
        facts=_about(services, reader, appeal, course),
        links=link_to(services, _("Open your attendance"), "/log/mine"),
        names=(student.key,),
    )


def _asked(services: Services, event: AppealFiled | AppealAnswered) -> tuple[Appeal, Course]:
    return services.store.appeal(event.course_id, event.appeal_id), services.store.course(event.course_id)


def _about(services: Services, reader: Reader, appeal: Appeal, course: Course) -> tuple[Fact, ...]:
    _ = reader.words
    facts = [Fact(_("Course"), f"{course.label} · {course.name}")]
    if appeal.lecture_id is not None:
        facts.append(Fact(_("Lecture"), lecture_in_words(_, course, services.store.lecture(appeal.lecture_id))))
    if appeal.first_day is not None and appeal.last_day is not None:
        facts.append(Fact(_("Days"), f"{_.day(appeal.first_day)} – {_.day(appeal.last_day)}"))
    return tuple(facts)
