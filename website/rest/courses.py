"""Courses, who teaches them and who attends them."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import url_for
from flask.typing import ResponseReturnValue

from attendance.errors import Phrase
from attendance.model import Course, Role
from attendance.use_cases.courses.courses import (
    MOST_MINUTES,
    add_course,
    add_to_roster,
    change_course,
    remove_course,
    remove_from_roster,
    set_teachers,
)
from website.access import course_or_404, student_or_404, visible_courses
from website.current import current_services, signed_in_user
from website.openapi.schemas import LenientSchema, Text, WholeNumber
from website.rest.blueprint import STAFF, blueprint, check_version
from website.rest.paging import PageAnswer, PageQuery, cut, page_of

_MOST_AT_ONCE = 500


def _minutes(words: str) -> WholeNumber:
    fits = ma.validate.Range(0, MOST_MINUTES, error=Phrase("must be a whole number from 0 to 1440."))
    return WholeNumber(validate=fits, metadata={"description": words})


class CourseSchema(LenientSchema):
    """What a course is, and when somebody is late to it. What is left out of a change stays."""

    code = Text()
    name = Text()
    section = Text()
    timezone = Text(metadata={"description": "Such as Asia/Seoul; left out, it is the site's."})
    late_after_minutes = _minutes("From the start.")
    left_early_minutes = _minutes("Before the end.")


class NewCourseSchema(CourseSchema):
    """The same, of a new course."""

    code = Text(required=True)
    name = Text(required=True)


class TeacherAnswer(ma.Schema):
    """Who teaches a course."""

    id = ma.fields.String()
    email = ma.fields.String()
    name = ma.fields.String()


class OwnStatusAnswer(ma.Schema):
    """A status of a course's own."""

    id = ma.fields.String()
    name = ma.fields.String()
    letter = ma.fields.String()
    base = ma.fields.String(metadata={"description": "The status that it counts as."})
    points = ma.fields.Float(metadata={"description": "What it counts in percentages, 0 to 1."})
    attended = ma.fields.Boolean()
    retired = ma.fields.Boolean(metadata={"description": "Nobody chooses it any more; marks keep it."})


class ListedCourseAnswer(ma.Schema):
    """A course in a list."""

    id = ma.fields.String()
    code = ma.fields.String()
    section = ma.fields.String()
    name = ma.fields.String()
    timezone = ma.fields.String()
    late_after_minutes = ma.fields.Integer()
    left_early_minutes = ma.fields.Integer()
    statuses = ma.fields.List(ma.fields.Nested(OwnStatusAnswer))
    late_points = ma.fields.Float(metadata={"description": "What being late counts in percentages, 0 to 1."})
    least_video_percent = ma.fields.Integer(
        metadata={"description": "With less of a lecture recorded a search calls nobody absent."}
    )
    created_at = ma.fields.AwareDateTime()


class CourseAnswer(ListedCourseAnswer):
    """A course with its teachers."""

    teachers = ma.fields.List(ma.fields.Nested(TeacherAnswer))
    students = ma.fields.Integer(metadata={"description": "How many are on the roster."})


class CoursesAnswer(PageAnswer):
    """A page of courses, sorted by code and section."""

    items = ma.fields.List(ma.fields.Nested(ListedCourseAnswer))


class RosteredStudentAnswer(ma.Schema):
    """A student on a roster."""

    key = ma.fields.String()
    id = ma.fields.String()
    name = ma.fields.String()


class RosterAnswer(PageAnswer):
    """A page of a roster, sorted by name."""

    items = ma.fields.List(ma.fields.Nested(RosteredStudentAnswer))


class TeachersSchema(LenientSchema):
    """Who teaches a course from now on."""

    users = ma.fields.List(Text(), required=True, metadata={"description": "Ids of users."})


class RosterSchema(LenientSchema):
    """Who is put on a roster."""

    students = ma.fields.List(
        Text(),
        required=True,
        validate=ma.validate.Length(1, _MOST_AT_ONCE, error=Phrase("must be 1 to 500 keys of students.")),
        metadata={"description": "Keys of students, 500 at most."},
    )


@blueprint.operation("GET", "/courses", "courses:read", *STAFF)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, CoursesAnswer)
def courses(asked: dict[str, Any]) -> ResponseReturnValue:
    """The courses that you may see: all for admins, their own for teachers."""
    found = cut(visible_courses(), asked)
    return page_of(found, found.items)


@blueprint.operation("POST", "/courses", "courses:write", Role.ADMIN)
@blueprint.arguments(NewCourseSchema)
@blueprint.response(201, CourseAnswer)
@blueprint.refuses(409)
def add_a_course(words: dict[str, Any]) -> ResponseReturnValue:
    """Add a course."""
    added = add_course(current_services(), **words, by=signed_in_user().id)
    return _shown(added), 201, {"Location": url_for("rest.course", course_id=added.id)}


@blueprint.operation("GET", "/courses/<course_id>", "courses:read", *STAFF)
@blueprint.response(200, CourseAnswer)
@blueprint.refuses(404)
def course(course_id: str) -> dict[str, Any]:
    """One course with its teachers."""
    return _shown(course_or_404(course_id))


@blueprint.operation("PATCH", "/courses/<course_id>", "courses:write", Role.ADMIN, versioned=True)
@blueprint.arguments(CourseSchema)
@blueprint.response(200, CourseAnswer)
@blueprint.refuses(404, 409, 412)
def change_a_course(words: dict[str, Any], course_id: str) -> dict[str, Any]:
    """Change what a course is called, and its times."""
    found = course_or_404(course_id)
    was = found if check_version(course, course_id=course_id) else None
    as_it_is = {name: getattr(found, name) for name in CourseSchema().fields}
    return _shown(change_course(current_services(), course_id, **as_it_is | words, by=signed_in_user().id, was=was))


@blueprint.operation("DELETE", "/courses/<course_id>", "courses:write", Role.ADMIN, versioned=True)
@blueprint.response(204)
@blueprint.refuses(404, 412)
def remove_a_course(course_id: str) -> None:
    """Remove a course with its lectures, recordings, evidence and marks; students stay registered."""
    course_or_404(course_id)
    check_version(course, course_id=course_id)
    remove_course(current_services(), course_id, by=signed_in_user().id)


@blueprint.operation("PUT", "/courses/<course_id>/teachers", "courses:write", Role.ADMIN, versioned=True)
@blueprint.arguments(TeachersSchema)
@blueprint.response(200, CourseAnswer)
@blueprint.refuses(404, 412)
def set_the_teachers(words: dict[str, Any], course_id: str) -> dict[str, Any]:
    """Say who teaches the course."""
    found = course_or_404(course_id)
    check_version(course, course_id=course_id)
    set_teachers(current_services(), course_id, words["users"], by=signed_in_user().id)
    return _shown(found)


@blueprint.operation("GET", "/courses/<course_id>/students", "courses:read", *STAFF)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, RosterAnswer)
@blueprint.refuses(404)
def roster(asked: dict[str, Any], course_id: str) -> ResponseReturnValue:
    """The roster of a course."""
    found = cut(current_services().store.roster(course_or_404(course_id).id), asked)
    return page_of(found, found.items)


@blueprint.operation("POST", "/courses/<course_id>/students", "courses:write", Role.ADMIN)
@blueprint.arguments(RosterSchema)
@blueprint.response(200, CourseAnswer)
@blueprint.refuses(404)
def add_students(words: dict[str, Any], course_id: str) -> ResponseReturnValue:
    """Put students on the roster, all or none; those on it already stay."""
    found = course_or_404(course_id)
    students = [student_or_404(key).id for key in words["students"]]
    add_to_roster(current_services(), course_id, students, by=signed_in_user().id)
    return _shown(found), 200, {"Content-Location": url_for("rest.course", course_id=course_id)}


@blueprint.operation("DELETE", "/courses/<course_id>/students/<student_key>", "courses:write", Role.ADMIN)
@blueprint.response(204)
@blueprint.refuses(404)
def remove_a_student(course_id: str, student_key: str) -> None:
    """Take a student off the roster; marks that exist stay."""
    course_or_404(course_id)
    remove_from_roster(current_services(), course_id, student_or_404(student_key).id, by=signed_in_user().id)


def _shown(found: Course) -> dict[str, Any]:
    store = current_services().store
    own = {name: getattr(found, name) for name in ListedCourseAnswer().fields}
    return {**own, "teachers": store.teachers(found.id), "students": len(store.roster(found.id))}
