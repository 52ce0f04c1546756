"""The list of courses, one course, and adding, changing and removing it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import AlreadyExists, InvalidInput
from attendance.model import Role
from attendance.use_cases.courses.courses import (
    add_course,
    change_course,
    remove_course,
    what_a_course_takes_along,
)
from attendance.use_cases.people.reading import course_summaries, student_cards
from attendance.use_cases.students.photo_advice import course_photo_advice
from attendance.use_cases.unknowns.groups import owner_of
from attendance.use_cases.unknowns.vectors import keeps_vectors
from website.access import course_or_404, roles_required, visible_courses
from website.courses.forms import ConfirmForm, CourseForm
from website.current import current_services, current_site, signed_in_user
from website.forms import wants_another

blueprint = Blueprint("courses", __name__, url_prefix="/courses", template_folder="templates")

STAFF = (Role.ADMIN, Role.TEACHER)


@blueprint.get("/")
@roles_required(*STAFF)
def index() -> ResponseReturnValue:
    """The courses that this person may see."""
    return render_template("courses/index.html", summaries=course_summaries(current_services(), visible_courses()))


@blueprint.route("/add", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def add() -> ResponseReturnValue:
    """Add a course."""
    form = CourseForm(data=_usual())
    if form.validate_on_submit():
        try:
            course = add_course(current_services(), **_values(form), by=signed_in_user().id)
        except (AlreadyExists, InvalidInput) as refused:
            form.refuse(refused)
        else:
            if wants_another():
                flash(_("The course %(course)s was added. Here is the next.", course=course.label), "success")
                return redirect(url_for("courses.add", like=course.id))
            flash(_("The course was added. Now put its students on the roster."), "success")
            return redirect(url_for("courses.roster", course_id=course.id))
    return render_template("courses/edit.html", form=form, course=None)


def _usual() -> dict[str, Any]:
    """As the site has it, or as in the course that was added just before."""
    site = current_site()
    usual = {"timezone": site.timezone, "late_after_minutes": site.late_after_minutes}
    before = request.args.get("like")
    if before:
        course = course_or_404(before)
        return {name: getattr(course, name) for name in ("timezone", "late_after_minutes", "left_early_minutes")}
    return usual


@blueprint.get("/<course_id>/roster")
@roles_required(*STAFF)
def roster(course_id: str) -> ResponseReturnValue:
    """One course with teachers and roster."""
    course = course_or_404(course_id)
    services = current_services()
    return render_template(
        "courses/roster.html",
        course=course,
        teachers=services.store.teachers(course_id),
        cards=student_cards(services, services.store.roster(course_id)),
    )


@blueprint.get("/<course_id>/photos")
@roles_required(*STAFF)
def photos(course_id: str) -> ResponseReturnValue:
    """Whom of the roster a photo, or another one, would help."""
    course = course_or_404(course_id)
    services = current_services()
    advice = course_photo_advice(services, course_id)
    cards = student_cards(services, services.store.roster(course_id))
    helped = [card for card in cards if not card.faces or card.student.id in advice]
    return render_template("courses/photos.html", course=course, cards=helped, advice=advice)


@blueprint.route("/<course_id>/change", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def change(course_id: str) -> ResponseReturnValue:
    """Change what a course is called and its times."""
    course = course_or_404(course_id)
    form = CourseForm(obj=course)
    if form.validate_on_submit():
        try:
            change_course(current_services(), course_id, **_values(form), by=signed_in_user().id)
        except (AlreadyExists, InvalidInput) as refused:
            form.refuse(refused)
        else:
            flash(_("The course was changed."), "success")
            return redirect(url_for("courses.show", course_id=course_id))
    services = current_services()
    return render_template(
        "courses/edit.html",
        form=form,
        course=course,
        keeps_vectors=keeps_vectors(services, owner_of(course)),
        gives_vectors=services.faces.gives_vectors,
        unknown_days=services.settings.unknown_days,
    )


@blueprint.route("/<course_id>/remove", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def remove(course_id: str) -> ResponseReturnValue:
    """Remove a course after saying what goes with it."""
    course = course_or_404(course_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        remove_course(current_services(), course_id, by=signed_in_user().id)
        flash(_("The course %(course)s was removed.", course=course.label), "success")
        return redirect(url_for("courses.index"))
    erasure = what_a_course_takes_along(current_services(), course_id)
    return render_template("courses/remove.html", form=form, course=course, erasure=erasure)


def _values(form: CourseForm) -> dict[str, Any]:
    return {name: value for name, value in form.data.items() if name != "csrf_token"}
