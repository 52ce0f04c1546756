"""The marks of a lecture, set and taken back by people, and the attendance log."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import request, url_for
from flask.typing import ResponseReturnValue

from attendance.errors import NotFound, Phrase
from attendance.model import Lecture, LogFilter, LogRow, Mark, Role, Status, Student, new_id
from attendance.rules.log import SORTS
from attendance.rules.statuses import BY_PERSON
from attendance.use_cases.lectures import marks as deciding
from attendance.use_cases.lectures.by_hand import set_marks, undo_act
from attendance.use_cases.lectures.lectures import Attendee, attendee
from attendance.use_cases.lectures.marks import is_over_now
from website.access import lecture_or_404, sees_everything, visible_courses
from website.current import current_services, reader_timezone, signed_in_user
from website.log.query import read_query
from website.openapi.schemas import Choice, LenientSchema, Text
from website.rest.blueprint import STAFF, blueprint, check_version
from website.rest.paging import PageAnswer, PageQuery, cut, page_of
from website.sentences import reason_in_words

_MOST_AT_ONCE = 500


class MarkSchema(LenientSchema):
    """A person's decision."""

    status = Choice(BY_PERSON, required=False)
    own_status = Text(metadata={"description": "The id of one of the course's own statuses, in place of a status."})
    reason = Text(required=True, metadata={"description": "Stays in the history."})

    @ma.validates_schema
    def check_one(self, words: dict[str, Any], **_: Any) -> None:
        """Raises ValidationError where neither or both are given."""
        if ("status" in words) == ("own_status" in words):
            raise ma.ValidationError("Give a status, or one of the course's own.", "status")


class SeveralMarksSchema(MarkSchema):
    """One decision about several students."""

    students = ma.fields.List(
        Text(),
        required=True,
        validate=ma.validate.Length(1, _MOST_AT_ONCE, error=Phrase("must be 1 to 500 keys of students.")),
        metadata={"description": "Keys of students, 500 at most."},
    )


class ActAnswer(ma.Schema):
    """What was done at once; by its id it can be undone."""

    act = ma.fields.String()
    marks = ma.fields.Integer(metadata={"description": "How many marks it changed."})


class SeenAnswer(ma.Schema):
    """What a mark rests on."""

    recording_id = ma.fields.String()
    sighting_id = ma.fields.String()
    similarity = ma.fields.Float()
    frames = ma.fields.Integer()
    first_seen_at = ma.fields.AwareDateTime()
    last_seen_at = ma.fields.AwareDateTime()


class MarkAnswer(ma.Schema):
    """One student in one lecture. Without a search there is no status yet."""

    lecture_id = ma.fields.String()
    student_key = ma.fields.String()
    student_id = ma.fields.String()
    student_name = ma.fields.String()
    status = ma.fields.String(
        allow_none=True, metadata={"description": "Null without a search, and of a search while it is not over."}
    )
    own_status = ma.fields.String(
        allow_none=True, metadata={"description": "The id of a status of the course, which counts as `status`."}
    )
    is_over = ma.fields.Boolean(metadata={"description": "Whether the lecture has ended and all of it is searched."})
    search_says = ma.fields.String(allow_none=True)
    left_early = ma.fields.Boolean()
    little_video = ma.fields.Boolean(metadata={"description": "Too little of the lecture is recorded to be absent."})
    needs_another_way = ma.fields.Boolean(
        metadata={"description": "The search had no photo to compare, or little video."}
    )
    by_person = ma.fields.Boolean(metadata={"description": "Whether a person decided it."})
    reason = ma.fields.String()
    updated_at = ma.fields.AwareDateTime(allow_none=True)
    method = ma.fields.String(
        allow_none=True, metadata={"description": "How it came to be: face, screen, code, kiosk or hand."}
    )
    checked_in_at = ma.fields.AwareDateTime(allow_none=True)
    seen = ma.fields.Nested(SeenAnswer, allow_none=True)


class MarksAnswer(PageAnswer):
    """A page of marks, sorted by name."""

    items = ma.fields.List(ma.fields.Nested(MarkAnswer))


class MarkChangeAnswer(ma.Schema):
    """One entry of a mark's history."""

    at = ma.fields.AwareDateTime()
    from_status = ma.fields.String(allow_none=True)
    to_status = ma.fields.String()
    from_own = ma.fields.String(allow_none=True, metadata={"description": "The id of a status of the course."})
    to_own = ma.fields.String(allow_none=True)
    by = ma.fields.String(allow_none=True, metadata={"description": "The id of a user; null where the search did."})
    by_name = ma.fields.String()
    reason = ma.fields.String()


class WholeMarkAnswer(MarkAnswer):
    """A mark with its history, the oldest entry first."""

    history = ma.fields.List(ma.fields.Nested(MarkChangeAnswer))


class LogQuerySchema(PageQuery):
    """What of the log is wanted, as its page has it."""

    course = Text(load_default="", metadata={"description": "The id of a course."})
    student = Text(load_default="", metadata={"description": "Part of an id or a name."})
    status = ma.fields.List(Choice(Status), load_default=list, metadata={"description": "May be given several times."})
    from_ = Text(load_default="", data_key="from", metadata={"description": "The first day, such as 2026-03-02."})
    to = Text(load_default="", metadata={"description": "The last day."})
    sort = Choice(
        [*SORTS, *(f"-{name}" for name in SORTS)],
        load_default="-time",
        metadata={"description": "With a minus, turned round."},
    )


class LogRowAnswer(MarkAnswer):
    """A line of the log."""

    course_id = ma.fields.String()
    course = ma.fields.String(metadata={"description": "Code and section."})
    starts_at = ma.fields.AwareDateTime()
    ends_at = ma.fields.AwareDateTime()


class LogAnswer(PageAnswer):
    """A page of the log."""

    items = ma.fields.List(ma.fields.Nested(LogRowAnswer))


@blueprint.operation("GET", "/lectures/<lecture_id>/marks", "marks:read", *STAFF)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, MarksAnswer)
@blueprint.refuses(404)
def marks(asked: dict[str, Any], lecture_id: str) -> ResponseReturnValue:
    """Everybody of a lecture, with their marks."""
    lecture, _ = lecture_or_404(lecture_id)
    store, over = current_services().store, is_over_now(current_services())(lecture)
    decided = {one.student_id: one for one in store.marks(lecture_id)}
    students = {one.id: one for one in store.roster(lecture.course_id)}
    students |= {gone: store.student(gone) for gone in decided if gone not in students}
    found = cut(sorted(students.values(), key=lambda one: (one.name, one.id)), asked)
    return page_of(found, [_shown(lecture, one, decided.get(one.id), over=over) for one in found.items])


@blueprint.operation("POST", "/lectures/<lecture_id>/marks", "marks:write", *STAFF)
@blueprint.arguments(SeveralMarksSchema)
@blueprint.response(200, ActAnswer)
@blueprint.refuses(404)
def set_several_marks(words: dict[str, Any], lecture_id: str) -> ResponseReturnValue:
    """Decide several marks at once, all or none."""
    lecture_or_404(lecture_id)
    students = [_student_of_lecture(lecture_id, key)[1].id for key in words["students"]]
    decided, own = Status(words.get("status", Status.PRESENT)), words.get("own_status")
    by = signed_in_user().id
    act = set_marks(current_services(), lecture_id, students, decided, words["reason"], by=by, own_status=own)
    place = {"Content-Location": url_for("rest.marks", lecture_id=lecture_id)}
    return {"act": act, "marks": len(set(students))}, 200, place


@blueprint.operation("POST", "/lectures/<lecture_id>/acts/<act_id>/undo", "marks:write", *STAFF)
@blueprint.response(200, ActAnswer)
@blueprint.refuses(404, 409)
def undo_an_act(lecture_id: str, act_id: str) -> ResponseReturnValue:
    """Give marks back what they were before; what was changed since stays."""
    lecture_or_404(lecture_id)
    undone = new_id()
    back, _ = undo_act(current_services(), lecture_id, act_id, by=signed_in_user().id, action=undone)
    return {"act": undone, "marks": back}, 200, {"Content-Location": url_for("rest.marks", lecture_id=lecture_id)}


@blueprint.operation("GET", "/lectures/<lecture_id>/marks/<student_key>", "marks:read", *STAFF)
@blueprint.response(200, WholeMarkAnswer)
@blueprint.refuses(404)
def mark(lecture_id: str, student_key: str) -> dict[str, Any]:
    """One student in one lecture, with the history."""
    _, student = _student_of_lecture(lecture_id, student_key)
    one, history = attendee(current_services(), lecture_id, student)
    return _whole(lecture_id, one, history)


@blueprint.operation("PUT", "/lectures/<lecture_id>/marks/<student_key>", "marks:write", *STAFF, versioned=True)
@blueprint.arguments(MarkSchema)
@blueprint.response(200, WholeMarkAnswer)
@blueprint.refuses(404, 412)
def set_a_mark(words: dict[str, Any], lecture_id: str, student_key: str) -> dict[str, Any]:
    """Decide a mark by hand."""
    _, student = _student_of_lecture(lecture_id, student_key)
    check_version(mark, lecture_id=lecture_id, student_key=student_key)
    deciding.set_mark(
        current_services(),
        lecture_id,
        student.id,
        Status(words.get("status", Status.PRESENT)),
        words["reason"],
        by=signed_in_user().id,
        own_status=words.get("own_status"),
    )
    return _present(lecture_id, student)


@blueprint.operation("DELETE", "/lectures/<lecture_id>/marks/<student_key>", "marks:write", *STAFF, versioned=True)
@blueprint.response(200, WholeMarkAnswer)
@blueprint.refuses(404, 412)
def take_back(lecture_id: str, student_key: str) -> dict[str, Any]:
    """Take a person's decision back: the mark is what the search says again."""
    _, student = _student_of_lecture(lecture_id, student_key)
    check_version(mark, lecture_id=lecture_id, student_key=student_key)
    deciding.undo(current_services(), lecture_id, student.id, by=signed_in_user().id)
    return _present(lecture_id, student)


@blueprint.operation("POST", "/lectures/<lecture_id>/marks/<student_key>/confirm", "marks:write", *STAFF)
@blueprint.response(200, WholeMarkAnswer)
@blueprint.refuses(404, 409)
def confirm(lecture_id: str, student_key: str) -> ResponseReturnValue:
    """An unsure face is this student."""
    return _decide(deciding.confirm, lecture_id, student_key)


@blueprint.operation("POST", "/lectures/<lecture_id>/marks/<student_key>/refuse", "marks:write", *STAFF)
@blueprint.response(200, WholeMarkAnswer)
@blueprint.refuses(404, 409)
def refuse(lecture_id: str, student_key: str) -> ResponseReturnValue:
    """An unsure face is somebody else."""
    return _decide(deciding.refuse, lecture_id, student_key)


@blueprint.operation("GET", "/log", "marks:read")
@blueprint.arguments(LogQuerySchema, location="query")
@blueprint.response(200, LogAnswer)
def log(asked: dict[str, Any]) -> ResponseReturnValue:
    """The attendance log: of your courses, or as a student your own lines, which take no filter."""
    found = current_services().store.log(_wanted(), page=asked["page"], size=asked["size"])
    is_over = is_over_now(current_services())
    return page_of(found, [_row(row, over=is_over(row.lecture)) for row in found.items])


def _wanted() -> LogFilter:
    """As the pages read an address, so that both answer the same."""
    user = signed_in_user()
    if user.role is Role.STUDENT:
        return LogFilter(student_id=user.student_id) if user.student_id else LogFilter(course_ids=[])
    courses = visible_courses()
    return read_query(request.args, courses).filter(courses, reader_timezone(), everywhere=sees_everything())


def _decide(decision: Any, lecture_id: str, student_key: str) -> ResponseReturnValue:
    _, student = _student_of_lecture(lecture_id, student_key)
    decision(current_services(), lecture_id, student.id, by=signed_in_user().id)
    place = url_for("rest.mark", lecture_id=lecture_id, student_key=student_key)
    return _present(lecture_id, student), 200, {"Content-Location": place}


def _student_of_lecture(lecture_id: str, student_key: str) -> tuple[Lecture, Student]:
    lecture, _ = lecture_or_404(lecture_id)
    student = current_services().store.student_by_key(student_key)
    if student.id not in deciding.students_to_mark(current_services(), lecture_id):
        raise NotFound("There is no such student in this lecture.")
    return lecture, student


def _present(lecture_id: str, student: Student) -> dict[str, Any]:
    return _whole(lecture_id, *attendee(current_services(), lecture_id, student))


def _whole(lecture_id: str, one: Attendee, history: Any) -> dict[str, Any]:
    changes = [
        {name: getattr(change, name) for name in MarkChangeAnswer().fields} | {"reason": reason_in_words(change.reason)}
        for change in history
    ]
    lecture = current_services().store.lecture(lecture_id)
    over = is_over_now(current_services())(lecture)
    return _shown(lecture, one.student, one.mark, over=over) | {"history": changes}


def _row(row: LogRow, *, over: bool) -> dict[str, Any]:
    student = {"student_key": row.student_key, "student_id": row.student_id, "student_name": row.student_name}
    return {
        **_said(row.mark, over=over),
        **student,
        "lecture_id": row.lecture.id,
        "course_id": row.course.id,
        "course": row.course.label,
        "starts_at": row.lecture.starts_at,
        "ends_at": row.lecture.ends_at,
    }


def _shown(lecture: Lecture, student: Student, found: Mark | None, *, over: bool) -> dict[str, Any]:
    named = {"student_key": student.key, "student_id": student.id, "student_name": student.name}
    return {**_said(found, over=over), **named, "lecture_id": lecture.id}


def _said(found: Mark | None, *, over: bool) -> dict[str, Any]:
    """Of a lecture that is not over only what a person decided."""
    said = found if found and (over or found.set_by is not None) else None
    return {
        "status": said.status if said else None,
        "own_status": said.own_status if said else None,
        "is_over": over,
        "search_says": found.machine_status if found and over else None,
        "left_early": over and found is not None and found.left_early,
        "little_video": over and found is not None and found.little_video,
        "needs_another_way": over and found is not None and found.needs_another_way,
        "by_person": found is not None and found.set_by is not None,
        "reason": reason_in_words(found.reason) if found else "",
        "updated_at": found.updated_at if found else None,
        "method": found.method if found else None,
        "checked_in_at": found.check_in.at if found and found.check_in else None,
        "seen": found.evidence if found else None,
    }
