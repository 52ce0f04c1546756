"""A course's page of its learning platforms: the roster compared and taken over, grades sent, the link ended."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import PlatformRefused, ServiceUnavailable
from attendance.model import Role
from attendance.use_cases.platforms.grades import ask_grades
from attendance.use_cases.platforms.rosters import (
    Comparison,
    compare_rosters,
    linked_courses,
    switch_grades,
    take_over_roster,
    unlink_course,
)
from website.access import course_or_404, roles_required
from website.current import current_services, signed_in_user
from website.forms import Form
from website.navigation import STAFF
from website.platforms.blueprint import blueprint
from website.sentences import in_words

_ONE = "/courses/<course_id>/platform/<platform_id>/<link_id>"


@blueprint.get("/courses/<course_id>/platform")
@roles_required(*STAFF)
def of_course(course_id: str) -> ResponseReturnValue:
    """All that are linked to it."""
    course = course_or_404(course_id)
    found = linked_courses(current_services(), course)
    return render_template("platforms/course.html", course=course, linked=found, compared=None, shown=None)


@blueprint.get(f"{_ONE}/roster")
@roles_required(*STAFF)
def roster(course_id: str, platform_id: str, link_id: str) -> ResponseReturnValue:
    """Both rosters compared; nothing is changed."""
    course, compared = course_or_404(course_id), None
    try:
        compared = compare_rosters(current_services(), course, platform_id, link_id)
    except (PlatformRefused, ServiceUnavailable) as refused:
        flash(in_words(refused), "error")
    found = linked_courses(current_services(), course)
    return render_template("platforms/course.html", course=course, linked=found, compared=compared, shown=link_id)


@blueprint.post(f"{_ONE}/roster")
@roles_required(Role.ADMIN)
def take_over(course_id: str, platform_id: str, link_id: str) -> ResponseReturnValue:
    """Only admins change rosters, here as everywhere."""
    course = course_or_404(course_id)
    if Form().validate_on_submit():
        removes, by = bool(request.form.get("removes")), signed_in_user().id
        try:
            done = take_over_roster(current_services(), course, platform_id, link_id, removes=removes, by=by)
            flash(_taken_over(done, removes), "success")
        except (PlatformRefused, ServiceUnavailable) as refused:
            flash(in_words(refused), "error")
    return redirect(url_for("platforms.of_course", course_id=course_id))


@blueprint.post(f"{_ONE}/grades")
@roles_required(*STAFF)
def send_grades_now(course_id: str, platform_id: str, link_id: str) -> ResponseReturnValue:
    """All of them, with the next sweep."""
    course = course_or_404(course_id)
    if Form().validate_on_submit():
        ask_grades(current_services(), signed_in_user(), course, platform_id, link_id)
        flash(_("The grades are sent within a minute. Load this page again to see what became of it."), "success")
    return redirect(url_for("platforms.of_course", course_id=course_id))


@blueprint.post(f"{_ONE}/switch")
@roles_required(*STAFF)
def switch(course_id: str, platform_id: str, link_id: str) -> ResponseReturnValue:
    """Whether grades go after each lecture."""
    course, on = course_or_404(course_id), request.form.get("on") == "yes"
    if Form().validate_on_submit():
        switch_grades(current_services(), signed_in_user(), course, platform_id, link_id, on=on)
    return redirect(url_for("platforms.of_course", course_id=course_id))


@blueprint.post(f"{_ONE}/unlink")
@roles_required(*STAFF)
def unlink(course_id: str, platform_id: str, link_id: str) -> ResponseReturnValue:
    """Its teacher may link it again by opening Rollcall there."""
    course = course_or_404(course_id)
    if Form().validate_on_submit():
        unlink_course(current_services(), signed_in_user(), course, platform_id, link_id)
        flash(_("The course is not linked any more."), "success")
    return redirect(url_for("platforms.of_course", course_id=course_id))


def _taken_over(done: Comparison, removes: bool) -> str:
    removed = len(done.surplus) if removes else 0
    return _("Put on the roster: %(added)s. Taken off: %(removed)s.", added=len(done.missing), removed=removed)
