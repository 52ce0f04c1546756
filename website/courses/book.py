"""The pages of the book: all students of a course, and one of them through the term."""

from __future__ import annotations

from functools import partial

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from attendance.model import Role, Student
from attendance.sentences import no_such_student
from attendance.use_cases.courses.book import read_book, read_term
from website.access import course_or_404, roles_required
from website.courses.book_charts import SPARK_HEIGHT, SPARK_WIDTH, class_chart, spark
from website.courses.book_query import read_query
from website.courses.signs import signs_in, signs_of, term_sign
from website.courses.views import STAFF, blueprint
from website.current import current_services, signed_in_user

blueprint.add_app_template_global(signs_of)


@blueprint.get("/<course_id>")
@roles_required(*STAFF)
def show(course_id: str) -> ResponseReturnValue:
    """Students and lectures of a course, with what they add up to."""
    course_or_404(course_id)
    book = read_book(current_services(), course_id)
    query = read_query(request.args)
    rows = query.students(book)
    page = query.page_of(rows)
    if page.number > page.pages:
        return redirect(url_for("courses.show", course_id=course_id, **query.args(page=page.pages)))
    return render_template(
        "courses/book.html",
        book=book,
        course=book.course,
        query=query,
        page=page,
        chart=class_chart(book),
        sparks={row.student.id: spark(row, book) for row in page.items},
        spark_size=(SPARK_WIDTH, SPARK_HEIGHT),
        signs=signs_in(book),
    )


@blueprint.get("/<course_id>/students/<student_key>")
@roles_required(*STAFF)
def term(course_id: str, student_key: str) -> ResponseReturnValue:
    """One student through the term. Whoever left the roster stays to be seen by the marks of before."""
    course_or_404(course_id)
    student = current_services().store.student_by_key(student_key)
    return _term(course_id, student, is_own=False)


@blueprint.get("/<course_id>/mine")
@roles_required(Role.STUDENT)
def mine(course_id: str) -> ResponseReturnValue:
    """The student's own term: their marks, and nobody else's."""
    course_or_404(course_id)
    student_id = signed_in_user().student_id
    if student_id is None:
        raise no_such_student()
    return _term(course_id, current_services().store.student(student_id), is_own=True)


def _term(course_id: str, student: Student, *, is_own: bool) -> ResponseReturnValue:
    services = current_services()
    term = read_term(services, course_id, student)
    on_roster = any(one.id == student.id for one in services.store.roster(course_id))
    if not on_roster and not any(one.mark for one in term.lectures):
        raise no_such_student()
    return render_template(
        "courses/term.html",
        term=term,
        course=term.course,
        student=student,
        is_own=is_own,
        on_roster=on_roster,
        term_sign=partial(term_sign, term.course, student.key, is_own=is_own),
    )
