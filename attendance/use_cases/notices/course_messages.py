"""Messages about lectures: searches, who waits for a decision, strangers, the log, and summaries.

Students are named in the log, which is what was asked for, and where they are at risk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from attendance.errors import NotFound
from attendance.events import Event, LogAsked, PeriodEnded, RecordingSearched, UnknownSeen
from attendance.model import (
    Action,
    ActionKind,
    Attachment,
    Course,
    Fact,
    Lecture,
    LogFilter,
    LogRow,
    Message,
    NoticeKind,
    Picture,
    Role,
    Status,
)
from attendance.rules.notices import log_format_for, period_bounds
from attendance.services import Services
from attendance.use_cases.courses.risks import RiskCard, risk_cards
from attendance.use_cases.lectures.log import export_log, log_rows, of_lecture
from attendance.use_cases.notices.composed import (
    Reader,
    count_facts,
    counts_in_words,
    lecture_in_words,
    link_to,
)
from attendance.use_cases.notices.decided import said_of
from attendance.use_cases.notices.risk_messages import in_words

MOST_PICTURES = 5
_MOST_AT_RISK = 20
_MOMENT = timedelta(microseconds=1)
_TYPES = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}


def search_done(services: Services, event: Event, reader: Reader) -> Message:
    """Raises NotFound."""
    assert isinstance(event, RecordingSearched)
    services.store.recording(event.recording_id)
    lecture, course, _ = *_lecture(services, event.lecture_id), reader.words
    return Message(
        kind=NoticeKind.SEARCH_DONE,
        subject=_("Searched: %(lecture)s", lecture=lecture_in_words(_, course, lecture)),
        paragraphs=(_("A recording of this lecture was searched, and the marks are up to date."),),
        at=event.at,
        facts=_about(reader, course, lecture) + count_facts(_, _counts(services, lecture.id)),
        links=link_to(services, _("Open the lecture"), f"/lectures/{lecture.id}"),
    )


def unsure_waiting(services: Services, event: Event, reader: Reader) -> Message:
    """Raises NotFound, also where nobody waits any more."""
    assert isinstance(event, RecordingSearched)
    lecture, course, _ = *_lecture(services, event.lecture_id), reader.words
    number = _counts(services, lecture.id)[Status.UNSURE]
    if not number:
        raise NotFound("Nobody waits for a decision any more.")
    where = lecture_in_words(_, course, lecture)
    return Message(
        kind=NoticeKind.UNSURE_WAITING,
        subject=_.count(
            "%(num)s face to decide: %(lecture)s", "%(num)s faces to decide: %(lecture)s", number, lecture=where
        ),
        paragraphs=(_("The search is not sure about them. Please look at the pictures and decide."),),
        at=event.at,
        facts=_about(reader, course, lecture),
        links=link_to(services, _("Open the lecture"), f"/lectures/{lecture.id}"),
    )


def unknown_seen(services: Services, event: Event, reader: Reader) -> Message:
    """With the best pictures. Raises NotFound, also where a search since knows them all."""
    assert isinstance(event, UnknownSeen)
    lecture, course, _ = *_lecture(services, event.lecture_id), reader.words
    recording = services.store.recording(event.recording_id)
    strangers = [
        one
        for one in services.store.sightings(lecture.id)
        if one.recording_id == recording.id and one.student_id is None and one.number in event.numbers
    ]
    if not strangers:
        raise NotFound("They are known by now.")
    said = said_of(services, course)
    pictures: list[Picture] = []
    actions: list[Action] = []
    news: list[str] = []
    names: list[str] = []
    for one in strangers:
        name, about = _("Unknown %(number)s", number=one.number), said.get(one.id)
        if about is not None:
            news.append(about.in_words(_, name))
            names.extend(about.names)
        may_be_shown = one.picture_key and len(pictures) < MOST_PICTURES and (about is None or about.may_be_shown)
        content = _content(services, one.picture_key or "") if may_be_shown else None
        if content is None:
            continue
        pictures.append(Picture(content, "image/jpeg", name, one.picture_key))
        if about is not None:
            continue
        target = f"{recording.id}/{one.number}"
        actions.append(Action(ActionKind.NAME_UNKNOWN, _("Name %(unknown)s", unknown=name), target))
        actions.append(Action(ActionKind.IGNORE_UNKNOWN, _("Ignore %(unknown)s", unknown=name), target))
    where = lecture_in_words(_, course, lecture)
    return Message(
        kind=NoticeKind.UNKNOWN_SEEN,
        subject=_.count(
            "%(num)s unknown person: %(lecture)s", "%(num)s unknown people: %(lecture)s", len(strangers), lecture=where
        ),
        paragraphs=(_("Somebody was seen who is nobody of the roster."), *(["\n".join(news)] if news else [])),
        at=event.at,
        facts=_about(reader, course, lecture),
        pictures=tuple(pictures),
        actions=tuple(actions),
        links=link_to(services, _("Open the lecture"), f"/lectures/{lecture.id}"),
        names=tuple(dict.fromkeys(names)),
    )


def lecture_log(services: Services, event: Event, reader: Reader) -> Message:
    """Of the lecture that was searched, or what somebody asked for on a page. Raises NotFound."""
    if isinstance(event, LogAsked):
        return _asked_log(services, event, reader)
    assert isinstance(event, RecordingSearched)
    lecture, course, _ = *_lecture(services, event.lecture_id), reader.words
    wanted = of_lecture(lecture)
    return _log(
        services,
        reader,
        wanted,
        subject=_("Attendance: %(lecture)s", lecture=lecture_in_words(_, course, lecture)),
        facts=_about(reader, course, lecture),
        path=f"/lectures/{lecture.id}",
        at=event.at,
    )


def week_log(services: Services, event: Event, reader: Reader) -> Message:
    """Of one course. Raises NotFound, also where the week had no lecture."""
    assert isinstance(event, PeriodEnded)
    course, _ = services.store.course(event.course_id), reader.words
    first, after = period_bounds(event.period, _.zone)
    if not _lectures(services, [course], first, after):
        raise NotFound("There was no lecture.")
    return _log(
        services,
        reader,
        LogFilter(course_ids=[course.id], from_at=first, before_at=after),
        subject=_(
            "Attendance of the week: %(course)s, %(days)s", course=course.label, days=_days(reader, first, after)
        ),
        facts=(Fact(_("Course"), f"{course.label} · {course.name}"),),
        path=f"/log/?course={course.id}",
        at=event.at,
    )


def summary(services: Services, event: Event, reader: Reader) -> Message:
    """All lectures of the reader's courses in a day or week, a line each. Raises NotFound where there was none."""
    assert isinstance(event, PeriodEnded)
    _, user = reader.words, reader.user
    if user is None:
        raise NotFound("There is nobody to read it.")
    first, after = period_bounds(event.period, _.zone)
    courses = services.store.courses(teacher_id=None if user.role is Role.ADMIN else user.id)
    held = _lectures(services, courses, first, after)
    if not held:
        raise NotFound("There was no lecture.")
    counts = services.store.lecture_counts([lecture.id for lecture in held])
    by_id = {course.id: course for course in courses}
    lines = [
        Fact(lecture_in_words(_, by_id[one.course_id], one), counts_in_words(_, counts[one.id].marks)) for one in held
    ]
    unsure = sum(counts[one.id].marks[Status.UNSURE] for one in held)
    paragraphs = [_.count("There was %(num)s lecture.", "There were %(num)s lectures.", len(held))]
    if unsure:
        paragraphs.append(_.count("%(num)s face waits to be decided.", "%(num)s faces wait to be decided.", unsure))
    cards = risk_cards(services, courses, everywhere=user.role is Role.ADMIN, size=_MOST_AT_RISK)
    if cards.total:
        paragraphs.append(_.count("%(num)s student is at risk.", "%(num)s students are at risk.", cards.total))
    lines += [Fact(_("At risk: %(name)s", name=one.student.name), _risk_words(reader, one)) for one in cards.items]
    return Message(
        kind=NoticeKind.DAILY_SUMMARY,
        subject=_("Attendance of %(days)s", days=_days(reader, first, after)),
        paragraphs=tuple(paragraphs),
        at=event.at,
        facts=tuple(lines),
        links=link_to(services, _("Open the lectures"), "/lectures/"),
        names=tuple(dict.fromkeys(one.student.key for one in cards.items)),
    )


def _risk_words(reader: Reader, card: RiskCard) -> str:
    return f"{card.course.label}: {' '.join(in_words(reader.words, one) for one in card.findings)}"


def _asked_log(services: Services, event: LogAsked, reader: Reader) -> Message:
    _ = reader.words
    moments = [datetime.fromisoformat(text) if text else None for text in (event.from_at, event.before_at)]
    wanted = LogFilter(
        course_ids=event.course_ids,
        statuses=tuple(Status(status) for status in event.statuses),
        from_at=moments[0],
        before_at=moments[1],
    )
    facts = (Fact(_("Course"), reader.course.label),) if reader.course else ()
    subject = _("The attendance log that you asked for")
    return _log(services, reader, wanted, subject=subject, facts=facts, path="/log/", at=event.at, kind=event.format)


def _log(
    services: Services,
    reader: Reader,
    wanted: LogFilter,
    *,
    subject: str,
    facts: tuple[Fact, ...],
    path: str,
    at: datetime,
    kind: str = "",
) -> Message:
    _, rows = reader.words, list(log_rows(services, wanted))
    kind = kind or log_format_for(reader.user, reader.course)
    content = export_log(services, wanted, format=kind, timezone=_.zone, language=_.language)
    name = f"attendance-{at.date().isoformat()}.{kind}"
    return Message(
        kind=NoticeKind.LECTURE_LOG,
        subject=subject,
        paragraphs=(
            _.count("The attached file has %(num)s line.", "The attached file has %(num)s lines.", len(rows)),
            _("Times are those of %(zone)s.", zone=_.zone),
        ),
        at=at,
        facts=facts + count_facts(_, Counter(row.mark.status for row in rows)),
        attachments=(Attachment(name, content, _TYPES[kind]),),
        links=link_to(services, _("Open it on the site"), path),
        names=_names(rows),
    )


def _names(rows: Sequence[LogRow]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.student_key for row in rows))


def _lecture(services: Services, lecture_id: str) -> tuple[Lecture, Course]:
    lecture = services.store.lecture(lecture_id)
    return lecture, services.store.course(lecture.course_id)


def _counts(services: Services, lecture_id: str) -> Mapping[Status, int]:
    return Counter(mark.status for mark in services.store.marks(lecture_id))


def _about(reader: Reader, course: Course, lecture: Lecture) -> tuple[Fact, ...]:
    _ = reader.words
    when = f"{_.moment(lecture.starts_at)} ({_.zone})"
    return Fact(_("Course"), f"{course.label} · {course.name}"), Fact(_("Lecture"), when)


def _lectures(services: Services, courses: Sequence[Course], first: datetime, after: datetime) -> list[Lecture]:
    """Oldest first. The list is newest first, so that reading ends at the first that is too old."""
    found: list[Lecture] = []
    number = 1
    while True:
        page = services.store.lectures(course_ids=[course.id for course in courses], page=number)
        found.extend(one for one in page.items if first <= one.starts_at < after)
        if number >= page.pages or (page.items and page.items[-1].starts_at < first):
            return found[::-1]
        number += 1


def _days(reader: Reader, first: datetime, after: datetime) -> str:
    _ = reader.words
    begins, ends = (_.local_day(one) for one in (first, after - _MOMENT))
    return _.day(begins) if begins == ends else f"{_.day(begins)} – {_.day(ends)}"


def _content(services: Services, key: str) -> bytes | None:
    """None where it was erased since."""
    try:
        with services.media.open(key) as stream:
            return stream.read()
    except NotFound:
        return None
